"""Settings in force, to the letter: which bytes, from which step on, and what lay in the tree instead (S1 to S5)."""

import pytest

from gitprov.check.governance import catalogued, in_force
from gitprov.check.in_force import InForce
from gitprov.check.landed import PROPOSED
from gitprov.errors import GitprovError
from gitprov.ids import Digest, sha256_of
from gitprov.records import History, Stored
from gitprov.trust.log import EMPTY
from gitprov.trust.roots import Roots
from tests.unit.trust.facts import commit, governance, history, root
from tests.unit.trust.test_governance import (
    BASE,
    ENTRY,
    LOG,
    MIDDLE,
    POLICY,
    PROJECT,
    REQUEST,
    STRICT,
    WEAK,
    WEAKER,
    facts,
    over_time,
    problems,
    roots,
)

CHANGES = ((2, POLICY, STRICT), (2, PROJECT, WEAK), (5, POLICY, WEAK), (7, POLICY, None))


def read(path: str, data: bytes) -> tuple[str, bytes]:
    return path, data


def in_effect(*, seen: dict[Digest, int] | None = None) -> InForce:
    return InForce(CHANGES, {STRICT: b"strict", WEAK: b"weak"}, read, seen=seen or {})


def test_what_is_in_force_at_a_step() -> None:
    found = in_effect()
    assert [found.at(step).get(POLICY) for step in (1, 2, 4, 5, 6, 7)] == [None, STRICT, STRICT, WEAK, WEAK, None]
    assert found.at(9) == {PROJECT: WEAK}


def test_bytes_that_the_chain_has_only_later_cannot_be_read() -> None:
    """No later commit changes what a step was judged by."""
    found = in_effect(seen={STRICT: 4, WEAK: 5})
    with pytest.raises(GitprovError, match="GP-SET-001"):
        found.setting(3, POLICY)
    assert found.setting(4, POLICY) == (POLICY, b"strict")
    assert found.setting(5, POLICY) == (POLICY, b"weak")
    assert found.setting(5, PROJECT) == (PROJECT, b"weak")
    assert found.setting(7, POLICY) is None
    unknown = InForce(CHANGES, {}, read)
    with pytest.raises(GitprovError, match="GP-SET-001"):
        unknown.setting(3, POLICY)


def test_bytes_are_there_from_the_first_step_that_had_them_at_any_path() -> None:
    settings: dict[str, list[tuple[int, bytes | None]]] = {
        POLICY: [(6, b"strict")],
        ENTRY: [(4, b"strict"), (5, None)],
        PROJECT: [(8, b"strict")],
    }
    found = in_force(facts([(BASE, 2)], [(BASE, "a", 2)], settings), LOG, read)[0]
    assert found.seen == {STRICT: 4}


def test_records_that_wait_are_told() -> None:
    found = in_force(facts([(BASE, 2), (WEAKER, 5)], [(BASE, "a", 2)]), LOG, read)[0]
    assert found.waiting == (WEAKER.id,)


def test_a_change_of_one_setting_leaves_the_others_in_force() -> None:
    other = governance({}, {PROJECT: WEAK}, history(LOG, 1))
    records = [(BASE, 2), (other, 2), (WEAKER, 5)]
    found = in_force(facts(records, [(one, "a", step) for one, step in records]), LOG, read)[0]
    assert found.at(5) == {POLICY: WEAK, PROJECT: WEAK}


def test_the_name_of_a_catalog_entry() -> None:
    assert [catalogued(path) for path in (ENTRY, POLICY, PROJECT)] == ["churn", None, None]


def test_every_name_of_new_entries_needs_its_producer() -> None:
    one, two = ENTRY, ".gitprov/catalog/zeta.yaml"
    both = governance({}, {one: STRICT, two: WEAK}, history(LOG, 3))
    assert len(over_time(facts([(both, 5)], [(both, "c", 5)]), two)) == 1


