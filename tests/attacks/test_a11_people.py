"""A11, A12, A15: who may not approve, who lost the right to, and what a rejection does."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gitprov.check.effect import disputes
from gitprov.errors import GitprovError
from gitprov.ids import Digest
from gitprov.lineage.layers import closure, layers_of, other_runs
from gitprov.records import Identity, Person, Release, Role, store
from tests.attacks.real import Signed
from tests.sim.promoting import Promoting, Wish

CATALOG = b"schema: gitprov/catalog/v1\nkind: model\nowner: ben\n"


def refused(world: Promoting, wish: Wish) -> set[str]:
    (asked,) = [one for one in world.timeline().asked if one.id == wish.id]
    assert asked.judgement is not None
    return set() if asked.effective is not None else {finding.code.id for finding in asked.judgement.findings}


def train_run(world: Promoting) -> Digest:
    return next(one for one, run in world.landed().ledger.runs.items() if run.step == "train")


def land(world: Promoting, wish: Wish, *voters: str, by: str = "ada") -> set[str]:
    """Lands a request with approvals and returns what refuses it."""
    world.move()
    world.request(wish, by)
    for name in voters:
        world.sign(wish.id, name, "approves")
    return refused(world, wish)


def test_nobody_approves_their_own_request() -> None:
    world = Promoting(approvers=("ada", "ben"))
    wish = world.wish(world.releases[0])
    assert land(world, wish, "ada") == {"GP-APR-001"}
    world.move()
    world.sign(wish.id, "ben", "approves")
    assert refused(world, wish) == set()


@pytest.mark.parametrize("means", ["signs", "countersigns"])
def test_who_stands_behind_a_run_does_not_approve_what_it_made(means: str) -> None:
    world = Promoting()
    world.move()
    world.sign(train_run(world), "ben", means)  # type: ignore[arg-type]
    assert land(world, world.wish(world.releases[0]), "ben") == {"GP-APR-001"}


def test_who_made_the_same_again_does_not_approve_it() -> None:
    """A run that the release does not name, and that gave its member, is work on it all the same."""
    world = Promoting(releases=1)
    first = world.landed().ledger.runs[train_run(world)]
    world.book.keep(replace(first, actor="ben", finished="2026-02-20T20:00:00Z"))
    world.step(by="ben")
    assert land(world, world.wish(world.releases[0]), "ben") == {"GP-APR-001"}


def test_who_wrote_the_code_does_not_approve_it() -> None:
    world = Promoting()
    assert land(world, world.wish(world.releases[0], authors=("ben",)), "ben") == {"GP-APR-001"}


@pytest.mark.parametrize("apart", [(), ("evaluator",), ("owner",)])
def test_who_must_be_distinct_is(apart: tuple[str, ...]) -> None:
    """ben measured the model, and owns it in the catalog."""
    for how in ("evaluator", "owner"):
        world = Promoting(releases=1)
        world.move()
        world.trust(("ben",), distinct_from=apart)  # type: ignore[arg-type]
        if how == "owner":
            world.set(".gitprov/catalog/model.yaml", CATALOG)
        else:
            artifact = next(iter(world.landed().ledger.releases.values())).members["model"].artifact
            raw = world.landed().ledger.named("raw-1")[0]
            world.book.evaluate(artifact, {"auc": 0.9}, data=raw)
            world.step(by="ben")
        assert land(world, world.wish(world.releases[0]), "ben") == ({"GP-APR-001"} if how in apart else set())


def test_two_keys_of_one_person_are_one_vote() -> None:
    """Threshold 2; the second key is listed for the same person."""
    world = Promoting(releases=1)
    world.move()
    world.trust(("ben", "cleo"), threshold=2, keys={"ben": ("ben", "ben-laptop")})
    wish = world.wish(world.releases[0])
    assert land(world, wish, "ben", "ben-laptop") == {"GP-APR-001"}
    world.move()
    world.sign(wish.id, "cleo", "approves")
    assert refused(world, wish) == set()


def test_one_key_is_never_two_people_and_no_machine_approves() -> None:
    world = Promoting()
    root = world.versions[0].root
    pem = root.people["ben"].identities[0].key
    shared = {**root.people, "cleo": Person(identities=(Identity(key=pem),))}
    with pytest.raises(GitprovError, match="one key belongs to one person"):
        store(replace(root, people=shared))
    with pytest.raises(GitprovError, match="machines decide nothing"):
        store(replace(root, roles=replace(root.roles, machine=Role(people=("ben",)))))


def test_a_listed_person_without_the_role_does_not_approve() -> None:
    world = Promoting()
    assert land(world, world.wish(world.releases[0]), "dan") == {"GP-APR-001"}


def unlisted(world: Promoting, record: Digest) -> None:
    world.sign(record, "eve", listed=False, fault="unlisted key")


def test_an_unlisted_key_on_a_run_could_be_any_approver() -> None:
    """Until a producer stands in for it; whose run it is that made the member, named or not, makes no difference."""
    world = Promoting(releases=1)
    world.move()
    unlisted(world, train_run(world))
    wish = world.wish(world.releases[0])
    assert land(world, wish, "ben") == {"GP-APR-002"}
    world.move()
    world.sign(train_run(world), "ben", "countersigns")
    world.sign(wish.id, "cleo", "approves")
    assert refused(world, wish) == {"GP-APR-002"}, "ben is no producer"
    world.move()
    world.sign(train_run(world), "ada", "countersigns")
    again = world.wish(world.releases[0], sequence=2)
    assert land(world, again, "cleo") == set()


def test_an_unlisted_key_on_the_request_could_be_the_approver() -> None:
    world = Promoting()
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    unlisted(world, wish.id)
    world.sign(wish.id, "ben", "approves")
    assert refused(world, wish) == {"GP-APR-002"}


@pytest.mark.parametrize("order", [("rejects", "approves"), ("approves", "rejects")])
def test_a_rejection_voids_a_request_that_is_landed_all_the_same(order: tuple[str, str]) -> None:
    """Also of somebody who approves later, and when both land together."""
    world = Promoting(threshold=2)
    wish = world.wish(world.releases[0])
    assert land(world, wish) == {"GP-APR-001"}
    for means in order:
        world.move()
        world.sign(wish.id, "ben", means)  # type: ignore[arg-type]
    world.move()
    world.sign(wish.id, "cleo", "approves")
    assert refused(world, wish) == {"GP-APR-003"}


def test_a_rejection_stays_when_who_rejected_is_revoked() -> None:
    world = Promoting(approvers=("ben", "cleo", "dan"), threshold=2)
    wish = world.wish(world.releases[0])
    land(world, wish)
    world.move()
    world.sign(wish.id, "ben", "rejects")
    world.move()
    world.trust(("cleo", "dan"), threshold=2, revoked=("ben",))
    world.move()
    for name in ("cleo", "dan"):
        world.sign(wish.id, name, "approves")
    assert "GP-APR-003" in refused(world, wish)


def test_a_rejection_by_nobody_who_approves_and_one_that_comes_too_late_change_nothing() -> None:
    world = Promoting()
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.sign(wish.id, "dan", "rejects")
    world.sign(wish.id, "ben", "approves")
    assert refused(world, wish) == set()
    world.move()
    world.sign(wish.id, "cleo", "rejects")
    assert refused(world, wish) == set()


def test_what_a_revoked_approver_signs_no_longer_counts() -> None:
    """Nor what they signed before and somebody lands now: a fork from before the revocation."""
    world = Promoting()
    world.move()
    world.trust(("ben", "cleo"), revoked=("ben",))
    wish = world.wish(world.releases[0])
    assert land(world, wish, "ben") == {"GP-APR-001"}


def test_a_key_that_was_revoked_never_comes_back() -> None:
    """Also when a later version lists it as if nothing had been: who has the stolen key might have written that."""
    world = Promoting()
    for revoked in (("ben",), ()):
        world.move()
        world.trust(("ben", "cleo"), revoked=revoked)
    wish = world.wish(world.releases[0])
    assert land(world, wish, "ben") == {"GP-APR-001"}
    world.move()
    world.sign(wish.id, "cleo", "approves")
    assert refused(world, wish) == set()


def test_an_approval_by_a_key_that_is_listed_later_is_none() -> None:
    """It is judged where it landed: nobody's then."""
    world = Promoting()
    wish = world.wish(world.releases[0])
    land(world, wish, "ben-new")
    world.move()
    world.trust(("ben", "cleo"), threshold=2, keys={"ben": ("ben", "ben-new")})
    world.move()
    world.sign(wish.id, "cleo", "approves")
    (asked,) = world.timeline().asked
    assert asked.judgement is not None
    approvals = next(clause for clause in asked.judgement.clauses if clause.number == 11)
    assert approvals.says == "1 of 2 approvals: cleo"


