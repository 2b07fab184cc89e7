"""What the next trust version says when somebody wishes for something, and nothing else (threat A15)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.errors import GitprovError
from gitprov.governance.wishes import Delegated, Wish, apply, rotation
from gitprov.records import TrustRoot
from gitprov.records.roots import Identity
from gitprov.trust.log import Log
from gitprov.trust.roots import Accepted
from gitprov.trust.words import changes
from tests.unit.trust.facts import history, key, pem, root

LOG = Log(())
ENDS = "2026-11-01T00:00:00Z"
FIRST = root(
    1,
    history(LOG, None),
    {"ann": ["a", "a2", "a3"], "ben": ["b"]},
    owners=["ann"],
    revoked=["a2"],
    windows={"a3": (None, "2026-01-01T00:00:00Z")},
)


def wished(wish: Wish) -> TrustRoot:
    """Returns the version after the first that fulfils a wish."""
    assert isinstance(FIRST.record, TrustRoot)
    return apply(wish, Accepted(FIRST.record, FIRST.id, 0, -1), 2, history(LOG, 3))


def of(person: str, wish: Wish) -> dict[str, Identity]:
    return {one.key or "": one for one in wished(wish).people[person].identities}


def test_a_rotation_ends_what_still_counted_and_prolongs_nothing() -> None:
    """What is revoked stays revoked, what has ended stays ended, and the new key has no end."""
    found = of("ann", rotation("ann", pem("new"), until=ENDS))
    assert {name: (found[pem(name)].revoked, found[pem(name)].valid_until) for name in ("a", "a2", "a3", "new")} == {
        "a": (None, ENDS), "a2": ("lost", None), "a3": (None, "2026-01-01T00:00:00Z"), "new": (None, None),
    }  # fmt: skip


def test_a_revocation_keeps_the_reason_of_an_earlier_one() -> None:
    found = of("ann", rotation("ann", pem("new"), reason="stolen"))
    assert [found[pem(name)].revoked for name in ("a", "a2", "a3", "new")] == ["stolen", "lost", "stolen", None]


@given(st.integers(1, 64), st.booleans(), st.sampled_from(["a", "a2", "a3"]))
def test_a_key_goes_by_the_beginning_of_its_id_and_the_others_stay(length: int, prefixed: bool, name: str) -> None:
    """One key, or none: a beginning that several have is refused."""
    digits = key(name)[7:][:length]
    same = [one for one in ("a", "a2", "a3") if key(one)[7:].startswith(digits)]
    wish = rotation("ann", pem("new"), old=f"sha256:{digits}" if prefixed else digits, reason="stolen")
    if len(same) > 1:
        with pytest.raises(GitprovError, match=f"{len(same)} keys of ann's begin with"):
            wished(wish)
        return
    found = of("ann", wish)
    assert found[pem(name)].revoked == ("lost" if name == "a2" else "stolen")
    assert [found[pem(one)].revoked for one in ("a", "a3") if one != name] == [None] * (1 + (name == "a2"))


@pytest.mark.parametrize(
    "wish",
    [
        rotation("ben", pem("new")),
        Wish(revoke={"ben": ""}, reason="left"),
        Wish(valid={("ben", key("b")): (None, ENDS)}),
        Wish(delegate={"fraud": Delegated({"producer": (("ben",), 1)}, {"live": (("ann", "ben"), 2)})}),
        Wish(expires=ENDS),
    ],
)
def test_a_wish_changes_what_it_names_and_nothing_else(wish: Wish) -> None:
    assert isinstance(FIRST.record, TrustRoot)
    named = {"person ben", "role producer for fraud", "role approver of live for fraud", "expires"}
    changed = {change.what for change in changes(FIRST.record, wished(wish))}
    assert changed
    assert changed <= named


def test_who_leaves_leaves_every_role_and_no_role_is_left_empty() -> None:
    both = Delegated({"producer": (("ann", "ben"), 1)}, {"live": (("ann", "ben"), 1)})
    given_to = wished(Wish(delegate={"fraud": both}))
    assert given_to.delegations["fraud"].producer is not None
    fields = Accepted(given_to, FIRST.id, 0, -1)
    left = apply(Wish(remove=("ben",)), fields, 3, history(LOG, 3))
    held = left.delegations["fraud"]
    assert held.producer is not None
    assert (held.producer.people, held.approver["live"].people) == (("ann",), ("ann",))
    alone = apply(Wish(delegate={"fraud": Delegated({"owner": (("ben",), 1)})}), fields, 3, history(LOG, 3))
    with pytest.raises(GitprovError, match="asks for 1 people in fraud: owner, which has 0"):
        apply(Wish(remove=("ben",)), Accepted(alone, FIRST.id, 0, -1), 4, history(LOG, 3))
