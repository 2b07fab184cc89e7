"""The contract of `ports.blobs.Cache`, on a real disk."""

import json
import os
import sqlite3
import stat
import threading
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest

from gitprov.errors import GitprovError
from gitprov.ids import md5_of, sha256_of
from gitprov.ids.listings import DIRECTORY, EXECUTABLE, SYMLINK, read_listing
from tests.adapters.blobs.clone import COLLISION, Clone
from tests.adapters.blobs.opened import opened_below, wait_for_a_tick
from tests.adapters.blobs.progress import Bar


def code_of(error: pytest.ExceptionInfo[GitprovError]) -> str:
    return error.value.code.id


def test_a_file_is_kept_under_its_md5(clone: Clone) -> None:
    clone.write("model.bin", b"weights")
    snapshot = clone.cache().snapshot("model.bin")
    content = snapshot.content
    assert (content.digest, content.md5) == (sha256_of(b"weights"), md5_of(b"weights"))
    assert (content.files, content.size, content.listing) == (1, 7, None)
    kept = clone.object(b"weights")
    assert kept.read_bytes() == b"weights"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o444


def test_the_mode_of_an_object_does_not_depend_on_the_umask(clone: Clone) -> None:
    """DVC hashes an object again, and may delete it, unless its mode is exactly 0444."""
    clone.write("model.bin", b"weights")
    before = os.umask(0o077)
    try:
        clone.cache().snapshot("model.bin")
    finally:
        os.umask(before)
    assert stat.S_IMODE(clone.object(b"weights").stat().st_mode) == 0o444


@pytest.mark.parametrize("size", [0, 1, (1 << 20) - 1, 1 << 20, (1 << 20) + 1, 3 << 20])
def test_small_and_large_files_are_read_whole(clone: Clone, size: int) -> None:
    data = os.urandom(size)
    clone.write("x", data)
    assert clone.cache().snapshot("x").content.digest == sha256_of(data)
    assert clone.object(data).read_bytes() == data


def test_a_directory_has_a_listing_and_a_dvc_listing(clone: Clone) -> None:
    clone.tree()
    snapshot = clone.cache().snapshot("data")
    cache = clone.cache()
    entries = cache.entries(snapshot.content)
    modes = {entry.path: entry.mode for entry in entries}
    assert modes["run.sh"] == EXECUTABLE
    assert {path for path, mode in modes.items() if mode == SYMLINK} == {"link.csv", "sub/up", "folder"}
    assert {path for path, mode in modes.items() if mode == DIRECTORY} == {"nothing/here"}
    items = cache.objects(snapshot.content)
    [listing] = [item for item in items if item.sha256 == snapshot.content.digest]
    assert read_listing(cache.read(listing)) == entries
    [dvc] = [item for item in items if item.is_dir]
    names = {row["relpath"]: row["md5"] for row in json.loads(cache.read(dvc))}
    assert names.keys() == {path for path, mode in modes.items() if mode != DIRECTORY} - {"folder"}
    assert names["link.csv"] == names["sub/b.bin"]
    assert dvc.md5 == snapshot.content.md5
    assert snapshot.content.files == len(names)
    assert not cache.missing(items)
    assert not cache.faults(items)


def test_without_keep_nothing_is_written_to_the_cache(clone: Clone) -> None:
    clone.tree()
    assert clone.cache().snapshot("data", keep=False) == clone.cache().snapshot("data", keep=False)
    assert not clone.cache_folder.exists()
    assert clone.cache().snapshot("data", keep=False) == clone.cache().snapshot("data")


def test_an_unchanged_file_is_not_read_again(clone: Clone) -> None:
    clone.tree()
    wait_for_a_tick()
    before = clone.cache().snapshot("data")
    with opened_below(clone.root / "data") as opened:
        assert clone.cache().snapshot("data") == before
        assert clone.cache().snapshot("data", keep=False) == before
    assert not opened
    changed = clone.write("data/a.csv", "changed")
    with opened_below(clone.root / "data") as opened:
        clone.cache().snapshot("data", keep=False)
    assert opened == [str(changed)]


