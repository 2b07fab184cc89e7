"""What every clause looks at: a request at one step, and what had landed by then."""

from dataclasses import replace

from gitprov.check.effect import Case
from gitprov.check.effect.case import in_words, people, short
from gitprov.ids import Digest, sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.records import Release, Request, Role, Stored
from gitprov.trust.signatures import Signature
from tests.sim.promoting import Promoting, Wish

NEVER = sha256_of(b"no record")


def case(world: Promoting, wish: Wish, step: int | None = None) -> Case:
    """Returns a request at a step; at the head, where nothing is said."""
    record = wish.request.record
    assert isinstance(record, Request)
    held = next(held for held in world.held if held.id == wish.id)
    at = world.head if step is None else step
    return Case(world.landed(), world.timeline(), held, record, at, world.versions[-1])


def asked(world: Promoting, number: int = 1) -> Wish:
    """Lands a request for a release at a step of its own."""
    wish = world.wish(world.releases[number - 1], sequence=number)
    world.move()
    world.request(wish)
    return wish


def test_trust_and_settings_are_those_of_the_first_parent() -> None:
    world = Promoting(1)
    wish = asked(world)
    assert case(world, wish).before == world.head - 1
    world.set(".gitprov/project.yaml", b"schema: gitprov/project/v1\n")
    assert case(world, wish).setting("project.yaml") is None
    assert case(world, wish, world.head + 1).setting("project.yaml") is not None


def test_what_is_in_effect_is_what_was_before_the_step() -> None:
    world = Promoting(2)
    wish = asked(world)
    world.sign(wish.id, "ben", "approves")
    second = asked(world, 2)
    current = case(world, second).current
    assert current is not None
    assert current.id == wish.id
    assert case(world, wish, world.head - 1).current is None


def test_producers_and_owners_ask() -> None:
    world = Promoting(1)
    wish = asked(world)
    one = case(world, wish)
    roles = replace(one.root.root.roles, producer=Role(people=("dan",)))
    both = replace(one, root=replace(one.root, root=replace(one.root.root, roles=roles)))
    assert both.askers == {"ada", "dan"}


def test_what_lands_later_is_not_there_yet() -> None:
    world = Promoting(1)
    wish = asked(world)
    assert [case(world, wish, world.head + n).is_there(wish.id) for n in (-1, 0, 1)] == [False, True, True]
    assert not case(world, wish).is_there(NEVER)


def test_evidence_is_what_the_request_names_beside_it() -> None:
    world = Promoting(1)
    wish = asked(world)
    one = case(world, wish)
    assert one.evidence() == wish.evidence.record
    assert case(world, wish, world.head - 1).evidence() is None, "it has not landed"
    assert replace(one, request=replace(one.request, evidence=NEVER)).evidence() is None
    assert replace(one, request=replace(one.request, evidence=wish.id)).evidence() is None, "the request is none"
    odd = Stored(NEVER, wish.evidence.path, b"", wish.request.record)
    ledger = Ledger([*one.landed.ledger.held.values(), Held(odd, "committed")])
    beside = replace(one, landed=replace(one.landed, ledger=ledger), request=replace(one.request, evidence=NEVER))
    assert beside.evidence() is None, "nor is one that lies in its place"


def test_the_release_and_all_that_it_rests_on_had_landed() -> None:
    world = Promoting(1)
    wish = asked(world)
    one, stored = case(world, wish), world.releases[0]
    assert isinstance(stored.record, Release)
    assert one.release() == stored.record
    assert one.runs() == [stored.record.members["model"].run, *stored.record.runs]
    assert len(one.runs()) == 2
    found = one.basis()
    assert found is not None
    assert found.release == stored.record
    early, nothing = case(world, wish, 0), replace(one, request=replace(one.request, release=None))
    for other in (early, nothing):
        assert (other.release(), other.runs(), other.basis()) == (None, [], None)
    assert case(world, wish, 1).basis() is not None


def test_a_run_that_is_named_twice_is_one() -> None:
    world = Promoting(1)
    wish = asked(world)
    one, stored = case(world, wish), world.releases[0].record
    assert isinstance(stored, Release)
    twice = replace(stored, runs=(*stored.runs, stored.members["model"].run))
    ledger = one.landed.ledger
    assert one.request.release is not None
    ledger.releases[one.request.release.id] = twice
    assert len(one.runs()) == 2


def test_a_vote_is_no_signature_of_who_stands_behind() -> None:
    world = Promoting(1)
    wish = asked(world)
    world.sign(wish.id, "ben", "approves")
    world.sign(wish.id, "cleo", "countersigns")
    world.move()
    world.sign(wish.id, "dan")
    found = {one.means for one in case(world, wish, world.head - 1).files(wish.id, "approves", "signs")}
    assert found == {"approves", "signs"}
    assert [len(case(world, wish, world.head + n).signatures(wish.id)) for n in (-2, -1, 0)] == [0, 2, 3]


def test_words_for_people() -> None:
    assert (people(["ben", "ada"]), people([])) == ("ada, ben", "nobody")
    assert (short(Digest("sha256:" + "0123456789" * 6 + "abcd")), short(None)) == ("id:01234567", "nothing")
    broken = Signature("p", NEVER, NEVER, "signs", listed=True, fault="it is broken")
    unlisted, good = replace(broken, listed=False), replace(broken, fault="")
    assert in_words([]) == "it has no signature"
    assert in_words([unlisted, unlisted]) == "its signatures: 2 by unlisted keys"
    assert in_words([good, broken]) == "its signatures: one that counts for nothing: it is broken"
    assert in_words([unlisted, broken]).endswith("1 by unlisted keys; one that counts for nothing: it is broken")
    assert in_words([good]) == "its signatures: by people who are not in standing for this"
