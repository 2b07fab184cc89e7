"""A16: what a team holds roles for, and what it does not: prefix tricks, reaching out of the scope, weakening it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.check.governance import in_force
from gitprov.errors import GitprovError
from gitprov.ids import Digest, sha256_of
from gitprov.records import Person, Role, Stored, TrustRoot, store
from gitprov.records.roots import Delegation
from gitprov.trust.accepting import accept
from gitprov.trust.log import Log
from gitprov.trust.roots import Accepted, Roots
from tests.attacks.test_a11_people import refused
from tests.sim.promoting import Promoting, Wish
from tests.unit.trust.facts import by, governance, history, identity, landed, root, step_of

LOG = Log(())
STRICT, WEAK = sha256_of(b"strict"), sha256_of(b"weak")


def team(*people: str, threshold: int = 1) -> Role:
    return Role(people=tuple(sorted(people)), threshold=threshold)


# --- promotions -----------------------------------------------------------------------------------------------------


def asks(delegations: Mapping[str, Delegation], *voters: str, by: str = "ada") -> tuple[Promoting, Wish]:
    """Promotes `model` under a version that delegates something, with approvals."""
    world = Promoting(releases=1)
    world.move()
    world.trust(("ben", "cleo"), delegations=delegations)
    wish = world.wish(world.releases[0], by=by)
    world.move()
    world.request(wish, by)
    for name in voters:
        world.sign(wish.id, name, "approves")
    return world, wish


APPROVES = Delegation(approver={"live": team("dan")})


def test_a_delegated_approver_approves_and_those_of_the_project_do_not() -> None:
    assert refused(*asks({"model": APPROVES}, "dan")) == set()
    assert refused(*asks({"model": APPROVES}, "ben", "cleo")) == {"GP-APR-001"}


@pytest.mark.parametrize("prefix", ["mode", "m", "models", "model.x", "model-x", "x.model", "modelx.model"])
def test_a_prefix_is_of_whole_words_between_dots(prefix: str) -> None:
    """fraud is not fraudulent, and nobody gets in by a shorter or a longer word."""
    assert refused(*asks({prefix: APPROVES}, "dan")) == {"GP-APR-001"}
    assert refused(*asks({prefix: APPROVES}, "ben")) == set()


def test_a_delegation_for_another_stage_says_nothing_of_this_one() -> None:
    other = {"model": Delegation(approver={"staging": team("dan")})}
    assert refused(*asks(other, "dan")) == {"GP-APR-001"}
    assert refused(*asks(other, "ben")) == set()


def test_a_threshold_of_a_team_counts_its_people() -> None:
    two = {"model": Delegation(approver={"live": team("cleo", "dan", threshold=2)})}
    assert refused(*asks(two, "dan", "ben")) == {"GP-APR-001"}
    assert refused(*asks(two, "dan", "cleo")) == set()


def test_delegated_producers_ask_and_those_of_the_project_do_no_more() -> None:
    """ada made, sealed and asks: none of it counts where dan's team produces."""
    produces = {"model": Delegation(producer=team("dan"), owner=team("dan"))}
    assert refused(*asks(produces, "ben")) == {"GP-PRO-002", "GP-PRO-005", "GP-PRO-006"}
    world, wish = asks(produces, "ben", by="dan")
    assert refused(world, wish) == {"GP-PRO-005", "GP-PRO-006"}
    for run in world.landed().ledger.runs:
        world.sign(run, "dan", "countersigns")
    world.sign(world.releases[0].id, "dan", "countersigns")
    again = world.wish(world.releases[0], by="dan", sequence=2)
    world.move()
    world.request(again, "dan")
    world.sign(again.id, "cleo", "approves")
    assert refused(world, again) == set(), "a producer of the team may stand in for what others made"


def test_nobody_approves_what_they_produced_in_a_team_either() -> None:
    """Separation of duties is no matter of scope."""
    own = {"model": Delegation(producer=team("ada", "dan"), approver={"live": team("dan")})}
    world, wish = asks(own, "dan", by="dan")
    assert "GP-APR-001" in refused(world, wish)


# --- settings -------------------------------------------------------------------------------------------------------

FRAUD = Delegation(owner=team("dan"), producer=team("eve"))
PEOPLE = {"ann": ["a"], "cyd": ["c"], "dan": ["d"], "eve": ["e"]}
FIRST = root(1, history(LOG, None), PEOPLE, owners=["ann"], producers=["cyd"], delegations={"fraud": FRAUD})


def setting(name: str) -> str:
    return f".gitprov/{name}.yaml"


def roots(*versions: tuple[Stored, int]) -> Roots:
    found = []
    for stored, step in versions:
        assert isinstance(stored.record, TrustRoot)
        since = step_of(stored.record.history.commit)
        found.append(Accepted(stored.record, stored.id, step, -1 if since is None else since))
    return Roots(tuple(found))


def comes_into_force(paths: Sequence[str], by_key: str, *, there: bool = True, trust: Stored = FIRST) -> bool:
    """Tells whether one person changes settings: those that are there, or ones that are not."""
    before = {setting(path): STRICT for path in paths} if there else {}
    after: Mapping[str, Digest] = {setting(path): WEAK for path in paths}
    base, change = governance({}, before or {setting("tags"): STRICT}, history(LOG, 1)), history(LOG, 3)
    changing = governance(before, after, change, actor="eve")
    signed = [*((base, one, 2) for one in "acde"), (changing, by_key, 5)]
    facts = landed([(base, 2), (changing, 5)], signed, roots((trust, 2)), head=20)
    found: Any = in_force(facts, LOG, lambda _path, data: data)[0].at(20)
    return bool(found.get(setting(paths[0])) == WEAK)


