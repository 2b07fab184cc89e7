"""`gitprov doctor`: what crashes and other programs have left in this clone, and mending it.

It never changes or removes a record, nor an object of a remote (issue 7). To look changes nothing at all.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import field
from functools import partial
from typing import Protocol

from gitprov.doors import hooks
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.folder import Folder
from gitprov.ports.hooks import HookFolder
from gitprov.ports.index import Index
from gitprov.ports.index_lock import IndexLock
from gitprov.ports.workplace import Workplace
from gitprov.recording.drafts import pending_names
from gitprov.recording.ledger import open_ledger
from gitprov.recording.pending import pending_step, remains, settle, tidy
from gitprov.recording.writing import stage
from gitprov.upkeep.complaints import Complaint
from gitprov.upkeep.index import look_at_index
from gitprov.upkeep.objects import look_at_objects
from gitprov.upkeep.strays import look_at_strays
from gitprov.upkeep.tickets import look_at_tickets


class Clone(Workplace, Protocol):
    """The ports of a repository, with what is private to one clone."""

    @property
    def hooks(self) -> HookFolder:
        """Where git looks for hooks."""
        ...

    @property
    def index_lock(self) -> IndexLock:
        """The lock of git's index."""
        ...

    @property
    def index(self) -> Index:
        """What was read of records before."""
        ...

    @property
    def tickets(self) -> Folder:
        """The tickets that were made here."""
        ...


@dataclass(frozen=True, slots=True)
class Belongings:
    """What belongs in a clone.

    Attributes:
        attributes: Path and bytes of the file that keeps git from touching records.
        scripts: git's hooks, by name.
    """

    attributes: tuple[str, bytes]
    scripts: Mapping[str, bytes]


@dataclass(frozen=True, slots=True)
class Checkup:
    """How a clone is.

    Attributes:
        findings: What is wrong; after mending what still is.
        mended: What was wrong and is not any more.
        undecided: What could not be looked at.
        notes: Why something could not be mended.
    """

    findings: tuple[Finding, ...] = ()
    mended: tuple[Finding, ...] = ()
    undecided: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()


Look = Callable[[Clone, Belongings], Iterator[Complaint]]


def doctor(place: Clone, belongings: Belongings, *, fix: bool = False) -> Checkup:
    """Looks at everything, and with `fix` mends what can be mended here; a second time there is nothing to mend.

    Raises:
        GitprovError: GP-LCK-001 when somebody is writing, with `fix`.
    """
    course = _Course()
    for look in LOOKS:
        found = course.seen(look, place, belongings)
        while fix and any(one.mend for one in found):
            with place.worktree.locked("doctor"):
                course.mend(found)
            left = course.seen(look, place, belongings)
            known = {one.finding.key for one in left}
            course.mended.extend(one.finding for one in found if one.finding.key not in known)
            is_better = any(one.finding.key not in known for one in found)
            found = left
            if not is_better:
                break
        course.findings.extend(one.finding for one in found)
    return Checkup(tuple(course.findings), tuple(course.mended), tuple(course.undecided.values()), tuple(course.notes))


@dataclass(frozen=True, slots=True)
class _Course:
    """What came out so far."""

    findings: list[Finding] = field(default_factory=list)
    mended: list[Finding] = field(default_factory=list)
    undecided: dict[str, Finding] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def seen(self, look: Look, place: Clone, belongings: Belongings) -> list[Complaint]:
        """Returns all that a look finds before it can go no further."""
        found: list[Complaint] = []
        try:
            found.extend(look(place, belongings))
        except GitprovError as error:
            one = error.code.finding("clone", error.what, why=error.why, fix=error.fix)
            self.undecided[one.key + one.what] = one
        return found

    def mend(self, found: list[Complaint]) -> None:
        """Mends what can be mended."""
        for one in found:
            try:
                if one.mend is not None:
                    one.mend()
            except GitprovError as error:
                self.notes.append(str(error))


def _git(place: Clone, belongings: Belongings) -> Iterator[Complaint]:  # noqa: ARG001
    place.git.check_version()
    return iter(())


def _leftovers(place: Clone, belongings: Belongings) -> Iterator[Complaint]:  # noqa: ARG001
    died = [f"it was doing: {intent}" for intent in place.worktree.unfinished()]
    for owner, words in ((place.worktree, "; ".join(died)), (place.cache, "")):
        if paths := owner.leftovers():
            finding = codes.CLN_LEFTOVER.finding(
                paths[0], f"working files of a command that died: {len(paths)}", why=words or f"the first is {paths[0]}"
            )
            yield Complaint(finding, owner.sweep)


def _index_lock(place: Clone, belongings: Belongings) -> Iterator[Complaint]:  # noqa: ARG001
    left = place.index_lock.left()
    if left is not None:
        fix = "" if left.certain else f"if no git is running, rm {left.path}; or in a minute: gitprov doctor --fix"
        finding = codes.CLN_INDEX_LOCK.finding(left.path, f"{left.path} is there, and no git seems to use it", fix=fix)
        yield Complaint(finding, place.index_lock.remove if left.certain else None)


def _runs(place: Clone, belongings: Belongings) -> Iterator[Complaint]:  # noqa: ARG001
    if not place.worktree.is_idle():
        return
    for name in pending_names(place):
        step = pending_step(place, name) or name
        fix = f"gitprov keep  # or forget it: gitprov keep --drop {step}"
        finding = codes.CLN_RUN.finding(name, f"a run of {step} ended and was not finished", fix=fix)
        yield Complaint(finding, partial(_settle, place))
    for folder in remains(place):
        finding = codes.CLN_LEFTOVER.finding(folder, f"{folder} is no draft, and no run is under way")
        yield Complaint(finding, partial(tidy, place))


def _settle(place: Clone) -> None:
    _, unfinished = settle(place, open_ledger(place.git, place.worktree))
    if unfinished:
        raise unfinished[0]


def _attributes(place: Clone, belongings: Belongings) -> Iterator[Complaint]:
    path, data = belongings.attributes
    if place.worktree.read(path) == data and path in place.git.tracked([path]):
        return

    def mend() -> None:
        place.worktree.replace(path, data)
        stage(place, [path])

    finding = codes.GIT_ATTRIBUTES.finding(path, f"{path} is not what gitprov needs", fix="gitprov doctor --fix")
    yield Complaint(finding, mend)


def _hooks(place: Clone, belongings: Belongings) -> Iterator[Complaint]:
    """Yields hooks that are old or missing beside others of ours: where there is none at all nobody wanted them."""
    found = hooks.status(place.hooks, belongings.scripts)
    if {"installed", "old"} & set(found.states.values()):
        for finding in found.findings:
            mends = finding.code is codes.HOK_MISSING
            yield Complaint(finding, partial(hooks.install, place.hooks, belongings.scripts) if mends else None)


def _modes(place: Clone, belongings: Belongings) -> Iterator[Complaint]:  # noqa: ARG001
    if paths := place.cache.unprotected():
        finding = codes.CLN_MODE.finding(
            paths[0], f"objects in the cache that are not read-only, or not readable: {len(paths)}", why=paths[0]
        )
        yield Complaint(finding, place.cache.protect)


LOOKS: tuple[Look, ...] = (
    _git,
    _leftovers,
    _index_lock,
    _runs,
    _attributes,
    lambda place, _: look_at_strays(place),
    _hooks,
    _modes,
    lambda place, _: look_at_index(place.index),
    lambda place, _: look_at_tickets(place, place.tickets),
    lambda place, _: look_at_objects(place),
)
"""What is looked at, each after what came before it was mended: records have to be staged before their bytes count."""
