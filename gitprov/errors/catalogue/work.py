"""Codes about what people type, and about git, DVC and the machine."""

from gitprov.errors.base import Exit
from gitprov.errors.catalogue.declaring import declare

# PTH: paths of the work tree
PTH_OUTSIDE = declare(
    "GP-PTH-001", Exit.USAGE, "a path outside the repository", "move it into the repository, or import it", by_hand=True
)
PTH_KIND = declare(
    "GP-PTH-002",
    Exit.USAGE,
    "a path that cannot be recorded",
    "record a regular file or a directory of such files",
    by_hand=True,
)
PTH_NAME = declare("GP-PTH-003", Exit.USAGE, "a file name that cannot be kept everywhere", "rename it", by_hand=True)
PTH_LINK = declare(
    "GP-PTH-004",
    Exit.USAGE,
    "a symlink that leaves the artifact, or is broken",
    "replace it by the file, or by a relative link inside the directory",
    by_hand=True,
)
PTH_OWNED = declare(
    "GP-PTH-005",
    Exit.USAGE,
    "a path that DVC or git already owns",
    "use the tool that owns it, then gitprov capture",
    by_hand=True,
)
PTH_MISSING = declare(
    "GP-PTH-006",
    Exit.USAGE,
    "no such file or directory",
    "check the path; paths are relative to where you are (or to -C DIR)",
    by_hand=True,
)
PTH_OVERWRITE = declare(
    "GP-PTH-007",
    Exit.USAGE,
    "a file in the way that is not ours",
    "move it away, or say --force to replace it",
    by_hand=True,
)
PTH_SIZE = declare(
    "GP-PTH-008",
    Exit.USAGE,
    "a file too large to be read as settings, metrics or parameters",
    "make it smaller: data belongs into gitprov add",
    by_hand=True,
)

# NAM: how people name things
NAM_UNKNOWN = declare("GP-NAM-001", Exit.USAGE, "nothing has this name", "gitprov status  # lists the names")
NAM_AMBIGUOUS = declare(
    "GP-NAM-002", Exit.USAGE, "the name fits more than one artifact", "say which: NAME@vN or id:PREFIX", by_hand=True
)
NAM_SYNTAX = declare(
    "GP-NAM-003",
    Exit.USAGE,
    "not a name, id:PREFIX, NAME@vN, NAME/STAGE or path",
    "gitprov show --help  # explains how things are named",
)

# RUN, steps and commands
RUN_TOUCHED = declare(
    "GP-RUN-001", Exit.USAGE, "an output changed after its command had ended", "run the step again", by_hand=True
)
RUN_CONTAINER = declare(
    "GP-RUN-002",
    Exit.USAGE,
    "a container named by a tag, not by its digest",
    "name it as IMAGE@sha256:DIGEST",
    by_hand=True,
)
RUN_CODE = declare("GP-RUN-003", Exit.USAGE, "a script outside the recorded code", "add it: --code PATH", by_hand=True)
RUN_OUTPUT = declare(
    "GP-RUN-004",
    Exit.OUTSIDE,
    "the command left no output where one was declared",
    "correct --output, or the command",
    by_hand=True,
)
RUN_STEP = declare(
    "GP-RUN-005", Exit.USAGE, "no such step", "name a stage of dvc.yaml, or give a command after --", by_hand=True
)
RUN_PARAM = declare(
    "GP-RUN-006",
    Exit.USAGE,
    "a parameter or placeholder that does not fit",
    "write --param NAME=VALUE, and {params.NAME} in the command",
    by_hand=True,
)
RUN_SEVERAL = declare(
    "GP-RUN-007", Exit.USAGE, "this recipe has given several results", "choose one: gitprov restore id:PREFIX"
)
RUN_DRAFT = declare("GP-RUN-008", Exit.USAGE, "no such draft", "gitprov status  # lists the drafts")
RUN_COMMAND = declare(
    "GP-RUN-009",
    Exit.USAGE,
    "a command that cannot be started",
    "check the spelling and the PATH; a step of your own is named by --step",
    by_hand=True,
)

