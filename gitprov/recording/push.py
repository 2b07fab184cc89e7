"""`gitprov push`: bytes first, then refs, so that no ref names bytes that nobody else can have."""

from collections.abc import Iterable
from dataclasses import dataclass

from gitprov.errors import Finding
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.ports.blobs import Fault, Object
from gitprov.ports.workplace import Workplace
from gitprov.recording.objects import Needed, key_of, needed_objects
from gitprov.records.stored import ROOT


@dataclass(frozen=True, slots=True)
class Pushed:
    """What was pushed, or with `dry_run` would be.

    Attributes:
        remote: The DVC remote, in words.
        objects: How many objects were sent.
        size: How many bytes these have.
        present: How many objects were there already.
        findings: Bytes that the records which others are to get need, and that could not be sent: no ref was pushed.
        notes: What a person should know.
        git: What git said; None when no ref was pushed.
        dry_run: Whether nothing was sent.
    """

    remote: str
    objects: int
    size: int
    present: int
    findings: tuple[Finding, ...] = ()
    notes: tuple[str, ...] = ()
    git: str | None = None
    dry_run: bool = False


def push(place: Workplace, ledger: Ledger, *, repair: bool = False, dry_run: bool = False) -> Pushed:
    """Sends what the remote lacks of every committed or staged record, then pushes the current branch.

    Bytes that are in neither the cache nor the remote keep the branch from being pushed only when its upstream does
    not have their record yet.

    Args:
        place: The ports.
        ledger: What is recorded.
        repair: Read what the remote has, too, and send again what is wrong there.
        dry_run: Say what would be sent, send nothing.

    Raises:
        GitprovError: GP-DVC-002 to -004, GP-IO-001, GP-IO-002; GP-BLB-003; GP-GIT-003 when git refuses (the bytes are
            in the remote then).
    """
    chosen = [one for one, held in ledger.held.items() if held.state != "draft"]
    needed = needed_objects(ledger, place.cache, chosen)
    remote = place.remote
    absent = {key_of(item): item for item in place.cache.missing(needed.items.values())}
    lost = remote.missing(list(absent.values()))
    here = [item for key, item in needed.items.items() if key not in absent]
    faults = [Fault(item, f"the cache and {remote.name}", "missing") for item in lost]
    here = [item for item in here if not (item.is_dir and _promises(needed, item, lost))]
    notes = _notes(ledger)
    if dry_run:
        wanted = remote.missing(here)
        findings, more = _split(place, needed, ledger, faults)
        return Pushed(
            remote.name,
            len(wanted),
            sum(item.size for item in wanted),
            len(needed.items) - len(wanted) - len(lost),
            tuple(findings),
            (*notes, *more),
            None if findings else place.git.push(dry_run=True),
            dry_run=True,
        )
