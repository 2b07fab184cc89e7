"""Law G to the letter: what lands a file, what loses it, what brings it back, and what people are told (A01)."""

import pytest

from gitprov.check.changes import PLAIN, SUBMODULE, Edge, FileChange, Loss
from gitprov.check.engine import check
from gitprov.check.grow_only import BEFORE, Kept, grow_only, lost, short
from gitprov.errors import catalogue as codes
from tests.unit.check.edges import DATA, PATH, ZERO, add, change, drop, edit, made, oid

OTHER, BYTES = made(2)
COMMIT = "0123456789abcdef" * 2


def steps(*files: FileChange) -> Kept:
    """Returns what steps that change one file each did."""
    return grow_only((step, [one]) for step, one in enumerate(files))


def test_only_records_and_signatures_are_kept() -> None:
    assert steps(add("src/train.py", b"x"), drop("src/train.py", b"x")) == Kept({}, {}, ())


def test_git_says_that_a_file_is_gone_by_its_mode() -> None:
    modes = ("100644", "100755", "120000", "160000", "000000")
    assert [add(PATH, DATA, mode).is_gone for mode in modes] == [False, False, False, True, True]


def test_a_submodule_is_no_file_and_a_file_in_its_place_lands() -> None:
    module = add(PATH, b"", SUBMODULE)
    assert steps(module) == Kept({}, {}, ())
    instead = FileChange(PATH, "T", PLAIN, oid(DATA), SUBMODULE, ZERO)
    assert steps(module, instead) == Kept({PATH: 1}, {PATH: oid(DATA)}, ())


def test_a_file_lands_plain_or_its_mode_is_lost_until_a_later_step_mends_it() -> None:
    landing = add(PATH, DATA, "100755")
    assert steps(landing).losses == (Loss(0, PATH, "mode"),)
    mended = FileChange(PATH, "M", PLAIN, oid(DATA), "100755", oid(DATA))
    assert steps(landing, mended).losses == (Loss(0, PATH, "mode", 1),)


def test_what_brings_one_file_back_restores_no_other_and_nothing_that_is_lost_later() -> None:
    found = steps(
        add(PATH, DATA), add(OTHER, BYTES), drop(PATH, DATA), drop(OTHER, BYTES), add(PATH, DATA), drop(PATH, DATA),
        add(PATH, DATA),
    )  # fmt: skip
    assert found.losses == (Loss(2, PATH, "removed", 4), Loss(3, OTHER, "removed"), Loss(5, PATH, "removed", 6))


@pytest.mark.parametrize(
    ("loses", "how"),
    [
        (drop(PATH, DATA), "removed"),
        (edit(PATH, DATA, b"other\n"), "changed"),
        (edit(PATH, DATA, b"other\n", "100755"), "changed"),
        (edit(PATH, DATA, DATA, "100755"), "mode"),
    ],
)
def test_a_file_that_stood_before_is_held_against_its_bytes_there(loses: FileChange, how: str) -> None:
    found = steps(loses)
    assert (found.landed, found.oids) == ({PATH: BEFORE}, {PATH: oid(DATA)})
    assert [(one.step, one.how) for one in found.losses] == [(0, how)]


def test_the_right_bytes_are_where_the_file_landed_or_at_the_parent_of_who_lost_it() -> None:
    landing, loses = Edge("a", None, (add(PATH, DATA),)), Edge("c", "b", (drop(PATH, DATA),))
    between = Edge("b", "a", (add("README.md", b""),))
    [finding] = check(change(landing, between, loses)).findings
    assert (finding.why, finding.fix.split()[2]) == ("it landed at a, to stay", "--source=a")
    [finding] = check(change(between, loses)).findings
    assert finding.fix.split()[2] == "--source=b"


def test_who_brought_it_back_is_told() -> None:
    landing, loses = Edge("a", None, (add(PATH, DATA),)), Edge("b", "a", (drop(PATH, DATA),))
    for commit, words in (("c", "c"), (None, "the index")):
        [told] = check(change(landing, loses, Edge(commit, "b", (add(PATH, DATA),)), blobs=(DATA,))).warnings
        assert told.why == f"{words} brings it back as it landed at a"


@pytest.mark.parametrize(
    ("loses", "how"),
    [
        (drop(PATH, DATA), "removes"),
        (edit(PATH, DATA, b"other\n"), "changes"),
        (edit(PATH, DATA, DATA, "100755"), "changes the mode of"),
    ],
)
def test_beside_the_chain_it_is_said_what_a_commit_did_and_to_whose_file(loses: FileChange, how: str) -> None:
    [told] = check(change(Edge("s", "p", (loses,), on_chain=False))).warnings
    assert (told.code, told.subject, told.commit, told.fix) == (codes.IMM_SIDE, PATH, "s", codes.IMM_SIDE.remedy)
    assert told.what == f"s {how} {PATH}"
    assert told.why == "its parent p has it; s is a commit of a branch that was merged"


@pytest.mark.parametrize(
    "file",
    [
        add(PATH, DATA),
        FileChange("src/train.py", "M", PLAIN, oid(DATA), PLAIN, oid(BYTES)),
        FileChange(PATH, "T", PLAIN, oid(DATA), SUBMODULE, ZERO),
    ],
)
def test_beside_the_chain_nothing_is_told_of_what_lands_and_of_other_files(file: FileChange) -> None:
    assert check(change(Edge("s", "p", (file,), on_chain=False))).warnings == ()


def test_a_remedy_names_what_has_the_right_bytes() -> None:
    """What people are told can be pasted: of the index, of a mode, of a commit."""
    loss, mode = Loss(1, PATH, "removed"), Loss(1, PATH, "mode")
    assert lost(loss, at=None, landed="a").fix == f"git restore --source=HEAD --staged --worktree -- {PATH}"
    right = f"git restore --source=a --staged --worktree -- {PATH} && git commit -m 'Restore a record'"
    assert {lost(one, at=at, landed="a").fix for one, at in ((loss, "b"), (mode, "b"), (loss, "a"))} == {right}
    as_it_landed = lost(mode, at="a", landed="a")
    assert as_it_landed.fix == f"git update-index --chmod=-x {PATH} && git commit -m 'Restore a mode'"


def test_a_commit_is_told_by_twelve_digits() -> None:
    assert (short(COMMIT), short(None)) == ("0123456789ab", "the index")
