"""Files are written whole or not at all, and never outside the work tree (A22, A23; threats section 5)."""

import errno
import os
import stat
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from gitprov.adapters.worktree import FileWorkTree
from gitprov.errors import GitprovError
from gitprov.ports.worktree import WorkTree

RECORD = ".gitprov/artifacts/model/abc.yaml"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "repo" / ".git").mkdir(parents=True)
    return tmp_path / "repo"


@pytest.fixture
def tree(root: Path) -> WorkTree:
    return FileWorkTree(str(root), str(root / ".git"))


def everything(root: Path) -> set[str]:
    """Every file that there is, temporary ones too, without git's own."""
    return {str(p.relative_to(root)) for p in root.rglob("*") if not p.is_dir() and ".git" not in p.parts}


def test_bytes_are_found_in_a_file_and_in_every_file_of_a_folder(root: Path, tree: WorkTree) -> None:
    (root / "out/deep").mkdir(parents=True)
    (root / "out/empty").touch()
    (root / "out/first").write_bytes(b"needle" + b"\0" * 9000)
    (root / "out/deep/last").write_bytes(b"\0" * 9000 + b"needle")
    (root / "out/none").write_bytes(b"needl-e")
    (root / "out/link").symlink_to("first")
    assert tree.holding("out", b"needle") == ["out/deep/last", "out/first"]
    assert tree.holding("out/first", b"needle") == ["out/first"]
    assert tree.holding("out/empty", b"needle") == tree.holding("nowhere", b"needle") == []


def test_write_new_once(root: Path, tree: WorkTree) -> None:
    assert tree.write_new(RECORD, b"a: 1\n") is True
    assert tree.write_new(RECORD, b"a: 1\n") is False
    with pytest.raises(GitprovError, match="GP-IMM-005"):
        tree.write_new(RECORD, b"a: 2\n")
    assert tree.read(RECORD) == b"a: 1\n"
    assert everything(root) == {RECORD}
    assert stat.S_IMODE((root / RECORD).stat().st_mode) & 0o111 == 0
    assert (root / RECORD).stat().st_nlink == 1


@pytest.mark.parametrize("make", [lambda p: p.mkdir(), lambda p: p.symlink_to("/etc/passwd"), os.mkfifo])
def test_write_new_where_something_else_is(root: Path, tree: WorkTree, make: Callable[[Path], None]) -> None:
    make(root / "x")
    with pytest.raises(GitprovError, match="GP-IMM-005"):
        tree.write_new("x", b"data")
    assert tree.read("x") is None


def test_replace_keeps_the_mode(root: Path, tree: WorkTree) -> None:
    assert tree.replace("a/settings.yaml", b"1") is True
    (root / "a" / "settings.yaml").chmod(0o660)
    assert tree.replace("a/settings.yaml", b"1") is False
    assert tree.replace("a/settings.yaml", b"2") is True
    assert tree.read("a/settings.yaml") == b"2"
    assert stat.S_IMODE((root / "a" / "settings.yaml").stat().st_mode) == 0o660
    assert everything(root) == {"a/settings.yaml"}


def test_replace_leaves_links_and_folders_alone(root: Path, tree: WorkTree) -> None:
    (root / "target").write_bytes(b"kept")
    (root / "link").symlink_to("target")
    for path in ("link", ".git"):
        with pytest.raises(GitprovError, match=r"GP-PTH-00[12]"):
            tree.replace(path, b"x")
    assert (root / "target").read_bytes() == b"kept"


def test_remove_clears_folders_of_drafts_only(tree: WorkTree) -> None:
    for name in (".gitprov/drafts/x/a/1", ".gitprov/drafts/x/b/2", "folder/3"):
        tree.write_new(name, b"")
    tree.remove(".gitprov/drafts/x/a/1")
    assert tree.kind(".gitprov/drafts/x/a") is None
    assert tree.kind(".gitprov/drafts/x/b") == "directory"
    tree.remove(".gitprov/drafts/x/b/2")
    assert tree.kind(".gitprov/drafts/x") is None
    assert tree.kind(".gitprov/drafts") == "directory"
    tree.remove("folder/3")
    assert tree.kind("folder") == "directory"
    tree.remove("folder/3")
    tree.remove("nowhere/3")


def test_kind_read_and_files(root: Path, tree: WorkTree) -> None:
    for name in ("b", "a/c", "a/b/d", "é", ".git/config", "sub/.git/config"):
        tree_path = root / name
        tree_path.parent.mkdir(parents=True, exist_ok=True)
        tree_path.write_text(name)
    (root / "a" / "link").symlink_to("c")
    (root / "folder-link").symlink_to("a")
    os.mkfifo(root / "pipe")
    kinds = {name: tree.kind(name) for name in ("b", "a", "a/link", "folder-link", "pipe", "no", "b/x", ".")}
    assert kinds == {
        "b": "file", "a": "directory", "a/link": "symlink", "folder-link": "symlink", "pipe": "other", "no": None,
        "b/x": None, ".": "directory",
    }  # fmt: skip
    assert [tree.read(name) for name in ("b", "a", "a/link", "pipe", "no", "b/x", "folder-link/c")] == [b"b"] + [
        None
    ] * 6
    assert tree.files(".") == ["a/b/d", "a/c", "b", "sub/.git/config", "é"]
    assert tree.files("a") == ["a/b/d", "a/c"]
    assert tree.files("no") == tree.files("b") == tree.files("folder-link") == []


