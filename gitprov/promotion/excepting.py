"""`gitprov exception`: an owner lets one request count without its gates or approvals; another owner signs it, too."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from gitprov.audit.gather import propose
from gitprov.audit.in_effect import read_promotions
from gitprov.check.effect import EXCEPTION, FEWEST, exceptions, granted
from gitprov.check.landed import Landed
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.governance.state import current, history
from gitprov.ports.workplace import Workplace
from gitprov.promotion import messages
from gitprov.promotion.committing import commit_files
from gitprov.promotion.finding import find_request, require_here
from gitprov.recording.secrets import refuse_secrets
from gitprov.recording.writing import make_signature
from gitprov.records import Event, Request, Stored, Waiver, store
from gitprov.records.codec import to_data
from gitprov.records.promotions import Waived
from gitprov.trust.roots import Accepted


@dataclass(frozen=True, slots=True)
class Excepted:
    """An exception that an owner signed.

    Attributes:
        request: The request that it is for.
        exception: Its record.
        is_new: Whether this owner began it; else another one had.
        person: The owner.
        until: When it is over.
        lacks: How many more owners it takes.
        files: What was committed, or would be.
        commit: The commit; None when nothing was written.
    """

    request: Request
    exception: Stored
    is_new: bool
    person: str
    until: str
    lacks: int
    files: tuple[str, ...]
    commit: str | None


def make_exception(
    place: Workplace,
    text: str,
    waives: tuple[Waived, ...],
    *,
    hours: int,
    reason: str,
    dry_run: bool = False,
) -> Excepted:
    """Signs an exception for a request and commits it on the current branch; one that waits for owners is signed too.

    Args:
        place: The ports.
        text: The request, as people name it.
        waives: What need not hold.
        hours: How long from now.
        reason: In words.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-NAM-* and GP-PRO-018 for the request; GP-PRO-021 for somebody who is no owner, and where there
            are too few; GP-USE-001 when the same owner signs it again; GP-TRU-006, GP-KEY-*, GP-GIT-003.
    """
    gathered = read_promotions(place)
    found = find_request(place.git, gathered, text)
    require_here(gathered, found)
    root = current(gathered.landed.roots, "nobody can grant an exception")
    person = _owner(place, gathered.landed, root, found.name)
    there, now = propose(place, gathered, of="HEAD").landed, place.clock.now()
    known = _waiting(there, found.stored, waives, now)
    if known is None:
        until = (datetime.fromisoformat(now) + timedelta(hours=hours)).strftime("%Y-%m-%dT%H:%M:%SZ")
        says = Waiver(waives=waives, until=until, history=history(gathered))
        event = Event(
            kind=EXCEPTION,
            actor=place.person(),
            at=now,
            subjects=(found.stored.id,),
            reason=reason,
            details=to_data(says),
        )
        stored = store(event)
        refuse_secrets(place, [stored])
    else:
        stored, until = known, str(_details(known)["until"])
    head = there.chain.head
    signed = set() if known is None else there.signers(stored.id, head, until=head) & {*root.role("owner").people}
    if person in signed:
        raise codes.USE_ARGUMENT.error(
            f"{person} has signed this exception already",
            why=f"signed by {', '.join(sorted(signed))}",
            fix="ask another owner to run the same command",
        )
    lacks = max(0, max(FEWEST, root.role("owner").threshold) - len(signed) - 1)
    if dry_run:
        return Excepted(found.request, stored, known is None, person, until, lacks, (stored.path,), None)
    signature = make_signature(place, stored, {})
    files = {**({stored.path: stored.data} if known is None else {}), signature.path: signature.data}
    message = messages.excepts(stored, found.request, person, waives=", ".join(waives), until=until, reason=reason)
    commit = commit_files(place, files, message)
    return Excepted(found.request, stored, known is None, person, until, lacks, tuple(sorted(files)), commit)


def _owner(place: Workplace, landed: Landed, root: Accepted, name: str) -> str:
    """Returns the owner whose key this is.

    Raises:
        GitprovError: GP-PRO-021 when nobody is, or when there are too few for any exception.
    """
    owners = root.role("owner")
    person = landed.roots.bearer(place.signer.id, landed.chain.head)
    if len(owners.people) < FEWEST:
        raise codes.PRO_OWNERS.error(
            f"an exception for {name} takes {FEWEST} owners, and there is one",
            why=f"trust version {root.root.version} names {', '.join(owners.people)}",
            fix="gitprov trust propose --role owner=PERSON,PERSON",
        )
    if person is None or person not in owners.people:
        raise codes.PRO_OWNERS.error(
            f"{person or f'the key of {place.person()}'} is no owner",
            why=f"trust version {root.root.version} names {', '.join(owners.people)}",
            fix=f"ask two of them: gitprov exception {name} --waive gates --reason TEXT",
        )
    return person


def _waiting(there: Landed, request: Stored, waives: tuple[Waived, ...], now: str) -> Stored | None:
    """Returns an exception for a request that waives the same, is not over, and lacks owners."""
    head = there.chain.head
    done = {one.id for one in granted(there, request.id, head, head)}
    for one, subject, _ in exceptions(there):
        stored = there.ledger.held[one].stored
        says = _details(stored)
        is_open = one not in done and str(says.get("until")) > now
        if is_open and subject == request.id and says.get("waives") == list(waives):
            return stored
    return None


def _details(stored: Stored) -> Mapping[str, object]:
    record = stored.record
    return record.details if isinstance(record, Event) else {}
