"""A16 on real git: a request that rules in the branch let pass, and rules in force do not."""

from dataclasses import replace

import pytest

from gitprov.check.in_force import InForce
from gitprov.ids import sha256_of
from tests.attacks.pushing import codes, craft, look, serves, write_request
from tests.flows.promotion.world import POLICY, World

RULES = ".gitprov/policies/quality.yaml"
WEAK = POLICY.replace("0.8)", "0.0)").replace("ours >= theirs", "true")


@pytest.mark.parametrize("how", ["merge", "squash", "rebase", "fast-forward"])
def test_a_policy_weakened_in_an_earlier_commit_of_the_branch_judges_nothing(serving: World, how: str) -> None:
    """Its evidence is made by the weak rules; alice asks and bob approves. Strict rules stay in force."""
    alice = serving.alice
    alice.pull()
    alice.release(3, auc=0.5)
    before = look(alice)
    landed = before.landed
    head = landed.chain.head
    settings = landed.settings
    doctored = replace(
        landed,
        settings=InForce(
            (*settings.changes, (head, RULES, sha256_of(WEAK.encode()))),
            {**settings.blobs, sha256_of(WEAK.encode()): WEAK.encode()},
            settings.read,
        ),
    )
    request, evidence = craft(doctored, 3, 2)
    alice.git("switch", "--quiet", "-c", "sly")
    alice.repo.write(RULES, WEAK)
    alice.repo.commit("Tidy up")
    write_request(serving, alice.repo, request, evidence, "bob")
    alice.repo.commit("Promote churn v3")
    serving.land("sly", how)
    after = look(serving.bob)
    assert {"GP-PRO-007", "GP-PRO-009"} <= codes(after, request.id)
    assert serves(after)[-1] == 1
    assert after.landed.settings.at(after.landed.chain.head) == settings.at(head)
    found = [finding.code.id for finding in after.settings]
    assert found == (["GP-SET-002", "GP-SET-003"] if how in ("merge", "squash") else ["GP-SET-002"])


def test_a_request_that_the_rules_in_force_deny_is_refused_by_its_own_evidence(serving: World) -> None:
    alice = serving.alice
    alice.pull()
    alice.release(3, auc=0.5)
    request, evidence = craft(look(alice).landed, 3, 2)
    write_request(serving, alice.repo, request, evidence, "bob")
    alice.share("Promote churn v3")
    assert codes(look(serving.bob), request.id) == {"GP-PRO-010"}


def test_the_same_request_for_a_good_release_takes_effect(serving: World) -> None:
    """So that the tests above refuse what they say, and nothing else."""
    alice = serving.alice
    alice.pull()
    request, evidence = craft(look(alice).landed, 2, 2)
    write_request(serving, alice.repo, request, evidence, "bob")
    alice.share("Promote churn v2")
    after = look(serving.bob)
    assert (codes(after, request.id), serves(after)[-1]) == (set(), 2)