HOSTILE = [
    "../x",
    "/etc/x",
    "a/../../x",
    "a//b",
    "./a",
    "a/.",
    "",
    ".git/config",
    "a/.GIT/x",
    "a\\b",
    "a\0b",
    "x" * 300,
]


@pytest.mark.parametrize("path", HOSTILE)
def test_paths_that_lead_outside_are_refused(tmp_path: Path, root: Path, tree: WorkTree, path: str) -> None:
    for call in (tree.read, tree.kind, tree.remove, lambda p: tree.write_new(p, b"x"), lambda p: tree.replace(p, b"x")):
        with pytest.raises(GitprovError, match="GP-PTH-001"):
            call(path)
    assert everything(root) == set()
    assert [p.name for p in tmp_path.iterdir()] == ["repo"]


def test_nothing_is_written_through_a_symlink(tmp_path: Path, root: Path, tree: WorkTree) -> None:
    """A23: a committed symlink must not carry a write out of the work tree, nor elsewhere in it."""
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "victim").write_text("kept")
    (root / ".gitprov").symlink_to(tmp_path / "outside")
    (root / "in").mkdir()
    (root / "alias").symlink_to("in")
    for folder in (".gitprov", "alias", ".gitprov/deeper"):
        for call in (tree.write_new, tree.replace):
            with pytest.raises(GitprovError, match="GP-PTH-001"):
                call(f"{folder}/victim", b"x")
        tree.remove(f"{folder}/victim")
    assert (tmp_path / "outside" / "victim").read_text() == "kept"
    assert sorted(p.name for p in (tmp_path / "outside").iterdir()) == ["victim"]


STEPS = ["open", "write", "fsync", "link", "mkdir", "replace"]


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[str, int, int], None]]:
    """Lets the n-th call of a system call fail; everything else is real."""

    def fail(step: str, nth: int, number: int) -> None:
        real, calls = getattr(os, step), [0]

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            calls[0] += 1
            if calls[0] == nth:
                raise OSError(number, os.strerror(number))
            return real(*args, **kwargs)

        monkeypatch.setattr(os, step, wrapped)

    yield fail
    monkeypatch.undo()


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EIO, errno.EACCES, errno.EDQUOT])
@pytest.mark.parametrize(("step", "nth"), [(step, nth) for step in STEPS for nth in (1, 2, 3)])
def test_a_failing_disk_leaves_no_half_file(
    tree: WorkTree, root: Path, failing: Callable[[str, int, int], None], *, step: str, nth: int, number: int
) -> None:
    (root / "settings").write_bytes(b"before")
    failing(step, nth, number)
    errors = []
    for call, path in ((tree.write_new, RECORD), (tree.replace, "settings")):
        try:
            call(path, b"data" * 1000)
        except GitprovError as error:
            errors.append(error)
    assert [error.code.id for error in errors] in ([], ["GP-IO-001"])
    assert all(os.strerror(number) in error.why for error in errors)
    assert tree.read(RECORD) in (None, b"data" * 1000)
    assert tree.read("settings") in (b"before", b"data" * 1000)
    assert everything(root) <= {RECORD, "settings"}


def test_a_short_write_is_continued(root: Path, tree: WorkTree, monkeypatch: pytest.MonkeyPatch) -> None:
    real = os.write
    monkeypatch.setattr(os, "write", lambda file, data: real(file, data[:7]))
    tree.write_new("a", b"0123456789" * 10)
    assert (root / "a").read_bytes() == b"0123456789" * 10


@pytest.mark.parametrize("full", [False, True])
def test_where_links_are_unsupported(
    root: Path, tree: WorkTree, failing: Callable[[str, int, int], None], *, full: bool
) -> None:
    failing("link", 1, errno.EPERM)
    if full:
        failing("write", 2, errno.ENOSPC)
        with pytest.raises(GitprovError, match="GP-IO-001"):
            tree.write_new("a", b"data")
        assert everything(root) == set()
    else:
        assert tree.write_new("a", b"data")
        assert tree.write_new("a", b"data") is False
        assert everything(root) == {"a"}


def test_everything_is_synced_before_it_is_visible(tree: WorkTree, monkeypatch: pytest.MonkeyPatch) -> None:
    """The order that survives a power cut: bytes, then the name, then the folder."""
    done: list[str] = []

    def noted(name: str) -> None:
        real = getattr(os, name)

        def wrapped(*args: Any, **kwargs: Any) -> Any:
            folder = name == "fsync" and stat.S_ISDIR(os.fstat(args[0]).st_mode)
            done.append(f"{name} folder" if folder else name)
            return real(*args, **kwargs)

        monkeypatch.setattr(os, name, wrapped)

    for name in ("write", "fsync", "link", "replace"):
        noted(name)
    tree.write_new("a", b"x")
    tree.replace("b", b"x")
    assert done == ["write", "fsync", "link", "fsync folder", "write", "fsync", "replace", "fsync folder"]
