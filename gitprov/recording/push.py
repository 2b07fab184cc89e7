"""`gitprov push`: bytes first, then refs, so that no ref names bytes that nobody else can have."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace

from gitprov.errors import Finding, GitprovError
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Held, Ledger
from gitprov.ports.blobs import Fault, Object, Transfer
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import copy_again
from gitprov.recording.objects import Needed, needed_objects
from gitprov.recording.run_sets import is_recorded, read_set, run_sets
from gitprov.records import RUN_SET
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


def push(
    place: Workplace,
    ledger: Ledger,
    *,
    everything: bool = False,
    refs: bool = True,
    repair: bool = False,
    dry_run: bool = False,
) -> Pushed:
    """Sends what the remote lacks of every committed or staged record, then pushes the current branch.

    Bytes that are in neither the cache nor the remote keep the branch from being pushed only when its upstream does
    not have their record yet.

    Args:
        place: The ports.
        ledger: What is recorded.
        everything: Send what the runs in run-sets made, too, as far as it is here, although nobody kept them.
        refs: Push the current branch, too.
        repair: Read what the remote has, too, and send again what is wrong there.
        dry_run: Say what would be sent, send nothing.

    Raises:
        GitprovError: GP-DVC-002 to -004, GP-IO-001, GP-IO-002; GP-BLB-003; GP-GIT-003 when git refuses (the bytes are
            in the remote then).
    """
    ledger, others, told = _with_run_sets(place, ledger) if everything else (ledger, set(), _left_here(place, ledger))
    chosen = [one for one, held in ledger.held.items() if held.state != "draft"]
    remote = place.remote
    needed, absent, faults = _look(place, ledger, chosen)
    incomplete = needed.owners_of(fault.object for fault in faults)
    if not dry_run and (runs := incomplete & ledger.runs.keys()):
        for one in runs:
            copy_again(place.git, place.cache, ledger.runs[one])
        needed, absent, faults = _look(place, ledger, chosen)
        incomplete = needed.owners_of(fault.object for fault in faults)
    here = [
        item
        for key, item in needed.items.items()
        if item not in absent and not (item.is_dir and incomplete.issuperset(needed.owners[key]))
    ]
    if dry_run:
        wanted = remote.missing(here)
        sent = Transfer(len(wanted), sum(item.size for item in wanted), len(here) - len(wanted))
    else:
        sent = remote.upload(here, repair=repair, progress=place.progress)
    findings, notes = _judge(place, ledger, needed, [*faults, *sent.faults], others)
    said = None if findings or not refs else _push_refs(place, dry_run=dry_run)
    return Pushed(
        remote=remote.name,
        objects=sent.objects,
        size=sent.bytes,
        present=sent.present,
        findings=tuple(findings),
        notes=(*told, *notes),
        git=said,
        dry_run=dry_run,
    )


def _look(
    place: Workplace, ledger: Ledger, chosen: Sequence[Digest]
) -> tuple[Needed, Collection[Object], Sequence[Fault]]:
    """Returns what records need, what of it the cache lacks, and what the remote lacks, too."""
    needed = needed_objects(ledger, place.cache, chosen)
    absent = set(place.cache.missing(needed.items.values()))
    nowhere = place.remote.missing([item for item in needed.items.values() if item in absent])
    return needed, absent, [Fault(item, f"the cache or remote {place.remote.name}", "missing") for item in nowhere]


def _with_run_sets(place: Workplace, ledger: Ledger) -> tuple[Ledger, set[str], list[str]]:
    """Returns the ledger with the records that only run-sets hold, the paths of these, and what to tell people."""
    more: dict[Digest, Held] = {}
    told = []
    for one, content in run_sets(ledger).items():
        try:
            more |= read_set(place, content).held
        except GitprovError as error:
            name, fix = ledger.artifacts[one].name, f"gitprov pull {ledger.short(one)}"
            told.append(f"what the runs of {name} made is not sent: {error.what}; {fix}")
    others = [replace(held, state="committed") for one, held in more.items() if not is_recorded(ledger, one)]
    return Ledger([*others, *ledger.held.values()]), {held.stored.path for held in others}, told


def _left_here(place: Workplace, ledger: Ledger) -> list[str]:
    """Returns what to tell people of run-sets that are new to the branch: what the losers made is not sent."""
    sizes = {run.outputs[RUN_SET].artifact: run.sweep.runs for run in ledger.runs.values() if run.sweep is not None}
    shared = _shared(place) if sizes else set()
    return [
        f"what the other runs of {ledger.artifacts[one].name} made stays here ({sizes[one]} runs in all): "
        "gitprov push --all sends it"
        for one in run_sets(ledger)
        if ledger.held[one].stored.path not in shared
    ]


def _shared(place: Workplace) -> set[str]:
    """Returns the records that the branch has which is pushed to."""
    upstream = place.git.commit_of("@{upstream}")
    return set(place.git.tree(upstream, (ROOT,))) if upstream else set()


def _push_refs(place: Workplace, *, dry_run: bool) -> str:
    """Pushes the branch, and says of a refusal that the bytes have arrived."""
    try:
        return place.git.push(dry_run=dry_run)
    except GitprovError as error:
        arrived = f"the bytes are in remote {place.remote.name}; only refs were not pushed"
        why = "; ".join(filter(None, [error.why, "" if dry_run else arrived]))
        raise error.code.error(error.what, why=why, fix=error.fix) from error


def _judge(
    place: Workplace, ledger: Ledger, needed: Needed, faults: Iterable[Fault], others: set[str]
) -> tuple[list[Finding], list[str]]:
    """Returns what keeps the branch from being pushed, and what is to be said beside it; `others` need no bytes."""
    shared = _shared(place)
    found = [*needed.findings, *needed.fault_findings(ledger, faults, place.remote.name)]
    notes = [
        f"{finding.what}; the branch that you push to has this record already"
        for finding in found
        if finding.subject in shared
    ]
    if lost := [finding for finding in found if finding.subject in others]:
        many = f"{len(lost)} record{'s' if len(lost) != 1 else ''}"
        notes.append(f"bytes of {many} that nobody kept were not sent; the first: {lost[0].what}")
    staged = sum(held.state == "staged" for held in ledger.held.values())
    if staged:
        notes.append(f"not committed yet, so not shared: {staged} staged records (git commit, then push again)")
    return [finding for finding in found if finding.subject not in shared | others], notes