# SEA: sealing a release
SEA_MISSING = declare(
    "GP-SEA-001",
    Exit.FINDINGS,
    "a release that does not resolve whole",
    "mend what is listed, then seal again",
    by_hand=True,
)
SEA_OWNER = declare("GP-SEA-002", Exit.FINDINGS, "a name without an owner", "gitprov seal NAME --owner PERSON")
SEA_SAME = declare(
    "GP-SEA-003", Exit.USAGE, "this set is sealed already", "gitprov show NAME@vN  # the release that there is"
)
SEA_TAKEN = declare(
    "GP-SEA-004",
    Exit.BUSY,
    "a version that somebody else sealed at the same time",
    "run the same command again: it takes the next number",
    by_hand=True,
)

# DVC: what DVC wrote
DVC_FILE = declare(
    "GP-DVC-001",
    Exit.USAGE,
    "a file of DVC's that cannot be understood",
    "mend it: dvc status names the fault",
    by_hand=True,
)
DVC_EXTRA = declare(
    "GP-DVC-002",
    Exit.OUTSIDE,
    "the remote needs a DVC plug-in that is not installed",
    "pip install 'gitprov[s3]' (or ssh, gs, azure)",
    by_hand=True,
)
DVC_REMOTE = declare("GP-DVC-003", Exit.USAGE, "no remote is configured", "dvc remote add --default NAME URL")
DVC_MISSING = declare("GP-DVC-004", Exit.OUTSIDE, "this needs the dvc package", "pip install dvc", by_hand=True)
DVC_NOTHING = declare(
    "GP-DVC-005",
    Exit.USAGE,
    "no dvc.lock to capture",
    "dvc repro && git add dvc.yaml dvc.lock && git commit -m TEXT && gitprov capture",
)
DVC_SEVERAL = declare(
    "GP-DVC-006", Exit.USAGE, "several folders have a DVC project", "in the one that is meant: gitprov -C DIR init"
)
DVC_ELSEWHERE = declare(
    "GP-DVC-007",
    Exit.FINDINGS,
    "data that DVC knows by no MD5, or keeps outside the repository",
    "have DVC keep a copy in the repository: dvc import-url URL PATH; of past commits nothing can be changed",
    by_hand=True,
)

# GTO: the registry that DVC's people keep in tags
GTO_NOTHING = declare(
    "GP-GTO-001", Exit.USAGE, "no tag of GTO's", "fetch the tags, then import again: git fetch --tags"
)
GTO_TAG = declare(
    "GP-GTO-002",
    Exit.FINDINGS,
    "a tag that GTO passes over, since it is lightweight, or on no commit",
    "git tag --force --annotate -m TEXT TAG 'TAG^{commit}'  # if it is meant; else git tag --delete TAG",
)

# MLF: what MLflow says
MLF_NONE = declare(
    "GP-MLF-001",
    Exit.USAGE,
    "no MLflow server, and no file store of MLflow's",
    "give the address of a server, or the folder mlruns; a database: mlflow server --backend-store-uri URI",
    by_hand=True,
)
MLF_ANSWER = declare(
    "GP-MLF-002",
    Exit.OUTSIDE,
    "an answer that no MLflow server gives",
    "ask who runs the server, or what stands before it, then run the command again: it resumes",
    by_hand=True,
)
MLF_FILE = declare(
    "GP-MLF-003",
    Exit.FINDINGS,
    "something in MLflow that cannot be understood",
    "mend it there, then import again: what was imported stays",
    by_hand=True,
)
MLF_ELSEWHERE = declare(
    "GP-MLF-004",
    Exit.FINDINGS,
    "artifacts that MLflow keeps where they cannot be read from here",
    "import again by the address of a server that can read them: what was imported stays",
    by_hand=True,
)

