"""Codes about what crashes and other programs leave in a clone: `gitprov doctor`."""

from gitprov.errors.base import Exit
from gitprov.errors.catalogue.declaring import declare

# CLN: the private state of a clone
CLN_LEFTOVER = declare("GP-CLN-001", Exit.FINDINGS, "working files of a command that died", "gitprov doctor --fix")
CLN_INDEX_LOCK = declare("GP-CLN-002", Exit.FINDINGS, "a lock of git's index that no git holds", "gitprov doctor --fix")
CLN_UNSTAGED = declare("GP-CLN-003", Exit.FINDINGS, "records that were written and not staged", "gitprov doctor --fix")
CLN_HALF = declare(
    "GP-CLN-004", Exit.FINDINGS, "a file in a record's place that is none, and that git has not", "gitprov doctor --fix"
)
CLN_RUN = declare("GP-CLN-005", Exit.FINDINGS, "a run that ended and was not finished", "gitprov doctor --fix")
CLN_MODE = declare(
    "GP-CLN-006", Exit.FINDINGS, "objects in the cache that are not read-only, or not readable", "gitprov doctor --fix"
)
CLN_INDEX = declare("GP-CLN-007", Exit.FINDINGS, "an index of records that is damaged", "gitprov doctor --fix")
CLN_TICKET = declare("GP-CLN-008", Exit.FINDINGS, "tickets that were brought long ago", "gitprov doctor --fix")