def test_a_file_that_changed_in_place_with_its_times_kept_is_seen(clone: Clone) -> None:
    """The stat cache must not be fooled by a tool that restores the modification time."""
    file = clone.write("x", "aaaa")
    wait_for_a_tick()
    clone.cache().snapshot("x")
    status = file.stat()
    with file.open("r+b") as open_file:
        open_file.write(b"bbbb")
    os.utime(file, ns=(status.st_atime_ns, status.st_mtime_ns))
    assert clone.cache().snapshot("x").content.digest == sha256_of(b"bbbb")


def test_a_file_as_young_as_its_entry_is_read_again(clone: Clone) -> None:
    for number in range(50):
        data = f"{number:08}".encode()
        clone.write("x", data)
        assert clone.cache().snapshot("x").content.digest == sha256_of(data)


def test_a_damaged_stat_cache_costs_time_only(clone: Clone) -> None:
    clone.tree()
    before = clone.cache().snapshot("data")
    [database] = clone.state.glob("*.sqlite")
    database.write_bytes(b"no database at all" * 1000)
    assert clone.cache().snapshot("data") == before
    assert clone.cache().snapshot("data") == before
    assert database.read_bytes().startswith(b"SQLite format 3")


def test_a_stat_cache_of_another_version_is_made_anew(clone: Clone) -> None:
    clone.tree()
    before = clone.cache().snapshot("data")
    [database] = clone.state.glob("*.sqlite")
    for version in (0, 2, 99):
        with closing(sqlite3.connect(database)) as other:
            other.executescript(f"DROP TABLE files; CREATE TABLE files (what TEXT); PRAGMA user_version = {version}")
        wait_for_a_tick()
        assert clone.cache().snapshot("data") == before
        with opened_below(clone.root / "data") as opened:
            assert clone.cache().snapshot("data") == before
        assert not opened


def test_a_stat_cache_that_cannot_be_written_costs_time_only(clone: Clone) -> None:
    clone.tree()
    clone.state.parent.mkdir(parents=True)
    clone.state.write_text("a file where the folder should be")
    cache = clone.cache()
    content = cache.snapshot("data").content
    assert cache.snapshot("data").content == content
    assert cache.restore(content, "copy")
    assert cache.snapshot("copy").content == content


def test_a_directory_is_looked_at_whole(clone: Clone) -> None:
    """What a directory held is remembered by how it looked: every way in which it can change must show."""
    ignored: set[str] = set()
    cache = clone.cache(ignores=lambda paths: ignored & set(paths))
    clone.tree()
    wait_for_a_tick()
    seen = [cache.snapshot("data", keep=False).content]
    data = clone.root / "data"

    changes: list[Callable[[], object]] = [
        lambda: (data / "run.sh").chmod(0o644),
        lambda: (data / "new").symlink_to("a.csv"),
        (data / "link.csv").unlink,
        lambda: (data / "link.csv").symlink_to("a.csv"),
        (data / "hollow").mkdir,
        (data / "nothing" / "here").rmdir,
        lambda: (data / "empty.txt").rename(data / "void.txt"),
        lambda: (data / "sub" / "b.bin").write_bytes(b"other"),
        lambda: ignored.add("data/void.txt"),
    ]
    for change in changes:
        change()
        wait_for_a_tick()
        seen.append(cache.snapshot("data", keep=False).content)
        assert cache.snapshot("data", keep=False).content == seen[-1]
    assert len({content.digest for content in seen}) == len(seen)
    assert clone.cache().snapshot("data").content != seen[-1], "nothing is ignored here"
    kept = cache.snapshot("data")
    assert kept.content == seen[-1]
    assert not cache.missing(cache.objects(kept.content))