def test_records_are_judged_in_the_order_in_which_they_landed() -> None:
    """Of two that change the same, the first one wins, whatever their ids are."""
    rivals = [governance({POLICY: STRICT}, {POLICY: one}, history(LOG, 3)) for one in (WEAK, MIDDLE)]
    for first, second in (rivals, rivals[::-1]):
        landings: list[tuple[Stored, int]] = [(second, 6), (first, 5), (BASE, 2)]
        signed = [(BASE, "a", 2), (first, "a", 7), (second, "a", 7)]
        waits = in_force(facts(landings, [(BASE, "a", 2)]), LOG, read)[0].waiting
        assert waits == (first.id, second.id)
        assert len(over_time(facts(landings, signed))) == 2


def test_a_record_is_void_only_by_what_happened_after_its_history() -> None:
    """What was in force at the very commit that its signers saw takes nothing away."""
    other = governance({POLICY: STRICT}, {POLICY: MIDDLE}, history(LOG, 3))
    seen = governance({POLICY: STRICT}, {POLICY: WEAK}, history(LOG, 5))
    back = governance({POLICY: MIDDLE}, {POLICY: STRICT}, history(LOG, 8))
    records = [(BASE, 2), (other, 5), (seen, 6), (back, 9)]
    found = over_time(facts(records, [(one, "a", step) for one, step in records]))
    assert found[-1] == (9, WEAK), "its signers saw the change at 5, and meant what is in force when strict is again"


def test_a_record_elsewhere_or_without_a_commit_after_the_root_is_none() -> None:
    moved = Stored(BASE.id, BASE.path.replace("governance", "hold"), BASE.data, BASE.record)
    assert over_time(facts([(moved, 2)], [(moved, "a", 2)])) == []
    nowhere = governance({}, {POLICY: STRICT}, History(size=0, root=EMPTY))
    assert over_time(facts([(nowhere, 2)], [(nowhere, "a", 2)])) == [(2, STRICT)]
    later = facts([(nowhere, 3)], [(nowhere, "a", 3)])
    assert over_time(later) == []
    [(code, _, why)] = problems(later)
    assert (code, why.startswith("it names no commit")) == ("GP-TRU-002", True)
    free = facts([(nowhere, 3)], [(nowhere, "a", 3)], trust=Roots())
    assert problems(free) == [], "where there is no trust root yet it waits for one"


def test_a_record_may_name_settings_only() -> None:
    for before, after in (({"README.md": STRICT}, {POLICY: WEAK}), ({POLICY: STRICT}, {"README.md": WEAK})):
        one = governance(before, after, history(LOG, 3))
        [(code, what, _)] = problems(facts([(one, 5)], [(one, "a", 5)]))
        assert (code, what) == ("GP-SCH-002", f"{one.path} names README.md, which is no setting")


# --- in the tree ------------------------------------------------------------------------------------------------------


def tree(path: str, *changes: tuple[int, bytes | None]) -> list[str]:
    """Returns what is wrong when a policy lies so in the tree, and strict is in force from 2 to 6, weak from 7 on."""
    records, signed = [(BASE, 2), (WEAKER, 5)], [(BASE, "a", 2), (WEAKER, "a", 7)]
    return [what for _, what, _ in problems(facts(records, signed, {path: list(changes)})) if what.startswith(path)]


def without(step: int) -> str:
    return f"{POLICY} changed at {commit(step)[:12]} without authority"


def test_what_was_in_force_at_some_step_before_the_next_change_is_signed() -> None:
    assert tree(POLICY, (2, b"strict"), (5, b"weak")) == [], "signed two steps later"
    assert tree(POLICY, (2, b"strict"), (5, b"weak"), (8, b"strict"), (9, b"weak")) == [without(8)]
    assert tree(POLICY, (2, b"strict"), (4, b"weak"), (6, b"strict"), (7, b"weak")) == [without(4)]
    assert tree(POLICY, (2, b"strict"), (4, b"weak"), (7, b"strict"), (8, b"weak")) == [without(4), without(7)]
    assert tree(POLICY, (2, b"strict"), (4, b"weak"), (8, b"strict"), (9, b"weak")) == [without(8)]