@pytest.mark.parametrize("path", ["catalog/fraud", "catalog/fraud.churn", "catalog/fraud.churn.eu"])
def test_the_owner_of_a_prefix_changes_its_catalog_entries_and_nobody_else_does(path: str) -> None:
    """Not even the owners of the project: what is delegated is weakened by nobody but the team."""
    assert comes_into_force([path], "d")
    for other in ("a", "c", "e"):
        assert not comes_into_force([path], other)


@pytest.mark.parametrize(
    "path",
    ["project", "tags", "policies/fraud", "policies/fraud.churn", "catalog/pricing", "catalog/fraudulent",
     "catalog/fraud-churn", "catalog/anti.fraud"],
)  # fmt: skip
def test_the_owner_of_a_prefix_changes_nothing_else(path: str) -> None:
    """Rules, stages and remotes stay with the owners of the project, whatever they are called."""
    assert not comes_into_force([path], "d")
    assert comes_into_force([path], "a")


def test_one_record_cannot_take_a_setting_along() -> None:
    """Every path of a record takes the owners of that path."""
    for by_key in ("d", "a"):
        assert not comes_into_force(["catalog/fraud.churn", "project"], by_key)
        assert not comes_into_force(["project", "catalog/fraud.churn"], by_key)


def test_a_producer_of_a_team_makes_the_entries_of_its_new_names_only() -> None:
    assert comes_into_force(["catalog/fraud.new"], "e", there=False)
    assert not comes_into_force(["catalog/fraud.new"], "c", there=False), "whoever produces elsewhere"
    assert not comes_into_force(["catalog/pricing.new"], "e", there=False)
    assert not comes_into_force(["catalog/fraud.new", "catalog/pricing.new"], "e", there=False)
    assert comes_into_force(["catalog/pricing.new"], "c", there=False)


def test_a_threshold_of_the_owners_of_a_prefix_counts() -> None:
    two = {"fraud": Delegation(owner=team("dan", "eve", threshold=2))}
    trust = root(1, history(LOG, None), PEOPLE, owners=["ann"], delegations=two)
    assert not comes_into_force(["catalog/fraud.churn"], "d", trust=trust)


# --- the trust root -------------------------------------------------------------------------------------------------


def test_the_owner_of_a_prefix_never_changes_who_decides() -> None:
    """Also not what is delegated to them: that is the trust root's."""
    wider = {"fraud": Delegation(owner=team("dan"), approver={"production": team("dan")})}
    second = root(2, history(LOG, 3), PEOPLE, follows=FIRST.id, owners=["ann"], delegations=wider)
    signed = {FIRST.id: [(by(one, FIRST.id), 2) for one in "acde"]}
    for key, versions in (("d", [1]), ("a", [1, 2])):
        found, findings = accept(
            [(FIRST, 2), (second, 5)],
            lambda one, key=key: signed.get(one, [(by(key, one), 6)]),  # type: ignore[misc]
            step_of,
            LOG,
        )
        assert [one.root.version for one in found.accepted] == versions
        assert [one.code.id for one in findings] == ([] if key == "a" else ["GP-TRU-001"])


@pytest.mark.parametrize(
    ("delegation", "why"),
    [
        (Delegation(owner=team("zoe")), "names zoe in fraud: owner, whom people does not list"),
        (Delegation(producer=team("dan", threshold=2)), "asks for 2 people in fraud: producer, which has 1"),
        (Delegation(approver={"live": team("robot")}), "names the machine robot in fraud: approver of live"),
        (Delegation(owner=team("robot")), "names the machine robot in fraud: owner"),
        (Delegation(producer=Role(people=("eve", "dan"))), "must have the people of fraud: producer sorted"),
    ],
)
def test_a_delegation_that_cannot_be_is_refused(delegation: Delegation, why: str) -> None:
    """Machines decide nothing for a team either."""
    base = Promoting().versions[0].root
    people = {name: Person(identities=(identity(name),)) for name in ("ada", "dan", "eve", "robot")}
    roles = replace(base.roles, machine=team("robot"), approver={})
    with pytest.raises(GitprovError, match=why):
        store(replace(base, people=people, roles=roles, delegations={"fraud": delegation}))


# --- which delegation -----------------------------------------------------------------------------------------------

WORDS = st.sampled_from(["fraud", "fraudulent", "churn", "eu", "a", "fraud-x"])
NAMES = st.lists(WORDS, min_size=1, max_size=4).map(".".join)


@given(st.dictionaries(NAMES, st.sampled_from(["ann", "cyd", "dan", "eve", ""]), max_size=5), NAMES)
def test_the_longest_prefix_that_says_who_holds_a_role_wins(given_to: dict[str, str], name: str) -> None:
    """ "" stands for a delegation that says something else only."""
    delegations = {
        prefix: Delegation(producer=team(who), approver={"live": team(who)})
        if who
        else Delegation(deployer=team("ann"))
        for prefix, who in given_to.items()
    }
    stored = root(1, history(LOG, None), PEOPLE, owners=["ann"], producers=["cyd"], delegations=delegations)
    assert isinstance(stored.record, TrustRoot)
    version = Accepted(stored.record, stored.id, 0, -1)
    words = name.split(".")
    above = [".".join(words[:count]) for count in range(len(words), 0, -1)]
    who = next((given_to[prefix] for prefix in above if given_to.get(prefix)), None)
    assert version.role("producer", name).people == ((who,) if who else ("cyd",))
    assert version.approvers("live", name).people == ((who,) if who else ("ann",))
    assert version.approvers("other", name).people == ("ann",)
    assert version.role("producer").people == ("cyd",)
    assert version.role("machine", name).people == ()
