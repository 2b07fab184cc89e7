"""Codes about promotions, approvals and deployments."""

from gitprov.errors.base import Exit
from gitprov.errors.catalogue.declaring import declare

# PRO: promotions, and when they count
PRO_MALFORMED = declare(
    "GP-PRO-001",
    Exit.FINDINGS,
    "a request in the wrong place, or of another project",
    "ask again: gitprov promote NAME --to STAGE --reason TEXT",
)
PRO_UNSIGNED = declare(
    "GP-PRO-002", Exit.FINDINGS, "a request that nobody signed who may ask", "gitprov sign NAME/STAGE/SEQ"
)
PRO_REPLACED = declare(
    "GP-PRO-003", Exit.FINDINGS, "a request that replaces what is not in effect", "gitprov renumber NAME/STAGE/SEQ"
)
PRO_FROM = declare(
    "GP-PRO-004",
    Exit.FINDINGS,
    "a move that the stages do not allow",
    "promote it to the stage before first: gitprov promote NAME --to STAGE --reason TEXT",
)
PRO_RELEASE = declare(
    "GP-PRO-005",
    Exit.FINDINGS,
    "a request whose release does not stand",
    "gitprov verify NAME@vN  # says what is missing",
)
PRO_RUN = declare("GP-PRO-006", Exit.FINDINGS, "a run that no producer signed", "gitprov sign id:PREFIX")
PRO_EVIDENCE = declare(
    "GP-PRO-007",
    Exit.FINDINGS,
    "evidence that is missing, or not what the records give",
    "gitprov renumber NAME/STAGE/SEQ",
)
PRO_SUMMARY = declare(
    "GP-PRO-008",
    Exit.FINDINGS,
    "a summary that says something else than the evidence",
    "gitprov renumber NAME/STAGE/SEQ",
)
PRO_POLICY = declare(
    "GP-PRO-009", Exit.FINDINGS, "a request judged by other settings", "gitprov renumber NAME/STAGE/SEQ"
)
PRO_GATE = declare(
    "GP-PRO-010", Exit.FINDINGS, "a rule that denies", "mend what the rule names: gitprov policy check NAME --to STAGE"
)
PRO_TWO = declare(
    "GP-PRO-011", Exit.FINDINGS, "two promotions of one stage at one step", "gitprov renumber NAME/STAGE/SEQ"
)
PRO_TARGET = declare(
    "GP-PRO-012",
    Exit.FINDINGS,
    "a rollback to what was never in effect",
    "gitprov history NAME/STAGE  # lists what was",
)
PRO_EXPIRED = declare(
    "GP-PRO-013",
    Exit.FINDINGS,
    "a promotion that came too late",
    "ask again: gitprov promote NAME --to STAGE --reason TEXT",
)
PRO_DISPUTED = declare(
    "GP-PRO-014",
    Exit.FINDINGS,
    "a promotion that rests on a revoked key",
    "ask again: gitprov promote NAME --to STAGE --reason TEXT",
)
PRO_OMITTED = declare(
    "GP-PRO-015",
    Exit.FINDINGS,
    "evidence that leaves out what was on record",
    "gitprov renumber NAME/STAGE/SEQ",
)
PRO_NOTHING = declare(
    "GP-PRO-016",
    Exit.FINDINGS,
    "a stage that nothing was ever promoted to",
    "gitprov promote NAME --to STAGE --reason TEXT",
)
PRO_SAME = declare(
    "GP-PRO-017", Exit.USAGE, "a request that changes nothing", "gitprov why NAME/STAGE  # says what is in effect"
)
PRO_TAKEN = declare(
    "GP-PRO-018",
    Exit.FINDINGS,
    "a number that somebody else's record took first",
    "gitprov renumber NAME/STAGE/SEQ  # or NAME@vN",
)
PRO_EXCEPTION = declare(
    "GP-PRO-019",
    Exit.FINDINGS,
    "a promotion in effect by an exception that the owners have not reviewed",
    "gitprov acknowledge KEY --reason TEXT  # once it is reviewed",
)
PRO_OVER = declare(
    "GP-PRO-020",
    Exit.FINDINGS,
    "an exception that is over or used up",
    "gitprov exception NAME/STAGE/SEQ --waive gates --reason TEXT",
)
PRO_OWNERS = declare(
    "GP-PRO-021",
    Exit.FINDINGS,
    "an exception by somebody who cannot grant one",
    "ask two owners; gitprov trust show lists them",
    by_hand=True,
)

