"""The ledger: every record that can be seen from here, and who made what from what."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from typing import Literal, cast, get_args

from gitprov.errors import GitprovError
from gitprov.frozen import dataclass
from gitprov.ids import Digest, Value, digest_hex
from gitprov.lineage.values import What, values
from gitprov.records import (
    Artifact,
    Content,
    Deployment,
    Evaluation,
    Event,
    Record,
    Release,
    Request,
    Run,
    Stored,
    path_of,
)
from gitprov.records.types import DEPRECATION

State = Literal["committed", "staged", "draft"]
"""How far a record has come: in HEAD, in the index only, or in `.gitprov/drafts/`."""

Serves = Callable[[str, str], Digest | None]

SHORT = 8
"""Hex digits of an id that people are shown; doubled where two records share them."""


Relation = Literal[
    "named", "kind", "content", "recipe", "path", "step", "finished", "made", "made by", "used", "used by", "swept",
    "release", "set", "released", "evaluated", "about", "concerns", "deprecated", "request",
]  # fmt: skip
"""How records are found: `links` says by which keys, and what is found there."""


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


def links(one: Digest, record: Record) -> Iterator[tuple[Relation, str, str]]:
    """Yields by what a record is found: relation, key, and what stands there, which is a record's id or a time."""
    match record:
        case Artifact():
            yield "named", record.name, one
            yield "kind", record.kind, one
            yield "content", record.content.digest, one
            yield "recipe", record.recipe.id, one
        case Run():
            yield from _links_of_run(one, record)
        case Release():
            yield "release", record.name, one
            yield "set", record.set_, one
            yield from (("released", part, one) for part in {member.artifact for member in record.members.values()})
        case Evaluation():
            subject = record.subject.artifact or record.subject.set_
            yield "evaluated", subject or "", one
            yield "about", one, subject or ""
            yield "concerns", record.name, one
        case Event():
            for subject in dict.fromkeys(record.subjects):
                yield "concerns", subject, one
                if record.kind == DEPRECATION:
                    yield "deprecated", subject, one
        case Request() | Deployment():
            yield "concerns", record.name, one
            if isinstance(record, Request):
                yield "request", record.label, one


