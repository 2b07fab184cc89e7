"""The bytes that committed and staged records need: right in the cache, and not in the cache alone."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from gitprov.errors import GitprovError
from gitprov.lineage import Ledger
from gitprov.ports.blobs import Fault, Object
from gitprov.ports.workplace import Workplace
from gitprov.recording.ledger import open_ledger
from gitprov.recording.objects import Needed, listings, needed_objects
from gitprov.upkeep.complaints import Complaint

_MEND = "gitprov doctor --fix"


def look_at_objects(place: Workplace) -> Iterator[Complaint]:
    """Yields objects with wrong bytes in the cache, and those that a committed record needs and the remote lacks.

    That the cache lacks what the remote has is no fault: `pull` brings it. Listings come first, since they say what
    else there is.

    Raises:
        GitprovError: GP-DVC-*, GP-IO-002 when the remote cannot be asked; GP-IO-001; GP-BLB-003.
    """
    ledger = open_ledger(place.git, place.worktree)
    chosen = [one for one, held in ledger.held.items() if held.state != "draft"]
    tops = listings(ledger, chosen)
    wrong = _wrong(place, tops)
    yield from _wrong_ones(place, ledger, tops, wrong)
    unread = tops.owners_of(fault.object for fault in wrong)
    needed = needed_objects(ledger, place.cache, [one for one in chosen if one not in unread])
    seen = {fault.object for fault in wrong}
    wrong = [fault for fault in _wrong(place, needed) if fault.object not in seen]
    yield from _wrong_ones(place, ledger, needed, wrong)
    landed = needed_objects(ledger, place.cache, [one for one in chosen if ledger.held[one].state == "committed"])
    yield from _not_far(place, ledger, landed, seen | {fault.object for fault in wrong})


def _wrong(place: Workplace, needed: Needed) -> list[Fault]:
    found = place.cache.faults(needed.items.values(), aside=False, progress=place.progress)
    return [fault for fault in found if fault.problem == "mismatch"]


def _wrong_ones(place: Workplace, ledger: Ledger, needed: Needed, wrong: Sequence[Fault]) -> Iterator[Complaint]:
    """Yields what is wrong in the cache; what the remote has can be fetched again."""
    if not wrong:
        return
    items = [fault.object for fault in wrong]
    try:
        lacking = set(place.remote.missing(items))
    except GitprovError:  # which is told when the remote is asked for what it lacks
        lacking = set(items)
    there = [fault for fault in wrong if fault.object not in lacking]
    for finding in needed.fault_findings(ledger, there):
        yield Complaint(replace(finding, fix=_MEND), partial(_fetch, place, [fault.object for fault in there]))
    for finding in needed.fault_findings(ledger, [fault for fault in wrong if fault.object in lacking]):
        yield Complaint(replace(finding, fix=f"in a clone that has them: gitprov push  # then here: {_MEND}"))


def _fetch(place: Workplace, items: Sequence[Object]) -> None:
    """Puts wrong objects into the quarantine, and brings the right ones."""
    place.cache.faults(items)
    place.remote.download(items, progress=place.progress)


def _not_far(place: Workplace, ledger: Ledger, needed: Needed, wrong: set[Object]) -> Iterator[Complaint]:
    if not needed.items:
        return
    remote = place.remote
    lacking = remote.missing([item for item in needed.items.values() if item not in wrong])
    found = remote.faults(lacking) if lacking else []
    near = set(lacking) - set(place.cache.missing(lacking))
    here = [fault for fault in found if fault.problem == "missing" and fault.object in near]
    for finding in needed.fault_findings(ledger, here, remote.name):
        send = partial(remote.upload, [fault.object for fault in here], progress=place.progress)
        yield Complaint(replace(finding, fix=_MEND), send)
    lost = [fault for fault in found if fault not in here]
    for finding in needed.fault_findings(ledger, lost, remote.name):
        yield Complaint(finding)
