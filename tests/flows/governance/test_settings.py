"""`gitprov policy sign`: settings hold when owners have signed them (demand 16; threat A16)."""

import pytest

from gitprov.audit.gather import gather
from gitprov.ids import Digest, sha256_of
from tests.flows.governance.test_trust import public_key
from tests.flows.promotion.world import POLICY, Someone, World

AGE = ".gitprov/policies/age.yaml"


def in_force(someone: Someone) -> dict[str, Digest]:
    with someone.project() as project:
        landed = gather(project).landed
    return landed.settings.at(landed.chain.head)


def unsigned(someone: Someone) -> list[tuple[str, str]]:
    with someone.project() as project:
        return [(one.code.id, one.subject) for one in gather(project).settings]


@pytest.mark.parametrize("how", ["merge", "squash", "rebase", "fast-forward"])
def test_a_signed_change_is_in_force_however_it_lands(team: World, how: str) -> None:
    alice = team.alice
    alice.git("switch", "--quiet", "-c", "settings")
    alice.repo.write(AGE, POLICY)
    signed = alice("policy", "sign", "--reason", "good models only")
    assert f"+++ {AGE} (to be)" in signed.out
    assert "to come into force" not in signed.out
    alice.git("commit", "--quiet", "-m", "Sign settings")
    alice.repo.write(AGE, POLICY.replace("0.8", "0.7"))
    assert "-    when: metrics.holdout.auc.all(value, value >= 0.8)" in alice("policy", "sign").out
    alice.git("commit", "--quiet", "-m", "Sign settings again")
    team.land("settings", how)
    assert in_force(alice)[AGE] == sha256_of(POLICY.replace("0.8", "0.7").encode())
    assert unsigned(alice) == []
    assert alice("policy", "sign").out == "the settings are those in force\n"


@pytest.mark.parametrize("how", ["merge", "squash", "rebase", "fast-forward"])
def test_a_change_that_nobody_signed_changes_nothing(team: World, how: str) -> None:
    alice = team.alice
    alice.repo.write(AGE, POLICY)
    alice("policy", "sign")
    alice.share("Sign settings")
    alice.git("switch", "--quiet", "-c", "weaker")
    alice.repo.write(AGE, POLICY.replace("0.8", "0.1"))
    alice.repo.commit("Weaken a policy")
    alice.repo.write("code.py", "")
    alice.repo.commit("Work")
    team.land("weaker", how)
    assert in_force(alice)[AGE] == sha256_of(POLICY.encode())
    assert unsigned(alice) == [("GP-SET-002", AGE)]


def test_owners_sign_one_after_the_other(team: World) -> None:
    """A16: with a threshold of two, one owner's signature changes nothing."""
    alice, bob = team.alice, team.bob
    alice("trust", "propose", "--add", f"bob={public_key(bob)}", "--role", "owner=alice,bob:2")
    alice.share("Propose trust version 2")
    bob.pull()
    bob("trust", "sign")
    bob.share("Sign trust version 2")
    alice.pull()
    alice.repo.write(AGE, POLICY)
    assert "to come into force: id:" in (first := alice("policy", "sign").out)
    assert "it lacks 1 of 2 owners" in first
    alice.share("Sign settings")
    assert AGE not in in_force(alice)
    assert unsigned(alice) == [("GP-SET-002", AGE)]
    bob.pull()
    second = bob("policy", "sign", "--json").json()
    assert (second["recorded"], len(second["known"]), second["lacks"]) == ([], 1, "")
    assert len(second["staged"]) == 1
    bob.share("Sign settings")
    assert AGE in in_force(bob)
    assert unsigned(bob) == []


def test_a_branch_that_is_behind_undoes_nothing(team: World) -> None:
    """What an owner signs is what they changed, not what others have changed since."""
    alice = team.alice
    alice.git("switch", "--quiet", "-c", "old")
    alice.git("switch", "--quiet", "main")
    alice.repo.write(AGE, POLICY)
    alice("policy", "sign")
    alice.share("Sign settings")
    alice.git("switch", "--quiet", "old")
    refused = alice("policy", "sign", status=2)
    assert "GP-SET-004" in refused.err
    assert "fix: git merge origin/main" in refused.err
    alice.git("merge", "--quiet", "origin/main")
    assert alice("policy", "sign").out == "the settings are those in force\n"


def test_some_of_the_settings_can_be_signed_and_removed(team: World) -> None:
    alice = team.alice
    alice.repo.write(AGE, POLICY)
    alice.repo.write(".gitprov/policies/other.yaml", POLICY)
    signed = alice("policy", "sign", AGE)
    assert "other.yaml" not in signed.out
    alice("policy", "sign")
    alice.share("Sign settings")
    assert unsigned(alice) == []
    alice.git("rm", "--quiet", AGE)
    assert f"--- {AGE} (in force)" in alice("policy", "sign").out
    alice.share("Take a policy away")
    assert AGE not in in_force(alice)
    assert unsigned(alice) == []


def test_what_is_no_setting_or_cannot_be_understood_is_not_signed(team: World) -> None:
    alice = team.alice
    alice.repo.write(AGE, "rules: [")
    assert "GP-IMM-003" in alice("policy", "sign", "README.md", status=1).err
    assert "GP-YML-006" in alice("policy", "sign", status=2).err
    alice.repo.write(AGE, POLICY)
    would = alice("policy", "sign", "--dry-run", "--json").json()
    assert would["dry_run"]
    assert [change["path"] for change in would["changes"]] == [AGE]
    assert alice.git("status", "--porcelain") == f"?? {AGE.rpartition('/')[0]}/"


def test_a_name_gets_its_owner_with_a_signature(world: World) -> None:
    """A producer may name the owner of a new name: `gitprov seal --owner` signs the catalog entry by itself."""
    alice = world.alice
    alice.repo.write("data/more.csv", "a\n1\n")
    alice("add", "data/more.csv", "--name", "more", "--kind", "dataset")
    alice("push", "--no-refs")
    sealed = alice("seal", "more", "--owner", "alice", "--json").json()
    assert [record["type"] for record in sealed["recorded"]] == ["release", "event"]
    alice.share("Release more v1")
    assert ".gitprov/catalog/more.yaml" in in_force(alice)
    assert unsigned(alice) == []
