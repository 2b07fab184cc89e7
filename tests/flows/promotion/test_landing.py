"""When a promotion counts, on real git: however it lands, whatever is forced in (demands 16, 18; threats A09-A13)."""

import pytest

from gitprov.audit.gather import gather
from gitprov.check.effect import Timeline, in_time, judge
from gitprov.check.landed import Landed
from gitprov.recording.writing import make_decision, stage, write_signatures
from gitprov.records import decode, store
from tests.flows.promotion.test_promote import TO_PRODUCTION
from tests.flows.promotion.world import Someone, World

FOLDER = ".gitprov/promotions/churn/production"


def seen(someone: Someone) -> tuple[Landed, Timeline]:
    """Returns what landed on the protected ref as somebody sees it, and what came of every request."""
    someone.git("fetch", "--quiet")
    with someone.project() as project:
        landed = gather(project).landed
        return landed, judge(landed, "churn")


def serves(world: World) -> int | None:
    """Returns the number of the request that is in effect in production."""
    landed, timeline = seen(world.bob)
    asked = timeline.effective("production", landed.chain.head)
    return asked.request.sequence if asked is not None else None


def ask(world: World, *line: str) -> str:
    """Lets alice ask from main and push it; bob fetches it and checks it out. Returns the branch."""
    world.alice.pull()
    branch: str = world.alice(*(line or ("promote", "churn@v2", *TO_PRODUCTION)), "--json").json()["branch"]
    world.alice.git("push", "--quiet", "origin", "HEAD")
    world.bob.git("fetch", "--quiet")
    world.bob.git("switch", "--quiet", branch)
    return branch


@pytest.mark.parametrize("how", ["merge", "squash", "rebase", "fast-forward"])
def test_every_way_of_merging_has_the_same_effect(serving: World, how: str) -> None:
    branch = ask(serving)
    serving.bob("approve", "churn/production/2", "--yes")
    assert serves(serving) == 1
    head = serving.land(branch, how, by="bob")
    landed, timeline = seen(serving.alice)
    asked = timeline.effective("production", landed.chain.head)
    assert asked is not None
    assert (asked.request.sequence, asked.effective) == (2, landed.chain.step_of(head))


def test_an_approval_of_ones_own_does_not_count_when_it_is_forced_in(serving: World) -> None:
    """`approve` refuses it; whoever signs and commits it by other means wins nothing."""
    branch, alice = ask(serving), serving.alice
    request = store(decode((alice.repo.path / FOLDER / "0002/request.yaml").read_bytes()))
    with alice.project() as project:
        stage(project, write_signatures(project, [make_decision(project, request, "approve", "looks good to me")]))
    alice.git("commit", "--quiet", "-m", "Approve")
    serving.land(branch)
    assert serves(serving) == 1
    (two,) = [one for one in seen(alice)[1].asked if one.request.sequence == 2]
    assert two.judgement is not None
    assert [found.code.id for found in two.judgement.findings] == ["GP-APR-001"]


@pytest.mark.parametrize("first", ["approve", "reject"])
def test_a_rejected_request_has_no_effect(serving: World, first: str) -> None:
    """Whoever rejects, before it takes effect, whatever was approved."""
    branch = ask(serving)
    serving.alice("reject", "churn/production/2", "--yes", "--reason", "found a leak")
    serving.alice.git("push", "--quiet", "origin", "HEAD")
    if first == "approve":
        serving.bob("approve", "churn/production/2", "--yes")
        serving.bob.git("pull", "--quiet", "--no-rebase")
    else:
        serving.bob.git("pull", "--quiet", "--ff-only")
    serving.land(branch, by="bob")
    assert serves(serving) == 1
    assert "GP-APR-003" in serving.bob("approve", "churn/production/2", "--yes", "--reason", "now", status=1).err


def test_a_request_that_was_kept_for_a_year_comes_too_late(serving: World) -> None:
    """Clause 13: it takes effect on the chain, and whoever sees it first after it expired does not deploy it."""
    branch = ask(serving)
    serving.bob("approve", "churn/production/2", "--yes")
    serving.land(branch, by="bob")
    landed, timeline = seen(serving.alice)
    asked = timeline.effective("production", landed.chain.head)
    assert asked is not None
    assert in_time(landed, asked, asked.request.evaluated_at).holds
    late = in_time(landed, asked, f"{int(asked.request.expires[:4]) + 1}{asked.request.expires[4:]}")
    assert {one.code.id for one in late.findings} == {"GP-PRO-013"}


def test_of_two_that_land_one_after_the_other_the_first_has_effect(serving: World) -> None:
    branches = both(serving)
    serving.land(branches[0], by="bob")
    serving.land(branches[1], by="bob")
    assert serves(serving) == 2
    (three,) = [one for one in seen(serving.bob)[1].asked if one.request.sequence == 3]
    assert three.judgement is not None
    assert "GP-PRO-003" in {found.code.id for found in three.judgement.findings}


def test_of_two_that_land_in_one_step_neither_has_effect(serving: World) -> None:
    branches = both(serving)
    serving.bob.git("switch", "--quiet", "--create", "together", "main")
    for branch in branches:
        serving.bob.git("merge", "--quiet", "--no-ff", "-m", "Join", branch)
    serving.land("together", "squash", by="bob")
    assert serves(serving) == 1
    found = [one.judgement.findings for one in seen(serving.bob)[1].asked[1:] if one.judgement is not None]
    assert [{one.code.id for one in each} for each in found] == [{"GP-PRO-011"}] * 2


def both(world: World) -> list[str]:
    """Lets alice ask twice, to promote and to withdraw, before either landed; bob approves both."""
    branches = []
    for line in (("promote", "churn@v2", *TO_PRODUCTION), ("withdraw", "churn/production", "--reason", "off")):
        branches.append(ask(world, *line))
        world.bob("approve", branches[-1].removeprefix("promote/"), "--yes")
    return branches


def test_rules_that_a_branch_weakens_judge_nothing(serving: World) -> None:
    """Threat A16: the settings in force decide, whatever lies in the tree."""
    alice = serving.alice
    alice.repo.write(".gitprov/policies/quality.yaml", "schema: gitprov/policy/v1\nrules: {}\n")
    alice.train(3, auc=0.1)
    alice("push", "--no-refs")
    alice.repo.commit("Train, and see to it that nobody minds")
    refused = alice("promote", "churn", *TO_PRODUCTION, status=1).err
    assert refused.count("GP-PRO-010") == 2
    assert "GP-SET-003" in refused
