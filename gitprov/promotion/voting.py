"""`gitprov approve` and `reject`: a vote is judged as if it landed now, then signed and committed."""

from collections.abc import Iterator

from gitprov.audit.gather import propose
from gitprov.audit.in_effect import read_promotions
from gitprov.check.effect import Asked, Case, Clause, Timeline, Votes, count, in_time, judge, judge_at
from gitprov.check.landed import Landed
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.workplace import Workplace
from gitprov.promotion import messages
from gitprov.promotion.committing import commit_files
from gitprov.promotion.finding import Found, find_request, require_here
from gitprov.recording.ahead import SignedAhead
from gitprov.trust.roots import Accepted
from gitprov.trust.statements import Decision


@dataclass(frozen=True, slots=True)
class Ballot:
    """A vote that can be cast, or why not.

    Attributes:
        found: The request.
        person: Who votes.
        decision: approve or reject.
        reason: In words; may be empty for an approval.
        clauses: The request as judged with this vote, if it landed now.
        votes: The state of the votes with this one.
        findings: Why the vote is refused; all of them.
        signed: The signature that would be written.
    """

    found: Found
    person: str
    decision: Decision
    reason: str
    clauses: tuple[Clause, ...]
    votes: Votes
    findings: tuple[Finding, ...]
    signed: SignedAhead

    @property
    def missing(self) -> int:
        """How many approvals it takes besides those that are there then."""
        return max(self.votes.needed - len(self.votes.approved), 0)


def ballot(place: Workplace, text: str, decision: Decision, reason: str = "") -> Ballot:
    """Returns the vote of whoever holds the key here about a request, judged and not written.

    An approval is refused for one's own work, and where the request could not take effect whoever approves; a rejection
    is refused to nobody who approves for the stage.

    Args:
        place: The ports.
        text: The request, as people name it.
        decision: approve or reject.
        reason: In words.

    Raises:
        GitprovError: GP-NAM-* and GP-PRO-018 for the request; GP-APR-004 for somebody who does not approve for the
            stage; GP-TRU-006, GP-KEY-*.
    """
    gathered = read_promotions(place)
    found = find_request(place.git, gathered, text)
    require_here(gathered, found)
    root = gathered.landed.roots.at(gathered.landed.chain.head)
    if root is None:
        raise codes.TRU_NONE.error(f"no trust version is in force on {gathered.landed.chain.ref}")
    person = _voter(place, gathered.landed, root, found)
    signed = SignedAhead(place, root)
    signed.decide(found.stored, decision, reason)
    before = propose(place, gathered, of="HEAD").landed
    after = propose(place, gathered, of="HEAD", files=signed.files, signed=signed.foreseen).landed
    timeline, step = judge(gathered.landed, found.request.name), after.chain.head
    held = after.ledger.held[found.stored.id]
    case = Case(after, timeline, held, found.request, step, root)
    votes, judgement = count(case, case.evidence()), judge_at(after, timeline, held, step)
    late = in_time(after, Asked(held, found.request, step), place.clock.now())
    findings = [*_twice(before, found, person, decision)]
    if decision == "approve":
        findings += _own(found, person, votes, root)
        findings += _in_effect(timeline, found)
        findings += [one for one in (*judgement.findings, *late.findings) if one.code is not codes.APR_MISSING]
    return Ballot(found, person, decision, reason, (*judgement.clauses, late), votes, tuple(findings), signed)


def cast(place: Workplace, vote: Ballot) -> str:
    """Writes a vote, commits it on the current branch and returns the commit.

    Raises:
        GitprovError: GP-GIT-003 when git or a hook refuses; GP-IO-001.
    """
    message = messages.votes(vote.found.stored, vote.found.request, vote.decision, vote.person, vote.reason)
    return commit_files(place, vote.signed.finish(), message)


def _voter(place: Workplace, landed: Landed, root: Accepted, found: Found) -> str:
    """Returns the person whose key this is.

    Raises:
        GitprovError: GP-APR-004 when they do not approve for the stage.
    """
    head = landed.chain.head
    person = landed.roots.bearer(place.signer.id, head)
    approvers = root.approvers(found.request.stage, found.request.name).people
    if person is None or person not in approvers:
        raise codes.APR_PERSON.error(
            f"{person or f'the key of {place.person()}'} does not approve for {found.request.stage}",
            why=f"trust version {root.root.version} names {', '.join(approvers)}",
            fix=f"ask one of them: gitprov approve {found.name}",
        )
    return person


def _twice(before: Landed, found: Found, person: str, decision: Decision) -> Iterator[Finding]:
    means, step = "approves" if decision == "approve" else "rejects", before.chain.head
    for one in before.signatures.of(found.stored.id):
        if one.is_good and one.means == means and before.roots.person(one, before.made_by(one), step - 1) == person:
            yield codes.APR_TWICE.finding(one.path, f"{person} {means} {found.name} already", why=one.reason)


def _own(found: Found, person: str, votes: Votes, root: Accepted) -> Iterator[Finding]:
    more = root.says_approvers(found.request.stage, found.request.name)
    if person in votes.excluded:
        yield codes.APR_OWN.finding(
            found.stored.path,
            f"{person} cannot approve {found.name}",
            why=f"{person} {votes.excluded[person]}",
            fix=f"ask {' or '.join(votes.eligible)}: gitprov approve {found.name}"
            if votes.eligible
            else f"an owner names more approvers: {more}",
        )


def _in_effect(timeline: Timeline, found: Found) -> Iterator[Finding]:
    for one in timeline.asked:
        if one.id == found.stored.id and one.effective is not None:
            where = f"{found.request.name}/{found.request.stage}"
            yield codes.PRO_SAME.finding(
                found.stored.path, f"{found.name} took effect already", fix=f"gitprov why {where}"
            )
