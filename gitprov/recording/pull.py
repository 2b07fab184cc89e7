"""`gitprov pull`: recorded bytes into the cache, each object checked by its SHA-256 before it counts."""

from collections.abc import Sequence

from gitprov.errors import Finding
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.ports.blobs import Transfer
from gitprov.ports.workplace import Workplace
from gitprov.recording.objects import listings, needed_objects
from gitprov.records import Artifact, Content


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What is to be brought.

    Attributes:
        records: Whose bytes; not those whose listing could not be brought.
        objects: How many objects the cache lacked.
        size: How many bytes these have.
        present: How many objects the cache had already.
        listings, listings_size: How many of the objects were brought at once, and their bytes: the listings of
            directories and code.
        findings: Listings that could not be brought.
        by_reference: Records whose bytes nobody stores here.
    """

    records: tuple[Digest, ...]
    objects: int
    size: int
    present: int
    listings: int = 0
    listings_size: int = 0
    findings: tuple[Finding, ...] = ()
    by_reference: tuple[Digest, ...] = ()


@dataclass(frozen=True, slots=True)
class Pulled:
    """What was brought.

    Attributes:
        plan: What was to be brought.
        remote: From where, in words; None when nothing had to come.
        objects: How many objects came, the plan's listings among them.
        size: How many bytes these have.
        findings: What did not come, or came with wrong bytes and was put into quarantine.
    """

    plan: PullPlan
    remote: str | None
    objects: int = 0
    size: int = 0
    findings: tuple[Finding, ...] = ()


def plan_pull(place: Workplace, ledger: Ledger, records: Sequence[Digest]) -> PullPlan:
    """Returns what a pull of these records would bring; their listings, which say so, are brought at once.

    Raises:
        GitprovError: GP-DVC-002 to -004, GP-IO-001, GP-IO-002; GP-BLB-003.
    """
    top = listings(ledger, records)
    brought = Transfer(0, 0, 0)
    if missing := place.cache.missing(top.items.values()):
        brought = place.remote.download(missing)
    unread = top.owners_of(fault.object for fault in brought.faults)
    readable = [one for one in records if one not in unread]
    needed = needed_objects(ledger, place.cache, readable)
    missing = place.cache.missing(needed.items.values())
    faults = top.fault_findings(ledger, brought.faults, place.remote.name) if brought.faults else []
    return PullPlan(
        records=tuple(readable),
        objects=len(missing) + brought.objects,
        size=sum(item.size for item in missing) + brought.bytes,
        present=len(needed.items) - len(missing) - brought.objects,
        listings=brought.objects,
        listings_size=brought.bytes,
        findings=(*faults, *needed.findings),
        by_reference=tuple(one for one in records if _is_referenced(ledger, one)),
    )


def pull(place: Workplace, ledger: Ledger, plan: PullPlan) -> Pulled:
    """Brings what a plan says.

    Raises:
        GitprovError: As `plan_pull`.
    """
    objects, size = plan.listings, plan.listings_size
    findings = list(plan.findings)
    records = plan.records
    # Twice, since the bytes of DVC's listing of a directory with links follow from the links, which come first.
    for derived in (False, True):
        needed = needed_objects(ledger, place.cache, records)
        known = [item for item in needed.items.values() if derived or item.sha256 or not item.is_dir]
        if wanted := place.cache.missing(known):
            got = place.remote.download(wanted, progress=place.progress)
            objects, size = objects + got.objects, size + got.bytes
            findings += needed.fault_findings(ledger, got.faults, place.remote.name)
            failed = needed.owners_of(fault.object for fault in got.faults)
            records = tuple(one for one in records if one not in failed)
    return Pulled(plan, place.remote.name if objects else None, objects, size, tuple(findings))


def _is_referenced(ledger: Ledger, record: Digest) -> bool:
    match ledger.held[record].stored.record:
        case Artifact(content=Content()):
            return False
        case Artifact():
            return True
    return False
