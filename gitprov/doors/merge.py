"""`gitprov ci check`: what a branch would land, judged by what the base has in force. Nothing of the head is run.

A merge and a squash land one step, a rebase and a fast-forward one for each commit: what is added and taken away again
on the way is a loss there. The door of a server judges the steps that land, and so does this one.
"""

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Literal

from gitprov.audit.changes import gather_change
from gitprov.check.effect import Asked, judge
from gitprov.check.engine import Verdict, check
from gitprov.check.seen import Change
from gitprov.doors.updates import Doorway
from gitprov.errors import Exit, Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.records.stored import ROOT

Way = Literal["merge", "squash", "rebase", "ff"]
"""How a branch lands."""
_OTHERS: Mapping[Way, str] = {"rebase": "if it is rebased", "ff": "if it is fast-forwarded"}
"""Ways that can be refused for what a merge lands; a rebase that does all again comes to the same as a fast-forward."""


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


def judge_merge(place: Doorway, base: str, head: str, attributes: bytes, way: Way | None = None) -> Landing:
    """Judges what landing one revision on another would land, with everything that is in force at the base.

    Args:
        place: The ports.
        base: The protected ref as it is, or as the queue before has it: a revision.
        head: What is to land.
        attributes: What `gitprov init` writes.
        way: How it will land. When nobody knows, a merge is judged, and what only other ways would be refused for is a
            warning.

    Raises:
        GitprovError: GP-NAM-001 when there is no such revision; GP-GIT-011 when the two conflict, or `head` cannot be
            fast-forwarded to; GP-GIT-012 when this git is too old to tell; GP-GIT-003.
    """
    into, what = _commit(place, base), _commit(place, head)

    def judged(way: Way) -> tuple[Change, Verdict]:
        lands, made = _lands(place, into, what, way)
        change = gather_change(place, into, lands, ref=f"what {head} would land", attributes=attributes)
        verdict = check(change)
        findings = tuple(_named(_joined(one, into, what), made) for one in verdict.findings)
        return change, replace(verdict, findings=findings)

    change, verdict = judged(way or "merge")
    found = {(one.code, one.subject) for one in verdict.findings}
    warnings = list(verdict.warnings)
    for other in () if way is not None else _OTHERS:
        try:
            more = [one for one in judged(other)[1].findings if (one.code, one.subject) not in found]
        except GitprovError as error:
            if error.code is not codes.GIT_CONFLICT:
                raise
            continue  # it does not land this way
        found |= {(one.code, one.subject) for one in more}
        warnings += [replace(one, what=f"{_OTHERS[other]}: {one.what}") for one in more]
    return Landing(
        base=into,
        head=what,
        findings=verdict.findings,
        warnings=tuple(warnings),
        undecided=verdict.undecided,
        acknowledged=verdict.acknowledged,
        promotions=tuple(_promotions(change)),
    )


def _lands(place: Doorway, into: str, what: str, way: Way) -> tuple[str, Mapping[str, str]]:
    """Returns the head that a landing would make, and of each commit that it would make the one that people know."""
    common = place.git.common_ancestor(into, what)
    if common is None:  # nothing joins them: what is judged is that one would stand where the other was
        return what, {}
    match way:
        case "merge" | "squash":  # one step, to the same files
            merged = place.incoming.merged(into, what)
            return merged, {merged: what}
        case "rebase":
            rebased = place.incoming.rebased(into, what)
            return rebased[-1][0] if rebased else into, dict(rebased)
        case "ff":
            if common != into:
                missing = f"it lacks {into[:12]}"
                raise codes.GIT_CONFLICT.error(f"{what[:12]} is not ahead", why=missing, fix=f"git rebase {into[:12]}")
            return what, {}


def _joined(finding: Finding, into: str, what: str) -> Finding:
    """Returns a finding with its way out as it is on a branch that shares no commit with what it is to land on."""
    if finding.code is not codes.HIS_UNRELATED:
        return finding
    said = f"{what[:12]} and {into[:12]} have no common ancestor"
    return replace(finding, what=said, why="", fix=f"git rebase --onto {into[:12]} --root")


def _named(finding: Finding, made: Mapping[str, str]) -> Finding:
    """Returns a finding with the commits that people know, instead of those that were made to be judged."""

    def known(text: str) -> str:
        for commit, of in made.items():
            text = text.replace(commit[:12], of[:12])
        return text

    commit = made.get(finding.commit or "", finding.commit)
    return replace(finding, what=known(finding.what), why=known(finding.why), fix=known(finding.fix), commit=commit)


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
