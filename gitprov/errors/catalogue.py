"""Every code that gitprov can raise. Codes are never reused; a new one goes to the end of its area."""

from gitprov.errors.base import Code, Exit

CATALOGUE: dict[str, Code] = {}


def _code(name: str, exit_status: Exit, title: str, remedy: str) -> Code:
    if name in CATALOGUE:
        raise AssertionError(f"code {name} is declared twice")
    CATALOGUE[name] = Code(name, exit_status, title, remedy)
    return CATALOGUE[name]


_RESTORE_RECORD = "restore the committed file: git checkout HEAD -- PATH"

# YML: the bytes of a record or of a settings file
YML_ENCODING = _code("GP-YML-001", Exit.USAGE, "not UTF-8 text", _RESTORE_RECORD)
YML_SYNTAX = _code("GP-YML-002", Exit.USAGE, "not in the canonical YAML form", _RESTORE_RECORD)
YML_SIZE = _code(
    "GP-YML-003", Exit.USAGE, "larger than the limit", "move bulky values into a file and record that file"
)
YML_DEPTH = _code("GP-YML-004", Exit.USAGE, "nested more than 24 levels deep", "flatten the value")
YML_ORDER = _code("GP-YML-005", Exit.USAGE, "keys twice or out of order", _RESTORE_RECORD)
YML_SETTINGS = _code(
    "GP-YML-006", Exit.USAGE, "a settings file uses a refused YAML feature", "write plain mappings, lists and scalars"
)

# VAL: values that no record can hold
VAL_NUMBER = _code(
    "GP-VAL-001",
    Exit.USAGE,
    "an integer beyond 2^53-1, NaN or infinity",
    "write it as a string, for example --param 'seed=\"18446744073709551615\"'",
)
VAL_TYPE = _code(
    "GP-VAL-002",
    Exit.USAGE,
    "a value that YAML records do not hold",
    "use strings, numbers, true, false, null, lists and mappings",
)
VAL_TEXT = _code("GP-VAL-003", Exit.USAGE, "text that is not valid Unicode", "use valid UTF-8 text")

# SCH: the fields of a record or of a settings file
SCH_UNKNOWN = _code("GP-SCH-001", Exit.USAGE, "a schema that this gitprov does not know", "upgrade gitprov")
SCH_FIELD = _code("GP-SCH-002", Exit.USAGE, "a field is missing, misplaced or of the wrong type", _RESTORE_RECORD)
SCH_NAME = _code(
    "GP-SCH-003",
    Exit.USAGE,
    "a name outside [a-z0-9]+([._-][a-z0-9]+)*",
    "use lower-case letters and digits, separated by single '.', '_' or '-'",
)

# IMM: a record's name and bytes
IMM_NAME = _code("GP-IMM-001", Exit.FINDINGS, "a record's file name is not the hash of its bytes", _RESTORE_RECORD)
IMM_PATH = _code("GP-IMM-002", Exit.FINDINGS, "a record's path disagrees with its fields", _RESTORE_RECORD)
IMM_FOREIGN = _code(
    "GP-IMM-003",
    Exit.FINDINGS,
    "a file under .gitprov/ that is neither a record nor a setting",
    "move it elsewhere: git mv PATH DIR",
)
IMM_CHANGED = _code(
    "GP-IMM-004",
    Exit.FINDINGS,
    "a committed record is changed or missing in the work tree",
    "git checkout HEAD -- PATH",
)
IMM_OVERWRITE = _code("GP-IMM-005", Exit.FINDINGS, "a record would be overwritten by other bytes", _RESTORE_RECORD)
IMM_MODE = _code(
    "GP-IMM-006",
    Exit.FINDINGS,
    "a record that is not a plain file (mode 100644)",
    "git update-index --chmod=-x PATH, or restore the plain file",
)
IMM_LOST = _code(
    "GP-IMM-007",
    Exit.FINDINGS,
    "a record that a step of the protected ref changed or removed",
    "bring it back: git restore --source=COMMIT --staged --worktree -- PATH && git commit",
)
IMM_RESTORED = _code(
    "GP-IMM-008", Exit.FINDINGS, "a record that was lost for a while", "nothing: the same bytes are back"
)

