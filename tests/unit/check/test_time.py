"""Clause 13: who saw a promotion first, what had expired by then, and what a later revocation disputes."""

from dataclasses import replace

import pytest

from gitprov.check.effect import Asked, Clause, deployments, disputes, in_time, observe
from gitprov.check.landing import effect
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, digest_hex, sha256_of
from gitprov.records import Deployment, Release, Role, store
from tests.sim.promoting import EXPIRES, NOW, Promoting
from tests.unit.check.test_as_of import deployment
from tests.unit.check.test_authority import touched
from tests.unit.check.test_judging import exception

PROJECT = b"schema: gitprov/project/v1\nstages:\n  live:\n    max_age_days: 10\n"
EARLY, LATE = "2026-03-02T10:00:00Z", "2026-03-02T11:00:00Z"


def promoted(*voters: str, evaluated: bool = False) -> Promoting:
    """Returns a world in which a request for version 1 has landed, with votes at the same step."""
    world = Promoting(2)
    release = world.releases[0].record
    assert isinstance(release, Release)
    if evaluated:
        (data,) = world.landed().ledger.named("raw-2")
        world.book.evaluate(release.members["model"].artifact, {"auc": 0.9}, data=data)
        world.step(by="ada")
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    for name in voters or ("ben",):
        world.sign(wish.id, name, "approves")
    return world


def asked(world: Promoting) -> Asked:
    return world.timeline().asked[0]


def late(world: Promoting, now: str) -> list[str]:
    return [one.what for one in in_time(world.landed(), asked(world), now).findings]


# --- who saw it -------------------------------------------------------------------------------------------------------


def test_the_first_deployment_that_landed_says_when_it_was_seen() -> None:
    world = promoted()
    one = asked(world)
    assert observe(world.landed(), one, NOW).source == "this machine's clock"
    world.move()
    world.land(deployment(one, world, LATE), "ada")
    world.move()
    world.land(deployment(one, world, EARLY), "ada")
    seen = observe(world.landed(), one, NOW)
    assert (seen.at, seen.source) == (LATE, "deployer ada")
    clause = in_time(world.landed(), one, NOW)
    assert clause == Clause(13, "time", f"seen at {LATE} by deployer ada")
    assert [found.record.observed_at for found in deployments(world.landed())] == [LATE, EARLY]


def test_of_one_step_the_earlier_clock_counts() -> None:
    world = promoted()
    world.move()
    for time in (LATE, EARLY):
        world.land(deployment(asked(world), world, time), "ada")
    assert observe(world.landed(), asked(world), NOW).at == EARLY


def test_deployments_are_those_of_the_request_that_a_deployer_signed() -> None:
    world = promoted()
    one = asked(world)
    world.move()
    stored = deployment(one, world, EARLY)
    assert isinstance(stored.record, Deployment)
    world.land(stored, "cleo")
    assert deployments(world.landed()) == [], "cleo may not deploy"
    world.sign(stored.id, "ada")
    assert [found.people for found in deployments(world.landed(), one.id)] == [("ada",)]
    assert deployments(world.landed(), sha256_of(b"another")) == []
    world.land(store(replace(stored.record, request=sha256_of(b"another"))), "ada")
    assert len(deployments(world.landed())) == 2


def test_who_deploys_is_asked_of_the_version_before_the_deployment_landed() -> None:
    world = promoted()
    first = world.versions[0]
    roles = replace(first.root.roles, deployer=Role(people=("cleo",)))
    world.move()
    world.versions.append(replace(first, root=replace(first.root, version=2, roles=roles), step=world.head))
    world.land(deployment(asked(world), world, EARLY), "cleo")
    assert deployments(world.landed()) == []
    world.move()
    world.land(deployment(asked(world), world, LATE), "cleo")
    assert [found.record.observed_at for found in deployments(world.landed())] == [LATE]
    world.versions.clear()
    assert deployments(world.landed()) == [], "without a trust root there is no deployer"


# --- what is late ----------------------------------------------------------------------------------------------------


