"""What is deprecated is shown so everywhere, by a signed record that takes nothing away (issue 5)."""

import pytest

from tests.flows.promotion.world import World

REASON = ("--reason", "trained on leaked labels")


@pytest.fixture
def deprecated(world: World) -> World:
    """The team, after alice deprecated churn@v1 in favour of churn@v2."""
    world.alice("deprecate", "churn@v1", *REASON, "--instead", "churn@v2")
    return world


def test_a_release_is_deprecated_by_a_signed_event(deprecated: World) -> None:
    alice = deprecated.alice
    staged = alice.git("diff", "--cached", "--name-only").split()
    assert [path.rpartition(".")[2] for path in staged] == ["json", "yaml"]
    assert all(path.startswith(".gitprov/events/deprecation/") for path in staged)
    event = alice("show", staged[1], "--json").json()
    assert (event["record"]["reason"], event["record"]["actor"]) == (REASON[1], "alice")
    assert sorted(event["labels"].values()) == ["churn@v1", "churn@v2"]
    alice.share("Deprecate churn@v1")
    assert alice("verify").status == 0


def test_it_is_shown_wherever_the_release_is(deprecated: World) -> None:
    alice, words = deprecated.alice, "by alice: trained on leaked labels; instead: churn@v2"
    for command in (["show", "churn@v1"], ["why", "churn@v1"], ["lineage", "churn@v1"]):
        assert words in alice(*command).out, command
    assert "churn@v1 deprecated" in alice("status", "churn").out
    assert "event" in alice("log", "churn@v1").out
    assert "deprecation of churn@v1: trained on leaked labels" in alice("log", "churn").out
    shown = alice("show", "churn@v1", "--json").json()["deprecated"]
    assert (shown["by"], shown["reason"], shown["instead"]) == ("alice", REASON[1], "churn@v2")
    assert alice("show", "churn@v2", "--json").json()["deprecated"] is None


def test_it_is_shown_where_the_release_serves(serving: World) -> None:
    """It takes nothing out of effect: what serves is moved by a rollback or another promotion."""
    alice, words = serving.alice, "by alice: trained on leaked labels; instead: churn@v2"
    alice("deprecate", "churn@v1", *REASON, "--instead", "churn@v2")
    alice.share("Deprecate churn@v1")
    for command in (["why", "churn/production"], ["status", "churn/production"], ["status", "churn@v1"]):
        assert words in alice(*command).out, command
    assert "churn@v1 is in effect" in alice("verify", "churn/production").out
    assert words not in alice("status", "churn@v2").out


def test_an_artifact_is_marked_in_every_tree_and_sealing_it_warns(world: World) -> None:
    alice = world.alice
    alice("deprecate", "raw", *REASON)
    assert "raw" in alice("lineage", "churn@v2").out
    [line] = [line for line in alice("lineage", "churn@v2").out.splitlines() if " raw " in line]
    assert "deprecated" in line
    assert "by alice: trained on leaked labels" in alice("why", "raw").out
    alice.train(3, auc=0.97)
    alice("deprecate", "churn", *REASON)
    alice.repo.commit("Train")
    alice("push", "--no-refs")
    sealed = alice("seal", "churn", "--dry-run", "--json").json()
    [note] = sealed["notes"]
    assert note.startswith("churn id:")
    assert note.endswith("is deprecated by alice: trained on leaked labels")
    assert alice("seal", "churn", "--json").json()["notes"] == [note]


def test_the_same_is_recorded_once_and_a_dry_run_writes_nothing(world: World) -> None:
    alice = world.alice
    would = alice("deprecate", "churn@v1", *REASON, "--dry-run", "--json").json()
    assert would["dry_run"]
    assert alice.git("status", "--porcelain") == ""
    done = alice("deprecate", "churn@v1", *REASON, "--json").json()
    again = alice("deprecate", "churn@v1", *REASON, "--json").json()
    assert (len(done["recorded"]), again["recorded"], again["known"]) == (1, [], done["recorded"])
    assert len(alice("deprecate", "churn@v1", "--reason", "other", "--json").json()["recorded"]) == 1


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (["churn@v9", *REASON], "GP-NAM-001"),
        (["churn@v1", "--reason", " "], "GP-USE-001"),
        (["churn@v1", *REASON, "--instead", "churn@v1"], "GP-USE-001"),
        (["churn@v1", *REASON, "--instead", "raw"], "GP-USE-001"),
        (["churn@v1", *REASON, "--instead", "churn@v9"], "GP-NAM-001"),
    ],
)
def test_what_cannot_be_deprecated_is_refused(world: World, arguments: list[str], code: str) -> None:
    assert code in world.alice("deprecate", *arguments, status=2).err
    run = world.alice("log", "--json").json()["entries"]
    id_ = next(one["id"] for one in run if one["kind"] == "run")
    assert "this is a run" in world.alice("deprecate", id_, *REASON, status=2).err


def test_promoting_it_warns_and_the_starter_refuses(deprecated: World) -> None:
    """A fact that counts once a producer or an owner has signed it and it has landed."""
    alice = deprecated.alice
    alice("policy", "starters", "--add", "not-deprecated")
    alice("policy", "sign", "--reason", "agreed")
    alice.share("Deprecate churn@v1, and mind it")
    refused = alice("promote", "churn@v1", "--to", "production", "--reason", "it is good", status=1)
    assert "rule in-use denies: The release, or a member of it, is deprecated" in refused.err
    done = alice("promote", "churn@v2", "--to", "production", "--reason", "it is good", "--json").json()
    assert done["notes"] == []


def test_without_the_rule_promoting_it_only_warns(deprecated: World) -> None:
    deprecated.alice.share("Deprecate churn@v1")
    done = deprecated.alice("promote", "churn@v1", "--to", "production", "--reason", "it is good", "--json").json()
    assert done["notes"] == ["churn@v1 is deprecated by alice: trained on leaked labels; instead: churn@v2"]


def test_a_stranger_cannot_take_a_release_out_of_use(world: World) -> None:
    """Who is no producer and no owner is shown, and counts for no rule."""
    alice, dan = world.alice, world.someone("dan")
    alice("policy", "starters", "--add", "not-deprecated")
    alice("policy", "sign", "--reason", "agreed")
    alice.share("Mind deprecations")
    dan.pull()
    dan("deprecate", "churn@v1", "--reason", "I do not like it")
    dan.share("Deprecate churn@v1")
    alice.pull()
    assert "by dan: I do not like it" in alice("show", "churn@v1").out
    done = alice("promote", "churn@v1", "--to", "production", "--reason", "it is good", "--json").json()
    assert done["findings"] == []
