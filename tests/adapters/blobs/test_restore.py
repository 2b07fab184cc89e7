"""`Cache.restore`: exactly the content, nothing outside, nothing lost (threats A22, A23)."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.adapters.blobs import DvcCache
from gitprov.adapters.blobs.folders import Folders
from gitprov.adapters.blobs.links import resolve
from gitprov.errors import GitprovError
from gitprov.ids import md5_of, sha256_of
from gitprov.ids.listings import DIRECTORY, EXECUTABLE, FILE, SYMLINK, Entry, write_listing
from gitprov.records import Blob, Content
from tests.adapters.blobs.clone import COLLISION, Clone, contents


def kept(clone: Clone, path: str = "data") -> Content:
    content: Content = clone.cache().snapshot(path).content
    return content


def remove(path: Path) -> None:
    subprocess.run(["rm", "-rf", path], check=True)


def test_everything_comes_back(clone: Clone) -> None:
    clone.tree()
    content, before = kept(clone), contents(clone.root / "data")
    remove(clone.root / "data")
    assert clone.cache().restore(content, "data")
    assert contents(clone.root / "data") == before
    assert not clone.cache().restore(content, "data")
    assert clone.cache().snapshot("data", keep=False).content == content


def test_to_another_folder(clone: Clone, tmp_path: Path) -> None:
    clone.tree()
    content = kept(clone)
    to = tmp_path / "deep" / "er" / "copy"
    assert clone.cache().restore(content, str(to))
    assert contents(to) == contents(clone.root / "data")
    assert not clone.cache().restore(content, str(to))
    assert [path.name for path in to.parent.iterdir()] == ["copy"]


def test_a_file(clone: Clone) -> None:
    file = clone.write("out/model.bin", b"weights")
    content = kept(clone, "out/model.bin")
    file.unlink()
    file.parent.rmdir()
    assert clone.cache().restore(content, "out/model.bin")
    assert file.read_bytes() == b"weights"
    assert file.stat().st_mode & 0o222, "the work tree's file is the user's to change"
    file.chmod(0o755)
    assert not clone.cache().restore(content, "out/model.bin"), "the mode of a single file is not recorded"


def test_only_what_differs_is_written(clone: Clone) -> None:
    clone.tree()
    content, before = kept(clone), contents(clone.root / "data")
    untouched = (clone.root / "data" / "sub" / "b.bin").stat().st_ino
    (clone.root / "data" / "a.csv").unlink()
    (clone.root / "data" / "run.sh").chmod(0o644)
    (clone.root / "data" / "link.csv").unlink()
    (clone.root / "data" / "nothing" / "here").rmdir()
    assert clone.cache().restore(content, "data")
    assert contents(clone.root / "data") == before
    assert (clone.root / "data" / "sub" / "b.bin").stat().st_ino == untouched


@pytest.mark.parametrize("path", ["data/a.csv", "data/new", "data/sub/new", "data/nothing/here/new"])
def test_bytes_that_are_kept_nowhere_are_not_lost(clone: Clone, path: str) -> None:
    clone.tree()
    content, before = kept(clone), contents(clone.root / "data")
    clone.write(path, "an hour of work")
    changed = contents(clone.root / "data")
    with pytest.raises(GitprovError) as error:
        clone.cache().restore(content, "data")
    assert error.value.code.id == "GP-PTH-007"
    assert path in error.value.what
    assert contents(clone.root / "data") == changed
    assert clone.cache().restore(content, "data", force=True)
    assert contents(clone.root / "data") == before


def test_bytes_that_the_cache_has_may_go(clone: Clone) -> None:
    """Going back and forth between versions needs no force."""
    clone.tree()
    first, before = kept(clone), contents(clone.root / "data")
    clone.write("data/a.csv", "second")
    clone.write("data/new/file", "second")
    (clone.root / "data" / "link.csv").unlink()
    (clone.root / "data" / "link.csv").symlink_to("a.csv")
    second, after = kept(clone), contents(clone.root / "data")
    for content, expected in ((first, before), (second, after), (first, before)):
        assert clone.cache().restore(content, "data")
        assert contents(clone.root / "data") == expected


def test_the_cache_must_have_these_very_bytes(clone: Clone) -> None:
    """An object with the same MD5 and other bytes is no copy."""
    clone.write("x", "wanted")
    content = kept(clone, "x")
    clone.cache().put(COLLISION[0])
    clone.write("x", COLLISION[1])
    with pytest.raises(GitprovError, match="GP-PTH-007"):
        clone.cache().restore(content, "x")


def test_a_link_that_is_kept_nowhere_is_not_lost(clone: Clone) -> None:
    clone.write("x", "wanted")
    content = kept(clone, "x")
    (clone.root / "x").unlink()
    (clone.root / "x").symlink_to("somewhere/else")
    with pytest.raises(GitprovError, match="GP-PTH-007"):
        clone.cache().restore(content, "x")
    assert clone.cache().restore(content, "x", force=True)
    assert not (clone.root / "x").is_symlink()


def test_what_dvcignore_leaves_out_is_left_alone(clone: Clone) -> None:
    def ignores(paths: Sequence[str]) -> set[str]:
        return {path for path in paths if path.endswith(".tmp")}

    clone.write("data/x", "1")
    clone.write("data/notes.tmp", "mine")
    content = clone.cache(ignores=ignores).snapshot("data").content
    clone.write("data/y", "1")
    assert clone.cache(ignores=ignores).restore(content, "data")
    assert sorted(path.name for path in (clone.root / "data").iterdir()) == ["notes.tmp", "x"]


@pytest.mark.parametrize("shape", ["file", "directory"])
def test_a_file_and_a_directory_take_each_others_place(clone: Clone, shape: str) -> None:
    clone.write("file", "1")
    clone.write("directory/a/b", "2")
    wanted = kept(clone, shape)
    other = kept(clone, "directory" if shape == "file" else "file")
    cache = clone.cache()
    cache.restore(other, "place")
    assert cache.restore(wanted, "place")
    cache.restore(wanted, "fresh")
    assert (clone.root / "place").is_file() == (shape == "file")
    assert cache.snapshot("place").content == wanted


def test_an_empty_directory_takes_the_place_of_a_file_inside(clone: Clone) -> None:
    clone.write("one/x", "1")
    (clone.root / "two" / "x").mkdir(parents=True)
    one, two = kept(clone, "one"), kept(clone, "two")
    for first, then in ((one, two), (two, one)):
        remove(clone.root / "place")
        clone.cache().restore(first, "place")
        assert clone.cache().restore(then, "place")
        assert kept(clone, "place") == then


def test_missing_bytes_are_told_before_anything_is_touched(clone: Clone) -> None:
    clone.tree()
    content = kept(clone)
    clone.write("data/a.csv", "second")
    kept(clone)
    after = contents(clone.root / "data")
    (clone.root / "data" / "sub" / "b.bin").unlink()
    clone.object(after["sub/b.bin"][1]).unlink()
    before = contents(clone.root / "data")
    with pytest.raises(GitprovError, match="GP-BLB-002"):
        clone.cache().restore(content, "data")
    assert contents(clone.root / "data") == before


def test_wrong_bytes_never_take_a_name(clone: Clone) -> None:
    clone.tree()
    content = kept(clone)
    data = (clone.root / "data" / "sub" / "b.bin").read_bytes()
    remove(clone.root / "data")
    damaged = clone.object(data)
    damaged.chmod(0o644)
    damaged.write_bytes(b"\1" + data[1:])
    damaged.chmod(0o444)
    with pytest.raises(GitprovError, match="GP-BLB-001"):
        clone.cache().restore(content, "data")
    assert not (clone.root / "data").exists()
    assert not damaged.exists(), "it is put away, so that a pull brings the right bytes"


def hostile(cache: DvcCache, *rows: tuple[str, str, bytes]) -> Content:
    """Returns a directory content, complete in the cache, that an attacker wrote by hand."""
    entries = [
        Entry(path, mode, sha256_of(data), md5_of(data), len(data))
        for path, mode, data in sorted(rows, key=lambda row: row[0])
    ]
    for _, _, data in rows:
        cache.put(data)
    listing = cache.put(write_listing(entries))
    dvc = json.dumps([]).encode()
    blob = Blob(md5=listing.md5, size=listing.size)
    assert listing.sha256
    return Content(digest=listing.sha256, files=0, md5=md5_of(dvc), size=0, listing=blob)


@pytest.mark.parametrize(
    "rows",
    [
        [("../evil", FILE, b"x")],
        [("/etc/evil", FILE, b"x")],
        [("a/../../evil", FILE, b"x")],
        [("a//b", FILE, b"x")],
        [("./a", FILE, b"x")],
        [(".git/hooks/pre-commit", EXECUTABLE, b"x")],
        [("sub/.GIT/config", FILE, b"x")],
        [(".git ", FILE, b"x")],
        [("a\\..\\b", FILE, b"x")],
        [("", FILE, b"x")],
        [("nul\0", FILE, b"x")],
        [("../evil", DIRECTORY, b"")],
        [("../evil", SYMLINK, b"a"), ("a", FILE, b"x")],
        [("out", SYMLINK, b"/etc"), ("out/passwd", FILE, b"x")],
        [("out", SYMLINK, b"sub"), ("out/x", FILE, b"x"), ("sub/y", FILE, b"y")],
        [("out", SYMLINK, b".."), ("x", FILE, b"x")],
        [("out", SYMLINK, b"../../secret")],
        [("out", SYMLINK, b"/etc/passwd")],
        [("out", SYMLINK, b"sub/../../secret"), ("sub/x", FILE, b"x")],
        [("out", SYMLINK, b"")],
        [("one", SYMLINK, b"two"), ("two", SYMLINK, b"one")],
        [("out", SYMLINK, b"nothing\xff")],
        [("out", SYMLINK, b"a\0b")],
        [("a", FILE, b"x"), ("a/b", FILE, b"y")],
        [("A", FILE, b"x"), ("a", FILE, b"y")],
        [("a", FILE, b"x"), ("a", EXECUTABLE, b"y")],
    ],
)
def test_hostile_listings_write_nothing(clone: Clone, rows: list[tuple[str, str, bytes]]) -> None:
    cache = clone.cache()
    content = hostile(cache, *rows)
    clone.write("secret", "mine")
    outside = contents(clone.root.parent)
    for force in (False, True):
        with pytest.raises(GitprovError) as error:
            cache.restore(content, "data", force=force)
        assert error.value.code.id in ("GP-PTH-003", "GP-PTH-004", "GP-SCH-002")
    assert contents(clone.root.parent) == outside


@pytest.mark.parametrize("path", ["../x", ".git/hooks/x", ".dvc/config.local", ".gitprov/project.yaml", "a/../../x"])
def test_hostile_places_are_refused(clone: Clone, path: str) -> None:
    clone.write("x", "1")
    with pytest.raises(GitprovError, match="GP-PTH-003"):
        clone.cache().restore(kept(clone, "x"), path)


@pytest.mark.parametrize("path", ["data", "data/sub/deep"])
def test_links_on_the_way_are_not_followed(clone: Clone, tmp_path: Path, path: str) -> None:
    """A branch may bring a link where the record has a folder."""
    clone.tree("other")
    content = kept(clone, "other")
    outside = tmp_path / "outside"
    outside.mkdir()
    (clone.root / "data").symlink_to(outside, target_is_directory=True)
    with pytest.raises(GitprovError, match="GP-PTH-007"):
        clone.cache().restore(content, path)
    assert not list(outside.iterdir())


def test_a_link_inside_that_was_made_a_folder_is_not_followed(clone: Clone, tmp_path: Path) -> None:
    clone.tree()
    content = kept(clone)
    outside = tmp_path / "outside"
    outside.mkdir()
    remove(clone.root / "data" / "sub")
    (clone.root / "data" / "sub").symlink_to(outside, target_is_directory=True)
    with pytest.raises(GitprovError, match="GP-PTH-007"):
        clone.cache().restore(content, "data")
    assert clone.cache().restore(content, "data", force=True)
    assert not list(outside.iterdir())
    assert kept(clone) == content


def test_a_killed_restore_leaves_no_half_file(clone: Clone) -> None:
    """What is there after kill -9 is whole files, and the next restore finishes."""
    for number in range(800):
        clone.write(f"data/{number % 7}/{number}", os.urandom(5000))
    content, whole = kept(clone), contents(clone.root / "data")
    for delay in (0.1, 0.25):
        remove(clone.root / "data")
        script = (
            "import sys; from gitprov.adapters.blobs import DvcCache; from gitprov.records import Blob, Content;"
            "print('go', flush=True); DvcCache(*sys.argv[1:4]).restore(eval(sys.argv[4]), 'data')"
        )
        child = subprocess.Popen(
            [sys.executable, "-c", script, clone.root, clone.cache_folder, clone.state, repr(content)],
            stdout=subprocess.PIPE,
        )
        assert child.stdout
        child.stdout.readline()
        try:
            child.wait(delay)
        except subprocess.TimeoutExpired:
            child.send_signal(signal.SIGKILL)
            child.wait()
        child.stdout.close()
        if (clone.root / "data").exists():
            partial = contents(clone.root / "data")
            assert all(partial[path] == whole[path] for path in partial)
        clone.cache().restore(content, "data")
        assert contents(clone.root / "data") == whole
        (clone.root / "data" / "0" / "0").unlink()
        clone.cache().restore(content, "data")
        assert not list(clone.state.glob(".gitprov-staging-*"))


def test_a_listing_must_match_its_digest(clone: Clone) -> None:
    clone.tree()
    content = kept(clone)
    with pytest.raises(GitprovError, match="GP-BLB-001"):
        clone.cache().restore(replace(content, digest=sha256_of(b"another")), "data2")


names = st.sampled_from(["a", "b", "c"])
targets = st.lists(st.sampled_from(["a", "b", "c", "..", "."]), min_size=1, max_size=4).map("/".join)


@given(links=st.dictionaries(st.lists(names, min_size=1, max_size=2).map("/".join), targets, max_size=5))
def test_links_are_resolved_as_the_kernel_does(links: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> None:
    top = tmp_path_factory.mktemp("links").resolve() / "top"
    for folder in ("a/a", "b/b", "c/c"):
        (top / folder).mkdir(parents=True)
    made = {}
    for path, target in sorted(links.items()):
        place = top / path
        if place.parent.is_symlink() or not place.parent.is_dir():
            continue
        if place.is_dir() and not place.is_symlink():
            subprocess.run(["rm", "-r", place], check=True)
        place.symlink_to(target)
        made[path] = target
    made = {path: target for path, target in made.items() if os.path.lexists(top / path)}
    folders = {"", *(p.relative_to(top).as_posix() for p in top.rglob("*") if p.is_dir() and not p.is_symlink())}
    for path in made:
        end = resolve(path, made, folders)
        real = follow(top, path, made)
        assert end == real
        if real is not None and os.path.exists(top / path):
            assert (top / path).resolve() == top / real


def follow(top: Path, path: str, links: dict[str, str]) -> str | None:
    """Follows a link one component at a time, asking the kernel for each; None when it leaves `top` or breaks."""
    here = top
    rest = path.split("/")
    for _ in range(200):
        if not rest:
            return here.relative_to(top).as_posix().removeprefix(".")
        part = rest.pop(0)
        if here.is_symlink() or not here.is_dir() or (part == ".." and here == top):
            return None
        here = here.parent if part == ".." else here / part if part != "." else here
        target = links.get(here.relative_to(top).as_posix())
        if target is not None:
            rest = target.split("/") + rest
            here = here.parent
    return None


def test_the_top_of_the_file_system_is_a_folder_too(tmp_path: Path) -> None:
    """As in a container: `gitprov restore model --to /`."""
    with Folders("/") as folders:
        folders.make(f"{tmp_path}/made")
    assert (tmp_path / "made").is_dir()
