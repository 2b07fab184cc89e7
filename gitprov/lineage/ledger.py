"""The ledger: every record that can be seen from here, and who made what from what."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, get_args

from gitprov.errors import GitprovError
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.records import Artifact, Content, Evaluation, Event, Release, Run, Stored, path_of
from gitprov.records.types import DEPRECATION

State = Literal["committed", "staged", "draft"]
"""How far a record has come: in HEAD, in the index only, or in `.gitprov/drafts/`."""

Serves = Callable[[str, str], Digest | None]

SHORT = 8
"""Hex digits of an id that people are shown; doubled where two records share them."""


@dataclass(frozen=True, slots=True)
class Held:
    """A record and how far it has come. `draft` is the name of the draft that it belongs to."""

    stored: Stored
    state: State
    draft: str | None = None

    @property
    def id(self) -> Digest:
        """The record's id."""
        return self.stored.id


class Ledger:
    """Records by id and by what they say.

    Attributes:
        held: Every record by id.
        artifacts: Artifacts by id; likewise runs, evaluations, releases, events.
        copies: Further files with the bytes of a record in `held`: drafts of it, or files that should not be there.
        broken: Record files that could not be read, path to error.
        serves: Name and stage to the release in effect there; None when nobody ever asked to move that stage.
    """

    def __init__(
        self, held: Iterable[Held], broken: Mapping[str, GitprovError] | None = None, serves: Serves | None = None
    ) -> None:
        self.held: dict[Digest, Held] = {}
        self.artifacts: dict[Digest, Artifact] = {}
        self.runs: dict[Digest, Run] = {}
        self.evaluations: dict[Digest, Evaluation] = {}
        self.releases: dict[Digest, Release] = {}
        self.events: dict[Digest, Event] = {}
        self.copies: list[Held] = []
        self.broken = dict(broken or {})
        self.serves: Serves = serves or (lambda _name, _stage: None)
        self._prefixes: Counter[str] = Counter()
        self._named: dict[str, list[Digest]] = defaultdict(list)
        self._content: dict[Digest, list[Digest]] = defaultdict(list)
        self._recipe: dict[Digest, list[Digest]] = defaultdict(list)
        self._makers: dict[Digest, list[Digest]] = defaultdict(list)
        self._users: dict[Digest, list[Digest]] = defaultdict(list)
        self._paths: dict[str, list[Digest]] = defaultdict(list)
        self._swept: dict[Digest, list[Digest]] = defaultdict(list)
        self._versions: dict[str, dict[int, Digest]] = defaultdict(dict)
        self._released: dict[Digest, list[Digest]] = defaultdict(list)
        self._evaluated: dict[Digest, list[Digest]] = defaultdict(list)
        self._deprecated: dict[Digest, list[Digest]] = defaultdict(list)
        for one in held:
            self.take(one)

    def take(self, held: Held) -> None:
        """Adds a record: one with the bytes of another counts as its copy."""
        if held.id in self.held:
            self.copies.append(held)
            return
        self.held[held.id] = held
        self._prefixes[digest_hex(held.id)[:SHORT]] += 1
        match held.stored.record:
            case Artifact() as artifact:
                self.artifacts[held.id] = artifact
                self._named[artifact.name].append(held.id)
                self._content[artifact.content.digest].append(held.id)
                self._recipe[artifact.recipe.id].append(held.id)
            case Run() as run:
                self._take_run(held.id, run)
            case Release() as release:
                self._take_release(held, release)
            case Evaluation() as evaluation:
                self.evaluations[held.id] = evaluation
                subject = evaluation.subject.artifact or evaluation.subject.set_
                if subject is not None:
                    self._evaluated[subject].append(held.id)
            case Event() as event:
                self.events[held.id] = event
                for subject in event.subjects if event.kind == DEPRECATION else ():
                    self._deprecated[subject].append(held.id)

    def _take_run(self, one: Digest, run: Run) -> None:
        self.runs[one] = run
        if run.sweep is not None:
            self._swept[run.sweep.kept].append(one)
        for made in run.outputs.values() if run.sweep is None else ():  # a run-set was never in the work tree
            self._paths[made.path].append(made.artifact)
        for artifact in {made.artifact for made in run.outputs.values()}:
            self._makers[artifact].append(one)
        for artifact in {used.artifact for used in run.inputs.values()}:
            self._users[artifact].append(one)

    def _take_release(self, held: Held, release: Release) -> None:
        self.releases[held.id] = release
        versions = self._versions[release.name]
        if release.version not in versions or held.stored.path == path_of(release, held.id):  # no stray file hides it
            versions[release.version] = held.id
        for artifact in {member.artifact for member in release.members.values()}:
            self._released[artifact].append(held.id)

    def short(self, record: Digest) -> str:
        """Returns `id:` and as many hex digits as name one record."""
        digits = digest_hex(record)
        return f"id:{digits[: SHORT if self._prefixes[digits[:SHORT]] <= 1 else 2 * SHORT]}"

    def names(self) -> list[str]:
        """Returns every artifact name, sorted."""
        return sorted(self._named)

    def released_names(self) -> list[str]:
        """Returns every name that has a release, sorted."""
        return sorted(self._versions)

    def named(self, name: str) -> list[Digest]:
        """Returns the artifacts of a name, the one that was made last at the end."""
        return sorted(self._named.get(name, ()), key=self._age)

    def with_content(self, content: Digest) -> list[Digest]:
        """Returns the artifacts that hold this content."""
        return list(self._content.get(content, ()))

    def with_recipe(self, recipe: Digest) -> list[Digest]:
        """Returns the artifacts of this recipe: one, unless the step is not deterministic."""
        return list(self._recipe.get(recipe, ()))

    def paths(self) -> list[str]:
        """Returns every path of the work tree where an artifact was recorded, sorted."""
        return sorted(path for path in self._paths if self.at_path(path))

    def at_path(self, path: str) -> list[Digest]:
        """Returns the artifacts that were recorded at this path of the work tree, the last made at the end."""
        return sorted(set(self._paths.get(path, ())) & set(self.artifacts), key=self._age)

    def makers(self, artifact: Digest) -> list[Digest]:
        """Returns the runs that gave this artifact, the last one at the end."""
        return sorted(self._makers.get(artifact, ()), key=lambda run: (self.runs[run].finished or "", run))

    def users(self, artifact: Digest) -> list[Digest]:
        """Returns the runs that took this artifact as an input."""
        return sorted(self._users.get(artifact, ()), key=lambda run: (self.runs[run].finished or "", run))

    def sweeps_of(self, run: Digest) -> list[Digest]:
        """Returns the runs that say of this one that it was chosen out of a run-set, sorted."""
        return sorted(self._swept.get(run, ()))

    def made(self, artifact: Digest) -> str:
        """Returns when the artifact was made last, "" when nobody knows."""
        return max((self.runs[run].finished or "" for run in self._makers.get(artifact, ())), default="")

    def superseded_by(self, artifact: Digest) -> Digest | None:
        """Returns the artifact that knows by its bytes what this one, of the same name, knows by DVC's MD5 only."""
        record = self.artifacts[artifact]
        if isinstance(record.content, Content) or record.content.reference.kind != "dvc":
            return None
        md5 = record.content.reference.version
        others = ((one, self.artifacts[one].content) for one in self._named[record.name])
        return next((one for one, other in others if isinstance(other, Content) and other.md5 == md5), None)

    def _age(self, artifact: Digest) -> tuple[str, bool, int, Digest]:
        """Orders artifacts from the oldest to the newest; where times are unknown, by how far the record has come."""
        record, state = self.artifacts[artifact], self.held[artifact].state
        return self.made(artifact), isinstance(record.content, Content), get_args(State).index(state), artifact

    def paths_of(self, artifact: Digest) -> list[str]:
        """Returns where the artifact lay in the work tree, where it was made last at the end."""
        found = [
            out.path
            for run in self.makers(artifact)
            for out in self.runs[run].outputs.values()
            if out.artifact == artifact
        ]
        return list(dict.fromkeys(reversed(found)))[::-1]

    def releases_of(self, name: str) -> dict[int, Digest]:
        """Returns the releases of a name by version, ascending."""
        return dict(sorted(self._versions.get(name, {}).items()))

    def released_as(self, artifact: Digest) -> list[Digest]:
        """Returns the releases that have this artifact as a member, by name and version."""
        found = self._released.get(artifact, ())
        return sorted(found, key=lambda one: (self.releases[one].name, self.releases[one].version))

    def evaluations_of(self, subject: Digest) -> list[Digest]:
        """Returns the evaluations of an artifact (by id) or of a release set (by its digest), oldest first."""
        return sorted(self._evaluated.get(subject, ()), key=lambda one: (self.evaluations[one].evaluated, one))

    def deprecations_of(self, record: Digest) -> list[Digest]:
        """Returns the events that deprecate a record, oldest first."""
        return sorted(self._deprecated.get(record, ()), key=lambda one: (self.events[one].at, one))
