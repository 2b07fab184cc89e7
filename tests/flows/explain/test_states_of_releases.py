"""`status NAME@vN` and `status NAME/STAGE` on real git (D16): the state, what blocks it, what to do."""

from typing import Any

from tests.flows.explain.asking import ask, land, vote
from tests.flows.explain.story import Story
from tests.flows.promotion.world import Someone, World

PLACE = "churn/production"


def standing(someone: Someone, what: str, of: str) -> Any:
    """Returns the standing of a stage (or release) in the answer about a release (or stage)."""
    found = someone("status", what, "--json").json()["standings"]
    return next(one for one in found if of in (one["stage"], one["release"]))


def codes(found: Any) -> list[str]:
    return [one["code"] for one in found["blocks"]]


def test_the_way_of_a_release(serving: World) -> None:
    """validated, pending approval on a branch near and far, approved, promoted, retired."""
    alice, bob = serving.alice, serving.bob
    found = standing(alice, "churn@v2", "production")
    assert (found["state"], found["next"]) == ("validated", ["gitprov promote churn@v2 --to production --reason TEXT"])
    branch, request = ask(serving, "promote", "churn@v2", "--to", "production")
    found = standing(alice, "churn@v2", "production")
    assert (found["state"], found["request"], codes(found)) == ("pending approval", request, ["GP-APR-001"])
    assert found["branch"] == branch
    alice.git("push", "--quiet", "origin", branch)
    bob.git("fetch", "--quiet")
    found = standing(bob, PLACE, "churn@v2")
    assert (found["state"], codes(found)) == ("pending approval", ["GP-APR-001"])
    assert found["branch"] == f"refs/remotes/origin/{branch}"
    assert "bob" in found["blocks"][0]["fix"]
    bob.git("switch", "--quiet", branch)
    bob("approve", request, "--yes")
    found = standing(bob, "churn@v2", "production")
    assert (found["state"], codes(found)) == ("approved", [])
    assert found["next"] == [f"git switch main && git merge --no-ff {branch} && gitprov push"]
    serving.land(branch, by="bob")
    found = standing(bob, "churn@v2", "production")
    assert (found["state"], found["branch"], found["next"]) == ("promoted", None, [f"gitprov deploy {PLACE} --to DIR"])
    assert standing(bob, "churn@v1", "production")["state"] == "retired"


def test_a_release_that_was_in_effect_is_retired(story: Story) -> None:
    """D16; a rejected rollback to it changes nothing, and is listed."""
    bob = story.world.bob
    found = standing(bob, "churn@v1", "production")
    assert (found["state"], found["next"]) == ("retired", [f"gitprov rollback {PLACE} --to v1 --reason TEXT"])
    assert codes(found) == ["GP-APR-001", "GP-APR-003"]
    assert bob("status", "churn@v1", "--json").json()["state"] == "retired"
    assert bob("status", "churn@v2", "--json").json()["state"] == "promoted"
    assert {one["release"] for one in bob("status", PLACE, "--json").json()["standings"]} == {"churn@v1", "churn@v2"}


def test_a_stage_that_comes_after_another_is_not_reached_yet(story: Story) -> None:
    found = standing(story.world.bob, "churn@v2", "live")
    assert (found["state"], codes(found)) == (None, ["GP-PRO-004"])
    assert "staging" in found["blocks"][0]["what"]


def test_in_effect_where_another_stage_comes_after_is_deployed(story: Story) -> None:
    bob = story.world.bob
    request = land(story.world, "promote", "churn@v2", "--to", "staging")
    vote(story.world, request)
    assert standing(bob, "churn@v2", "staging")["state"] == "deployed"
    live = standing(bob, "churn@v2", "live")
    assert (live["state"], live["next"]) == ("validated", ["gitprov promote churn@v2 --to live --reason TEXT"])


def test_a_release_that_a_rule_is_against_is_a_draft(story: Story) -> None:
    """Every rule that denies is named with its remedy; a release that has not landed is judged as if it did."""
    alice = story.world.alice
    alice.pull()
    alice.train(3, auc=0.5)
    alice("push", "--no-refs")
    alice("seal", "churn")
    found = standing(alice, "churn@v3", "production")
    assert (found["state"], codes(found)) == ("draft", ["GP-PRO-010", "GP-PRO-010"])
    assert [one["what"].partition(":")[0] for one in found["blocks"]] == ["rule auc denies", "rule not-worse denies"]
    assert found["blocks"][0]["fix"] == "gitprov evaluate churn --metrics METRICS.json --suite holdout"
    assert standing(alice, PLACE, "churn@v3")["state"] == "draft"


def test_a_release_that_only_a_branch_has_is_known_to_who_approves(story: Story) -> None:
    """`promote` seals what is new on the branch of the request: nobody else has it on main."""
    world = story.world
    world.alice.pull()
    world.alice.train(3, auc=0.99)
    world.alice("push", "--no-refs")
    world.alice.repo.commit("Train and evaluate")
    world.alice.git("push", "--quiet", "origin", "main")
    branch, request = ask(world, "promote", "churn", "--to", "production")
    world.alice.git("push", "--quiet", "origin", branch)
    world.bob.pull()
    for what, of in (("churn@v3", "production"), (PLACE, "churn@v3")):
        found = standing(world.bob, what, of)
        assert (found["state"], found["request"], codes(found)) == ("pending approval", request, ["GP-APR-001"])
    assert standing(world.bob, "churn@v3", "staging")["state"] == "validated"


def test_a_wish_that_nothing_serves_waits_like_any_other(story: Story) -> None:
    alice = story.world.alice
    ask(story.world, "withdraw", PLACE)
    found = [one for one in alice("status", PLACE, "--json").json()["standings"] if one["release"] is None]
    assert [(one["state"], one["request"], codes(one)) for one in found] == [
        ("pending approval", f"{PLACE}/4", ["GP-APR-001"])
    ]
    assert "nothing (withdraw)" in alice("status", PLACE).out


def test_what_is_no_release_and_no_stage_is_refused(story: Story) -> None:
    bob = story.world.bob
    assert "it has v1, v2" in bob("status", "churn@v9", status=2).err
    assert "the stages are production, staging, live" in bob("status", "churn/nowhere", status=2).err
    assert "GP-NAM-001" in bob("status", "nothing/production", status=2).err
