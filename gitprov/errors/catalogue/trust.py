"""Codes about signatures, keys, settings in force, rules and the trust root."""

from gitprov.errors.base import Exit
from gitprov.errors.catalogue.declaring import declare

# SIG: signatures of records
SIG_BUNDLE = declare(
    "GP-SIG-001",
    Exit.FINDINGS,
    "a signature file that is no bundle in its only form",
    "git rm PATH  # and sign again: gitprov sign RECORD",
)
SIG_STATEMENT = declare(
    "GP-SIG-002",
    Exit.FINDINGS,
    "a signature of something else than the record beside it",
    "git rm PATH  # and sign again: gitprov sign RECORD",
)
SIG_INVALID = declare(
    "GP-SIG-003",
    Exit.FINDINGS,
    "a signature that its key did not make",
    "git rm PATH  # and sign again: gitprov sign RECORD",
)
SIG_UNLISTED = declare(
    "GP-SIG-004",
    Exit.FINDINGS,
    "a signature by a key that no trust version lists",
    "list the key, if you know whose it is: gitprov trust propose --add PERSON=KEYFILE",
)
SIG_NAME = declare(
    "GP-SIG-005",
    Exit.FINDINGS,
    "a signature file that is not named by the digest of its bytes",
    "git rm PATH  # and sign again: gitprov sign RECORD",
)
SIG_ORPHAN = declare(
    "GP-SIG-006",
    Exit.FINDINGS,
    "a signature without its record",
    "git rm PATH  # or restore the record: git log --diff-filter=D -- .gitprov",
)
SIG_KIND = declare(
    "GP-SIG-007",
    Exit.USAGE,
    "a record of a type that nobody signs",
    "sign the run that made it, or the release or request that names it",
    by_hand=True,
)
SIG_CERTIFICATE = declare(
    "GP-SIG-008",
    Exit.FINDINGS,
    "a signature whose certificate does not hold under the trusted root",
    "git rm PATH  # and sign again: gitprov sign RECORD",
)
SIG_MISSING = declare(
    "GP-SIG-009",
    Exit.FINDINGS,
    "a record without the signature that the trust root asks for",
    "gitprov sign RECORD",
)
SIG_IDLE = declare(
    "GP-SIG-010",
    Exit.FINDINGS,
    "a signature that would count for nobody",
    "gitprov trust show  # says what is listed; gitprov keys list, what signs",
)

# ATT: attestations of other tools
ATT_STATEMENT = declare(
    "GP-ATT-001",
    Exit.USAGE,
    "a bundle that attests nothing about a file",
    "import one with an in-toto statement: gh attestation download FILE, or cosign attest-blob",
    by_hand=True,
)
ATT_FORM = declare(
    "GP-ATT-002",
    Exit.USAGE,
    "an artifact that a form of export cannot tell of",
    "gitprov show ARTIFACT; links and content by reference have no form there",
    by_hand=True,
)
ATT_SUBJECT = declare(
    "GP-ATT-003",
    Exit.FINDINGS,
    "an attestation about other bytes",
    "gitprov add FILE records what it is about",
    by_hand=True,
)

# KEY: the keys of whoever uses this machine
KEY_UNKNOWN = declare("GP-KEY-001", Exit.USAGE, "no such key", "gitprov keys new NAME")
KEY_READABLE = declare("GP-KEY-002", Exit.USAGE, "a private key that others can read", "chmod 600 KEYFILE")
KEY_UNUSABLE = declare(
    "GP-KEY-003",
    Exit.USAGE,
    "a private key that gitprov cannot use",
    "gitprov keys new NAME && gitprov keys use NAME",
)
KEY_PASSPHRASE = declare(
    "GP-KEY-004",
    Exit.USAGE,
    "a passphrase that is wrong or cannot be asked for",
    "run it on a terminal, or set GITPROV_KEY_PASSPHRASE",
    by_hand=True,
)
KEY_EXISTS = declare("GP-KEY-005", Exit.USAGE, "a key of this name is there already", "gitprov keys new OTHER-NAME")
KEY_NONE = declare(
    "GP-KEY-006",
    Exit.USAGE,
    "something that takes a key, where certificates say who signs",
    "gitprov keys new NAME && gitprov keys use NAME",
)
KEY_TOKEN = declare(
    "GP-KEY-007",
    Exit.USAGE,
    "no identity token that says who signs",
    "run it on a terminal, let CI give the job a token, or set SIGSTORE_ID_TOKEN_FILE",
    by_hand=True,
)
KEY_FORM = declare(
    "GP-KEY-008", Exit.USAGE, "a setting of what signs in no known form", "gitprov keys use --help  # lists the forms"
)
KEY_AGENT = declare(
    "GP-KEY-009",
    Exit.OUTSIDE,
    "an SSH agent that cannot be asked",
    'gitprov keys use NAME  # a key in a file; or start an agent: eval "$(ssh-agent)" && ssh-add',
)
KEY_REFUSED = declare(
    "GP-KEY-010",
    Exit.OUTSIDE,
    "a key that its agent, device or service does not sign with",
    "unlock it (ssh-add -X, or its PIN), or allow it when you are asked; then run the command again",
    by_hand=True,
)
KEY_EXTRA = declare(
    "GP-KEY-011",
    Exit.OUTSIDE,
    "a key that takes a library which is not installed",
    "pip install 'gitprov[kms]'",
    by_hand=True,
)

