"""Codes about records and bytes."""

from gitprov.errors.base import Exit
from gitprov.errors.catalogue.declaring import declare

_RESTORE_RECORD = (
    'git checkout "$(git rev-list HEAD -- PATH | tail -n 1)" -- PATH  # one that was never right: git rm PATH'
)
_MADE_UP = "git rm PATH  # and record it again: gitprov itself writes no such record"

# YML: the bytes of a record or of a settings file
YML_ENCODING = declare("GP-YML-001", Exit.USAGE, "not UTF-8 text", _RESTORE_RECORD)
YML_SYNTAX = declare("GP-YML-002", Exit.USAGE, "not in the canonical YAML form", _RESTORE_RECORD)
YML_SIZE = declare(
    "GP-YML-003",
    Exit.USAGE,
    "larger than the limit",
    "move bulky values into a file and record that file",
    by_hand=True,
)
YML_DEPTH = declare("GP-YML-004", Exit.USAGE, "nested more than 24 levels deep", "flatten the value", by_hand=True)
YML_ORDER = declare("GP-YML-005", Exit.USAGE, "keys twice or out of order", _RESTORE_RECORD)
YML_SETTINGS = declare(
    "GP-YML-006",
    Exit.USAGE,
    "a settings file uses a refused YAML feature",
    "write plain mappings, lists and scalars",
    by_hand=True,
)

# VAL: values that no record can hold
VAL_NUMBER = declare(
    "GP-VAL-001",
    Exit.USAGE,
    "an integer beyond 2^53-1, NaN or infinity",
    "write it as a string, for example --param 'seed=\"18446744073709551615\"'",
    by_hand=True,
)
VAL_TYPE = declare(
    "GP-VAL-002",
    Exit.USAGE,
    "a value that YAML records do not hold",
    "use strings, numbers, true, false, null, lists and mappings",
    by_hand=True,
)
VAL_TEXT = declare("GP-VAL-003", Exit.USAGE, "text that is not valid Unicode", "use valid UTF-8 text", by_hand=True)

# SCH: the fields of a record or of a settings file
SCH_UNKNOWN = declare(
    "GP-SCH-001", Exit.USAGE, "a schema that this gitprov does not know", "upgrade gitprov", by_hand=True
)
SCH_FIELD = declare("GP-SCH-002", Exit.USAGE, "a field is missing, misplaced or of the wrong type", _RESTORE_RECORD)
SCH_NAME = declare(
    "GP-SCH-003",
    Exit.USAGE,
    "a name outside [a-z0-9]+([._-][a-z0-9]+)*",
    "use lower-case letters and digits, separated by single '.', '_' or '-'",
    by_hand=True,
)

# IMM: a record's name and bytes
IMM_NAME = declare("GP-IMM-001", Exit.FINDINGS, "a record's file name is not the hash of its bytes", _RESTORE_RECORD)
IMM_PATH = declare(
    "GP-IMM-002", Exit.FINDINGS, "a record's path disagrees with its fields", "git rm PATH  # and commit"
)
IMM_FOREIGN = declare(
    "GP-IMM-003",
    Exit.FINDINGS,
    "a file under .gitprov/ that is neither a record nor a setting",
    "git rm --cached PATH  # then move the file away",
)
IMM_CHANGED = declare(
    "GP-IMM-004",
    Exit.FINDINGS,
    "a committed record is changed or missing in the work tree",
    "git checkout HEAD -- PATH",
)
IMM_OVERWRITE = declare(
    "GP-IMM-005", Exit.FINDINGS, "a record would be overwritten by other bytes", "git checkout HEAD -- PATH"
)
IMM_MODE = declare(
    "GP-IMM-006",
    Exit.FINDINGS,
    "a record that is not a plain file (mode 100644)",
    "git update-index --chmod=-x PATH  # and commit",
)
IMM_LOST = declare(
    "GP-IMM-007",
    Exit.FINDINGS,
    "a record that a step of the protected ref changed or removed",
    "bring it back: git restore --source=COMMIT --staged --worktree -- PATH && git commit -m TEXT",
)
IMM_RESTORED = declare(
    "GP-IMM-008", Exit.FINDINGS, "a record that was lost for a while", "nothing: the same bytes are back", by_hand=True
)
IMM_SIDE = declare(
    "GP-IMM-009",
    Exit.FINDINGS,
    "a record that a commit of a merged branch changed or removed",
    "nothing: the protected ref has never had it, or still has it as it landed",
    by_hand=True,
)

