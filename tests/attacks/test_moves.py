"""What a request may move: stages in their order, rollbacks to what was there, comparisons with what serves."""

from dataclasses import fields, replace

import pytest

from gitprov.check.evidence import again, summary
from gitprov.ids import sha256_of
from gitprov.records import Evidence, Release, Request, Stored, store
from tests.attacks.real import Signed, altered
from tests.sim.promoting import Promoting, Wish

STAGES = b"schema: gitprov/project/v1\nstages:\n  staging: {}\n  live:\n    after: [staging]\n"
NEVER = b"""\
schema: gitprov/policy/v1
rules:
  never:
    when: "false"
    message: Never
    remedy: wait
"""


def staged() -> Signed:
    """Returns a world in which live comes after staging, and version 1 is in effect in staging."""
    world = Signed(stages=("live", "staging"))
    world.set(".gitprov/project.yaml", STAGES)
    world.move()
    world.promote(world.wish(world.releases[0], stage="staging"), "ben")
    return world


def test_a_release_comes_from_the_stage_before_and_from_nowhere_else() -> None:
    """Demand 16: not skipped, not claimed to be there, not after it was replaced there."""
    world = staged()
    straight, other = world.wish(world.releases[0]), world.wish(world.releases[1], sequence=2)
    claimed = altered(other, request={"from_": "staging"})
    for wish in (straight, claimed):
        world.promote(wish, "ben")
        assert world.refused(wish) == {"GP-PRO-004"}
    right = altered(world.wish(world.releases[0], sequence=3), request={"from_": "staging"})
    world.promote(right, "ben")
    assert world.refused(right) == set()
    world.promote(world.wish(world.releases[1], stage="staging", sequence=2), "ben")
    late = altered(world.wish(world.releases[0], sequence=4), request={"from_": "staging"})
    world.promote(late, "ben")
    assert "GP-PRO-004" in world.refused(late)


def test_a_stage_that_nobody_named_is_none() -> None:
    """Else the owners, who approve where nobody is named, could be asked for a stage that no deployer knows."""
    world = Signed()
    wish = world.wish(world.releases[0], stage="elsewhere", by="ben")
    world.move()
    world.request(wish, "ben")
    world.sign(wish.id, "ada", "approves")
    assert {"GP-PRO-002", "GP-PRO-004"} <= world.refused(wish)


def test_a_rollback_goes_back_to_what_was_in_effect_here() -> None:
    world = Signed()
    for number in (1, 2):
        world.promote(world.wish(world.releases[number - 1], sequence=number), "ben")
    never = world.wish(world.releases[2], kind="rollback", sequence=3)
    world.promote(never, "ben")
    assert world.refused(never) == {"GP-PRO-012"}
    back = world.wish(world.releases[0], kind="rollback", sequence=4)
    world.promote(back, "ben")
    assert world.refused(back) == set()


def test_a_release_must_have_landed() -> None:
    """With all else right: its runs, its artifacts, its evidence."""
    world, other = Signed(), Signed(releases=4)
    wish = other.wish(other.releases[3])
    absent = altered(wish, evidence={"commit": world.commit})
    world.promote(absent, "ben")
    assert "GP-PRO-005" in world.refused(absent)


def test_evidence_must_have_landed_beside_its_request() -> None:
    """Not elsewhere, and not later."""
    world = Signed()
    wish = world.wish(world.releases[0])
    world.move()
    world.land(wish.request, "ada")
    world.sign(wish.id, "ben", "approves")
    assert world.refused(wish) == {"GP-PRO-007"}
    world.move()
    world.land(wish.evidence)
    assert world.of(wish).effective == world.head, "once all is there, and not before"


def test_evidence_in_another_place_is_none() -> None:
    world = Signed()
    wish = world.wish(world.releases[0])
    path = wish.evidence.path.replace("0001", "0009")
    world.promote(Wish(wish.request, Stored(wish.evidence.id, path, wish.evidence.data, wish.evidence.record)), "ben")
    assert world.refused(wish) == {"GP-PRO-007"}


def test_evidence_compares_with_what_is_in_effect() -> None:
    """A comparison with nothing, or with an older release, flatters."""
    world = Signed()
    first = world.wish(world.releases[0])
    alone = world.wish(world.releases[1], sequence=2)
    world.promote(first, "ben")
    wish = world.wish(world.releases[1], sequence=2)
    assert isinstance(wish.evidence.record, Evidence)
    flattering = altered(alone, evidence={"commit": wish.evidence.record.commit}, request={"replaces": first.id})
    world.promote(flattering, "ben")
    assert "GP-PRO-007" in world.refused(flattering)


@pytest.mark.parametrize("fields", [{"requester": "ben"}, {"commit": "git:" + "f" * 40}, {"authors": ("cleo",)}])
def test_evidence_says_who_asks_and_on_which_chain(fields: dict[str, object]) -> None:
    world = Signed()
    wish = altered(world.wish(world.releases[0]), evidence=fields)
    world.promote(wish, "ben")
    assert world.refused(wish) == {"GP-PRO-007"}


