"""`gitprov import gto`: what a GTO registry says, as events of the kind imported (demand 40).

GTO keeps its registry in annotated tags; which file a name stands for says the dvc.yaml, or the artifacts.yaml, of the
tagged commit. All is read from git objects, never from the work tree. A tag that was moved since it was imported is
another happening; one that was deleted takes nothing back.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from shlex import quote

from gitprov.check.changes import FileChange
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.exchange.dvc_chain import Chain, Step, statements
from gitprov.exchange.gto_tags import Said, is_near, read_tag
from gitprov.exchange.imported import Registrar
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ids.listings import EXECUTABLE, FILE
from gitprov.ids.names import is_name, path_fault
from gitprov.lineage import Ledger
from gitprov.ports.dvc import Locked
from gitprov.ports.git import Tag
from gitprov.ports.workplace import Workplace
from gitprov.recording.locked import dvc_key
from gitprov.recording.seal import MODEL
from gitprov.recording.sources import name_of_path
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import Content
from gitprov.records.foreign import Foreign

ARTIFACTS = "artifacts.yaml"
"""Where GTO has the paths of artifacts, besides the `artifacts:` of each dvc.yaml."""

AT_ONCE = 1000
"""New records that are written together: what an import that is interrupted has done so far."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        outcome: The records; its notes say of which names nobody knows what they are, and which tags are not GTO's.
        findings: Tags that GTO passes over, or that cannot be recorded; files that cannot be understood.
        unrecorded: Versions whose artifact is not recorded, `churn v1.2.0`, by time.
        seal: Commands that make a release of the last version of each name, where its bytes are known, by name.
    """

    outcome: Outcome
    findings: tuple[Finding, ...]
    unrecorded: tuple[str, ...]
    seal: tuple[str, ...]


def import_gto(place: Workplace, ledger: Ledger, *, dry_run: bool = False) -> Imported:
    """Records what the tags of a GTO registry say, and stages the records.

    What cannot be recorded comes back as a finding, and the rest is recorded. Where the artifact of a version is
    recorded later, another import names it.

    Args:
        place: The ports.
        ledger: What is recorded.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-GTO-001 without any tag of GTO's; GP-GIT-003 or -005 when objects are missing.
    """
    tags = place.git.tags()
    said = [(tag, what) for tag in tags if (what := read_tag(tag.name)) is not None]
    near = [tag.name for tag in tags if is_near(tag.name)]
    if not said:
        why = f"tags such as {near[0]} are none" if near else ""
        raise codes.GTO_NOTHING.error("this clone has no tag such as NAME@v1.2.0 or NAME#STAGE", why=why)
    with place.worktree.locked("import gto"):
        done = _Import(place, ledger, dry_run=dry_run).run(
            sorted(said, key=lambda one: (one[0].time or "", one[0].name))
        )
    if near:
        some = ", ".join(near[:5]) + (", …" if len(near) > 5 else "")
        note = f"tags that are none of GTO's and look like it: {some}"
        done = replace(done, outcome=replace(done.outcome, notes=(*done.outcome.notes, note)))
    return done


@dataclass(frozen=True, slots=True)
class _There:
    """What a name stands for at a commit: a path, what DVC or git has there, and whether it is DVC."""

    path: str | None = None
    locked: Locked | None = None
    is_owned: bool = False


class _Import:
    """One import."""

    def __init__(self, place: Workplace, ledger: Ledger, *, dry_run: bool) -> None:
        self._place, self._ledger, self._dry_run = place, ledger, dry_run
        self._registrar = Registrar(place, ledger)
        self._findings: dict[tuple[str, str], Finding] = {}
        self._nowhere: dict[str, set[str]] = defaultdict(set)
        self._unrecorded: dict[str, None] = {}
        self._versions: dict[str, dict[str, Digest]] = defaultdict(dict)
        self._written = 0
        self._staged: list[str] = []
        self._with_md5: dict[tuple[str, bool], list[Digest]] = defaultdict(list)
        for one, artifact in ledger.artifacts.items():
            if ledger.held[one].state != "draft" and (key := dvc_key(artifact.content)) is not None:
                self._with_md5[key].append(one)

    def run(self, tags: Sequence[tuple[Tag, Said]]) -> Imported:
        """Records what tags say, in the order given."""
        good = [(tag, said) for tag, said in tags if self._is_good(tag)]
        there = self._look(good)
        self._place.progress.begin("importing tags", len(good), unit="tags")
        try:
            for tag, said in _with_versions(good):
                self._take(tag, said, there[said.name, tag.oid])
                if len(self._registrar.records) - self._written >= AT_ONCE:
                    self._write()
                self._place.progress.advance(1)
            self._write()
        finally:
            self._place.progress.end()
        return self._result()

    def _is_good(self, tag: Tag) -> bool:
        if tag.is_annotated and tag.kind == "commit":
            return True
        fix = f"git tag --delete {quote(tag.name)}"
        if tag.kind in ("commit", "tag"):
            commit = quote(f"{tag.name}^{{commit}}")
            fix = f"git tag --force --annotate -m TEXT {quote(tag.name)} {commit}  # if it is meant; else {fix}"
        self._findings[tag.name, ""] = codes.GTO_TAG.finding(
            tag.name,
            f"the tag {tag.name} is {'lightweight' if tag.kind == 'commit' else f'on a {tag.kind}'}",
            why="GTO reads annotated tags of commits, and passes over others",
            fix=fix,
        )
        return False

    def _look(self, tags: Sequence[tuple[Tag, Said]]) -> Mapping[tuple[str, str], _There]:
        """Returns what names stand for at the commits of their tags; each version of a file is understood once."""
        names: dict[str, dict[str, None]] = defaultdict(dict)
        for tag, said in tags:
            names[tag.oid][said.name] = None
        commits = list(names)
        pairs = [(commit, commits[at - 1] if at else None) for at, commit in enumerate(commits)]
        edges = {edge.commit: edge.files for edge in self._place.git.edges(pairs)}
        steps = [(commit, edges.get(commit, ())) for commit in commits]
        gto_files = self._gto_files(steps)
        chain, found = Chain(self._place, keep=False), {}
        in_file: Mapping[str, str] = {}
        for (commit, changes), now in zip(steps, statements(self._place, steps), strict=True):
            chain.step(commit, None, changes, now)
            for one in now.values():
                if isinstance(one, Finding) and one.subject.endswith("dvc.yaml"):
                    self._report(one, commit)
            for change in filter(_is_gto_file, changes):
                in_file = gto_files.get(change.oid, {})
            for name in names[commit]:
                path = chain.by_name.get(name) or in_file.get(name)
                if path is None or path_fault(path) is not None:
                    found[name, commit] = _There()
                else:
                    found[name, commit] = _There(path, chain.locked(path), path in chain.owned)
        return found

    def _gto_files(self, steps: Sequence[Step]) -> Mapping[str, Mapping[str, str]]:
        """Returns what each version of artifacts.yaml says, by object id: name to path."""
        commits = {
            change.oid: commit
            for commit, changes in reversed(steps)
            for change in filter(_is_gto_file, changes)
            if change.mode in (FILE, EXECUTABLE)
        }
        found = {}
        for oid, data in self._place.git.blobs(commits):
            try:
                found[oid] = self._place.dvc.gto_artifacts(ARTIFACTS, data)
            except GitprovError as error:
                self._report(error.code.finding(ARTIFACTS, error.what, why=error.why, fix=error.fix), commits[oid])
        return found

    def _report(self, finding: Finding, commit: str) -> None:
        """Notes what could not be understood, once, with the commit where it came in."""
        self._findings.setdefault((finding.subject, finding.what), replace(finding, commit=commit))

    def _take(self, tag: Tag, said: Said, there: _There) -> None:
        """Records what one tag says; a deprecation is about a name, and so about no artifact of its own."""
        is_named = said.action == "deprecated"
        subjects = [] if is_named else self._artifacts(there)
        try:
            says = Foreign(
                from_="gto",
                action=said.action,
                name=said.name,
                as_=None if is_name(said.name) else name_of_path(said.name.replace(":", "/")),
                version=said.version,
                stage=said.stage,
                ref=tag.name,
                commit=f"git:{tag.oid}",
                path=None if is_named else there.path,
                undated=tag.time is None,
            )
            self._registrar.take(says, at=tag.time, subjects=subjects)
        except GitprovError as error:
            what = f"the tag {tag.name} is not imported: {error.what}"
            self._findings[tag.name, ""] = error.code.finding(tag.name, what, why=error.why, fix=error.fix)
            return
        if not subjects and not is_named:
            self._lacking(tag, said, there)
        if said.version is not None and said.action in ("registered", "deregistered"):
            self._versions[says.called].pop(said.version, None)
            if said.action == "registered" and subjects:
                self._versions[says.called][said.version] = subjects[-1]

    def _lacking(self, tag: Tag, said: Said, there: _There) -> None:
        """Notes that nobody knows which artifact is meant, and why."""
        if there.path is None:
            self._nowhere[f"{said.name}: neither dvc.yaml nor {ARTIFACTS} says which file it is"].add(tag.oid)
        elif there.locked is None:
            self._nowhere[f"{said.name}: neither DVC nor git has {there.path}"].add(tag.oid)
        elif not there.is_owned:
            self._nowhere[f"{said.name}: git has {there.path}, and it is not recorded (gitprov add)"].add(tag.oid)
        else:
            self._unrecorded[f"{said.name} {said.version or tag.oid[:12]}"] = None

    def _artifacts(self, there: _There) -> list[Digest]:
        """Returns the artifacts with the bytes that DVC or git has there: those recorded at the path, else any."""
        if there.locked is None or there.locked.md5 is None:
            return []
        same = self._with_md5[there.locked.md5, there.locked.is_dir]
        same = [one for one in same if there.path in self._ledger.paths_of(one)] or same
        return [one for one in same if isinstance(self._ledger.artifacts[one].content, Content)] or same

    def _write(self) -> None:
        new = tuple(self._registrar.records.values())[self._written :]
        self._written += len(new)
        if self._dry_run:
            self._staged += (one.path for one in new)
        else:
            self._staged += stage(self._place, write_records(self._place, new))

    def _result(self) -> Imported:
        outcome = Outcome(
            records=tuple(self._registrar.records.values()),
            staged=tuple(sorted(self._staged)),
            known=tuple(self._registrar.known.values()),
            notes=tuple(f"{what}, at {len(commits)} of its commits" for what, commits in self._nowhere.items()),
            dry_run=self._dry_run,
        )
        return Imported(outcome, tuple(self._findings.values()), tuple(self._unrecorded), tuple(self._seal()))

    def _seal(self) -> Iterator[str]:
        for name, versions in sorted(self._versions.items()):
            one = next(reversed(versions.values()), None)
            if one is None or not isinstance(self._ledger.artifacts[one].content, Content):
                continue
            if name not in (self._ledger.releases[release].name for release in self._ledger.released_as(one)):
                entry = self._place.settings.catalog(name)
                owner = "" if entry is not None and entry.owner else f" --owner {self._place.person()}"
                yield f"gitprov seal {name} --member {MODEL}={self._ledger.short(one)}{owner}"


def _with_versions(tags: Sequence[tuple[Tag, Said]]) -> Iterator[tuple[Tag, Said]]:
    """Yields the tags; those about a stage with the version of their commit, unless several were registered there."""
    versions: dict[tuple[str, str], set[str]] = defaultdict(set)
    for tag, said in tags:
        if said.version is not None and said.action == "registered":
            versions[said.name, tag.oid].add(said.version)
    for tag, said in tags:
        own = versions[said.name, tag.oid] if said.stage is not None else set()
        yield tag, replace(said, version=next(iter(own))) if len(own) == 1 else said


def _is_gto_file(change: FileChange) -> bool:
    return change.path == ARTIFACTS