# LIN: what records say about each other
LIN_DANGLING = _code(
    "GP-LIN-001",
    Exit.FINDINGS,
    "a record refers to one that is not there",
    "restore the missing record: git log --diff-filter=D -- .gitprov",
)
LIN_CYCLE = _code("GP-LIN-002", Exit.FINDINGS, "an artifact is its own ancestor", _RESTORE_RECORD)
LIN_RECIPE = _code(
    "GP-LIN-003", Exit.FINDINGS, "a derived digest does not follow from the fields it is made of", _RESTORE_RECORD
)
LIN_CODE = _code(
    "GP-LIN-004",
    Exit.FINDINGS,
    "recorded code that no longer resolves",
    "fetch the commit, or pull the stored copy: gitprov pull --all",
)
LIN_CONTENT = _code("GP-LIN-005", Exit.FINDINGS, "a run and an artifact disagree on the content", _RESTORE_RECORD)
LIN_NO_PATH = _code(
    "GP-LIN-006",
    Exit.FINDINGS,
    "no path between the two artifacts",
    "gitprov lineage --up NAME shows what it was made from",
)

# BLB: bytes in the cache and in the remote
BLB_MISMATCH = _code(
    "GP-BLB-001",
    Exit.FINDINGS,
    "bytes that are not the recorded ones",
    "fetch them again: gitprov pull NAME, or push them again from a clone that has them",
)
BLB_MISSING = _code(
    "GP-BLB-002",
    Exit.FINDINGS,
    "recorded bytes that are not there",
    "gitprov pull NAME, or gitprov push from a clone that has them",
)
BLB_COLLISION = _code(
    "GP-BLB-003",
    Exit.FINDINGS,
    "another object with the same MD5 and other bytes",
    "do not use this file: the pair was made to deceive",
)
BLB_CHANGED = _code(
    "GP-BLB-004",
    Exit.OUTSIDE,
    "a file changed while it was being read",
    "let the writer finish, then run the command again",
)
BLB_UNVERIFIED = _code(
    "GP-BLB-005",
    Exit.FINDINGS,
    "content known by MD5 only",
    "bring the bytes, then record it: dvc pull PATH && gitprov capture",
)

# PTH: paths of the work tree
PTH_OUTSIDE = _code(
    "GP-PTH-001", Exit.USAGE, "a path outside the repository", "move it into the repository, or import it"
)
PTH_KIND = _code(
    "GP-PTH-002", Exit.USAGE, "a path that cannot be recorded", "record a regular file or a directory of such files"
)
PTH_NAME = _code("GP-PTH-003", Exit.USAGE, "a file name that cannot be kept everywhere", "rename it")
PTH_LINK = _code(
    "GP-PTH-004",
    Exit.USAGE,
    "a symlink that leaves the artifact, or is broken",
    "replace it by the file, or by a relative link inside the directory",
)
PTH_OWNED = _code(
    "GP-PTH-005", Exit.USAGE, "a path that DVC or git already owns", "use the tool that owns it, then gitprov capture"
)
PTH_MISSING = _code(
    "GP-PTH-006",
    Exit.USAGE,
    "no such file or directory",
    "check the path; paths are relative to where you are (or to -C DIR)",
)
PTH_OVERWRITE = _code(
    "GP-PTH-007", Exit.USAGE, "a file in the way that is not ours", "move it away, or say --force to replace it"
)

# NAM: how people name things
NAM_UNKNOWN = _code("GP-NAM-001", Exit.USAGE, "nothing has this name", "gitprov status lists the names")
NAM_AMBIGUOUS = _code(
    "GP-NAM-002", Exit.USAGE, "the name fits more than one artifact", "say which: NAME@vN or id:PREFIX"
)
NAM_SYNTAX = _code(
    "GP-NAM-003",
    Exit.USAGE,
    "not a name, id:PREFIX, NAME@vN, NAME/STAGE or path",
    "gitprov show --help explains how things are named",
)