# SET: the settings in force
SET_UNSEEN = declare(
    "GP-SET-001",
    Exit.UNDECIDED,
    "settings in force whose bytes cannot be had here",
    "commit the settings that were signed, or fetch all history",
    by_hand=True,
)
SET_UNSIGNED = declare(
    "GP-SET-002",
    Exit.FINDINGS,
    "settings in the tree that are not those in force",
    "gitprov policy sign  # or bring those in force back: git revert COMMIT",
)
SET_MIXED = declare(
    "GP-SET-003",
    Exit.FINDINGS,
    "settings and a promotion changed in one step",
    "land the settings first and the promotion on its own",
    by_hand=True,
)
SET_BEHIND = declare(
    "GP-SET-004",
    Exit.USAGE,
    "a branch without the last change of a setting",
    "git merge BASE  # then gitprov policy sign",
)

# POL: the rules of policies
POL_RULE = declare(
    "GP-POL-001",
    Exit.FINDINGS,
    "a rule that cannot be evaluated",
    "mend it; docs/policy.md lists the facts",
    by_hand=True,
)
POL_CASE = declare(
    "GP-POL-002",
    Exit.FINDINGS,
    "a rule that says something else than its case expects",
    "mend the rule or the case, then gitprov policy test",
    by_hand=True,
)
POL_UNTESTED = declare(
    "GP-POL-003",
    Exit.FINDINGS,
    "a rule without a case that passes and one that does not",
    "add such cases, then gitprov policy test",
    by_hand=True,
)

# TRU: the trust root, and what was seen of it before
TRU_UNSIGNED = declare(
    "GP-TRU-001", Exit.FINDINGS, "a trust version without the signatures that it takes", "gitprov trust sign"
)
TRU_HISTORY = declare(
    "GP-TRU-002",
    Exit.FINDINGS,
    "a signed history that is not the protected ref's",
    "find out who rewrote the protected ref: compare git reflog with another clone",
    by_hand=True,
)
TRU_FORK = declare(
    "GP-TRU-003",
    Exit.FINDINGS,
    "two trust versions that follow the same one",
    "gitprov trust show  # the first one stands; ask its owners why they signed two",
)
TRU_FOLLOWS = declare(
    "GP-TRU-004",
    Exit.FINDINGS,
    "a trust version that does not follow the one in force",
    "propose it again, on the one in force: gitprov trust propose, with the same options",
    by_hand=True,
)
TRU_KEY = declare(
    "GP-TRU-005", Exit.FINDINGS, "a key that changes hands", "give each person keys of their own: gitprov keys new NAME"
)
TRU_NONE = declare("GP-TRU-006", Exit.USAGE, "a project without a trust root", "gitprov trust init")
TRU_CHAIN = declare(
    "GP-TRU-007",
    Exit.USAGE,
    "a commit that is not on the protected ref's first-parent chain",
    "git log --first-parent  # lists the commits that are",
)
TRU_OLDER = declare(
    "GP-TRU-008",
    Exit.FINDINGS,
    "a trust root that is older than one seen before",
    "git fetch  # if it stays so, somebody took commits back: compare with another clone",
)
TRU_OTHER = declare(
    "GP-TRU-009",
    Exit.FINDINGS,
    "another trust root than the one that is trusted",
    "do not go on: ask an owner for the fingerprint (gitprov trust fingerprint)",
    by_hand=True,
)
TRU_PIN = declare("GP-TRU-010", Exit.USAGE, "not a pin", "gitprov trust fingerprint  # prints one")
TRU_REWOUND = declare(
    "GP-TRU-011",
    Exit.FINDINGS,
    "a protected ref that was rewound or rewritten, and lacks the head that is remembered",
    "git fetch  # if it stays so, compare with another clone; gitprov audit says which it was",
)
TRU_EXISTS = declare(
    "GP-TRU-012",
    Exit.USAGE,
    "a trust root that is there already",
    "gitprov trust show  # gitprov trust propose changes it",
)

# LOG: heads of the log
LOG_NOTE = declare(
    "GP-LOG-001", Exit.USAGE, "not a log head", "fetch it again; those that are here: gitprov log-head verify"
)
LOG_SIGNER = declare(
    "GP-LOG-002",
    Exit.FINDINGS,
    "a log head that no owner or deployer signed",
    "ask an owner or a deployer: gitprov log-head sign && gitprov log-head publish",
)
LOG_REWOUND = declare(
    "GP-LOG-003",
    Exit.FINDINGS,
    "a log that was rewound",
    "git fetch  # if it stays so, somebody rewound the protected ref: compare with another clone",
)
LOG_REWRITTEN = declare(
    "GP-LOG-004",
    Exit.FINDINGS,
    "a log that was rewritten",
    "somebody rewrote the protected ref: do not go on, compare with another clone",
    by_hand=True,
)
LOG_NONE = declare("GP-LOG-005", Exit.USAGE, "no log head has been signed", "gitprov log-head sign")
LOG_COVER = declare("GP-LOG-006", Exit.USAGE, "what a log head does not cover", "land it, then: gitprov log-head sign")
LOG_OTHER = declare(
    "GP-LOG-007",
    Exit.FINDINGS,
    "a log head of another log",
    "compare the project with an owner's (gitprov trust fingerprint)",
    by_hand=True,
)
