"""Settings are in force by what owners signed, never by what lies in the tree (threat A16)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.check.governance import in_force, is_governed
from gitprov.check.landed import Landed
from gitprov.errors import GitprovError
from gitprov.ids import Digest, sha256_of
from gitprov.records import Event, Governance, History, Stored, store
from gitprov.records.codec import from_data
from gitprov.trust.log import Log
from gitprov.trust.roots import Accepted, Roots
from tests.unit.trust.facts import by, commit, governance, history, landed, root, step_of

LOG = Log([])
POLICY, PROJECT, ENTRY = ".gitprov/policies/age.yaml", ".gitprov/project.yaml", ".gitprov/catalog/churn.yaml"
REQUEST = ".gitprov/promotions/churn/production/0001/request.yaml"
STRICT, WEAK, MIDDLE = (sha256_of(text) for text in (b"strict", b"weak", b"middle"))
FIRST = root(1, history(LOG, None), {"ann": ["a"], "ben": ["b"], "cyd": ["c"]}, owners=("ann",), producers=("cyd",))


def roots(*versions: tuple[Stored, int]) -> Roots:
    found = []
    for stored, step in versions:
        version = stored.record
        assert hasattr(version, "history")
        since = step_of(version.history.commit)
        found.append(Accepted(version, stored.id, step, -1 if since is None else since))  # type: ignore[arg-type]
    return Roots(tuple(found))


ROOTS = roots((FIRST, 2))
BASE = governance({}, {POLICY: STRICT}, history(LOG, 1))
WEAKER = governance({POLICY: STRICT}, {POLICY: WEAK}, history(LOG, 3))


def facts(
    landings: Sequence[tuple[Stored, int]],
    signed: Sequence[tuple[Stored, str, int]],
    settings: Mapping[str, Sequence[tuple[int, bytes | None]]] | None = None,
    *,
    trust: Roots = ROOTS,
    head: int = 20,
    other: Sequence[tuple[str, int]] = (),
) -> Landed:
    return landed(landings, signed, trust, settings=settings, head=head, other=other)


def over_time(found: Landed, path: str = POLICY) -> list[tuple[int, Digest | None]]:
    return [(step, digest) for step, where, digest in in_force(found, LOG, lambda _p, d: d)[0].changes if where == path]


def problems(found: Landed) -> list[tuple[str, str, str]]:
    return [(one.code.id, one.what, one.why) for one in in_force(found, LOG, lambda _path, data: data)[1]]


def test_settings_are_all_but_what_init_owns() -> None:
    assert all(map(is_governed, (POLICY, PROJECT, ENTRY, ".gitprov/tags.yaml")))
    assert not any(
        map(is_governed, (".gitprov/.gitattributes", ".gitprov/.gitignore", ".gitprov/policies/X.yaml", "a"))
    )


def test_a_change_comes_into_force_with_the_owners_signature() -> None:
    """Demand 16: a change of the rules has to be signed by those who own them."""
    landings = [(BASE, 2), (WEAKER, 5)]
    assert over_time(facts(landings, [(BASE, "a", 2)])) == [(2, STRICT)], "the first version judges its own step"
    assert over_time(facts(landings, [(BASE, "a", 3)])) == [(3, STRICT)]
    assert over_time(facts(landings, [(BASE, "a", 1)])) == [], "what landed before the root is unattested"
    assert over_time(facts(landings, [(BASE, "b", 2), (BASE, "c", 2)])) == [], "neither is an owner"
    assert over_time(facts(landings, [(BASE, "a", 2), (WEAKER, "a", 7)])) == [(2, STRICT), (7, WEAK)]
    assert over_time(facts(landings, [(BASE, "a", 2), (WEAKER, "a", 4)])) == [(2, STRICT), (5, WEAK)]
    assert over_time(facts(landings, [(BASE, "a", 2)], trust=Roots())) == []


def test_a_threshold_of_owners_counts_people() -> None:
    two = root(1, history(LOG, None), {"ann": ["a", "a2"], "ben": ["b"]}, owners=("ann", "ben"), threshold=2)
    trust = roots((two, 2))
    assert over_time(facts([(BASE, 2)], [(BASE, "a", 2), (BASE, "a2", 2)], trust=trust)) == []
    assert over_time(facts([(BASE, 2)], [(BASE, "a", 2), (BASE, "b", 6)], trust=trust)) == [(6, STRICT)]


def test_a_producer_may_make_the_entry_of_a_new_name_and_nothing_else() -> None:
    """docs/verification.md, "Trust and settings"."""
    made = governance({}, {ENTRY: STRICT}, history(LOG, 3))
    assert over_time(facts([(made, 5)], [(made, "c", 5)]), ENTRY) == [(5, STRICT)]
    assert over_time(facts([(made, 5)], [(made, "b", 5)]), ENTRY) == [], "ben is neither producer nor owner"
    changed = governance({ENTRY: STRICT}, {ENTRY: WEAK}, history(LOG, 5))
    both = governance({}, {ENTRY: STRICT, POLICY: WEAK}, history(LOG, 3))
    removed = governance({ENTRY: STRICT}, {}, history(LOG, 5))
    for one in (changed, both, removed):
        assert len(over_time(facts([(made, 5), (one, 6)], [(made, "c", 5), (one, "c", 6)]), ENTRY)) == 1
    assert over_time(facts([(made, 5), (removed, 6)], [(made, "c", 5), (removed, "a", 6)]), ENTRY) == [
        (5, STRICT), (6, None),
    ]  # fmt: skip


def test_a_record_that_lost_a_race_never_comes_into_force() -> None:
    """A signature for strict -> weak must not wait for the day on which the owners go back to strict."""
    other = governance({POLICY: STRICT}, {POLICY: MIDDLE}, history(LOG, 3))
    back = governance({POLICY: MIDDLE}, {POLICY: STRICT}, history(LOG, 8))
    landings = [(BASE, 2), (other, 5), (WEAKER, 6), (back, 9)]
    signed = [(one, "a", step) for one, step in landings]
    assert over_time(facts(landings, signed)) == [(2, STRICT), (5, MIDDLE), (9, STRICT)]
    late = [(BASE, 2), (other, 5), (back, 9), (WEAKER, 12)]
    assert over_time(facts(late, [(one, "a", step) for one, step in late])) == [(2, STRICT), (5, MIDDLE), (9, STRICT)]


def test_a_race_within_one_step_has_one_winner_for_ever() -> None:
    other = governance({POLICY: STRICT}, {POLICY: MIDDLE}, history(LOG, 3))
    rivals = [governance({POLICY: MIDDLE}, {POLICY: after}, history(LOG, 3)) for after in (STRICT, WEAK)]
    rivals.sort(key=lambda one: one.id)
    assert isinstance(rivals[0].record, Event)
    won = from_data(Governance, dict(rivals[0].record.details)).after
    back = governance(won, {POLICY: MIDDLE}, history(LOG, 8))
    landings = [(BASE, 2), (other, 5), *((one, 5) for one in rivals), (back, 9)]
    signed = [(one, "a", step) for one, step in landings]
    assert over_time(facts(landings, signed))[1:] == [(5, MIDDLE), (5, won[POLICY]), (9, MIDDLE)]


def test_settings_that_come_back_can_be_changed_again() -> None:
    other = governance({POLICY: STRICT}, {POLICY: MIDDLE}, history(LOG, 3))
    back = governance({POLICY: MIDDLE}, {POLICY: STRICT}, history(LOG, 8))
    again = governance({POLICY: STRICT}, {POLICY: WEAK}, history(LOG, 10))
    landings = [(BASE, 2), (other, 5), (back, 9), (again, 11)]
    signed = [(one, "a", step) for one, step in landings]
    assert over_time(facts(landings, signed)) == [(2, STRICT), (5, MIDDLE), (9, STRICT), (11, WEAK)]


def test_records_that_build_on_each_other_may_land_in_any_order() -> None:
    further = governance({POLICY: WEAK}, {POLICY: MIDDLE}, history(LOG, 3))
    landings = [(BASE, 2), (further, 5), (WEAKER, 6)]
    signed = [(one, "a", step) for one, step in landings]
    assert over_time(facts(landings, signed)) == [(2, STRICT), (6, WEAK), (6, MIDDLE)]


def test_a_revoked_owner_brings_nothing_into_force() -> None:
    """A15, through a fork from before the revocation too: what it revokes counts up to the version's history only."""
    second = root(2, history(LOG, 4), {"ann": ["a"], "ben": ["b"]}, follows=FIRST.id, owners=("ben",), revoked=("a",))
    trust = roots((FIRST, 2), (second, 8))
    landings = [(BASE, 2), (WEAKER, 5)]
    assert over_time(facts(landings, [(BASE, "a", 2), (WEAKER, "a", 5)], trust=trust)) == [(2, STRICT), (5, WEAK)], (
        "in force at 5, and nothing later changes that"
    )
    assert over_time(facts([(BASE, 2), (WEAKER, 9)], [(BASE, "a", 2), (WEAKER, "a", 5)], trust=trust)) == [
        (2, STRICT)
    ], "signed after the history of the version that revokes it"