# GIT: the repository
GIT_NONE = declare("GP-GIT-001", Exit.USAGE, "not inside a git repository", "git init && gitprov init")
GIT_NOT_INITIALISED = declare("GP-GIT-002", Exit.USAGE, "this repository does not use gitprov yet", "gitprov init")
GIT_FAILED = declare(
    "GP-GIT-003", Exit.OUTSIDE, "git refused", "read git's message; run the git command by hand", by_hand=True
)
GIT_BARE = declare(
    "GP-GIT-004", Exit.USAGE, "this needs a work tree", "run it in a clone with a work tree", by_hand=True
)
UNFILTER = "git fetch --refetch --no-filter && git config --unset remote.origin.promisor"
"""What makes a partial clone whole. git calls it partial for as long as its remote is one that has more."""
GIT_SHALLOW = declare(
    "GP-GIT-005",
    Exit.UNDECIDED,
    "a shallow or partial clone cannot answer",
    f"git fetch --unshallow  # where objects were filtered out: {UNFILTER}",
)
GIT_SECOND = declare(
    "GP-GIT-006",
    Exit.FINDINGS,
    "a second .gitprov folder",
    "git rm -r PATH  # and commit: one project has one .gitprov",
)
GIT_ATTRIBUTES = declare(
    "GP-GIT-007",
    Exit.FINDINGS,
    "the attributes that protect records are missing or changed",
    "gitprov init && git commit -m TEXT -- .gitprov/.gitattributes",
)
GIT_NO_COMMIT = declare("GP-GIT-008", Exit.USAGE, "the repository has no commit yet", "git commit -m TEXT")
GIT_OVERLAID = declare(
    "GP-GIT-009",
    Exit.FINDINGS,
    "replace refs or grafts, by which git shows other objects than there are",
    "git replace -d OBJECT",
)
GIT_ALTERNATE = declare(
    "GP-GIT-010",
    Exit.FINDINGS,
    "a repository that borrows objects from another one",
    "git repack -a -d && rm .git/objects/info/alternates",
)
GIT_CONFLICT = declare(
    "GP-GIT-011",
    Exit.UNDECIDED,
    "a branch that cannot be merged as it is",
    "git merge BASE  # resolve, commit, and push again",
)
GIT_OLD = declare(
    "GP-GIT-012", Exit.UNDECIDED, "a git that is too old for this", "install git 2.34 or newer", by_hand=True
)

# LCK and IO, what the machine does
LCK_BUSY = declare(
    "GP-LCK-001",
    Exit.BUSY,
    "another gitprov or git is writing",
    "wait for it to finish, then run the command again",
    by_hand=True,
)
IO_FAILED = declare(
    "GP-IO-001",
    Exit.OUTSIDE,
    "the disk or the file system refused",
    "free space or mend permissions, then run the command again: it resumes",
    by_hand=True,
)
IO_NETWORK = declare(
    "GP-IO-002",
    Exit.OUTSIDE,
    "the remote cannot be reached",
    "check the network and the credentials, then run the command again: it resumes",
    by_hand=True,
)

# USE, the command line
USE_ARGUMENT = declare("GP-USE-001", Exit.USAGE, "arguments that do not fit together", "gitprov --help")
INT_BUG = declare(
    "GP-INT-001", Exit.INTERNAL, "an internal error", "report it with the file that is named", by_hand=True
)

# HOK: git hooks
HOK_FOREIGN = declare(
    "GP-HOK-001",
    Exit.FINDINGS,
    "a git hook of somebody else's that does not call gitprov",
    "add the line to it: echo 'gitprov hook NAME || exit 1' >> .git/hooks/NAME",
)
HOK_MISSING = declare(
    "GP-HOK-002", Exit.FINDINGS, "a git hook of gitprov's that is missing or old", "gitprov hooks install"
)
