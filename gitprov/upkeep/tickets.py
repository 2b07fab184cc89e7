"""The tickets that were made in a clone, by which `bring` knows its runs: what was brought needs none for ever."""

from collections import defaultdict
from collections.abc import Hashable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import canonical_json
from gitprov.lineage import Ledger
from gitprov.ports.folder import Folder
from gitprov.ports.workplace import Workplace
from gitprov.recording.ledger import open_ledger
from gitprov.recording.run_sets import read_set, run_sets
from gitprov.recording.ticket import disagreements
from gitprov.records import Run
from gitprov.records.tickets import Ticket, read_note
from gitprov.upkeep.complaints import Complaint

AGE = timedelta(days=90)
"""How long after its run has ended a ticket that was brought is kept: a cluster may run it once more meanwhile."""


def look_at_tickets(place: Workplace, tickets: Folder) -> Iterator[Complaint]:
    """Yields the tickets whose runs ended more than `AGE` ago and are recorded, or in a run-set; others stay for ever.

    Raises:
        GitprovError: GP-TKT-002 for one that is damaged.
    """
    names = tickets.files()
    if not names:
        return
    runs = defaultdict(list)
    now = datetime.fromisoformat(place.clock.now())
    for run in _recorded(place, open_ledger(place.git, place.worktree)):
        if run.finished is not None and now - datetime.fromisoformat(run.finished) > AGE:
            runs[_run_key(run)].append(run)
    old = []
    for name in names if runs else ():
        ticket = read_note(Ticket, tickets.read(name) or b"", name)
        if any(not disagreements(ticket, run) for run in runs[_ticket_key(ticket)]):
            old.append(name)
    if old:
        finding = codes.CLN_TICKET.finding(
            old[0],
            f"tickets that were brought, by runs that ended more than {AGE.days} days ago: {len(old)}",
            why="without them, what runs with one once more is brought by gitprov bring --ticket FILE only",
        )
        yield Complaint(finding, partial(_remove, tickets, old))


def _recorded(place: Workplace, ledger: Ledger) -> Iterator[Run]:
    """Yields the runs that are recorded or in a run-set that is here."""
    yield from (run for one, run in ledger.runs.items() if ledger.held[one].state != "draft")
    for content in run_sets(ledger).values():
        with suppress(GitprovError):
            yield from read_set(place, content).runs.values()


def _run_key(run: Run) -> Hashable:
    """Returns what a run shares with few others, and with its ticket."""
    code = run.code.digest if run.code is not None else None
    return run.step, code, canonical_json(dict(run.params or {})), frozenset(out.path for out in run.outputs.values())


def _ticket_key(ticket: Ticket) -> Hashable:
    paths = frozenset(out.path for out in ticket.outputs.values())
    return ticket.step, ticket.code.digest, canonical_json(dict(ticket.params)), paths


def _remove(tickets: Folder, names: list[str]) -> None:
    for name in names:
        tickets.remove(name)