# RUN, steps and commands
RUN_TOUCHED = _code("GP-RUN-001", Exit.USAGE, "an output changed after its command had ended", "run the step again")
RUN_CONTAINER = _code(
    "GP-RUN-002", Exit.USAGE, "a container named by a tag, not by its digest", "name it as IMAGE@sha256:DIGEST"
)
RUN_CODE = _code("GP-RUN-003", Exit.USAGE, "a script outside the recorded code", "add it: --code PATH")
RUN_OUTPUT = _code(
    "GP-RUN-004", Exit.OUTSIDE, "the command left no output where one was declared", "correct --output, or the command"
)
RUN_STEP = _code("GP-RUN-005", Exit.USAGE, "no such step", "name a stage of dvc.yaml, or give a command after --")
RUN_PARAM = _code(
    "GP-RUN-006",
    Exit.USAGE,
    "a parameter or placeholder that does not fit",
    "write --param NAME=VALUE, and {params.NAME} in the command",
)
RUN_SEVERAL = _code(
    "GP-RUN-007",
    Exit.USAGE,
    "this recipe has given several results",
    "choose one with gitprov restore id:PREFIX, or run again with --force",
)
RUN_DRAFT = _code("GP-RUN-008", Exit.USAGE, "no such draft", "gitprov status lists the drafts")
RUN_COMMAND = _code("GP-RUN-009", Exit.USAGE, "a command that cannot be started", "check the spelling and the PATH")

# SEA: sealing a release
SEA_MISSING = _code(
    "GP-SEA-001", Exit.FINDINGS, "a release that does not resolve whole", "mend what is listed, then seal again"
)
SEA_OWNER = _code("GP-SEA-002", Exit.FINDINGS, "a name without an owner", "gitprov seal NAME --owner PERSON")
SEA_SAME = _code("GP-SEA-003", Exit.USAGE, "this set is sealed already", "use the release that there is")

# SIG: signatures of records
SIG_BUNDLE = _code(
    "GP-SIG-001",
    Exit.FINDINGS,
    "a signature file that is no bundle in its only form",
    "take it away and sign again: gitprov sign RECORD",
)
SIG_STATEMENT = _code(
    "GP-SIG-002",
    Exit.FINDINGS,
    "a signature of something else than the record beside it",
    "take it away and sign again: gitprov sign RECORD",
)
SIG_INVALID = _code(
    "GP-SIG-003",
    Exit.FINDINGS,
    "a signature that its key did not make",
    "take it away and sign again: gitprov sign RECORD",
)
SIG_UNLISTED = _code(
    "GP-SIG-004",
    Exit.FINDINGS,
    "a signature by a key that no trust version lists",
    "list the key, if you know whose it is: gitprov trust propose --add PERSON=KEYFILE",
)
SIG_NAME = _code(
    "GP-SIG-005",
    Exit.FINDINGS,
    "a signature file that is not named by the digest of its bytes",
    "take it away and sign again: gitprov sign RECORD",
)
SIG_ORPHAN = _code(
    "GP-SIG-006",
    Exit.FINDINGS,
    "a signature without its record",
    "restore the record: git log --diff-filter=D -- .gitprov",
)
SIG_KIND = _code(
    "GP-SIG-007",
    Exit.USAGE,
    "a record of a type that nobody signs",
    "sign the run that made it, or the release or request that names it",
)

# KEY: the keys of whoever uses this machine
KEY_UNKNOWN = _code("GP-KEY-001", Exit.USAGE, "no such key", "gitprov keys list")
KEY_READABLE = _code("GP-KEY-002", Exit.USAGE, "a private key that others can read", "chmod 600 KEYFILE")
KEY_UNUSABLE = _code("GP-KEY-003", Exit.USAGE, "a private key that gitprov cannot use", "gitprov keys new NAME")
KEY_PASSPHRASE = _code(
    "GP-KEY-004",
    Exit.USAGE,
    "a passphrase that is wrong or cannot be asked for",
    "run it on a terminal, or set GITPROV_KEY_PASSPHRASE",
)
KEY_EXISTS = _code("GP-KEY-005", Exit.USAGE, "a key of this name is there already", "choose another name")