def test_what_lay_there_before_the_trust_root_needs_nobody() -> None:
    assert tree(POLICY, (0, b"odd"), (2, b"strict"), (7, b"weak")) == []
    assert tree(POLICY, (0, b"odd"), (3, b"strict"), (7, b"weak")) == [without(0)], "it still lay there under the root"
    assert tree(POLICY, (0, b"strict"), (7, b"weak")) == []


def test_the_last_change_must_be_what_is_in_force_now() -> None:
    assert tree(POLICY, (2, b"strict"), (20, b"weak")) == []
    assert tree(POLICY, (2, b"strict"), (20, b"odd")) == [without(20)]
    assert tree(POLICY, (2, b"strict")) == [without(2)], "though strict was in force once"
    gone = tree(POLICY, (2, b"strict"), (8, None))
    assert gone == [f"{POLICY} is gone at {commit(8)[:12]} without authority"]


def test_what_is_no_setting_is_nobodys_to_sign() -> None:
    assert tree(".gitprov/.gitattributes", (5, b"odd")) == []


def test_a_neighbours_change_does_not_sign_for_it() -> None:
    other = governance({}, {PROJECT: WEAK}, history(LOG, 3))
    records, signed = [(BASE, 2), (other, 5)], [(BASE, "a", 2), (other, "a", 5)]
    lies = {POLICY: [(2, b"strict"), (4, b"weak"), (6, b"strict")], PROJECT: [(5, b"weak")]}
    assert [what for _, what, _ in problems(facts(records, signed, lies))] == [without(4)]


def test_settings_and_a_promotion_land_at_different_steps() -> None:
    """S5: of the settings of a step the first is named, for each request."""
    second = REQUEST.replace("0001", "0002")
    lies = {PROJECT: [(5, b"x")], POLICY: [(1, b"strict"), (5, b"weak")], ".gitprov/.gitignore": [(6, b"x")]}
    other = [(REQUEST, 5), (second, 5), (REQUEST.replace("0001", "0003"), 6), (REQUEST.replace("0001", "0004"), 1)]
    there = facts([], [], lies, other=other)
    found = [what for code, what, _ in problems(there) if code == "GP-SET-003"]
    subjects = {one.subject for one in in_force(there, LOG, read)[1] if one.code.id == "GP-SET-003"}
    assert subjects == {POLICY}
    assert found == [
        f"{commit(5)[:12]} changes {POLICY} together with {path.rpartition('/')[0]}" for path in (REQUEST, second)
    ]
    evidence = REQUEST.replace("request", "evidence")
    assert [code for code, _, _ in problems(facts([], [], lies, other=[(evidence, 5)])) if code == "GP-SET-003"] == []


# --- what would be if a branch landed now -----------------------------------------------------------------------------


def test_a_chain_is_extended_by_a_step_that_is_proposed() -> None:
    chain = facts([(BASE, 2)], [], {POLICY: [(2, b"strict")]}, head=4).chain
    assert chain.head == 4
    longer = chain.extended({BASE.path: b"other", "new": b"data"}, {POLICY: b"weak", PROJECT: b"x"})
    assert (longer.head, longer.commits[-1], longer.step_of(PROPOSED)) == (5, PROPOSED, 5)
    assert longer.landed == {**chain.landed, "new": 5}, "what landed before does not land again"
    assert longer.files == {**chain.files, "new": b"data"}
    assert longer.settings == {POLICY: ((2, STRICT), (5, WEAK)), PROJECT: ((5, sha256_of(b"x")),)}
    assert longer.blobs == {STRICT: b"strict", WEAK: b"weak", sha256_of(b"x"): b"x"}
    assert (chain.extended({}).settings, chain.extended({}).landed) == (chain.settings, chain.landed)
    assert (longer.added(5), longer.added(3)) == (("new",), ())


def test_an_owner_of_a_threshold_is_missing_by_number() -> None:
    two = root(1, history(LOG, None), {"ann": ["a"], "ben": ["b"]}, owners=("ann", "ben"), threshold=2)
    lies = {POLICY: [(1, b"strict")]}
    found = problems(facts([(BASE, 2)], [(BASE, "a", 2)], lies, trust=roots((two, 2))))
    assert [why for _, _, why in found] == [f"id:{BASE.id[7:15]}: it lacks 1 of 2 owners"]