def test_a_request_expires() -> None:
    assert late(promoted(), "2026-03-14T23:59:59Z") == []
    assert late(promoted(), EXPIRES) == [f"model/live/1 expired at {EXPIRES}"]


def test_the_age_of_gates_is_bounded_by_the_settings_in_force_before_it_took_effect() -> None:
    world = promoted()
    world.set(".gitprov/project.yaml", PROJECT)
    assert late(world, "2026-03-12T00:00:00Z") == [], "they came into force at the very step"
    world = Promoting(2)
    world.set(".gitprov/project.yaml", PROJECT)
    world.move()
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    assert late(world, "2026-03-11T00:00:00Z") == []
    assert late(world, "2026-03-11T00:00:01Z") == [f"the gates of model/live/1 were evaluated at {NOW}"]
    world.set(".gitprov/project.yaml", PROJECT.replace(b"10", b"5"))
    assert len(late(world, "2026-03-08T00:00:00Z")) == 1, "what still waits is judged by what is in force now"
    world.set(".gitprov/project.yaml", b"schema: gitprov/project/v1\nstages:\n  live: {}\n")
    assert late(world, "2026-03-11T00:00:01Z") == []


def test_a_trust_version_expires() -> None:
    world = promoted()
    first = world.versions[0]
    world.versions[0] = replace(first, root=replace(first.root, expires=EARLY))
    assert late(world, "2026-03-02T09:59:59Z") == []
    assert late(world, EARLY) == [f"trust version 1 expired at {EARLY}"]
    one = asked(world)
    world.versions.clear()
    assert in_time(world.landed(), one, EARLY).holds


# --- what is disputed -------------------------------------------------------------------------------------------------


def revoke(world: Promoting, name: str, since: int) -> None:
    """Lands a version that revokes the key of a name, and whose history lies at an earlier step."""
    world.move()
    world.versions[-1] = replace(world.trust(("ben", "cleo"), revoked=(name,)), since=since)


def told(world: Promoting) -> list[str]:
    return [one.what for one in disputes(world.landed(), asked(world))]


def test_what_rests_on_a_key_that_was_revoked_later_is_disputed() -> None:
    """The request, the release, its runs, its evaluations: all that ada signed."""
    world = promoted(evaluated=True)
    one, ledger = asked(world), world.landed().ledger
    assert told(world) == []
    revoke(world, "ada", world.head)
    assert one.request.release is not None
    release = ledger.releases[one.request.release.id]
    (evaluation,) = ledger.evaluations
    names = {one.id, one.request.release.id, release.members["model"].run, *release.runs, evaluation}
    assert set(told(world)) == {
        f"ada signed id:{digest_hex(Digest(name))[:8]} with a key that was revoked later" for name in names
    }
    found = disputes(world.landed(), one)
    assert {finding.code for finding in found} == {codes.PRO_DISPUTED}
    assert {finding.why for finding in found} == {"trust version 2 says so"}
    assert {finding.subject for finding in found} == {one.held.stored.path}


def test_a_vote_by_a_key_that_was_revoked_later_is_disputed() -> None:
    world = promoted("ben", "cleo")
    revoke(world, "ben", world.head)
    [what] = told(world)
    assert what.startswith("ben signed ")


def test_what_was_revoked_before_it_took_effect_is_no_dispute() -> None:
    """It was judged by that already."""
    world = Promoting(2)
    revoke(world, "dan", world.head - 1)
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.sign(wish.id, "dan")
    world.sign(wish.id, "ben", "approves")
    assert asked(world).effective == world.head
    world.move()
    world.trust(("ben", "cleo"), revoked=("dan",))
    assert told(world) == []


def test_who_is_no_longer_believed_at_the_step_of_the_signature_is_withdrawn() -> None:
    world = promoted()
    world.move()
    world.versions[-1] = replace(world.trust(("ben", "cleo"), keys={"cleo": ("ben",), "ben": ("cleo",)}), since=0)
    [what] = told(world)
    assert what.startswith("ben signed ")
    assert what.endswith("with a key that was withdrawn later")


