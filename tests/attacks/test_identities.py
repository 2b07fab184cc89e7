"""A13, A15: certificates, windows and what becomes of them later, where promotions rest on them."""

from collections.abc import Mapping, Sequence
from dataclasses import replace

import pytest

from gitprov.check.effect import Asked, disputes
from gitprov.records import Role
from gitprov.records.roots import Delegation
from gitprov.trust.roots import Accepted, identity_id
from tests.sim.promoting import Promoting, Wish
from tests.unit.trust.facts import trusted_root

MAIL = "ben@example.org"
EARLY, MIDDLE, LATE = "2026-02-01T00:00:00Z", "2026-02-15T00:00:00Z", "2026-03-01T00:00:00Z"
KEYS: Mapping[str, Sequence[str]] = {"ben": (MAIL,)}


def certified(at: str | None = MIDDLE, **trust: object) -> tuple[Promoting, Wish]:
    """Promotes with the one approval of ben's, who has a certificate and no key."""
    world = Promoting(releases=1)
    world.move()
    world.trust(("ben", "cleo"), keys=KEYS, **trust)  # type: ignore[arg-type]
    return approve(world, at=at)


def approve(world: Promoting, by: str = MAIL, at: str | None = MIDDLE, sequence: int = 1) -> tuple[Promoting, Wish]:
    wish = world.wish(world.releases[0], sequence=sequence)
    world.move()
    world.request(wish)
    world.sign(wish.id, by, "approves", at=at)
    return world, wish


def asked(world: Promoting, number: int = 0) -> Asked:
    return world.timeline().asked[number]


def codes(world: Promoting, number: int = 0) -> set[str]:
    """Returns what refuses a request; nothing when it took effect."""
    found = asked(world, number)
    assert found.judgement is not None
    return set() if found.effective is not None else {one.code.id for one in found.judgement.findings}


def disputed(world: Promoting) -> list[str]:
    """Returns what a later version disputes of the promotion, which it never undoes."""
    assert asked(world).effective is not None
    return [one.code.id for one in disputes(world.landed(), asked(world))]


def test_a_certificate_approves_as_a_key_does() -> None:
    world, _ = certified()
    assert (codes(world), disputed(world)) == (set(), [])


@pytest.mark.parametrize("at", [None, EARLY, LATE, "2016-02-15T00:00:00Z", "2036-02-15T00:00:00Z"])
def test_an_approval_outside_of_its_window_counts_for_nothing(at: str | None) -> None:
    """Not yet valid, expired, ten years off, or at a time that nothing proves."""
    world, _ = certified(at, windows={MAIL: ("2026-02-10T00:00:00Z", "2026-02-20T00:00:00Z")})
    assert codes(world) == {"GP-APR-001"}


def test_an_approval_that_another_issuer_vouches_for_counts_for_nobody() -> None:
    """The right address from the wrong issuer: whoever runs one can write any address into a token."""
    world, wish = certified(at=None)
    path, found = next((path, one) for path, one in world.signatures.items() if one.means == "approves")
    world.signatures[path] = replace(found, key=identity_id(MAIL, "https://issuer.example.com"), listed=False)
    assert codes(world) == {"GP-APR-001"}
    world.move()
    world.sign(wish.id, "cleo", "approves")
    assert codes(world) == set()


def test_a_certificate_under_a_trusted_root_that_nobody_listed_proves_nothing() -> None:
    world, _ = certified()
    last = world.versions[-1]
    world.versions[-1] = with_root(last, "another")
    assert codes(world) == {"GP-APR-001"}


def with_root(version: Accepted, note: str) -> Accepted:
    """Returns a version that lists another trusted root under the same name."""
    root = replace(version.root, trusted_roots={"team": trusted_root(note)})
    return Accepted(root, version.id, version.step, version.since)


def test_a_certified_identity_that_is_revoked_later_disputes_what_it_did_and_undoes_nothing() -> None:
    world, _ = certified()
    before = asked(world).effective
    world.move()
    world.trust(("ben", "cleo"), keys={"ben": (MAIL, "ben")}, revoked=(MAIL,))
    assert disputed(world) == ["GP-PRO-014"]
    assert asked(world).effective == before
    world.move()
    _, again = approve(world, sequence=2)
    assert codes(world, 1) == {"GP-APR-001"}, "what it approves from now on counts for nothing"
    world.move()
    world.sign(again.id, "ben", "approves")
    assert asked(world, 1).effective is not None
    assert disputes(world.landed(), asked(world, 1)) == (), "and only a new request settles it"


@pytest.mark.parametrize("lag", [0, 1])
def test_a_window_that_ends_later_disputes_what_landed_after_its_history_only(lag: int) -> None:
    """A rotation by `--until` stops nobody; what its owners had seen before they signed stays as it was."""
    world, _ = certified()
    landing = world.head
    world.move()
    ended = world.trust(("ben", "cleo"), keys={"ben": (MAIL, "ben")}, windows={MAIL: (None, EARLY)})
    world.versions[-1] = replace(ended, since=landing - lag)
    assert disputed(world) == (["GP-PRO-014"] if lag else [])
    world.move()
    approve(world, sequence=2)
    assert codes(world, 1) == {"GP-APR-001"}


@pytest.mark.parametrize("lag", [0, 1])
def test_another_trusted_root_disputes_what_landed_after_its_history_only(lag: int) -> None:
    """A certificate authority that was broken into gets another window: a later version lists the root with it."""
    world, _ = certified()
    landing = world.head
    world.move()
    later = with_root(world.trust(("ben", "cleo"), keys=KEYS), "with another end")
    world.versions[-1] = replace(later, since=landing - lag)
    assert disputed(world) == (["GP-PRO-014"] if lag else [])


def delegated() -> Promoting:
    """Returns a promotion that dan approved, to whom that is delegated."""
    world = Promoting(releases=1)
    world.move()
    world.trust(("ben", "cleo"), delegations={"model": Delegation(approver={"live": Role(people=("dan",))})})
    return approve(world, by="dan", at=None)[0]


def test_a_delegated_approver_who_is_revoked_later_disputes_what_they_approved() -> None:
    world = delegated()
    world.move()
    world.trust(("ben", "cleo"), revoked=("dan",))
    assert disputed(world) == ["GP-PRO-014"]


def test_a_delegation_that_ends_disputes_nothing_and_judges_what_comes() -> None:
    """Who may approve is a question of the step; whose signature it was is not asked again."""
    world = delegated()
    world.move()
    world.trust(("ben", "cleo"))
    assert disputed(world) == []
    world.move()
    approve(world, by="dan", at=None, sequence=2)
    assert codes(world, 1) == {"GP-APR-001"}


@pytest.mark.parametrize("at", [EARLY, LATE])
def test_an_approval_counts_while_its_window_does(at: str) -> None:
    """Landed before its key ended, and not enough until after it: what is proven to be earlier counts on."""
    world = Promoting(releases=1, approvers=("ben", "cleo"), threshold=2)
    world.move()
    world.trust(("ben", "cleo"), threshold=2, keys=KEYS)
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.sign(wish.id, MAIL, "approves", at=at)
    world.move()
    world.trust(("ben", "cleo"), threshold=2, keys=KEYS, windows={MAIL: (None, MIDDLE)})
    world.move()
    world.sign(wish.id, "cleo", "approves")
    found = asked(world).judgement
    assert found is not None
    says = next(clause.says for clause in found.clauses if clause.number == 11)
    assert says == ("2 of 2 approvals: ben, cleo" if at == EARLY else "1 of 2 approvals: cleo")