# SET: the settings in force
SET_UNSEEN = _code(
    "GP-SET-001",
    Exit.UNDECIDED,
    "settings in force whose bytes cannot be had here",
    "git fetch --unshallow, or commit the settings that were signed",
)
SET_UNSIGNED = _code(
    "GP-SET-002",
    Exit.FINDINGS,
    "settings in the tree that are not those in force",
    "have the owners sign them: gitprov policy sign, or bring those in force back: git revert COMMIT",
)
SET_MIXED = _code(
    "GP-SET-003",
    Exit.FINDINGS,
    "settings and a promotion changed in one step",
    "land the settings first and the promotion on its own",
)
SET_BEHIND = _code(
    "GP-SET-004",
    Exit.USAGE,
    "a branch without the last change of a setting",
    "git pull --no-rebase origin main, then gitprov policy sign",
)

# POL: the rules of policies
POL_RULE = _code(
    "GP-POL-001", Exit.FINDINGS, "a rule that cannot be evaluated", "mend it; docs/policy.md lists the facts"
)
POL_CASE = _code(
    "GP-POL-002",
    Exit.FINDINGS,
    "a rule that says something else than its case expects",
    "mend the rule or the case, then gitprov policy test",
)
POL_UNTESTED = _code(
    "GP-POL-003",
    Exit.FINDINGS,
    "a rule without a case that passes and one that does not",
    "add such cases, then gitprov policy test",
)

# PRO: promotions, and when they count
PRO_MALFORMED = _code(
    "GP-PRO-001", Exit.FINDINGS, "a request in the wrong place, or of another project", "make it again: gitprov promote"
)
PRO_UNSIGNED = _code(
    "GP-PRO-002", Exit.FINDINGS, "a request that nobody signed who may ask", "gitprov sign NAME/STAGE/SEQ"
)
PRO_REPLACED = _code(
    "GP-PRO-003", Exit.FINDINGS, "a request that replaces what is not in effect", "gitprov renumber NAME/STAGE/SEQ"
)
PRO_FROM = _code(
    "GP-PRO-004", Exit.FINDINGS, "a move that the stages do not allow", "promote it to the stage before first"
)
PRO_RELEASE = _code(
    "GP-PRO-005", Exit.FINDINGS, "a request whose release does not stand", "gitprov verify NAME@vN says what is missing"
)
PRO_RUN = _code("GP-PRO-006", Exit.FINDINGS, "a run that no producer signed", "gitprov sign id:PREFIX")
PRO_EVIDENCE = _code(
    "GP-PRO-007",
    Exit.FINDINGS,
    "evidence that is missing, or not what the records give",
    "gitprov renumber NAME/STAGE/SEQ",
)
PRO_SUMMARY = _code(
    "GP-PRO-008",
    Exit.FINDINGS,
    "a summary that says something else than the evidence",
    "gitprov renumber NAME/STAGE/SEQ",
)
PRO_POLICY = _code("GP-PRO-009", Exit.FINDINGS, "a request judged by other settings", "gitprov renumber NAME/STAGE/SEQ")
PRO_GATE = _code(
    "GP-PRO-010", Exit.FINDINGS, "a rule that denies", "mend what the rule names; gitprov policy check NAME --to STAGE"
)
PRO_TWO = _code(
    "GP-PRO-011", Exit.FINDINGS, "two promotions of one stage at one step", "gitprov renumber NAME/STAGE/SEQ"
)
PRO_TARGET = _code(
    "GP-PRO-012", Exit.FINDINGS, "a rollback to what was never in effect", "gitprov history NAME/STAGE lists what was"
)
PRO_EXPIRED = _code(
    "GP-PRO-013", Exit.FINDINGS, "a promotion that came too late", "ask again: gitprov promote NAME --to STAGE"
)
PRO_DISPUTED = _code(
    "GP-PRO-014", Exit.FINDINGS, "a promotion that rests on a revoked key", "ask again: gitprov promote NAME --to STAGE"
)
PRO_OMITTED = _code(
    "GP-PRO-015",
    Exit.FINDINGS,
    "evidence that leaves out what was on record",
    "gitprov renumber NAME/STAGE/SEQ",
)
PRO_NOTHING = _code(
    "GP-PRO-016", Exit.FINDINGS, "a stage that nothing was ever promoted to", "gitprov promote NAME --to STAGE"
)
PRO_SAME = _code(
    "GP-PRO-017", Exit.USAGE, "a request that changes nothing", "gitprov why NAME/STAGE says what is in effect"
)
PRO_TAKEN = _code(
    "GP-PRO-018",
    Exit.FINDINGS,
    "a number that somebody else's record took first",
    "gitprov renumber NAME/STAGE/SEQ, or NAME@vN",
)

