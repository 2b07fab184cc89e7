"""`gitprov import dvc`: what DVC recorded, at HEAD or in all of history, as artifacts and runs (demand 40).

Read from git objects and the cache, never from the work tree. What a commit adds to DVC's files is recorded as of that
commit, so that whoever imports HEAD, a range or everything makes the same records, and a second import none.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace

from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.exchange.dvc_chain import Chain, Key, Statement, Step, statements
from gitprov.frozen import dataclass
from gitprov.ids import Md5
from gitprov.lineage import Ledger
from gitprov.ports.dvc import Locked, LockEntry, Pointer
from gitprov.ports.workplace import Workplace
from gitprov.recording.commands import overlap
from gitprov.recording.locked import Recorder
from gitprov.recording.scene import in_order
from gitprov.recording.writing import Outcome, stage, write_records

AT_ONCE = 1000
"""New records that are written together: what an import that is interrupted has done so far."""


@dataclass(frozen=True, slots=True)
class Imported:
    """What an import did.

    Attributes:
        outcome: The records.
        commits: How many commits added something to what DVC says.
        findings: What could not be recorded, with file and line, and the commit where it came in.
        unverified: Paths of new artifacts that are known by their MD5 only.
    """

    outcome: Outcome
    commits: int
    findings: tuple[Finding, ...]
    unverified: tuple[str, ...]


def import_dvc(
    place: Workplace, ledger: Ledger, *, revision: str = "HEAD", history: bool = False, dry_run: bool = False
) -> Imported:
    """Records what DVC's files say at a commit, or at all of a first-parent chain, and stages the records.

    Every stage of each dvc.lock becomes a run, every `.dvc` file the `add` of a source. What cannot be recorded comes
    back as a finding, and the rest is recorded.

    Args:
        place: The ports.
        ledger: What is recorded.
        revision: A commit; or a range `A..B`, which is every commit of B's chain that A does not reach.
        history: Every commit of the chain.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-GIT-008 without a commit; GP-GIT-005 in a clone that lacks history, which says when things
            came; GP-USE-001 for a revision that is none; GP-DVC-005 when DVC was never used there.
    """
    since, is_range, tip = revision.rpartition("..")
    head = _commit(place, tip or "HEAD")
    if place.git.is_partial:
        raise codes.GIT_SHALLOW.error("this clone does not have all commits, which say when DVC recorded what")
    steps = list(place.git.steps(head, ()))
    said = statements(place, steps)
    if not any(said):
        raise codes.DVC_NOTHING.error(f"no commit of {tip or 'HEAD'} has a .dvc file or a dvc.lock")
    first = 0 if history else len(steps)
    if is_range:
        chosen = {commit for commit, _ in place.git.commits(head, old=_commit(place, since), chain=True)}
        first = next((at for at, (commit, _) in enumerate(steps) if commit in chosen), len(steps))
    with place.worktree.locked("import dvc"):
        return _Import(place, ledger, dry_run=dry_run).run(steps, said, first)


def _commit(place: Workplace, revision: str) -> str:
    found = place.git.commit_of(revision)
    if found is None and place.git.head() is None:
        raise codes.GIT_NO_COMMIT.error("there is no commit to import from")
    if found is None:
        raise codes.USE_ARGUMENT.error(f"{revision} names no commit", fix="git log --first-parent  # lists them")
    return found


class _Import:
    """One import: goes along the chain, and records what is wanted of each commit."""

    def __init__(self, place: Workplace, ledger: Ledger, *, dry_run: bool) -> None:
        self._place, self._dry_run = place, dry_run
        self._recorder = Recorder(place, ledger)
        self._chain = Chain(place, keep=not dry_run)
        self._findings: dict[tuple[str, str], Finding] = {}
        self._written = 0
        self._staged: list[str] = []

    def run(self, steps: Sequence[Step], said: Sequence[Mapping[Key, Statement | None]], first: int) -> Imported:
        """Records all that is said at step `first` or later, wherever it was said first."""
        wanted = _wanted(said, first)
        times = self._place.git.described(steps[at][0] for at, some in enumerate(wanted) if some)
        self._place.progress.begin("importing commits", len(steps), unit="commits")
        try:
            for (commit, changes), now, some in zip(steps, said, wanted, strict=True):
                self._chain.step(commit, times[commit].time if some else None, changes, now)
                if None in now.values():
                    self._recorder.forget(but=self._chain.owned)
                self._take(some)
                if len(self._recorder.records) - self._written >= AT_ONCE:
                    self._write()
                self._place.progress.advance(1)
            self._write()
        finally:
            self._place.progress.end()
        return self._result(sum(map(bool, wanted)))

    def _take(self, some: Mapping[Key, Statement]) -> None:
        """Records sources, then stages, each after those whose outputs it reads."""
        files = {id(one): file for (file, _, _), one in some.items()}
        stages: list[LockEntry] = []
        for one in some.values():
            match one:
                case Finding():
                    self._report(one)
                case LockEntry():
                    stages.append(one)
                case Pointer():
                    with self._reported(one.file, one.out.path):
                        self._recorder.take_source(self._chain, one.out)
        try:
            stages = in_order(stages)
        except GitprovError as error:
            self._report(error.code.finding(min(files.values()), error.what, why=error.why, fix=error.fix))
            return
        for entry in stages:
            with self._reported(files[id(entry)], f"stage {entry.stage}"):
                self._recorder.take(self._chain, entry)

    @contextmanager
    def _reported(self, file: str, what: str) -> Iterator[None]:
        try:
            yield
        except GitprovError as error:
            said = f"{what} is not imported: {error.what}"
            self._report(error.code.finding(file, said, why=error.why, fix=error.fix))

    def _report(self, finding: Finding) -> None:
        """Notes what could not be recorded, once, with the commit where it came in."""
        self._findings.setdefault((finding.subject, finding.what), replace(finding, commit=self._chain.commit))

    def _write(self) -> None:
        new = tuple(self._recorder.records.values())[self._written :]
        self._written += len(new)
        if self._dry_run:
            self._staged += (one.path for one in new)
        else:
            self._staged += stage(self._place, write_records(self._place, new))

    def _result(self, commits: int) -> Imported:
        work = self._recorder
        outcome = Outcome(
            records=tuple(work.records.values()),
            staged=tuple(sorted(self._staged)),
            known=tuple(work.known.values()),
            notes=tuple(work.notes),
            dry_run=self._dry_run,
        )
        findings = (*self._findings.values(), *self._chain.faults.values())
        return Imported(outcome, commits, findings, tuple(work.unverified))


@dataclass(frozen=True, slots=True)
class _Begun:
    """A statement, and the step where it began to be said."""

    at: int
    key: Key
    one: Statement


def _wanted(said: Sequence[Mapping[Key, Statement | None]], first: int) -> list[dict[Key, Statement]]:
    """Returns for each step what began to be said there and held at step `first` or later, or made what that reads."""
    todo: list[_Begun] = []
    now: dict[Key, _Begun] = {}
    makers: dict[tuple[str, Md5 | None], _Begun] = {}
    needs: dict[tuple[int, Key], list[_Begun]] = {}
    for at, changes in enumerate(said):
        new = {key: _Begun(at, key, one) for key, one in changes.items() if one is not None}
        todo += [now[key] for key in changes if key in now and at > first]
        now = {key: begun for key, begun in now.items() if key not in changes} | new
        makers |= {(out.path, out.md5): begun for begun in new.values() for out in _outs(begun.one)}
        for key, begun in new.items():
            needs[at, key] = list(_makers(begun.one, makers, now)) if isinstance(begun.one, LockEntry) else []
    todo += now.values()
    wanted: list[dict[Key, Statement]] = [{} for _ in said]
    while todo:
        begun = todo.pop()
        if begun.key not in wanted[begun.at]:
            wanted[begun.at][begun.key] = begun.one
            todo += needs[begun.at, begun.key]
    return wanted


def _makers(
    entry: LockEntry, makers: Mapping[tuple[str, Md5 | None], _Begun], now: Mapping[Key, _Begun]
) -> Iterator[_Begun]:
    """Yields what made the deps of an entry: last of all, or what lies in them and around them now."""
    for dep in entry.deps:
        if (dep.path, dep.md5) in makers:
            yield makers[dep.path, dep.md5]
        else:
            yield from (one for one in now.values() if any(overlap(dep.path, out.path) for out in _outs(one.one)))


def _outs(one: Statement) -> tuple[Locked, ...]:
    match one:
        case LockEntry():
            return one.outs
        case Pointer():
            return (one.out,)
        case _:
            return ()
