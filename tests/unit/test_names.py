"""Names and paths: what every file system, git and DVC can hold (docs/format.md, "Names")."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids.names import check_name, folded, is_name, path_fault
from tests.unit.documents import texts


@pytest.mark.parametrize(
    "name", ["a", "0", "churn-model", "fraud.churn-model", "a_b.c-d", "x" * 100, "lock", "a.locks", "console", "com"]
)
def test_a_name(name: str) -> None:
    assert is_name(name)
    assert check_name(name, "a name") == name


@pytest.mark.parametrize(
    "name",
    [
        "",
        "A",
        "é",
        "a b",
        "a/b",
        "a..b",
        "a-",
        "-a",
        ".a",
        "a.-b",
        "a--b",
        "a@b",
        "a:b",
        "x" * 101,
        "a.lock",
        "x.y.lock",
        "a\n",
        "con",
        "nul",
        "aux",
        "prn",
        "com1",
        "lpt9",
        "con.model",
        "nul.x.y",
        "..",
        ".",
    ],
)
def test_no_name(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(GitprovError) as refused:
        check_name(name, "a step")
    assert refused.value.code == codes.SCH_NAME


@given(texts)
def test_a_refused_name_comes_with_one_that_would_do(text: str) -> None:
    try:
        check_name(text, "a name")
    except GitprovError as error:
        proposal = re.fullmatch("call it (.*)", error.fix)
        assert proposal is None or is_name(proposal[1])
    else:
        assert re.fullmatch("[a-z0-9._-]+", text)


def test_the_proposal_is_near() -> None:
    with pytest.raises(GitprovError) as refused:
        check_name("Churn Model (v2)", "a name")
    assert refused.value.fix == "call it churn-model-v2"


@pytest.mark.parametrize(
    "path",
    [
        "a",
        "a/b",
        "é",
        "日本/語",
        " a",
        "a b",
        "a:b",
        ".gitignore",
        "git",
        ".github/x",
        "a\n",
        "x" * 255,
        "git~2",
        "...",
        "😀",
    ],
)
def test_a_path_that_is_kept(path: str) -> None:
    assert path_fault(path) is None


@pytest.mark.parametrize(
    "path",
    [
        "",
        "/",
        "/a",
        "a/",
        "a//b",
        ".",
        "..",
        "a/..",
        "../a",
        "a/../b",
        "./a",
        "a/./b",
        "a\\b",
        "..\\a",
        "a\0b",
        "\ud800",
        "x" * 256,
        "é" * 128,
        ".git",
        ".GIT",
        ".git/config",
        "a/.Git/hooks/pre-commit",
        ".git ",
        ".git.",
        ".git. .",
        ".git::$INDEX_ALLOCATION",
        "git~1",
        "GIT~1/config",
        ".g\u200cit",
        ".gi\ufefft",
        "\u200e.git",
        "a/.git\u200d/x",
    ],
)
def test_a_path_that_is_refused(path: str) -> None:
    """Threats A22, A23: nothing recorded may be written outside its place, or into git's own folder."""
    assert path_fault(path) is not None


@given(st.lists(texts, min_size=1, max_size=4).map("/".join))
def test_a_path_that_is_kept_stays_below_its_place(path: str) -> None:
    if path_fault(path) is None:
        parts = path.split("/")
        assert not {"", ".", ".."} & set(parts)
        assert "\\" not in path
        assert "\0" not in path


@pytest.mark.parametrize(
    ("one", "other"), [("A", "a"), ("é", "e\u0301"), ("STRASSE", "straße"), ("İ", "i\u0307"), ("É", "e\u0301")]
)
def test_twins_of_some_file_system_are_folded_alike(one: str, other: str) -> None:
    assert folded(one) == folded(other)


@given(texts)
def test_folding_twice_changes_nothing(text: str) -> None:
    assert folded(folded(text)) == folded(text)