@pytest.mark.parametrize("victim", [b"1,2\n", b"../a.csv", "listing", "dvc"])
def test_whatever_left_the_cache_is_kept_again(clone: Clone, victim: bytes | str) -> None:
    clone.tree()
    wait_for_a_tick()
    cache = clone.cache()
    content = cache.snapshot("data").content
    items = cache.objects(content)
    paths = {"listing": cache.intake.folder.path(items[0]), "dvc": cache.intake.folder.path(items[-1])}
    Path(paths[victim] if isinstance(victim, str) else clone.object(victim)).unlink()
    assert cache.snapshot("data", keep=False).content == content
    assert cache.missing(items)
    assert cache.snapshot("data").content == content
    assert not cache.missing(items)


def test_an_object_cut_short_is_kept_again(clone: Clone) -> None:
    clone.tree()
    wait_for_a_tick()
    cache = clone.cache()
    content = cache.snapshot("data").content
    path = clone.object(b"1,2\n")
    path.chmod(0o644)
    path.write_bytes(b"1,")
    assert cache.snapshot("data").content == content
    assert path.read_bytes() == b"1,2\n"


def test_bytes_that_left_the_cache_are_kept_again(clone: Clone) -> None:
    clone.write("x", "bytes")
    wait_for_a_tick()
    cache = clone.cache()
    cache.snapshot("x")
    clone.object(b"bytes").unlink()
    cache.snapshot("x")
    assert clone.object(b"bytes").read_bytes() == b"bytes"


def test_a_directory_that_moved_is_read_but_not_its_objects(clone: Clone) -> None:
    """What was seen of an object when a file was kept is known for every file with the same bytes."""
    clone.tree()
    wait_for_a_tick()
    before = clone.cache().snapshot("data").content
    (clone.root / "data").rename(clone.root / "moved")
    with opened_below(clone.cache_folder / "files") as opened:
        assert clone.cache().snapshot("moved").content == before
    assert not {str(clone.object(data)) for data in (b"1,2\n", b"unicode\n", b"")} & set(opened)


def test_nothing_is_left_in_staging(clone: Clone) -> None:
    clone.tree()
    cache = clone.cache()
    cache.snapshot("data")
    cache.snapshot("data")
    assert not list((clone.cache_folder / "gitprov").iterdir())


def test_what_a_killed_process_left_is_removed_and_a_live_one_is_let_be(clone: Clone) -> None:
    dead = clone.cache_folder / "gitprov" / ".gitprov-staging-dead"
    dead.mkdir(parents=True)
    (dead / "half").write_bytes(b"half a file")
    clone.write("x", "bytes")
    cache = clone.cache()
    with cache.intake.folder.staging() as live:
        clone.cache().snapshot("x")
        assert Path(live).is_dir()
    assert not dead.exists()


def test_two_files_with_one_md5_are_refused(clone: Clone) -> None:
    """MD5 is a locator, never identity: DVC would deliver one for the other."""
    clone.write("one", COLLISION[0])
    clone.write("two", COLLISION[1])
    cache = clone.cache()
    cache.snapshot("one")
    with pytest.raises(GitprovError) as error:
        cache.snapshot("two")
    assert code_of(error) == "GP-BLB-003"
    assert clone.object(COLLISION[1]).read_bytes() == COLLISION[0]


@pytest.mark.parametrize("forget", [False, True])
def test_two_files_with_one_md5_are_refused_however_the_first_came(clone: Clone, forget: bool) -> None:
    clone.write("one", COLLISION[0])
    clone.cache().snapshot("one")
    if forget:
        for file in clone.state.iterdir():
            file.unlink()
    with pytest.raises(GitprovError, match="GP-BLB-003"):
        clone.cache().put(COLLISION[1])


def test_two_files_with_one_md5_in_one_directory_are_refused(clone: Clone) -> None:
    clone.write("data/one", COLLISION[0])
    clone.write("data/two", COLLISION[1])
    with pytest.raises(GitprovError, match="GP-BLB-003"):
        clone.cache().snapshot("data")