def test_a_promotion_in_effect_is_judged_no_more() -> None:
    """What lands in its folder afterwards is read by nobody; the judgement that made it effective is shown."""
    world = Promoting()
    wish = world.wish(world.releases[0])
    assert land(world, wish, "ben") == set()
    (before,) = world.timeline().asked
    world.move()
    world.sign(wish.id, "cleo", "rejects")
    (after,) = world.timeline().asked
    assert (after.judgement, after.effective) == (before.judgement, before.effective)


@pytest.mark.parametrize("lag", [0, 3])
def test_what_landed_after_the_history_of_a_revocation_is_judged_by_it(lag: int) -> None:
    """ada's old key was stolen; the version that revokes it took its time to land, and the thief landed a model."""
    world = Promoting(releases=0)
    world.move()
    world.trust(("ben",), keys={"ada": ("ada", "ada-new")})
    source = world.book.add("raw-1", b"raw 1")
    made = world.book.make("train", {"raw": source}, {"model": ("model", b"model 1")}, kind="model")
    one = world.book.seal("model", 1, model=made["model"])
    world.step(by="ada")
    landed = world.head
    world.move()
    revoking = world.trust(("ben",), keys={"ada": ("ada", "ada-new")}, revoked=("ada",))
    world.versions[-1] = replace(revoking, since=landed - 1 if lag else landed)
    wish = world.wish(next(held.stored for held in world.book.held if held.id == one))
    codes = land(world, wish, "ben", by="ada-new")
    assert codes == ({"GP-PRO-005", "GP-PRO-006"} if lag else set())


