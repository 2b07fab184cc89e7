"""What owners read of a trust version before they sign it: all that it decides, and what differs (threat A15)."""

from dataclasses import replace

from gitprov.records import Role, Roles, TrustRoot
from gitprov.records.roots import Delegation
from gitprov.trust.log import Log
from gitprov.trust.words import Change, changes, lines
from tests.unit.trust.facts import ISSUER, MAIN, OWN_DIGEST, history, key, root

FIRST, UNTIL = "2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z"
PEOPLE = {"ann": ["a", "a2"], "ben": ["ben@example.org"], "cyd": []}
STORED = root(
    1,
    history(Log([]), None),
    PEOPLE,
    owners=("ann", "ben"),
    threshold=2,
    producers=("cyd",),
    revoked=("a2",),
    windows={"a": (FIRST, UNTIL)},
    delegations={"fraud": Delegation(producer=Role(people=("ben",)), approver={"live": Role(people=("ann",))})},
)
assert isinstance(STORED.record, TrustRoot)
ROOT: TrustRoot = replace(
    STORED.record,
    expires=UNTIL,
    roles=replace(
        STORED.record.roles, approver={"live": Role(people=("ann", "ben"), distinct_from=("evaluator", "owner"))}
    ),
)


def short(name: str) -> str:
    return key(name)[7:15]


def test_everything_that_a_version_decides_is_told() -> None:
    assert lines(ROOT) == {
        "protected ref": MAIN,
        "person ann": f"key {short('a')} from {FIRST} until {UNTIL}, key {short('a2')} (revoked: lost)",
        "person ben": f"ben@example.org by {ISSUER} under team ({short('ben@example.org')})",
        "person cyd": "no key yet",
        "role owner": "2 of ann, ben",
        "role producer": "1 of cyd",
        "role approver of live": "1 of ann, ben, none of whom acted as evaluator or owner",
        "role producer for fraud": "1 of ben",
        "role approver of live for fraud": "1 of ann",
        "trusted root team": OWN_DIGEST,
        "expires": UNTIL,
    }
    assert "expires" not in lines(replace(ROOT, expires=None))


def test_only_what_differs_is_told() -> None:
    assert changes(ROOT, ROOT) == ()
    assert {one.what: (one.before, one.after) for one in changes(None, ROOT)} == {
        what: (None, said) for what, said in lines(ROOT).items()
    }
    other = replace(
        ROOT,
        expires=None,
        roles=Roles(owner=Role(people=("ann",)), evaluator=Role(people=("ben",)), approver=ROOT.roles.approver),
    )
    assert changes(ROOT, other) == (
        Change("role owner", "2 of ann, ben", "1 of ann"),
        Change("role producer", "1 of cyd", None),
        Change("expires", UNTIL, None),
        Change("role evaluator", None, "1 of ben"),
    )
