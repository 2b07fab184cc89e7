"""`gitprov pull`: recorded bytes into the cache, each object checked by its SHA-256 before it counts."""

from collections.abc import Sequence
from dataclasses import dataclass

from gitprov.errors import Finding
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.objects import listings, needed_objects
from gitprov.records import Artifact, Content


@dataclass(frozen=True, slots=True)
class PullPlan:
    """What is to be brought.

    Attributes:
        records: Whose bytes.
        objects: How many objects the cache lacks.
        size: How many bytes these have.
        present: How many objects the cache has already.
        findings: Listings that could not be brought; what they name is not counted.
        by_reference: Records whose bytes nobody stores here.
    """

    records: tuple[Digest, ...]
    objects: int
    size: int
    present: int
    findings: tuple[Finding, ...] = ()
    by_reference: tuple[Digest, ...] = ()


@dataclass(frozen=True, slots=True)
class Pulled:
    """What was brought.

    Attributes:
        plan: What was to be brought.
        remote: From where, in words; None when nothing had to come.
        objects: How many objects came.
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
    findings: list[Finding] = []
    if missing := place.cache.missing(top.items.values()):
        findings += top.fault_findings(ledger, place.remote.download(missing).faults)
    needed = needed_objects(ledger, place.cache, records)
    findings += needed.findings
    missing = place.cache.missing(needed.items.values())
    return PullPlan(
        records=tuple(records),
        objects=len(missing),
        size=sum(item.size for item in missing),
        present=len(needed.items) - len(missing),
        findings=tuple(findings),
        by_reference=tuple(one for one in records if _is_referenced(ledger, one)),
    )


def pull(place: Workplace, ledger: Ledger, plan: PullPlan) -> Pulled:
    """Brings what a plan says.

    Raises:
        GitprovError: As `plan_pull`.
    """
    if not plan.objects:
        return Pulled(plan, None, findings=plan.findings)
    objects = size = 0
    findings = list(plan.findings)
    # Twice, since the bytes of DVC's listing of a directory with links follow from the links, which come first.
    for derived in (False, True):
        needed = needed_objects(ledger, place.cache, plan.records)
        wanted = place.cache.missing(
            item for item in needed.items.values() if derived or item.sha256 or not item.is_dir
        )
        if not wanted or findings:
            continue
        got = place.remote.download(wanted, progress=place.progress)
        objects += got.objects
        size += got.bytes
        findings += needed.fault_findings(ledger, got.faults)
    return Pulled(plan, place.remote.name, objects, size, tuple(findings))


def _is_referenced(ledger: Ledger, record: Digest) -> bool:
    match ledger.held[record].stored.record:
        case Artifact(content=Content()):
            return False
        case Artifact():
            return True
    return False