def test_a_directory_that_is_put_is_what_a_snapshot_of_it_is(clone: Clone) -> None:
    files = {"a/one": b"1", "b": b"", "b.txt": b"1", "é": b"2"}
    for path, data in files.items():
        clone.write(f"data/{path}", data)
    cache = clone.cache()
    content = cache.put_directory(files, keep=False)
    assert content == cache.snapshot("data", keep=False).content
    assert not clone.object(b"1").exists()
    assert cache.put_directory(files) == content
    assert cache.missing(cache.objects(content)) == []
    assert {entry.path: clone.object(files[entry.path]).read_bytes() for entry in cache.entries(content)} == files


def test_a_directory_that_is_put_mends_what_is_wrong_in_the_cache(clone: Clone) -> None:
    clone.cache().put(b"bytes")
    kept = clone.object(b"bytes")
    kept.chmod(0o644)
    kept.write_bytes(b"other")
    for file in clone.state.iterdir():
        file.unlink()
    clone.cache().put_directory({"one": b"bytes", "two": b"more"})
    assert kept.read_bytes() == b"bytes"


def test_two_files_with_one_md5_in_a_directory_that_is_put_are_refused(clone: Clone) -> None:
    """Threat A06: else one of the two would be lost without a word."""
    with pytest.raises(GitprovError, match="GP-BLB-003"):
        clone.cache().put_directory({"one": COLLISION[0], "two": COLLISION[1]})


@pytest.mark.parametrize("bad", [b"other", b"longer than it was"])
def test_a_cached_object_with_a_wrong_name_is_put_away_and_mended(clone: Clone, bad: bytes) -> None:
    """A damaged object is no collision: the right bytes take its place and nothing is thrown away."""
    kept = clone.object(b"bytes")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(bad)
    clone.write("x", "bytes")
    clone.cache().snapshot("x")
    assert kept.read_bytes() == b"bytes"
    [evidence] = (clone.cache_folder / "gitprov" / "quarantine").iterdir()
    assert evidence.read_bytes() == bad


def test_what_dvc_put_there_is_taken_after_a_look(clone: Clone) -> None:
    kept = clone.object(b"bytes")
    kept.parent.mkdir(parents=True)
    kept.write_bytes(b"bytes")
    before = kept.stat()
    clone.write("x", "bytes")
    clone.cache().snapshot("x")
    assert kept.stat().st_ino == before.st_ino


def test_a_file_that_changes_while_it_is_read_is_refused(clone: Clone) -> None:
    file = clone.write("x", os.urandom(64 << 20))
    writing = threading.Event()
    stop = threading.Event()

    def change() -> None:
        with file.open("r+b") as open_file:
            while not stop.is_set():
                open_file.seek(0)
                open_file.write(os.urandom(16))
                open_file.flush()
                writing.set()

    writer = threading.Thread(target=change)
    writer.start()
    writing.wait()
    try:
        with pytest.raises(GitprovError) as error:
            clone.cache().snapshot("x")
    finally:
        stop.set()
        writer.join()
    assert code_of(error) == "GP-BLB-004"


def test_an_executor_of_the_users_reads_the_files(clone: Clone) -> None:
    clone.tree()
    for number in range(600):
        clone.write(f"data/many/{number}", f"{number}")
    threads = clone.cache().snapshot("data", keep=False)
    with ProcessPoolExecutor(2) as executor:
        bar = Bar()
        cache = clone.cache(executor=executor)
        assert cache.snapshot("data", progress=bar) == threads
        assert bar.finished
        assert not cache.faults(cache.objects(threads.content), progress=bar)
        assert bar.finished


def test_progress_ends_at_the_total(clone: Clone) -> None:
    clone.tree()
    bar = Bar()
    clone.cache().snapshot("data", progress=bar)
    assert bar.finished