def _links_of_run(one: Digest, run: Run) -> Iterator[tuple[Relation, str, str]]:
    made = sorted({out.artifact for out in run.outputs.values()})
    yield "step", run.step, one
    yield "finished", one, run.finished or ""
    yield from (("made by", artifact, one) for artifact in made)
    yield from (("made", one, artifact) for artifact in made)
    for artifact in dict.fromkeys(used.artifact for _, used in sorted(run.inputs.items())):
        yield "used by", artifact, one
        yield "used", one, artifact
    if run.sweep is not None:
        yield "swept", run.sweep.kept, one
    else:  # a run-set was never in the work tree
        yield from {("path", out.path, out.artifact): None for out in run.outputs.values()}


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
        self._links: dict[Relation, dict[str, list[str]]] = {one: defaultdict(list) for one in get_args(Relation)}
        for one in held:
            self.take(one)

    def take(self, held: Held) -> None:
        """Adds a record: one with the bytes of another counts as its copy."""
        if held.id in self.held:
            self.copies.append(held)
            return
        self.held[held.id] = held
        self._prefixes[digest_hex(held.id)[:SHORT]] += 1
        record = held.stored.record
        match record:
            case Artifact():
                self.artifacts[held.id] = record
            case Run():
                self.runs[held.id] = record
            case Release():
                self.releases[held.id] = record
            case Evaluation():
                self.evaluations[held.id] = record
            case Event():
                self.events[held.id] = record
        for relation, key, found in links(held.id, record):
            self._links[relation][key].append(found)

    def _at(self, relation: Relation, key: str) -> list[Digest]:
        """Returns the records that stand in a relation to a key, as they were taken."""
        return cast("list[Digest]", self._links[relation].get(key, []))

    def _finished(self, run: Digest) -> str:
        return max(self._links["finished"].get(run, []), default="")

    def short(self, record: Digest) -> str:
        """Returns `id:` and as many hex digits as name one record."""
        digits = digest_hex(record)
        return f"id:{digits[: SHORT if self._prefixes[digits[:SHORT]] <= 1 else 2 * SHORT]}"

    def names(self) -> list[str]:
        """Returns every artifact name, sorted."""
        return sorted(self._links["named"])

    def released_names(self) -> list[str]:
        """Returns every name that has a release, sorted."""
        return sorted(self._links["release"])

    def named(self, name: str) -> list[Digest]:
        """Returns the artifacts of a name, the one that was made last at the end."""
        return sorted(self._at("named", name), key=self._age)

    def bearing(self, name: str) -> list[Digest]:
        """Returns the artifacts of a name in no order that means anything."""
        return list(self._at("named", name))

    def with_content(self, content: Digest) -> list[Digest]:
        """Returns the artifacts that hold this content."""
        return list(self._at("content", content))

    def with_recipe(self, recipe: Digest) -> list[Digest]:
        """Returns the artifacts of this recipe: one, unless the step is not deterministic."""
        return list(self._at("recipe", recipe))

    def paths(self) -> list[str]:
        """Returns every path of the work tree where an artifact was recorded, sorted."""
        return sorted(path for path in self._links["path"] if self.at_path(path))

    def at_path(self, path: str) -> list[Digest]:
        """Returns the artifacts that were recorded at this path of the work tree, the last made at the end."""
        return sorted({one for one in self._at("path", path) if one in self.artifacts}, key=self._age)

    def makers(self, artifact: Digest) -> list[Digest]:
        """Returns the runs that gave this artifact, the last one at the end."""
        return sorted(self._at("made by", artifact), key=lambda run: (self._finished(run), run))

    def users(self, artifact: Digest) -> list[Digest]:
        """Returns the runs that took this artifact as an input."""
        return sorted(self._at("used by", artifact), key=lambda run: (self._finished(run), run))

    def made_by(self, run: Digest) -> list[Digest]:
        """Returns the artifacts that a run gave, sorted."""
        return list(self._at("made", run))

    def used_by(self, run: Digest) -> list[Digest]:
        """Returns the artifacts that a run took as inputs, by role."""
        return list(self._at("used", run))

    def runs_of(self, step: str) -> list[Digest]:
        """Returns the runs of a step."""
        return list(self._at("step", step))

    def sweeps_of(self, run: Digest) -> list[Digest]:
        """Returns the runs that say of this one that it was chosen out of a run-set, sorted."""
        return sorted(self._at("swept", run))

    def made(self, artifact: Digest) -> str:
        """Returns when the artifact was made last, "" when nobody knows."""
        return max(map(self._finished, self._at("made by", artifact)), default="")

    def superseded_by(self, artifact: Digest) -> Digest | None:
        """Returns the artifact that knows by its bytes what this one, of the same name, knows by reference only.

        DVC's references name an MD5, MLflow's a place.
        """
        record = self.artifacts[artifact]
        if isinstance(record.content, Content) or record.content.reference.kind not in ("dvc", "mlflow"):
            return None
        others = [(one, self.artifacts[one].content) for one in self._at("named", record.name)]
        if record.content.reference.kind == "mlflow":
            there = {one for path in self.paths_of(artifact) for one in self._at("path", path)}
            return next((one for one, other in others if isinstance(other, Content) and one in there), None)
        md5 = record.content.reference.version
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
        found: dict[int, Digest] = {}
        for one in self._at("release", name):
            release = self.releases[one]
            if release.version not in found or self.held[one].stored.path == path_of(release, one):
                found[release.version] = one  # no stray file hides the one in its place
        return dict(sorted(found.items()))

    def releases_of_set(self, set_: Digest) -> list[Digest]:
        """Returns the releases of a set."""
        return list(self._at("set", set_))

    def released_as(self, artifact: Digest) -> list[Digest]:
        """Returns the releases that have this artifact as a member, by name and version."""
        found = self._at("released", artifact)
        return sorted(found, key=lambda one: (self.releases[one].name, self.releases[one].version))

    def evaluations_of(self, subject: Digest) -> list[Digest]:
        """Returns the evaluations of an artifact (by id) or of a release set (by its digest), oldest first."""
        return sorted(self._at("evaluated", subject), key=lambda one: (self.evaluations[one].evaluated, one))

    def about(self, evaluation: Digest) -> Digest:
        """Returns what an evaluation is about: the id of an artifact, or the digest of a release set."""
        return self._at("about", evaluation)[0]

    def concerning(self, key: str) -> list[Digest]:
        """Returns the events about a record, or the evaluations, requests and deployments of a name."""
        return list(self._at("concerns", key))

    def request(self, label: str) -> Digest | None:
        """Returns the request that people call so (`churn/production/3`), or None."""
        return next(iter(self._at("request", label)), None)

    def of_kind(self, kind: str) -> list[Digest]:
        """Returns the artifacts of a kind."""
        return list(self._at("kind", kind))

    def times(self, artifacts: Collection[Digest]) -> dict[Digest, str]:
        """Returns when each of these was made last, as `made` does."""
        return {one: self.made(one) for one in artifacts}

    def valued(self, what: What, key: str) -> list[tuple[Digest, Value]]:
        """Returns the records that have a value of this dotted name, with it."""
        return [
            (one, value)
            for one, held in self.held.items()
            for kind, name, value in values(held.stored.record)
            if (kind, name) == (what, key)
        ]

    def beginning(self, digits: str) -> list[Digest]:
        """Returns the records whose ids begin with these hex digits, sorted."""
        return sorted(one for one in self.held if digest_hex(one).startswith(digits))

    def lying_at(self, path: str) -> list[Digest]:
        """Returns the records whose file this is."""
        return [one for one, held in self.held.items() if held.stored.path == path]

    def deprecations_of(self, record: Digest) -> list[Digest]:
        """Returns the events that deprecate a record, oldest first."""
        return sorted(self._at("deprecated", record), key=lambda one: (self.events[one].at, one))
