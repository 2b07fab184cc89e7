"""Clauses 11 and 12: who approved, who cannot, who rejected (demand 18; threats A10-A12)."""

from collections.abc import Iterator

from gitprov.check.effect.case import Case, people
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.records import Evidence
from gitprov.records.settings import CatalogEntry
from gitprov.trust.signatures import Means


@dataclass(frozen=True, slots=True)
class Votes:
    """The state of the approvals of a request.

    Attributes:
        approved: People whose approval counts, one vote each.
        needed: How many it takes.
        eligible: People whose approval counts or would count.
        excluded: Person to why their approval does not count.
        rejected: People who rejected it: one rejection voids it.
        unknown: Records in an excluded slot that an unlisted key signed and no producer countersigned.
    """

    approved: tuple[str, ...]
    needed: int
    eligible: tuple[str, ...]
    excluded: dict[str, str]
    rejected: tuple[str, ...]
    unknown: tuple[Digest, ...]

    @property
    def says(self) -> str:
        """The state in words."""
        of = f"{len(self.approved)} of {self.needed} approvals"
        return f"{of}: {people(self.approved)}" if self.approved else of


def count(case: Case, evidence: Evidence | None) -> Votes:
    """Counts the votes about a request at a step."""
    role = case.root.approvers(case.request.stage, case.request.name)
    excluded: dict[str, str] = {}
    unknown = []
    for one, why in _slots(case, evidence):
        excluded |= {person: excluded.get(person, why) for person in _behind(case, one)}
        if why != _EVALUATED and _has_stranger(case, one):
            unknown.append(one)
    excluded |= {person: excluded.get(person, "wrote code of it") for person in case.request.authors}
    entry = case.setting(f"catalog/{case.request.name}.yaml")
    if "owner" in role.distinct_from and isinstance(entry, CatalogEntry) and entry.owner:
        excluded.setdefault(entry.owner, f"owns {case.request.name}")
    eligible = sorted(set(role.people) - excluded.keys())
    approved = sorted(set(eligible) & _voters(case, "approves"))
    rejected = sorted(_voters(case, "rejects"))
    return Votes(
        tuple(approved),
        role.threshold,
        tuple(eligible),
        {person: excluded[person] for person in sorted(excluded)},
        tuple(rejected),
        tuple(unknown),
    )


_EVALUATED = "signed an evaluation of it"


def _slots(case: Case, evidence: Evidence | None) -> Iterator[tuple[Digest, str]]:
    """Yields the records whose signers do not approve: the request, the runs, every other run that made a member."""
    yield case.held.id, "asked for it"
    release, ledger = case.release(), case.landed.ledger
    made = [run for member in release.members.values() for run in ledger.makers(member.artifact)] if release else []
    for one in dict.fromkeys([*case.runs(), *(run for run in made if case.is_there(run))]):
        yield one, f"signed run {ledger.runs[one].step}" if one in ledger.runs else "signed a run of it"
    if "evaluator" in case.root.approvers(case.request.stage, case.request.name).distinct_from and evidence is not None:
        for entry in evidence.evaluations:
            yield entry.evaluation, _EVALUATED


def _behind(case: Case, record: Digest) -> set[str]:
    """Returns everybody whose key, listed in whatever version so far, signed a record: in standing or not."""
    versions = [version for version in case.landed.roots.accepted if version.step <= case.before]
    keys = [one.key for one in case.signatures(record) if one.is_good]
    return {held[key] for one in versions for held in (one.people, one.revoked) for key in keys if key in held}


def _has_stranger(case: Case, record: Digest) -> bool:
    """Tells whether an unlisted key signed a record: an unknown person in an excluded slot could be any approver.

    A producer's countersignature says that a listed person stands in for it.
    """
    if not case.landed.has_stranger(record, case.before, case.step):
        return False
    producers = set(case.root.role("producer", case.request.name).people)
    return not case.landed.signers(record, case.before, "countersigns") & producers


def _voters(case: Case, means: Means) -> set[str]:
    """Returns the approvers who voted so: in standing when their vote landed, and an approval's still at this step."""
    roots, found = case.landed.roots, set()
    for one in case.files(case.held.id, means):
        if not one.is_good:
            continue
        landing = case.landed.made_by(one)
        if means == "rejects":  # a rejection is never taken back, whatever becomes of who rejected
            judges, person = roots.at(landing - 1), roots.person(one, landing, landing - 1)
        else:
            judges, person = case.root, roots.person(one, landing, case.before)
            person = person if person == roots.person(one, case.step, case.before) else None
        if judges is not None and person in judges.approvers(case.request.stage, case.request.name).people:
            found.add(person)
    return found


def approvals(case: Case, votes: Votes) -> Iterator[Finding]:
    """Clause 11: enough eligible people approved, one vote each, and nobody unknown stands where they may not."""
    for one in votes.unknown:
        name = case.landed.ledger.short(one)
        yield case.find(
            codes.APR_UNKNOWN,
            f"an unlisted key signed {name}: it could be anybody's who approves",
            fix=f"gitprov sign {name}  # as a producer who stands in for it",
        )
    if len(votes.approved) >= votes.needed:
        return
    out = "; ".join(f"{person} {why}" for person, why in votes.excluded.items())
    open_to = sorted(set(votes.eligible) - set(votes.approved))
    yield case.find(
        codes.APR_MISSING,
        f"{case.name} has {len(votes.approved)} of {votes.needed} approvals",
        why=f"approvals that count: {people(votes.approved)}" + (f"; {out}" if out else ""),
        fix=f"gitprov approve {case.name}  # by {people(open_to)}"
        if open_to
        else f"an owner names more approvers: {case.root.says_approvers(case.request.stage, case.request.name)}",
    )


def rejections(case: Case, votes: Votes) -> Iterator[Finding]:
    """Clause 12: no approver rejected it."""
    if votes.rejected:
        yield case.find(
            codes.APR_REJECTED,
            f"{case.name} was rejected by {people(votes.rejected)}",
            fix=f"gitprov promote {case.request.name} --to {case.request.stage} --reason TEXT  # once it is mended",
        )
