"""Codes about work without git: tickets, what is emitted on a node, and bringing it."""

from gitprov.errors.base import Exit
from gitprov.errors.catalogue.declaring import declare

# TKT: tickets, and what runs with one leave
TKT_INPUT = declare(
    "GP-TKT-001", Exit.USAGE, "an input that a node could not be given by its record", "gitprov add PATH"
)
TKT_BROKEN = declare(
    "GP-TKT-002", Exit.USAGE, "no ticket, or one that cannot be read", "copy it again, or: gitprov ticket", by_hand=True
)
TKT_DIFFERS = declare(
    "GP-TKT-003",
    Exit.FINDINGS,
    "what is here is not what the ticket says",
    "copy the folder again as it was, or make another ticket: gitprov ticket",
    by_hand=True,
)
TKT_TAKEN = declare(
    "GP-TKT-004",
    Exit.USAGE,
    "a folder that is not free for the run of this ticket",
    "name another one: --emit DIR",
    by_hand=True,
)
TKT_HALF = declare(
    "GP-TKT-005",
    Exit.FINDINGS,
    "a folder without a whole run",
    "wait for the run, or run the same command again there: it finishes",
    by_hand=True,
)
TKT_DAMAGED = declare(
    "GP-TKT-006", Exit.FINDINGS, "a folder of a run that was damaged on its way", "copy it again", by_hand=True
)
TKT_FACTS = declare(
    "GP-TKT-007",
    Exit.FINDINGS,
    "a run that is not the one of its ticket, or that nobody here can follow",
    "run it again with its ticket",
    by_hand=True,
)
TKT_FOREIGN = declare(
    "GP-TKT-008", Exit.FINDINGS, "a run by a ticket that nobody here made", "gitprov bring --ticket FILE DIR"
)