# HIS: the protected ref goes on from where it was
HIS_FOXTROT = declare(
    "GP-HIS-001",
    Exit.FINDINGS,
    "a merge that puts the protected ref's own commits aside, as `git pull` makes it",
    "git branch mine && git reset --keep @{u} && git merge --no-ff mine",
)
HIS_REWOUND = declare(
    "GP-HIS-002",
    Exit.FINDINGS,
    "a protected ref that was rewound",
    "if it was not meant, from a clone that has it: git push --force origin COMMIT:BRANCH",
)
HIS_REWRITTEN = declare(
    "GP-HIS-003",
    Exit.FINDINGS,
    "a protected ref that was rewritten",
    "if it was not meant, from a clone that has it: git push --force origin COMMIT:BRANCH",
)
HIS_UNRELATED = declare(
    "GP-HIS-004",
    Exit.FINDINGS,
    "a protected ref that begins anew, from another root commit",
    "if it was not meant, from a clone that has it: git push --force origin COMMIT:BRANCH",
)
HIS_DELETED = declare(
    "GP-HIS-005",
    Exit.FINDINGS,
    "a push that deletes the protected branch",
    "protect another branch first: gitprov trust propose --from FILE, with another ref",
    by_hand=True,
)

# LIN: what records say about each other
LIN_DANGLING = declare(
    "GP-LIN-001",
    Exit.FINDINGS,
    "a record refers to one that is not there",
    "restore the missing record: git log --diff-filter=D -- .gitprov",
)
LIN_CYCLE = declare(
    "GP-LIN-002",
    Exit.FINDINGS,
    "an artifact is its own ancestor",
    "take away the records that were made up: git rm PATH",
    by_hand=True,
)
LIN_RECIPE = declare(
    "GP-LIN-003", Exit.FINDINGS, "a derived digest does not follow from the fields it is made of", _MADE_UP
)
LIN_CODE = declare(
    "GP-LIN-004",
    Exit.FINDINGS,
    "recorded code that no longer resolves",
    "git fetch --all  # or pull the stored copy: gitprov pull --all",
)
LIN_CONTENT = declare("GP-LIN-005", Exit.FINDINGS, "a run and an artifact disagree on the content", _MADE_UP)
LIN_NO_PATH = declare(
    "GP-LIN-006",
    Exit.FINDINGS,
    "no path between the two artifacts",
    "gitprov lineage --up NAME  # shows what it was made from",
)
LIN_SWEEP = declare("GP-LIN-007", Exit.FINDINGS, "a run-set that is not what its run says", _MADE_UP)

# BLB: bytes in the cache and in the remote
BLB_MISMATCH = declare(
    "GP-BLB-001",
    Exit.FINDINGS,
    "bytes that are not the recorded ones",
    "gitprov pull NAME  # or push them again, from a clone that has them",
)
BLB_MISSING = declare(
    "GP-BLB-002",
    Exit.FINDINGS,
    "recorded bytes that are not there",
    "gitprov pull NAME  # or gitprov push, from a clone that has them",
)
BLB_COLLISION = declare(
    "GP-BLB-003",
    Exit.FINDINGS,
    "another object with the same MD5 and other bytes",
    "do not use this file: the pair was made to deceive",
    by_hand=True,
)
BLB_CHANGED = declare(
    "GP-BLB-004",
    Exit.OUTSIDE,
    "a file changed while it was being read",
    "let the writer finish, then run the command again",
    by_hand=True,
)
BLB_UNVERIFIED = declare(
    "GP-BLB-005",
    Exit.FINDINGS,
    "content of which nobody has checked the bytes",
    "bring the bytes, then record them: dvc pull PATH && gitprov capture",
)

# SEC: secrets in what would be recorded
SEC_FOUND = declare(
    "GP-SEC-001",
    Exit.USAGE,
    "a secret in what would be recorded",
    "take it out, and pass it by its name: gitprov run --secret NAME",
    by_hand=True,
)
SEC_VARIABLE = declare(
    "GP-SEC-002",
    Exit.USAGE,
    "a secret that cannot be had from the environment",
    "set it without echo: read -rs NAME && export NAME",
    by_hand=True,
)
