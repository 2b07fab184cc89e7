"""Which trust versions come into force, and when (threats A11, A14-A16)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitprov.errors import Finding
from gitprov.ids import Digest
from gitprov.records import History, Stored, TrustRoot
from gitprov.trust.accepting import accept
from gitprov.trust.log import Log
from gitprov.trust.roots import Roots, id_of
from gitprov.trust.signatures import Signature
from tests.unit.trust.facts import Window, by, history, key, root, step_of

LOG = Log((step, f"file-{step}", b"") for step in range(0, 40, 3))
START = history(LOG, None)


def judged(
    landings: Iterable[tuple[Stored, int]], signed: Sequence[tuple[Stored, str, int]]
) -> tuple[Roots, tuple[Finding, ...]]:
    def signers(record: Digest) -> list[tuple[Signature, int]]:
        return [(by(name, record), step) for stored, name, step in signed if stored.id == record]

    return accept(landings, signers, step_of, LOG)


def in_force(*facts: Any) -> list[tuple[int, int]]:
    return [(one.root.version, one.step) for one in judged(*facts)[0].accepted]


def problems(*facts: Any) -> list[tuple[str, str]]:
    return [(one.code.id, one.why) for one in judged(*facts)[1]]


FIRST = root(1, START, {"ann": ["a"], "ben": ["b"]}, owners=("ann",))
SECOND = root(2, history(LOG, 6), {"ann": ["a"], "ben": ["b", "b2"]}, follows=FIRST.id, owners=("ann", "ben"))
ONE = [(FIRST, "a", 4), (FIRST, "b", 5)]
SHORT: Window = (None, "2030-01-01T00:00:00Z")


def test_the_first_version_takes_the_signature_of_every_key_that_it_lists() -> None:
    """Possession: nobody is listed with a key that is not theirs."""
    assert in_force([(FIRST, 4)], ONE) == [(1, 5)]
    assert in_force([(FIRST, 4)], [*ONE, (FIRST, "b", 9)]) == [(1, 5)], "who signs again later takes nothing back"
    assert in_force([(FIRST, 4)], ONE[:1]) == []
    assert problems([(FIRST, 4)], ONE[:1]) == [("GP-TRU-001", f"it lacks the signature of ben's key {key('b')[7:15]}")]
    found = judged([(FIRST, 4)], ONE[:1])[1][0]
    assert found.fix == "gitprov trust sign 0001"
    two = root(1, START, {"ann": ["a"], "ben": ["b"]}, owners=("ann", "ben"), threshold=2)
    assert in_force([(two, 4)], [(two, "a", 4), (two, "a2", 4)]) == []


def test_the_next_version_takes_the_owners_of_both_and_every_new_key() -> None:
    """Nobody gets in by the new owners alone, and no key that its holder never had (docs/verification.md)."""
    landings = [(FIRST, 4), (SECOND, 8)]
    assert in_force(landings, [*ONE, (SECOND, "a", 9), (SECOND, "b2", 12)]) == [(1, 5), (2, 12)]
    assert in_force(landings, [*ONE, (SECOND, "b", 9), (SECOND, "b2", 9)]) == [(1, 5)], "ben was no owner before"
    assert problems(landings, [*ONE, (SECOND, "b", 9), (SECOND, "b2", 9)]) == [
        ("GP-TRU-001", "it lacks 1 of 1 owners of version 1")
    ]
    assert problems(landings, [*ONE, (SECOND, "a", 9)]) == [
        ("GP-TRU-001", f"it lacks the signature of ben's key {key('b2')[7:15]}")
    ]


def test_a_threshold_counts_people_and_not_keys() -> None:
    """A14: a second key of the same person is no second person."""
    first = root(1, START, {"ann": ["a", "a2"], "ben": ["b"]}, owners=("ann", "ben"), threshold=2)
    all_keys = [(first, name, 4) for name in ("a", "a2", "b")]
    second = root(2, history(LOG, 6), {"ann": ["a", "a2"]}, follows=first.id)
    assert in_force([(first, 4), (second, 7)], [*all_keys, (second, "a", 7), (second, "a2", 7)]) == [(1, 4)]
    assert in_force([(first, 4), (second, 7)], [*all_keys, (second, "a", 7), (second, "b", 8)]) == [(1, 4), (2, 8)]


def test_an_owner_whose_key_counts_at_some_times_only_learns_what_their_signature_lacks() -> None:
    """A version can be signed by all and lack owners: a window takes a proven time (docs/verification.md, W5)."""
    people, window = {"ann": ["a"], "ben": ["b"]}, {"a": (None, "2030-01-01T00:00:00Z")}
    second = root(2, history(LOG, 6), people, follows=FIRST.id, windows=window)
    ((code, why),) = problems([(FIRST, 4), (second, 7)], [*ONE, (second, "a", 7)])
    assert (code, why[:36]) == ("GP-TRU-001", "it lacks 1 of 1 owners of version 2 ")
    assert why.endswith(
        "(ann signed, W5: its identity is valid at some times only, and nothing proves when it was made)"
    )


def test_of_two_owners_it_is_told_what_the_signature_lacks_that_does_not_count() -> None:
    people, windows = {"ann": ["a"], "ben": ["b"], "cyd": ["c"]}, {"b": SHORT, "c": SHORT}
    first = root(1, START, people)
    second = root(
        2, history(LOG, 6), people, follows=first.id, owners=("ann", "ben", "cyd"), threshold=2, windows=windows
    )
    signed = [(first, name, 4) for name in "abc"] + [(second, name, 7) for name in "abc"]
    ((code, why),) = problems([(first, 4), (second, 7)], signed)
    lacks = "W5: its identity is valid at some times only, and nothing proves when it was made"
    assert code == "GP-TRU-001"
    assert why == f"it lacks 1 of 2 owners of version 2 (ben signed, {lacks}) (cyd signed, {lacks})"


MAIL = "ben@example.org"


@pytest.mark.parametrize(
    ("name", "windows", "at", "counts"),
    [
        pytest.param(MAIL, {}, "2026-01-01T00:00:00Z", True, id="a certificate under the trusted root of the team"),
        pytest.param(MAIL, {}, None, False, id="under another one"),
        pytest.param("b2", {"b2": SHORT}, None, True, id="a key that counts at some times only"),
    ],
)
def test_who_is_new_proves_to_have_what_is_listed(
    name: str, windows: dict[str, Window], at: str | None, counts: bool
) -> None:
    """T2: a certificate holds where it is listed; a key can be had at any time, whatever its window."""
    second = root(2, history(LOG, 6), {"ann": ["a"], "ben": ["b", name]}, follows=FIRST.id, windows=windows)
    signed = {
        FIRST.id: [(by("a", FIRST.id), 5), (by("b", FIRST.id), 5)],
        second.id: [(by("a", second.id), 7), (by(name, second.id, at), 7)],
    }
    roots, _ = accept([(FIRST, 4), (second, 7)], signed.__getitem__, step_of, LOG)
    assert [(one.step, one.since) for one in roots.accepted] == [(5, -1), (7, 6)][: 1 + counts]


def test_a_revoked_key_signs_nothing_any_more() -> None:
    """A15. The version that revokes a key is still signed by it for the version before: a sole owner can rotate."""
    second = root(2, history(LOG, 6), {"ann": ["a", "a2"], "ben": ["b"]}, follows=FIRST.id, revoked=("a",))
    third = root(3, history(LOG, 9), {"ann": ["a", "a2"], "ben": ["b"]}, follows=second.id)
    rotated = [*ONE, (second, "a", 7), (second, "a2", 7)]
    assert in_force([(FIRST, 4), (second, 7)], rotated) == [(1, 5), (2, 7)]
    assert in_force([(FIRST, 4), (second, 7)], [*ONE, (second, "a", 7)]) == [(1, 5)]
    back = [*rotated, (third, "a", 10), (third, "a2", 10)]
    assert in_force([(FIRST, 4), (second, 7), (third, 10)], back) == [(1, 5), (2, 7)], "a revoked key does not return"


def test_a_key_that_belonged_to_one_person_never_belongs_to_another() -> None:
    """Two people would be one: who made a model could approve it."""
    second = root(2, history(LOG, 6), {"ann": ["a"], "eve": ["b"]}, follows=FIRST.id)
    signed = [*ONE, (second, "a", 8), (second, "b", 8)]
    assert problems([(FIRST, 4), (second, 8)], signed) == [("GP-TRU-005", f"the key {key('b')[7:15]} belongs to ben")]


@pytest.mark.parametrize(
    "past",
    [
        pytest.param(history(LOG, 8), id="its own step"),
        pytest.param(History(commit="git:" + "f" * 40, size=0, root=START.root), id="off the chain"),
        pytest.param(History(commit=history(LOG, 6).commit, size=2, root=history(LOG, 6).root), id="another size"),
        pytest.param(History(commit=history(LOG, 6).commit, size=3, root=START.root), id="another root"),
    ],
)
def test_a_history_that_the_chain_does_not_have_is_found(past: History) -> None:
    """Law F, without any memory: a rewritten chain does not have what the owners signed."""
    second = root(2, past, {"ann": ["a"], "ben": ["b"]}, follows=FIRST.id)
    roots, findings = judged([(FIRST, 4), (second, 8)], [*ONE, (second, "a", 8)])
    assert ([one.root.version for one in roots.accepted], [one.code.id for one in findings]) == ([1], ["GP-TRU-002"])


def test_a_number_that_never_came_into_force_is_spent() -> None:
    third = root(3, history(LOG, 9), {"ann": ["a"], "ben": ["b"]}, follows=FIRST.id)
    landings = [(FIRST, 4), (SECOND, 8), (third, 10)]
    assert in_force(landings, [*ONE, (third, "a", 10)]) == [(1, 5), (3, 10)]
    assert problems(landings, [*ONE, (third, "a", 10)]) == []
    after = root(4, history(LOG, 9), {"ann": ["a"], "ben": ["b"]}, follows=SECOND.id)
    assert problems([*landings, (after, 12)], [*ONE, (third, "a", 10), (after, "a", 12)]) == [
        ("GP-TRU-004", f"no version in force has the id {SECOND.id}")
    ]
    below = root(2, history(LOG, 12), {"ann": ["a"], "ben": ["b"]}, follows=third.id)
    assert in_force([(FIRST, 4), (third, 10), (below, 14)], [*ONE, (third, "a", 10), (below, "a", 14)]) == [
        (1, 5), (3, 10),
    ]  # fmt: skip


def test_a_version_with_the_number_of_the_one_that_it_follows_is_none() -> None:
    same = root(2, history(LOG, 9), {"ann": ["a"], "ben": ["b", "b2"]}, follows=SECOND.id)
    signed = [*ONE, (SECOND, "a", 9), (SECOND, "b2", 9), (same, "a", 12), (same, "b", 12)]
    assert in_force([(FIRST, 4), (SECOND, 8), (same, 11)], signed) == [(1, 5), (2, 9)]


def test_a_number_that_is_spent_does_not_excuse_a_wrong_history() -> None:
    """Only that it lacks signatures, or follows what never came into force, is nothing any more."""
    second = root(2, history(LOG, 8), {"ann": ["a"], "ben": ["b"]}, follows=FIRST.id)
    third = root(3, history(LOG, 9), {"ann": ["a"], "ben": ["b"]}, follows=FIRST.id)
    landings = [(FIRST, 4), (second, 8), (third, 10)]
    found = judged(landings, [*ONE, (third, "a", 10)])[1]
    assert [(one.code.id, one.subject) for one in found] == [("GP-TRU-002", second.path)]


def test_of_two_that_follow_the_same_version_the_first_in_force_stands() -> None:
    """A fork of the root: its owners signed two futures."""
    third = root(3, history(LOG, 9), {"ann": ["a"], "ben": ["b"]}, follows=FIRST.id)
    landings = [(FIRST, 4), (SECOND, 8), (third, 10)]
    late = [*ONE, (third, "a", 10), (SECOND, "a", 11), (SECOND, "b2", 11)]
    assert in_force(landings, late) == [(1, 5), (3, 10)]
    assert problems(landings, late) == [("GP-TRU-003", "version 3 follows the same one, and was first")]
    early = [*ONE, (third, "a", 10), (SECOND, "a", 9), (SECOND, "b2", 9)]
    assert in_force(landings, early) == [(1, 5), (2, 9)]


def test_a_version_that_lies_elsewhere_is_passed_over() -> None:
    """There is one 0001: a second first version has no place to lie, and does not replace the first."""
    second = root(1, START, {"eve": ["e"]}, owners=("eve",))
    elsewhere = Stored(second.id, ".gitprov/trust/0002.yaml", second.data, second.record)
    assert in_force([(FIRST, 4), (elsewhere, 1)], [*ONE, (elsewhere, "e", 1)]) == [(1, 5)]


# --- over random histories ------------------------------------------------------------------------------------------

KEYS = {"a": "ann", "a2": "ann", "b": "ben", "b2": "ben", "c": "cyd"}


@dataclass(frozen=True)
class Story:
    landings: tuple[tuple[Stored, int], ...]
    signed: tuple[tuple[Stored, str, int], ...]


@st.composite
def stories(draw: st.DrawFn) -> Story:
    landings: list[tuple[Stored, int]] = []
    signed: list[tuple[Stored, str, int]] = []
    for number in range(1, draw(st.integers(1, 5)) + 1):
        held = draw(st.lists(st.sampled_from(sorted(KEYS)), min_size=1, unique=True))
        moved = draw(st.sampled_from([False] * 6 + [True]))
        people: dict[str, list[str]] = {}
        for name in held:
            people.setdefault("cyd" if moved and name == "b" else KEYS[name], []).append(name)
        owners = draw(st.lists(st.sampled_from(sorted(people)), min_size=1, unique=True))
        step = draw(st.integers(2, 20))
        past = START
        if number > 1:
            past = history(LOG, draw(st.integers(0, step - 1)) if draw(st.integers(0, 7)) else step)
        version = root(
            number,
            past,
            people,
            follows=draw(st.sampled_from([landings[-1], *landings]))[0].id if number > 1 else None,
            owners=owners,
            threshold=draw(st.integers(1, len(owners))),
            revoked=draw(st.lists(st.sampled_from([*held, "-", "-", "-"]), max_size=1)),
        )
        landings.append((version, step))
        missing = draw(st.sampled_from(["", "", "", "a", "b"]))
        signed += [(version, name, draw(st.integers(1, 22))) for name in sorted(KEYS) if name != missing]
    return Story(tuple(draw(st.permutations(landings))), tuple(signed))


def naive(story: Story) -> list[tuple[Digest, int]]:
    """The rules again, step by step and set by set."""
    found: list[tuple[Stored, int]] = []
    for step in range(25):
        while True:
            before = found[-1][0].record if found else None
            assert before is None or isinstance(before, TrustRoot)
            ever = [one.record for one, _ in found]
            lost = {id_ for one in ever if isinstance(one, TrustRoot) for id_, _ in holders(one) if revoked(one, id_)}
            owned = {id_: person for one in ever if isinstance(one, TrustRoot) for id_, person in holders(one)}
            for stored, landing in sorted(story.landings, key=lambda pair: pair[0].path):
                new = stored.record
                assert isinstance(new, TrustRoot)
                keys = {key(name) for one, name, at in story.signed if one.id == stored.id and at <= step} - lost
                ok = landing <= step and new.follows == (found[-1][0].id if found else None)
                ok = ok and (before is None or new.version > before.version)
                ok = ok and all(owned.get(id_, person) == person for id_, person in holders(new))
                past = step_of(new.history.commit)
                ok = ok and (new.version == 1 or (past is not None and past < landing))
                for version in filter(None, (before, new)):
                    people = {who for one, who in holders(version) if one in keys and not revoked(version, one)}
                    ok = ok and len(people & {*version.roles.owner.people}) >= version.roles.owner.threshold
                valid = {one for one, _ in holders(new) if not revoked(new, one)}
                old = {one for one, _ in holders(before) if not revoked(before, one)} if before else set()
                if ok and valid - old <= keys:
                    found.append((stored, step))
                    break
            else:
                break
    return [(stored.id, step) for stored, step in found]


def holders(version: TrustRoot) -> list[tuple[Digest, str]]:
    return [(id_of(one), name) for name, person in version.people.items() for one in person.identities]


def revoked(version: TrustRoot, wanted: Digest) -> bool:
    return any(
        one.revoked is not None and id_of(one) == wanted
        for person in version.people.values()
        for one in person.identities
    )


@given(stories())
@example(Story(((FIRST, 4), (SECOND, 8)), (*ONE, (SECOND, "a", 9), (SECOND, "b2", 12))))
def test_what_is_in_force_is_what_the_rules_say_step_by_step(story: Story) -> None:
    accepted = judged(story.landings, story.signed)[0].accepted
    assert [(one.id, one.step) for one in accepted] == naive(story)


@given(stories(), st.integers(0, 22))
def test_what_lands_later_never_changes_what_was_in_force(story: Story, until: int) -> None:
    """Monotone: acceptance is a fact of the step at which it was reached."""
    known = [pair for pair in story.landings if pair[1] <= until]
    signed = [one for one in story.signed if one[2] <= until]
    whole = judged(story.landings, story.signed)[0].accepted
    early = judged(known, signed)[0].accepted
    assert [one for one in whole if one.step <= until] == list(early)