def test_nothing_that_landed_later_or_never_counted_is_disputed() -> None:
    world = promoted("cleo")
    one = asked(world)
    world.move()
    world.sign(one.id, "ben")
    world.sign(one.id, "dan", fault="broken")
    revoke(world, "ben", world.head)
    assert told(world) == []
    waiting = Promoting(1)
    wish = waiting.wish(waiting.releases[0])
    waiting.move()
    waiting.request(wish)
    revoke(waiting, "ada", waiting.head)
    assert told(waiting) == [], "what is not in effect serves nothing"


def test_what_took_effect_by_an_exception_rests_on_it() -> None:
    world = Promoting(2)
    first = world.versions[0]
    roles = replace(first.root.roles, owner=Role(people=("ada", "dan")))
    world.versions[0] = replace(first, root=replace(first.root, roles=roles))
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.move()
    one = exception(world, wish.id, "approvals")
    assert asked(world).is_exception
    revoke(world, "dan", world.head)
    assert told(world) == [f"dan signed id:{digest_hex(one.id)[:8]} with a key that was revoked later"]


@pytest.mark.parametrize("release", [True, False])
def test_without_a_release_or_evidence_it_rests_on_the_request(release: bool) -> None:
    world = promoted()
    one = asked(world)
    nothing = replace(one.request, evidence=sha256_of(b"none"), release=one.request.release if release else None)
    revoke(world, "ada", world.head)
    for evidence in (nothing.evidence, world.releases[0].id):
        found = disputes(world.landed(), replace(one, request=replace(nothing, evidence=evidence)))
        assert len(found) == 1 + release


def test_what_was_revoked_at_the_step_before_and_counts_for_what_it_signed_is_no_dispute() -> None:
    world = Promoting(2)
    world.sign(world.releases[0].id, "dan")
    revoke(world, "dan", world.head)
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.sign(wish.id, "ben", "approves")
    assert asked(world).effective == world.head
    assert told(world) == []


def test_a_signature_that_counted_for_nobody_disputes_nothing() -> None:
    world = promoted("cleo")
    one = asked(world)
    world.sign(one.id, "ben", fault="broken")
    world.sign(world.releases[0].id, "eve")
    world.move()
    world.trust(("ben", "cleo"), keys={"dan": ("dan", "eve")}, revoked=("ben", "eve"))
    assert (asked(world).effective, told(world)) == (one.effective, [])


def test_what_took_effect_without_the_exception_does_not_rest_on_it() -> None:
    world = owned(Promoting(2))
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.move()
    exception(world, wish.id, "approvals")
    world.sign(wish.id, "ben", "approves")
    assert not asked(world).is_exception
    revoke(world, "dan", world.head)
    assert told(world) == []


def test_who_grants_is_asked_of_the_version_before_the_step() -> None:
    world = Promoting(2)
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.move()
    last = world.versions[-1]
    world.versions.append(replace(owned(Promoting(0)).versions[0], id=last.id, step=world.head))
    world.move()
    exception(world, wish.id, "approvals")
    assert asked(world).is_exception
    revoke(world, "dan", world.head)
    assert len(told(world)) == 1


def test_who_granted_an_exception_is_told_by_the_version_before_the_step() -> None:
    """Of the step before: dan owns from there on, and no more from the step on where the exception lands."""
    world = Promoting(2)
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    alone, both = world.versions[0], owned(Promoting(0)).versions[0]
    world.versions += [replace(both, id=alone.id, step=world.move()), replace(alone, step=world.move())]
    one = exception(world, wish.id, "approvals")
    [finding] = effect(touched(one.path, world=world))
    assert finding.what == "model/live/1 took effect by an exception of ada, dan"


def owned(world: Promoting) -> Promoting:
    """Returns a world that dan owns, too."""
    first = world.versions[0]
    roles = replace(first.root.roles, owner=Role(people=("ada", "dan")))
    world.versions[0] = replace(first, root=replace(first.root, roles=roles))
    return world