@pytest.mark.parametrize("drop", [False, True])
def test_a_key_that_is_revoked_later_disputes_what_it_did_and_undoes_nothing(drop: bool) -> None:
    """Also when a version after that no longer lists the key at all."""
    world = Promoting(releases=1)
    wish = world.wish(world.releases[0])
    assert land(world, wish, "ben") == set()
    before = world.timeline().asked[0]
    assert disputes(world.landed(), before) == ()
    world.move()
    world.trust(("ben", "cleo"), keys={"ben": ("ben", "ben-new")}, revoked=("ben",))
    if drop:
        world.move()
        world.trust(("ben", "cleo"), keys={"ben": ("ben-new",)})
    after = world.timeline().asked[0]
    assert after.effective == before.effective
    assert [finding.code.id for finding in disputes(world.landed(), after)] == ["GP-PRO-014"]


def test_who_is_no_longer_believed_at_the_step_of_a_signature_disputes_it() -> None:
    """A version whose history lies before an approval, and that lists its key no more, says that it was not ben."""
    world = Promoting(releases=1)
    wish = world.wish(world.releases[0])
    assert land(world, wish, "ben") == set()
    step = world.head
    world.move()
    later = world.trust(("ben", "cleo"), keys={"ben": ("ben-new",)})
    world.versions[-1] = replace(later, since=step - 1)
    assert [finding.code.id for finding in disputes(world.landed(), world.timeline().asked[0])] == ["GP-PRO-014"]
    world.versions[-1] = replace(later, since=step)
    assert disputes(world.landed(), world.timeline().asked[0]) == ()


def test_what_was_signed_after_it_took_effect_disputes_nothing() -> None:
    """Else whoever leaves could stop the next deployment by a signature on the way out."""
    world = Promoting(releases=1)
    assert land(world, world.wish(world.releases[0]), "ben") == set()
    world.move()
    world.sign(train_run(world), "dan")
    world.move()
    world.trust(("ben", "cleo"), revoked=("dan",))
    assert disputes(world.landed(), world.timeline().asked[0]) == ()