def test_a_step_is_judged_by_what_was_in_force_before_it() -> None:
    second = root(2, history(LOG, 4), {"ann": ["a"], "ben": ["b"]}, follows=FIRST.id, owners=("ben",), revoked=("a",))
    trust = roots((FIRST, 2), (second, 8))
    old_owner = facts([(BASE, 2), (WEAKER, 8)], [(BASE, "a", 2), (WEAKER, "a", 8)], trust=trust)
    assert over_time(old_owner) == [(2, STRICT), (8, WEAK)]
    new_owner = facts([(BASE, 2), (WEAKER, 8)], [(BASE, "a", 2), (WEAKER, "b", 8)], trust=trust)
    assert over_time(new_owner) == [(2, STRICT), (9, WEAK)]


@pytest.mark.parametrize("together", [True, False], ids=["merge or squash", "rebase or fast-forward"])
def test_a_policy_weakened_in_an_earlier_commit_of_the_branch_changes_nothing(together: bool) -> None:
    """The review's attack: weaken, promote, restore. The tree says weak; what is in force stays strict."""
    tree = [(2, b"strict")] if together else [(2, b"strict"), (5, b"weak"), (7, b"strict")]
    found = facts(
        [(BASE, 2)], [(BASE, "a", 2)], {POLICY: tree}, other=[(".gitprov/promotions/a/b/0001/request.yaml", 6)]
    )
    assert over_time(found) == [(2, STRICT)]
    assert [code for code, _, _ in problems(found)] == ([] if together else ["GP-SET-002"])
    one_step = facts(
        [(BASE, 2)],
        [(BASE, "a", 2)],
        {POLICY: [(2, b"strict"), (5, b"weak")]},
        other=[(REQUEST, 5)],
    )
    assert over_time(one_step) == [(2, STRICT)]
    assert [(code, what) for code, what, _ in problems(one_step)] == [
        ("GP-SET-002", f"{POLICY} changed at {commit(5)[:12]} without authority"),
        ("GP-SET-003", f"{commit(5)[:12]} changes {POLICY} together with .gitprov/promotions/churn/production/0001"),
    ]


