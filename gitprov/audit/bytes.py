"""Reads recorded bytes again, in the cache and in the remote: step (5) of docs/verification.md."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace

from gitprov.audit.facts import is_unverified, mention
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.sweeps import listing_fault
from gitprov.lineage.unverified import known_by, way_out
from gitprov.ports.blobs import Cache, Fault, Remote
from gitprov.ports.workplace import Workplace
from gitprov.recording.objects import Needed, key_of, listings, needed_objects
from gitprov.records import RUN_SET, Content, ReferencedContent


@dataclass(frozen=True, slots=True)
class Bytes:
    """What reading the bytes gave.

    Attributes:
        findings: Everything that is wrong.
        undecided: What could not be read from here.
        objects: How many objects there are.
        size: How many bytes they have together.
        places: Where they were read, in words.
        not_pushed: How many are right in the cache and not in the remote.
    """

    findings: tuple[Finding, ...]
    undecided: tuple[Finding, ...]
    objects: int
    size: int
    places: tuple[str, ...]
    not_pushed: int


def check_bytes(
    place: Workplace, ledger: Ledger, records: Iterable[Digest], *, in_cache: bool, in_remote: bool
) -> Bytes:
    """Reads the bytes of these records where asked; with both places, one of them may lack an object.

    Listings that the cache lacks are brought from the remote first: they say what there is to read. Drafts need
    nothing of the remote yet and are left out.

    Raises:
        GitprovError: GP-GIT-004 in a bare repository; GP-IO-001 when the disk fails.
    """
    chosen = [one for one in records if ledger.held[one].state != "draft"]
    cache = place.cache
    undecided = [
        codes.BLB_UNVERIFIED.finding(
            ledger.held[one].stored.path,
            f"{mention(ledger, one).label} is known by {known_by(content)} only",
            fix=way_out(content),
        )
        for one in chosen
        if one in ledger.artifacts and is_unverified(ledger, one)
        if isinstance(content := ledger.artifacts[one].content, ReferencedContent)
    ]
    remote: Remote | None = None
    try:
        if in_remote:
            remote = place.remote
            if lacking := cache.missing(listings(ledger, chosen).items.values()):
                remote.download(lacking)
    except GitprovError as error:
        undecided.append(_as_finding("remote", error))
    try:
        needed = needed_objects(ledger, cache, chosen)
    except GitprovError as error:  # two records claim one place: no bytes can satisfy both
        return Bytes((_as_finding("bytes", error),), tuple(undecided), 0, 0, (), 0)
    items = list(needed.items.values())
    near = cache.faults(items, progress=place.progress) if in_cache else []
    far: list[Fault] | None = None
    if remote is not None:
        try:
            far = remote.faults(items, progress=place.progress)
        except GitprovError as error:
            undecided.append(_as_finding("remote", error))
    lost, not_pushed = _missing(near, far, both=in_cache and in_remote)
    faults = [fault for fault in [*near, *(far or ())] if fault.problem == "mismatch"]
    faults += [fault for fault in lost if not _only_code(ledger, needed, fault)]
    places = [*(["the cache"] if in_cache else []), *([f"remote {remote.name}"] if remote and far is not None else [])]
    return Bytes(
        findings=(*needed.findings, *needed.fault_findings(ledger, faults, remote.name if remote else None)),
        undecided=tuple(undecided),
        objects=len(items),
        size=sum(item.size for item in items),
        places=tuple(places),
        not_pushed=not_pushed,
    )


def check_run_sets(cache: Cache, ledger: Ledger, records: Iterable[Digest]) -> Iterator[Finding]:
    """Yields the runs that say something else of their run-set than its listing does, where the cache has that.

    A listing that is not there is among the missing bytes.
    """
    for one in records:
        run = ledger.runs.get(one)
        artifact = ledger.artifacts.get(run.outputs[RUN_SET].artifact) if run is not None and run.sweep else None
        if artifact is None or not isinstance(artifact.content, Content):
            continue
        try:
            fault = listing_fault(ledger, one, cache.entries(artifact.content))
        except GitprovError:
            continue
        if fault is not None:
            path = ledger.held[one].stored.path
            fix = codes.LIN_SWEEP.remedy.replace("PATH", path)
            what = f"{path}: the run-set {artifact.name} is not what it says of it"
            yield codes.LIN_SWEEP.finding(path, what, why=fault, fix=fix)


def _missing(near: Sequence[Fault], far: Sequence[Fault] | None, *, both: bool) -> tuple[list[Fault], int]:
    """Returns the objects that are nowhere where they may be, and how many are here and not in the remote.

    When the remote did not answer, what the cache lacks may be there: that is undecided, and no finding.
    """
    local, away = ([fault for fault in faults or () if fault.problem == "missing"] for faults in (near, far))
    if not both:
        return local + away, 0
    wrong_here, absent_here = {key_of(fault.object) for fault in near}, {key_of(fault.object) for fault in local}
    lost = [replace(one, where=f"the cache nor in {one.where}") for one in away if key_of(one.object) in absent_here]
    return lost, len([one for one in away if key_of(one.object) not in wrong_here])


def _only_code(ledger: Ledger, needed: Needed, fault: Fault) -> bool:
    """Tells whether only stored copies of code need an object: step (4) judges whether they are missed."""
    return all(owner in ledger.runs for owner in needed.owners[key_of(fault.object)])


def _as_finding(subject: str, error: GitprovError) -> Finding:
    return error.code.finding(subject, error.what, why=error.why, fix=error.fix)