# APR: what approvers say
APR_MISSING = declare("GP-APR-001", Exit.FINDINGS, "approvals are missing", "gitprov approve NAME/STAGE/SEQ")
APR_UNKNOWN = declare(
    "GP-APR-002",
    Exit.FINDINGS,
    "an unlisted key where an approver may not stand",
    "gitprov sign id:PREFIX  # as a producer",
)
APR_REJECTED = declare(
    "GP-APR-003",
    Exit.FINDINGS,
    "a request that was rejected",
    "mend it, then ask again: gitprov promote NAME --to STAGE --reason TEXT",
)
APR_PERSON = declare(
    "GP-APR-004",
    Exit.FINDINGS,
    "a vote by somebody who does not approve here",
    "ask one of those who do: gitprov approve NAME/STAGE/SEQ",
)
APR_OWN = declare(
    "GP-APR-005", Exit.FINDINGS, "an approval of one's own work", "ask somebody else: gitprov approve NAME/STAGE/SEQ"
)
APR_TWICE = declare(
    "GP-APR-006",
    Exit.USAGE,
    "the same vote for the second time",
    "nothing to do: one vote a person counts",
    by_hand=True,
)
APR_UNASKED = declare(
    "GP-APR-007",
    Exit.USAGE,
    "a vote that nobody confirmed",
    "run it on a terminal, or read it first: gitprov approve NAME/STAGE/SEQ --yes",
)

# DEP: putting a release in place, and serving it
DEP_PIN = declare(
    "GP-DEP-001",
    Exit.USAGE,
    "a deployer that knows of no trust root",
    "ask an owner for it (gitprov trust fingerprint): gitprov deploy NAME/STAGE --to DIR --pin NNNN:sha256:…",
)
DEP_NOTHING = declare(
    "GP-DEP-002",
    Exit.FINDINGS,
    "nothing is in effect to be deployed",
    "gitprov status NAME/STAGE  # says what is missing",
)
DEP_BACK = declare(
    "GP-DEP-003",
    Exit.FINDINGS,
    "a promotion older than the one deployed before",
    "git fetch  # to go back on purpose: gitprov rollback NAME/STAGE --reason TEXT",
)
DEP_ROLE = declare(
    "GP-DEP-004", Exit.FINDINGS, "somebody who does not deploy", "gitprov trust propose --role deployer=PERSON"
)
DEP_MANIFEST = declare(
    "GP-DEP-005",
    Exit.FINDINGS,
    "a manifest that is missing, or not the one that is trusted",
    "do not serve it: gitprov deploy NAME/STAGE --to DIR",
)
DEP_BYTES = declare(
    "GP-DEP-006",
    Exit.FINDINGS,
    "served bytes that are not the deployed ones",
    "do not serve them: gitprov deploy NAME/STAGE --to DIR",
)

# REV: reverting code
REV_COMMIT = declare("GP-REV-001", Exit.USAGE, "not a commit", "git log --oneline  # lists them")
REV_STAGED = declare(
    "GP-REV-002", Exit.USAGE, "changes that nobody committed", "git stash  # or git commit, then run it again"
)
REV_CONFLICT = declare(
    "GP-REV-003",
    Exit.FINDINGS,
    "a revert with conflicts",
    "git revert --abort  # or resolve them: git add FILES && git revert --continue",
)
REV_NOTHING = declare(
    "GP-REV-004",
    Exit.USAGE,
    "a revert that would change nothing",
    "nothing to do: its records stay, and nothing else of it is left",
    by_hand=True,
)
