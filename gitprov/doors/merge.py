"""`gitprov ci check`: what a merge would land, judged by what the base has in force. Nothing of the head is run."""

from collections.abc import Iterator
from dataclasses import dataclass

from gitprov.audit.changes import gather_change
from gitprov.check.effect import Asked, judge
from gitprov.check.engine import check
from gitprov.check.seen import Change
from gitprov.doors.updates import Doorway
from gitprov.errors import Exit, Finding
from gitprov.errors import catalogue as codes
from gitprov.records.stored import ROOT


@dataclass(frozen=True, slots=True)
class Asks:
    """A promotion that the merge would land.

    Attributes:
        name: As `approve` takes it: NAME/STAGE/SEQ.
        summary: What the request says, which is what its approvers sign.
        reason: Why it is asked for.
        counts: Whether it would be in effect at once.
        missing: Approvals that are still to come.
        against: What keeps it from ever counting as it is.
    """

    name: str
    summary: tuple[str, ...]
    reason: str
    counts: bool
    missing: tuple[Finding, ...]
    against: tuple[Finding, ...]

    @property
    def state(self) -> str:
        """What comes of it, in words."""
        if self.counts:
            return "takes effect when this is merged"
        return "cannot take effect as it is" if self.against else "waits for approval; it may be merged before"


@dataclass(frozen=True, slots=True)
class Landing:
    """What the merge would land.

    Attributes:
        base: The commit that is merged into.
        head: The commit that is merged.
        findings: Everything that is wrong: the check fails.
        warnings: What is told.
        undecided: What cannot be judged from here: the check fails, too.
        acknowledged: What the owners have acknowledged.
        promotions: The requests that it would land, or add to.
    """

    base: str
    head: str
    findings: tuple[Finding, ...]
    warnings: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    acknowledged: tuple[Finding, ...]
    promotions: tuple[Asks, ...]

    @property
    def exit(self) -> Exit:
        """The exit status that says the same."""
        return Exit.FINDINGS if self.findings else Exit.UNDECIDED if self.undecided else Exit.OK


def judge_merge(place: Doorway, base: str, head: str, attributes: bytes) -> Landing:
    """Judges what landing one revision on another would land, with everything that is in force at the base.

    Args:
        place: The ports.
        base: The protected ref as it is, or as the queue before has it: a revision.
        head: What is to land.
        attributes: What `gitprov init` writes.

    Raises:
        GitprovError: GP-NAM-001 when there is no such revision; GP-GIT-011 when the two conflict; GP-GIT-012 when this
            git is too old to tell; GP-GIT-003.
    """
    into, what = _commit(place, base), _commit(place, head)
    merged = place.incoming.merged(into, what)
    change = gather_change(place, into, merged, ref=f"what {head} would land", attributes=attributes)
    verdict = check(change)
    return Landing(
        base=into,
        head=what,
        findings=verdict.findings,
        warnings=verdict.warnings,
        undecided=verdict.undecided,
        acknowledged=verdict.acknowledged,
        promotions=tuple(_promotions(change)),
    )


def _commit(place: Doorway, revision: str) -> str:
    found = place.git.commit_of(revision)
    if found is None:
        raise codes.NAM_UNKNOWN.error(f"there is no commit {revision} here", fix=f"git fetch origin {revision}")
    return found


def _promotions(change: Change) -> Iterator[Asks]:
    if change.after is None:
        return
    folders = {tuple(path.split("/")[2:5]) for path in change.final if path.startswith(f"{ROOT}/promotions/")}
    for name in sorted({folder[0] for folder in folders}):
        for one in judge(change.after.landed, name).asked:
            if (name, one.request.stage, f"{one.request.sequence:04d}") in folders:
                yield _asks(one)


def _asks(one: Asked) -> Asks:
    request = one.request
    found = one.judgement.findings if one.judgement is not None and one.effective is None else ()
    return Asks(
        name=f"{request.name}/{request.stage}/{request.sequence}",
        summary=request.summary,
        reason=request.reason,
        counts=one.effective is not None,
        missing=tuple(finding for finding in found if finding.code is codes.APR_MISSING),
        against=tuple(finding for finding in found if finding.code is not codes.APR_MISSING),
    )
