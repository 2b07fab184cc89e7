"""What the cache holds is DVC's, byte for byte: real dvc checks it out, and makes the same objects itself."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gitprov.adapters.blobs import open_remote
from gitprov.adapters.dvc.config import RemoteConfig
from gitprov.ids import digest_hex
from gitprov.records import Content
from tests.adapters.blobs.clone import Clone, contents


def dvc(clone: Clone, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=clone.root, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"dvc {arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def set_up(clone: Clone) -> None:
    subprocess.run(["git", "init", "--quiet", "--template="], cwd=clone.root, check=True)
    dvc(clone, "init", "--quiet")


def pointer(clone: Clone, path: str, content: Content) -> None:
    """Writes a `.dvc` file as DVC does."""
    digits = digest_hex(content.md5) + (".dir" if content.listing else "")
    files = f"  nfiles: {content.files}\n" if content.listing else ""
    clone.write(
        f"{path}.dvc",
        f"outs:\n- md5: {digits}\n  size: {content.size}\n{files}  hash: md5\n  path: {path}\n",
    )


def objects(clone: Clone) -> dict[str, bytes]:
    top = clone.cache_folder / "files" / "md5"
    return {p.relative_to(top).as_posix(): p.read_bytes() for p in top.rglob("*") if p.is_file()}


def odd_tree(clone: Clone) -> None:
    clone.tree()
    clone.write("data/.hidden", "x")
    clone.write("data/ leading and trailing ", "x")
    clone.write("data/quote\"'\t", "x")
    clone.write("data/Zeta", "x")
    clone.write("data/alpha/beta", "x")
    clone.write("data/alpha.beta", "x")
    clone.write("data/\U0001f40d/\uffee", "after a surrogate pair in one order, before it in the other")


def test_dvc_add_makes_the_same_objects(clone: Clone, other: Clone) -> None:
    """Unicode, links to files and to folders, empty directories, executable files: one `.dir`, byte for byte."""
    for one in (clone, other):
        set_up(one)
        odd_tree(one)
    content = clone.cache().snapshot("data").content
    dvc(other, "add", "--quiet", "data")
    theirs, ours = objects(other), objects(clone)
    assert {name: data for name, data in ours.items() if name in theirs} == theirs
    assert [name for name in theirs if name.endswith(".dir")] == [name for name in ours if name.endswith(".dir")]
    pointer(clone, "data", content)
    assert (clone.root / "data.dvc").read_bytes() == (other.root / "data.dvc").read_bytes()


def test_dvc_restores_what_the_cache_holds(clone: Clone) -> None:
    set_up(clone)
    clone.write("file", "x" * 5000)
    clone.write("empty", "")
    (clone.root / "nothing").mkdir()
    odd_tree(clone)
    for name in ("link.csv", "sub/up", "folder"):  # DVC restores a copy of the file where a link was
        (clone.root / "data" / name).unlink()
    before = files_in(clone)
    for path in ("data", "file", "empty", "nothing"):
        pointer(clone, path, clone.cache().snapshot(path).content)
    assert "up to date" in dvc(clone, "status")
    for path in ("data", "file", "empty", "nothing"):
        subprocess.run(["rm", "-r", clone.root / path], check=True)
    dvc(clone, "checkout", "--quiet")
    assert files_in(clone) == before
    assert "up to date" in dvc(clone, "status")


def files_in(clone: Clone) -> dict[str, bytes]:
    """Returns the files of the work tree, without folders, which DVC does not know when they are empty, and modes."""
    found = contents(clone.root)
    skip = (".git/", ".dvc/", ".dvcignore")
    return {n: d for n, (mode, d) in found.items() if mode != "040000" and not n.startswith(skip) and n[-4:] != ".dvc"}


def test_dvc_pulls_what_was_uploaded_and_the_other_way_round(clone: Clone, other: Clone, tmp_path: Path) -> None:
    config = RemoteConfig("origin", str(tmp_path / "remote"), {})
    for one in (clone, other):
        set_up(one)
        dvc(one, "remote", "add", "--default", "origin", config.url)
    odd_tree(clone)
    for name in ("link.csv", "sub/up", "folder"):
        (clone.root / "data" / name).unlink()
    cache = clone.cache()
    content = cache.snapshot("data").content
    open_remote(config, cache).upload(cache.objects(content))
    pointer(other, "data", content)
    dvc(other, "pull", "--quiet")
    assert "up to date" in dvc(other, "status")
    assert "in sync" in dvc(other, "status", "--cloud")
    clone.write("data/new", "new")
    dvc(clone, "add", "--quiet", "data")
    dvc(clone, "push", "--quiet")
    theirs = clone.cache().snapshot("data").content
    items = clone.cache().objects(theirs)
    assert not [item for item in open_remote(config, other.cache()).faults(items) if item.object != items[0]]


def test_dvc_status_is_clean_after_a_restore(clone: Clone) -> None:
    set_up(clone)
    clone.tree()
    cache = clone.cache()
    first = cache.snapshot("data").content
    pointer(clone, "data", first)
    clone.write("data/a.csv", "second")
    cache.snapshot("data")
    assert "modified" in dvc(clone, "status")
    cache.restore(first, "data")
    assert "up to date" in dvc(clone, "status")


def test_dvc_gc_leaves_our_folder_alone(clone: Clone) -> None:
    """Evidence is never deleted: DVC looks into folders with two letters only."""
    set_up(clone)
    clone.write("file", "x")
    cache = clone.cache()
    pointer(clone, "file", cache.snapshot("file").content)
    item = cache.put(b"good")
    clone.object(b"good").chmod(0o644)
    clone.object(b"good").write_bytes(b"evil")
    cache.faults([item])
    dvc(clone, "gc", "--workspace", "--force", "--quiet")
    [evidence] = (clone.cache_folder / "gitprov" / "quarantine").iterdir()
    assert evidence.read_bytes() == b"evil"
    assert clone.object(b"x").exists()


@pytest.mark.parametrize("kind", ["symlink", "hardlink"])
def test_the_links_that_dvc_makes_are_the_files(clone: Clone, kind: str) -> None:
    """With `cache.type` symlink or hardlink the work tree is made of the cache's objects."""
    set_up(clone)
    clone.write("data/a", "1")
    clone.write("data/sub/b", os.urandom(3 << 20))
    content = clone.cache().snapshot("data").content
    pointer(clone, "data", content)
    dvc(clone, "config", "cache.type", kind)
    dvc(clone, "checkout", "--relink", "--quiet")
    assert (clone.root / "data" / "a").is_symlink() == (kind == "symlink")
    assert clone.cache().snapshot("data").content == content
    assert not clone.cache().restore(content, "data")