def test_evidence_is_not_older_than_the_evaluations_that_it_names() -> None:
    world = Signed(releases=1)
    record = world.releases[0].record
    assert isinstance(record, Release)
    (raw,) = world.landed().ledger.named("raw-1")
    world.book.day = "2026-03-02"
    world.book.evaluate(record.members["model"].artifact, {"auc": 0.9}, data=raw)
    world.step(by="ada")
    wish = world.wish(world.releases[0])
    world.promote(wish, "ben")
    assert world.refused(wish) == {"GP-PRO-007"}


def test_a_release_may_not_leave_out_who_added_the_data() -> None:
    """Also where the layers follow from what is left: who added it could approve."""
    world = Promoting(releases=1)
    release = world.releases[0].record
    assert isinstance(release, Release)
    assert release.runs
    other = store(replace(release, version=7, runs=()))
    world.move()
    world.land(other, "ada")
    wish: Wish = world.wish(other)
    world.move()
    world.request(wish)
    world.sign(wish.id, "ben", "approves")
    (asked,) = world.timeline().asked
    assert asked.judgement is not None
    assert {finding.code.id for finding in asked.judgement.findings} == {"GP-PRO-005"}


def test_a_countersignature_under_a_version_that_is_not_in_force_is_none() -> None:
    """Who names another root did not mean this one."""
    world = Promoting(releases=1)
    one = next(one for one, run in world.landed().ledger.runs.items() if run.step == "train")
    world.move()
    world.sign(one, "eve", listed=False, fault="unlisted key")
    world.sign(one, "ada", "countersigns")
    (path,) = [path for path, found in world.signatures.items() if found.means == "countersigns"]
    world.signatures[path] = replace(world.signatures[path], trust=sha256_of(b"another root"))
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.sign(wish.id, "ben", "approves")
    (asked,) = world.timeline().asked
    assert asked.judgement is not None
    assert {finding.code.id for finding in asked.judgement.findings} == {"GP-APR-002"}


def test_a_request_in_another_place_is_none() -> None:
    """It would be another number, which nobody approved."""
    world = Promoting()
    wish = world.wish(world.releases[0])
    path = wish.request.path.replace("0001", "0009")
    moved = Stored(wish.id, path, wish.request.data, wish.request.record)
    world.move()
    world.request(Wish(moved, Stored(wish.evidence.id, path.replace("request", "evidence"), b"", wish.evidence.record)))
    world.sign(wish.id, "ben", "approves")
    (asked,) = world.timeline().asked
    assert asked.judgement is not None
    assert {finding.code.id for finding in asked.judgement.findings} == {"GP-PRO-001"}


def test_evidence_of_a_commit_that_was_never_here_is_refused_when_it_agrees_with_itself() -> None:
    """Made elsewhere, so that nothing but what it names was there."""
    world = Signed()
    wish = world.wish(world.releases[0])
    before = wish.evidence.record
    assert isinstance(before, Evidence)
    facts = world.landed()
    extended = replace(facts, chain=facts.chain.extended({}))
    other = again(extended, world.head + 1, replace(before, commit="git:" + "f" * 40))
    lines = summary(other, extended)
    found = altered(
        wish, evidence={field.name: getattr(other, field.name) for field in fields(other)}, request={"summary": lines}
    )
    world.promote(found, "ben")
    assert world.refused(found) == {"GP-PRO-007"}


def test_candidates_that_are_left_out_refuse_the_request() -> None:
    """One of three is not the best of one."""
    world = Signed()
    wish = world.wish(world.releases[0])
    before, asks = wish.evidence.record, wish.request.record
    assert isinstance(before, Evidence)
    assert isinstance(asks, Request)
    assert len(before.candidates) == 3
    lines = tuple(line for line in asks.summary if "best of" not in line)
    found = altered(wish, evidence={"candidates": before.candidates[:1]}, request={"summary": lines})
    world.promote(found, "ben")
    assert world.refused(found) == {"GP-PRO-015"}


def test_a_rule_that_denies_refuses_a_request_that_is_approved() -> None:
    world = Signed()
    world.set(".gitprov/policies/all.yaml", NEVER)
    world.move()
    wish = world.wish(world.releases[0])
    world.promote(wish, "ben", "cleo")
    assert world.refused(wish) == {"GP-PRO-010"}


def test_nothing_counts_before_a_trust_root_is_in_force() -> None:
    """Whoever signed: nobody could say who that is."""
    world = Signed()
    wish = world.wish(world.releases[0])
    world.versions[0] = replace(world.versions[0], step=world.head + 9)
    world.promote(wish, "ben")
    assert world.refused(wish) == {"GP-PRO-001"}