# APR: what approvers say
APR_MISSING = _code("GP-APR-001", Exit.FINDINGS, "approvals are missing", "gitprov approve NAME/STAGE/SEQ")
APR_UNKNOWN = _code(
    "GP-APR-002",
    Exit.FINDINGS,
    "an unlisted key where an approver may not stand",
    "gitprov sign id:PREFIX, as a producer",
)
APR_REJECTED = _code("GP-APR-003", Exit.FINDINGS, "a request that was rejected", "mend it, then gitprov promote")
APR_PERSON = _code(
    "GP-APR-004", Exit.FINDINGS, "a vote by somebody who does not approve here", "ask one of those who do"
)
APR_OWN = _code("GP-APR-005", Exit.FINDINGS, "an approval of one's own work", "ask somebody else: gitprov approve")
APR_TWICE = _code(
    "GP-APR-006", Exit.USAGE, "the same vote for the second time", "nothing to do: one vote a person counts"
)
APR_UNASKED = _code(
    "GP-APR-007", Exit.USAGE, "a vote that nobody confirmed", "run it on a terminal, or read it first and say --yes"
)

# TRU: the trust root, and what was seen of it before
TRU_UNSIGNED = _code(
    "GP-TRU-001", Exit.FINDINGS, "a trust version without the signatures that it takes", "gitprov trust sign"
)
TRU_HISTORY = _code(
    "GP-TRU-002",
    Exit.FINDINGS,
    "a signed history that is not the protected ref's",
    "find out who rewrote the protected ref: git reflog, and compare with another clone",
)
TRU_FORK = _code(
    "GP-TRU-003",
    Exit.FINDINGS,
    "two trust versions that follow the same one",
    "the first one stands; ask its owners why they signed two: gitprov trust show",
)
TRU_FOLLOWS = _code(
    "GP-TRU-004",
    Exit.FINDINGS,
    "a trust version that does not follow the one in force",
    "propose it again: gitprov trust propose",
)
TRU_KEY = _code(
    "GP-TRU-005",
    Exit.FINDINGS,
    "a key that changes hands",
    "give each person keys of their own: gitprov keys new, then gitprov trust propose",
)
TRU_NONE = _code("GP-TRU-006", Exit.USAGE, "a project without a trust root", "gitprov trust init")
TRU_CHAIN = _code(
    "GP-TRU-007",
    Exit.USAGE,
    "a commit that is not on the protected ref's first-parent chain",
    "git log --first-parent lists the commits that are",
)
TRU_OLDER = _code(
    "GP-TRU-008",
    Exit.FINDINGS,
    "a trust root that is older than one seen before",
    "git fetch; if it stays so, somebody took commits back: compare with another clone",
)
TRU_OTHER = _code(
    "GP-TRU-009",
    Exit.FINDINGS,
    "another trust root than the one that is trusted",
    "do not go on: ask an owner for the fingerprint (gitprov trust fingerprint)",
)
TRU_PIN = _code("GP-TRU-010", Exit.USAGE, "not a pin", "write NNNN:sha256:…, as gitprov trust fingerprint prints it")
TRU_REWOUND = _code(
    "GP-TRU-011",
    Exit.FINDINGS,
    "a protected ref without a commit that it had before",
    "git fetch; if it stays so, somebody rewrote it: compare with another clone",
)
TRU_EXISTS = _code("GP-TRU-012", Exit.USAGE, "a trust root that is there already", "gitprov trust propose changes it")