def test_what_lies_in_the_tree_without_authority_is_found() -> None:
    landings, signed = [(BASE, 2), (WEAKER, 5)], [(BASE, "a", 2), (WEAKER, "b", 5)]
    assert problems(facts(landings, signed, {POLICY: [(1, b"strict")]})) == []
    assert problems(facts(landings, signed, {POLICY: [(1, b"strict")], PROJECT: [(1, b"x")]})) == [
        ("GP-SET-002", f"{PROJECT} changed at {commit(1)[:12]} without authority",
         "no governance record that is in force says so"),
    ]  # fmt: skip
    weak = facts(landings, signed, {POLICY: [(1, b"strict"), (5, b"weak")]})
    assert [why for _, _, why in problems(weak)] == [f"id:{WEAKER.id[7:15]}: it lacks 1 of 1 owners"]
    gone = facts(landings, signed, {POLICY: [(1, b"strict"), (5, None)]})
    assert [what for _, what, _ in problems(gone)] == [f"{POLICY} is gone at {commit(5)[:12]} without authority"]
    never = facts(landings, signed)
    assert [what for _, what, _ in problems(never)] == [f"{POLICY} is gone at {commit(0)[:12]} without authority"]
    before = {POLICY: [(0, b"weak"), (1, b"strict")]}
    assert problems(facts(landings, signed, before)) == [], "before there was a root nobody had to sign"
    assert problems(facts(landings, signed, {POLICY: [(1, b"weak")]}, trust=Roots())) == []
    both = [(BASE, "a", 2), (WEAKER, "a", 9)]
    assert problems(facts(landings, both, {POLICY: [(1, b"strict"), (5, b"weak")]})) == [], "signed later is signed"


