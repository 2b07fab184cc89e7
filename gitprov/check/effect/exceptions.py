"""Break-glass: two owners let one request count without its gates, or its approvals, for at most 72 hours.

An exception is an event that names the request. It waives denying rules (clause 10) or missing approvals (clause 11),
and never bytes, hashes, the chain, the trust root, the settings in force, or a rejection. What took effect by one is
told until the owners acknowledge it, and each deployment of it uses one up.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from gitprov.check.landed import Landed
from gitprov.errors import GitprovError
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.records import Waiver, path_of
from gitprov.records.codec import from_data
from gitprov.records.promotions import Waived

EXCEPTION = "exception"
"""The kind of event."""
LONGEST = timedelta(hours=72)
"""How long one may last."""
FEWEST = 2
"""How many owners it takes at least."""


@dataclass(frozen=True, slots=True)
class Granted:
    """An exception that enough owners in standing signed.

    Attributes:
        id: Of its record.
        people: The owners.
        waives: What it waives.
        since: From when on.
        until: Until when.
        reason: In words.
    """

    id: Digest
    people: tuple[str, ...]
    waives: tuple[Waived, ...]
    since: datetime
    until: datetime
    reason: str


def exceptions(landed: Landed) -> Iterator[tuple[Digest, Digest, frozenset[int]]]:
    """Yields each exception, the request that it names, and the steps where its record or a signature of it landed."""
    for one, event in landed.ledger.events.items():
        landing = landed.landing(one)
        if event.kind == EXCEPTION and len(event.subjects) == 1 and landing is not None:
            signed = {landed.chain.landed[signature.path] for signature in landed.signatures.of(one)}
            yield one, event.subjects[0], frozenset(step for step in signed | {landing} if step >= landing)


def granted(landed: Landed, request: Digest, before: int, step: int) -> tuple[Granted, ...]:
    """Returns the exceptions for a request that count at a step, by id.

    Args:
        landed: Everything that landed.
        request: Id of the request.
        before: Trust is that in force after this step.
        step: What landed by then counts.
    """
    found = (_granted(landed, one, before, step) for one, subject, _ in exceptions(landed) if subject == request)
    return tuple(sorted(filter(None, found), key=lambda one: one.id))


def _granted(landed: Landed, one: Digest, before: int, step: int) -> Granted | None:
    event, held, root = landed.ledger.events[one], landed.ledger.held[one], landed.roots.at(before)
    landing = landed.chain.landed[held.stored.path]
    if root is None or landing > step or held.stored.path != path_of(event, one):
        return None
    try:
        says = from_data(Waiver, dict(event.details))
    except GitprovError:  # which says nothing that could be granted
        return None
    since, until = datetime.fromisoformat(event.at), datetime.fromisoformat(says.until)
    known = landed.chain.step_of(says.history.commit)
    owners = root.role("owner")
    people = landed.signers(one, before, until=step) & {*owners.people}
    if not since < until <= since + LONGEST or known is None or known >= landing:
        return None
    if len(people) < max(FEWEST, owners.threshold):
        return None
    return Granted(one, tuple(sorted(people)), says.waives, since, until, event.reason)