# DEP: putting a release in place, and serving it
DEP_PIN = _code(
    "GP-DEP-001",
    Exit.USAGE,
    "a deployer that knows of no trust root",
    "ask an owner for it (gitprov trust fingerprint), then gitprov deploy --pin NNNN:sha256:…",
)
DEP_NOTHING = _code(
    "GP-DEP-002", Exit.FINDINGS, "nothing is in effect to be deployed", "gitprov verify NAME/STAGE says what is missing"
)
DEP_BACK = _code(
    "GP-DEP-003",
    Exit.FINDINGS,
    "a promotion older than the one deployed before",
    "git fetch; to go back on purpose: gitprov rollback NAME/STAGE",
)
DEP_ROLE = _code(
    "GP-DEP-004", Exit.FINDINGS, "somebody who does not deploy", "gitprov trust propose --role deployer=PERSON"
)
DEP_MANIFEST = _code(
    "GP-DEP-005",
    Exit.FINDINGS,
    "a manifest that is missing, or not the one that is trusted",
    "do not serve it: gitprov deploy NAME/STAGE --to DIR",
)
DEP_BYTES = _code(
    "GP-DEP-006",
    Exit.FINDINGS,
    "served bytes that are not the deployed ones",
    "do not serve them: gitprov deploy NAME/STAGE --to DIR",
)

# DVC: what DVC wrote
DVC_FILE = _code(
    "GP-DVC-001", Exit.USAGE, "a file of DVC's that cannot be understood", "mend it: dvc status names the fault"
)
DVC_EXTRA = _code(
    "GP-DVC-002",
    Exit.OUTSIDE,
    "the remote needs a DVC plug-in that is not installed",
    "pip install 'gitprov[s3]' (or ssh, gs, azure)",
)
DVC_REMOTE = _code("GP-DVC-003", Exit.USAGE, "no remote is configured", "gitprov init, or dvc remote add -d NAME URL")
DVC_MISSING = _code("GP-DVC-004", Exit.OUTSIDE, "this needs the dvc package", "pip install dvc")
DVC_NOTHING = _code("GP-DVC-005", Exit.USAGE, "no dvc.lock to capture", "dvc repro, git commit, then gitprov capture")
DVC_SEVERAL = _code(
    "GP-DVC-006",
    Exit.USAGE,
    "several folders have a DVC project",
    "gitprov init in the one that is meant: .gitprov/project.yaml will name it as dvc_root",
)

# GIT: the repository
GIT_NONE = _code("GP-GIT-001", Exit.USAGE, "not inside a git repository", "git init, then gitprov init")
GIT_NOT_INITIALISED = _code("GP-GIT-002", Exit.USAGE, "this repository does not use gitprov yet", "gitprov init")
GIT_FAILED = _code("GP-GIT-003", Exit.OUTSIDE, "git refused", "read git's message; run the git command by hand")
GIT_BARE = _code("GP-GIT-004", Exit.USAGE, "this needs a work tree", "run it in a clone with a work tree")
GIT_SHALLOW = _code("GP-GIT-005", Exit.UNDECIDED, "a shallow or partial clone cannot answer", "git fetch --unshallow")
GIT_SECOND = _code(
    "GP-GIT-006", Exit.FINDINGS, "a second .gitprov folder", "one project has one .gitprov at the top of the work tree"
)
GIT_ATTRIBUTES = _code(
    "GP-GIT-007", Exit.FINDINGS, "the attributes that protect records are missing or changed", "gitprov init"
)
GIT_NO_COMMIT = _code("GP-GIT-008", Exit.USAGE, "the repository has no commit yet", "git commit first")

# LCK and IO, what the machine does
LCK_BUSY = _code(
    "GP-LCK-001", Exit.BUSY, "another gitprov or git is writing", "wait for it to finish, then run the command again"
)
IO_FAILED = _code(
    "GP-IO-001",
    Exit.OUTSIDE,
    "the disk or the file system refused",
    "free space or mend permissions, then run the command again: it resumes",
)
IO_NETWORK = _code(
    "GP-IO-002",
    Exit.OUTSIDE,
    "the remote cannot be reached",
    "check the network and the credentials, then run the command again: it resumes",
)

# USE, the command line
USE_ARGUMENT = _code("GP-USE-001", Exit.USAGE, "arguments that do not fit together", "gitprov COMMAND --help")
INT_BUG = _code("GP-INT-001", Exit.INTERNAL, "an internal error", "report it with the file that is named")