def test_a_governance_record_that_says_something_else_is_found() -> None:
    past = history(LOG, 1)
    strange = governance({}, {"README.md": STRICT}, past)
    lying = governance({}, {POLICY: STRICT}, History(commit=past.commit, size=7, root=past.root))
    event = Event(kind="governance", actor="ann", at="2026-11-21T09:30:00Z", subjects=(), reason="why")
    empty = store(event)
    found = facts([(one, 5) for one in (strange, lying, empty)], [(one, "a", 5) for one in (strange, lying, empty)])
    assert over_time(found) == []
    assert sorted(code for code, _, _ in problems(found)) == ["GP-SCH-002", "GP-SCH-002", "GP-TRU-002"]
    held = store(Event(kind="hold", actor="ann", at="2026-11-21T09:30:00Z", subjects=(), reason="why"))
    assert problems(facts([(held, 5)], [(held, "a", 5)])) == []


def test_settings_in_force_are_read_by_their_digest() -> None:
    settings = {POLICY: [(2, b"strict"), (6, b"weak")]}
    found = in_force(facts([(BASE, 2)], [(BASE, "a", 2)], settings), LOG, lambda path, data: (path, data))[0]
    assert found.setting(1, POLICY) is None
    assert found.setting(9, POLICY) == (POLICY, b"strict")
    unseen = in_force(facts([(BASE, 2)], [(BASE, "a", 2)]), LOG, lambda path, data: (path, data))[0]
    with pytest.raises(GitprovError, match="GP-SET-001"):
        unseen.setting(9, POLICY)


# --- over random histories ------------------------------------------------------------------------------------------

PATHS = (POLICY, ENTRY, ".gitprov/catalog/other.yaml")
DIGESTS = (STRICT, WEAK, MIDDLE)
states = st.dictionaries(st.sampled_from(PATHS), st.sampled_from(DIGESTS), max_size=2)
HEAD = 14


@dataclass(frozen=True)
class Story:
    landings: tuple[tuple[Stored, int], ...]
    signed: tuple[tuple[Stored, str, int], ...]
    roots: Roots


