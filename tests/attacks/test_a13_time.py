"""A13: no date that somebody wrote makes a promotion count: old requests, old evidence, and clocks that lie."""

from dataclasses import replace

import pytest

from gitprov.check.effect import in_time
from gitprov.errors import GitprovError
from gitprov.records import Deployment, History, Request, TrustRoot, store
from tests.attacks.real import Signed, altered
from tests.sim.promoting import EXPIRES, NOW, Wish

PROJECT = b"schema: gitprov/project/v1\nstages:\n  live:\n    max_age_days: 10\n"


def late(world: Signed, wish: Wish, now: str) -> list[str]:
    return [finding.code.id for finding in in_time(world.landed(), world.of(wish), now).findings]


def test_a_request_that_was_kept_for_a_year_comes_too_late() -> None:
    """It may take effect on the chain, which knows no time; by the clock of whoever looks it is expired."""
    world = Signed()
    wish = world.wish(world.releases[0])
    world.promote(wish, "ben")
    assert world.refused(wish) == set()
    assert late(world, wish, "2026-03-14T23:59:59Z") == []
    assert late(world, wish, EXPIRES) == ["GP-PRO-013"]
    assert late(world, wish, "2027-03-01T00:00:00Z") == ["GP-PRO-013"]


def test_gates_that_were_evaluated_too_long_ago_come_too_late() -> None:
    world = Signed()
    world.set(".gitprov/project.yaml", PROJECT)
    world.move()
    wish = world.wish(world.releases[0])
    world.promote(wish, "ben")
    assert world.refused(wish) == set()
    assert late(world, wish, "2026-03-11T00:00:00Z") == []
    assert late(world, wish, "2026-03-11T00:00:01Z") == ["GP-PRO-013"]


def test_gates_that_say_they_were_evaluated_in_the_future_do_not_stay_young() -> None:
    """A request of the year 9999 would never be too old; clocks of honest people may differ by five minutes."""
    world = Signed()
    wish = world.wish(world.releases[0])
    world.promote(wish, "ben")
    assert late(world, wish, "2026-02-28T23:55:00Z") == []
    assert late(world, wish, "2026-02-28T23:54:59Z") == ["GP-PRO-013"]
    far = altered(
        world.wish(world.releases[1], sequence=2),
        evidence={"evaluated_at": "9999-12-30T00:00:00Z"},
        request={"evaluated_at": "9999-12-30T00:00:00Z", "expires": "9999-12-31T00:00:00Z"},
    )
    world.set(".gitprov/project.yaml", PROJECT)
    world.promote(far, "ben")
    assert late(world, far, "2026-03-01T00:00:00Z") == ["GP-PRO-013"]


@pytest.mark.parametrize(("at", "code"), [("2026-02-19T00:00:00Z", {"GP-PRO-007"}), (NOW, set())])
def test_old_data_is_not_judged_as_of_when_it_was_young(at: str, code: set[str]) -> None:
    """The gates cannot have been evaluated before the runs ended that they are about."""
    world = Signed()
    wish = world.wish(world.releases[0])
    world.promote(altered(wish, evidence={"evaluated_at": at}, request={"evaluated_at": at}), "ben")
    assert world.refused(altered(wish, evidence={"evaluated_at": at}, request={"evaluated_at": at})) == code


def test_a_request_is_not_older_than_the_one_that_it_replaces() -> None:
    world = Signed()
    world.promote(world.wish(world.releases[0]), "ben")
    early = "2026-02-25T00:00:00Z"
    wish = altered(
        world.wish(world.releases[1], sequence=2), evidence={"evaluated_at": early}, request={"evaluated_at": early}
    )
    world.promote(wish, "ben")
    assert world.refused(wish) == {"GP-PRO-007"}


def test_evidence_is_not_older_than_what_it_compares_with() -> None:
    """Else what was trained and measured since would be left out: the best of ten would be the best of one."""
    world = Signed()
    old = world.commit
    world.promote(world.wish(world.releases[0]), "ben")
    world.move()
    wish = altered(world.wish(world.releases[1], sequence=2), evidence={"commit": old})
    world.promote(wish, "ben")
    assert "GP-PRO-007" in world.refused(wish)


def test_a_trust_root_that_expired_makes_nothing_count() -> None:
    world = Signed()
    root = world.versions[0]
    world.versions[0] = replace(root, root=replace(root.root, expires="2026-03-05T00:00:00Z"))
    wish = world.wish(world.releases[0])
    world.promote(wish, "ben")
    assert late(world, wish, "2026-03-04T00:00:00Z") == []
    assert late(world, wish, "2026-03-05T00:00:00Z") == ["GP-PRO-013"]


def deployed(world: Signed, wish: Wish, at: str, by: str) -> None:
    request = wish.request.record
    assert isinstance(request, Request)
    assert request.release is not None
    record = Deployment(
        project=request.project,
        name=request.name,
        stage=request.stage,
        request=wish.id,
        release=request.release,
        members={},
        observed_at=at,
        history=History(size=0, root=world.versions[0].root.history.root),
    )
    world.move()
    world.land(store(record), by)


def test_only_a_deployers_signed_observation_is_a_time() -> None:
    """Not that of an approver; and the first of a deployer's, so that nobody makes it later."""
    world = Signed()
    wish = world.wish(world.releases[0])
    world.promote(wish, "ben")
    deployed(world, wish, "2026-03-02T00:00:00Z", "ben")
    assert late(world, wish, "2027-01-01T00:00:00Z") == ["GP-PRO-013"]
    deployed(world, wish, "2026-03-03T00:00:00Z", "ada")
    assert late(world, wish, "2027-01-01T00:00:00Z") == []
    deployed(world, wish, "2026-06-03T00:00:00Z", "ada")
    assert late(world, wish, "2027-01-01T00:00:00Z") == []


@pytest.mark.parametrize("time", ["2026-02-30T00:00:00Z", "2026-04-31T00:00:00Z", "0000-01-01T00:00:00Z"])
def test_a_time_that_does_not_exist_cannot_be_recorded(time: str) -> None:
    """What cannot be counted with must be refused when it is read, not when a verdict is due."""
    world = Signed()
    wish = world.wish(world.releases[0])
    with pytest.raises(GitprovError, match="GP-SCH-002"):
        altered(wish, request={"evaluated_at": "0001-01-01T00:00:00Z", "expires": time})
    root = world.versions[0].root
    assert isinstance(root, TrustRoot)
    with pytest.raises(GitprovError, match="GP-SCH-002"):
        store(replace(root, expires=time))