def test_approvals_that_come_after_a_later_promotion_find_it_void() -> None:
    world = Promoting()
    first, second = world.wish(world.releases[0]), world.wish(world.releases[1], sequence=2)
    assert land(world, first) == {"GP-APR-001"}
    assert land(world, second, "ben") == set()
    world.move()
    world.sign(first.id, "ben", "approves")
    assert refused(world, first) == {"GP-PRO-003"} | (refused(world, first) & {"GP-PRO-007"})
    world.move()
    withdrawal = world.wish(None, kind="withdraw", sequence=3)
    assert land(world, withdrawal, "ben") == set()
    world.move()
    world.sign(first.id, "cleo", "approves")
    assert "GP-PRO-003" in refused(world, first), "also when nothing serves again"


def test_of_two_at_one_step_neither_takes_effect() -> None:
    """A33: forced through together. Whichever folder gets another file first is judged again, alone."""
    world = Promoting()
    wishes = [world.wish(world.releases[number], sequence=number + 1) for number in (0, 1)]
    world.move()
    for wish in wishes:
        world.request(wish)
        world.sign(wish.id, "ben", "approves")
    assert [refused(world, wish) for wish in wishes] == [{"GP-PRO-011"}] * 2
    world.move()
    world.sign(wishes[1].id, "cleo", "approves")
    assert [refused(world, wish) for wish in wishes] == [{"GP-PRO-011"}, set()]
    world.move()
    world.sign(wishes[0].id, "cleo", "approves")
    assert "GP-PRO-003" in refused(world, wishes[0])


def hidden(world: Promoting) -> Callable[[bool], Wish]:
    """Returns what seals a model that rests on features that ben made, and names his run or leaves it out."""
    raw = world.book.add("raw", b"raw")
    features = world.book.make("features", {"raw": raw}, {"features": ("features", b"features")})
    model = world.book.make("train", features, {"model": ("model", b"model")}, kind="model")["model"]
    world.step(by=lambda stored: ("ben",) if getattr(stored.record, "step", "") == "features" else ("ada",))
    world.move()
    world.sign(next(one for one, run in world.landed().ledger.runs.items() if run.step == "features"), "ada")

    def seal(whole: bool) -> Wish:
        held = world.book.seal("model", 1, model=model)
        release = next(one.stored for one in world.book.held if one.id == held)
        assert isinstance(release.record, Release)
        if not whole:
            left = closure(world.book.ledger, release.record.members, ())
            layers = layers_of(world.book.ledger, left, release.record.members)
            runs = other_runs(left, release.record.members)
            release = store(replace(release.record, runs=runs, layers=layers))
        world.move()
        world.land(release, "ada")
        return world.wish(release)

    return seal


@pytest.mark.parametrize("whole", [True, False])
def test_a_release_may_not_leave_out_who_made_what_it_rests_on(whole: bool) -> None:
    """Else who made the features could approve the model, and no rule would see how they were made."""
    world = Promoting(releases=0)
    codes = land(world, hidden(world)(whole), "ben")
    assert codes == ({"GP-APR-001"} if whole else {"GP-PRO-005"})


def test_the_model_says_the_same_of_real_keys() -> None:
    """The tests above take signatures as facts."""
    world = Signed(approvers=("ada", "ben"))
    wish = world.wish(world.releases[0])
    world.promote(wish, "ada")
    assert world.refused(wish) == {"GP-APR-001"}


def test_a_key_that_is_only_ever_listed_as_revoked_tells_whose_work_it_was() -> None:
    """Else an owner who names a lost key would make its work nobody's, and let its holder approve it."""
    world = Promoting(releases=1)
    world.move()
    world.sign(train_run(world), "ben-lost")
    world.move()
    world.trust(("ben",), keys={"ben": ("ben", "ben-lost")}, revoked=("ben-lost",))
    assert land(world, world.wish(world.releases[0]), "ben") == {"GP-APR-001"}


def test_an_approval_counts_while_its_key_does() -> None:
    """Given before a revocation, landed before it, and not enough until after it."""
    world = Promoting(approvers=("ben", "cleo", "dan"), threshold=2)
    wish = world.wish(world.releases[0])
    assert land(world, wish, "ben") == {"GP-APR-001"}
    world.move()
    world.trust(("ben", "cleo", "dan"), threshold=2, revoked=("ben",))
    world.move()
    world.sign(wish.id, "cleo", "approves")
    (asked,) = world.timeline().asked
    assert asked.judgement is not None
    approvals = next(clause for clause in asked.judgement.clauses if clause.number == 11)
    assert approvals.says == "1 of 2 approvals: cleo"
