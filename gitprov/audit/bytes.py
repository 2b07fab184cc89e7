"""Reads recorded bytes again, in the cache and in the remote: step (5) of docs/verification.md."""

from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace

from gitprov.audit.facts import mention
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.ports.blobs import Cache, Fault, Object, Remote
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import copied_objects
from gitprov.records import Artifact, Content, Record, Run

Key = tuple[str, bool]
"""What names an object in DVC's layout: its MD5, and whether it is a `.dir`."""


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


@dataclass(frozen=True, slots=True)
class _Wanted:
    """The objects to read, each with the record that needs it; `spare` ones are copies of code, which git may have."""

    items: dict[Key, Object] = field(default_factory=dict)
    owners: dict[Key, Digest] = field(default_factory=dict)
    spare: set[Key] = field(default_factory=set)
    unreadable: list[Finding] = field(default_factory=list)

    def add(self, owner: Digest, items: Iterable[Object], *, spare: bool) -> None:
        """Adds objects; one that an artifact needs is no spare."""
        for item in items:
            key = _key(item)
            if spare and key not in self.items:
                self.spare.add(key)
            elif not spare:
                self.spare.discard(key)
                self.owners[key] = owner
            self.items.setdefault(key, item)
            self.owners.setdefault(key, owner)


def check_bytes(
    place: Workplace, ledger: Ledger, records: Iterable[Digest], *, in_cache: bool, in_remote: bool
) -> Bytes:
    """Reads the bytes of these records where asked; with both places, one of them may lack an object.

    Listings of directories that the cache lacks are brought from the remote first: they say what there is to read.

    Raises:
        GitprovError: GP-GIT-004 in a bare repository; GP-IO-001 when the disk fails.
    """
    cache = place.cache
    chosen = [(one, ledger.held[one].stored.record) for one in records]
    undecided = [
        codes.BLB_UNVERIFIED.finding(ledger.held[one].stored.path, f"{mention(ledger, one).label} is known by MD5 only")
        for one, _ in chosen
        if mention(ledger, one).assurance == "unverified"
    ]
    remote: Remote | None = None
    try:
        if in_remote:
            _bring_listings(cache, place.remote, chosen)
            remote = place.remote
    except GitprovError as error:
        undecided.append(error.code.finding("remote", error.what, why=error.why, fix=error.fix))
    wanted = _collect(ledger, cache, chosen)
    items = list(wanted.items.values())
    near = cache.faults(items, progress=place.progress) if in_cache else None
    far: list[Fault] | None = None
    try:
        far = remote.faults(items, progress=place.progress) if remote is not None else None
    except GitprovError as error:
        undecided.append(error.code.finding("remote", error.what, why=error.why, fix=error.fix))
    wrong = [fault for fault in [*(near or ()), *(far or ())] if fault.problem == "mismatch"]
    lost, not_pushed = _lost(wanted, near, far, both=in_cache and in_remote)
    findings = [*wanted.unreadable, *_findings(ledger, cache, wanted, [*wrong, *lost])]
    places = [*(["the cache"] if in_cache else []), *([f"remote {remote.name}"] if remote and far is not None else [])]
    size = sum(item.size for item in items)
    return Bytes(tuple(findings), tuple(undecided), len(items), size, tuple(places), not_pushed)


def _bring_listings(cache: Cache, remote: Remote, chosen: Iterable[tuple[Digest, Record]]) -> None:
    listings = []
    for _, record in chosen:
        if isinstance(record, Artifact) and isinstance(record.content, Content) and record.content.listing:
            blob = record.content.listing
            listings.append(Object(blob.md5, blob.size, record.content.digest))
        elif isinstance(record, Run) and record.code and record.code.listing:
            listings.append(Object(record.code.listing.md5, record.code.listing.size, None))
    if missing := cache.missing(listings):
        remote.download(missing)


def _collect(ledger: Ledger, cache: Cache, chosen: Iterable[tuple[Digest, Record]]) -> _Wanted:
    wanted = _Wanted()
    for one, record in chosen:
        if isinstance(record, Artifact) and isinstance(record.content, Content):
            try:
                wanted.add(one, cache.objects(record.content), spare=False)
            except GitprovError as error:
                what = f"{mention(ledger, one).label}: {error.what}"
                path = ledger.held[one].stored.path
                wanted.unreadable.append(error.code.finding(path, what, why=error.why, fix=error.fix))
        elif isinstance(record, Run) and record.code and record.code.listing:
            with suppress(GitprovError):  # step (4) tells whether this copy is missed
                wanted.add(one, copied_objects(cache, record.code.listing), spare=True)
    return wanted


def _lost(wanted: _Wanted, near: list[Fault] | None, far: list[Fault] | None, *, both: bool) -> tuple[list[Fault], int]:
    """Returns the objects that are nowhere where they may be, and how many are here and not in the remote."""
    absent_near, absent_far = (
        {_key(fault.object): fault for fault in faults or () if fault.problem == "missing"} for faults in (near, far)
    )
    if not both:
        lost, not_pushed = absent_near | absent_far, 0
    elif far is None:
        lost, not_pushed = {}, 0  # whether the remote has them could not be decided
    else:
        lost = {
            key: replace(fault, where="the cache and the remote")
            for key, fault in absent_far.items()
            if key in absent_near
        }
        not_pushed = len(absent_far.keys() - {_key(fault.object) for fault in near or ()})
    return [fault for key, fault in lost.items() if key not in wanted.spare], not_pushed


def _findings(ledger: Ledger, cache: Cache, wanted: _Wanted, faults: Iterable[Fault]) -> Iterator[Finding]:
    """Yields one finding for all the objects of a record that have the same fault in the same place."""
    grouped: dict[tuple[Digest, str, str], list[Object]] = {}
    for fault in faults:
        key = (wanted.owners[_key(fault.object)], fault.problem, fault.where)
        grouped.setdefault(key, []).append(fault.object)
    for (owner, problem, where), items in grouped.items():
        run = ledger.runs.get(owner)
        label = f"the code of run {run.step} {ledger.short(owner)}" if run else mention(ledger, owner).label
        names = [_file_name(ledger, cache, owner, item) for item in items[:5]]
        size = sum(item.size for item in items)
        code = codes.BLB_MISMATCH if problem == "mismatch" else codes.BLB_MISSING
        state = "not the recorded bytes" if problem == "mismatch" else "not there"
        yield code.finding(
            ledger.held[owner].stored.path,
            f"{label}: {len(items)} object(s), {size} bytes, {state} in {where}",
            why=", ".join(names) + (", …" if len(items) > len(names) else ""),
            fix=code.remedy.replace("NAME", ledger.short(owner)),
        )


def _file_name(ledger: Ledger, cache: Cache, owner: Digest, item: Object) -> str:
    artifact = ledger.artifacts.get(owner)
    if artifact and isinstance(artifact.content, Content) and artifact.content.listing and not item.is_dir:
        with suppress(GitprovError):
            for entry in cache.entries(artifact.content):
                if entry.md5 == item.md5:
                    return entry.path
    return f"{item.md5}{'.dir' if item.is_dir else ''}"


def _key(item: Object) -> Key:
    return item.md5, item.is_dir