@st.composite
def stories(draw: st.DrawFn) -> Story:
    start = draw(st.integers(0, 4))
    versions = [(FIRST, start)]
    if draw(st.booleans()):
        step = draw(st.integers(start, HEAD - 2))
        second = root(
            2,
            history(LOG, draw(st.integers(0, step))),
            {"ann": ["a"], "ben": ["b"], "cyd": ["c"]},
            follows=FIRST.id,
            owners=draw(st.sampled_from([("ann", "ben"), ("ben",)])),
            revoked=draw(st.sampled_from([(), ("a",), ("b",)])),
            producers=("ben",),
        )
        versions.append((second, step))
    landings: list[tuple[Stored, int]] = []
    after: Mapping[str, Digest] = {}
    for _ in range(draw(st.integers(1, 6))):
        before = dict(draw(st.sampled_from([after, after, draw(states)])))
        after = draw(states)
        if before != after:
            landing = draw(st.integers(1, HEAD))
            past = history(LOG, draw(st.integers(0, landing - 1)))
            landings.append((governance(before, after, past), landing))
    signed = tuple(
        (one, name, draw(st.integers(max(0, step - 1), min(HEAD, step + 3))))
        for one, step in landings
        for name in draw(st.sampled_from(["a", "a", "ab", "b", "c", ""]))
    )
    return Story(tuple({one.id: (one, step) for one, step in landings}.values()), signed, roots(*versions))


def naive(story: Story) -> list[tuple[int, dict[str, Digest]]]:
    """Every state that was ever in force with its step: the rules again, at every step, for every record."""
    states: list[tuple[int, dict[str, Digest]]] = [(-1, {})]
    used: set[Digest] = set()
    order = sorted(story.landings, key=lambda pair: (pair[1], pair[0].id))

    def fits(says: Governance, state: Mapping[str, Digest]) -> bool:
        paths = {*says.before, *says.after}
        return {path: digest for path, digest in state.items() if path in paths} == says.before

    for step in range(HEAD + 1):
        states.append((step, dict(states[-1][1])))
        again = True
        while again:
            again = False
            for stored, landing in order:
                assert isinstance(stored.record, Event)
                says = from_data(Governance, dict(stored.record.details))
                since = step_of(says.history.commit)
                assert since is not None
                # the last state of the step of its history is the first that its signers can have seen
                seen = [state for at, state in states[:-1] if at > since]
                seen = [[state for at, state in states[:-1] if at <= since][-1], *seen, states[-1][1]]
                fit = [fits(says, state) for state in seen]
                void = any(one and False in fit[number:] for number, one in enumerate(fit))
                as_of = step - 1 if story.roots.at(step - 1) else step
                version = story.roots.at(as_of)
                if stored.id in used or landing > step or void or not fit[-1] or version is None:
                    continue
                people = {
                    story.roots.person(by(name, one.id), at, as_of)
                    for one, name, at in story.signed
                    if one.id == stored.id and at <= step
                }
                owners = version.role("owner")
                new = not says.before and all("/catalog/" in path for path in says.after)
                if len(people & {*owners.people}) >= owners.threshold or (
                    new and people & {*version.role("producer").people}
                ):
                    used.add(stored.id)
                    state = {
                        path: digest
                        for path, digest in states[-1][1].items()
                        if path not in {*says.before, *says.after}
                    }
                    states.append((step, state | dict(says.after)))
                    again = True
                    break
    return states


@given(stories())
def test_what_is_in_force_is_what_the_rules_say_at_every_step(story: Story) -> None:
    found = in_force(facts(story.landings, story.signed, trust=story.roots, head=HEAD), LOG, lambda _p, d: d)[0]
    expected = naive(story)
    for step in range(HEAD + 1):
        assert found.at(step) == [state for at, state in expected if at <= step][-1]


@given(stories(), st.integers(0, HEAD))
def test_what_lands_later_never_changes_what_was_in_force(story: Story, until: int) -> None:
    """Monotone, whatever is revoked, rotated, or signed late."""
    whole = in_force(facts(story.landings, story.signed, trust=story.roots, head=HEAD), LOG, lambda _p, d: d)[0]
    early = in_force(
        facts(
            [pair for pair in story.landings if pair[1] <= until],
            [one for one in story.signed if one[2] <= until],
            trust=Roots(tuple(one for one in story.roots.accepted if one.step <= until)),
            head=until,
        ),
        LOG,
        lambda _p, d: d,
    )[0]
    assert [change for change in whole.changes if change[0] <= until] == list(early.changes)
