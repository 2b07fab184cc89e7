"""What `ports.blobs.Cache` refuses to keep, and what it makes of wrong bytes and listings."""

import os
import re
import resource
import socket
from dataclasses import replace

import pytest

from gitprov.errors import GitprovError
from gitprov.ids import md5_of, sha256_of
from gitprov.ports.blobs import Fault, Object
from tests.adapters.blobs.clone import Clone


def code_of(error: pytest.ExceptionInfo[GitprovError]) -> str:
    return error.value.code.id


def test_what_is_not_there(clone: Clone) -> None:
    for path in ("nothing", "no/where"):
        with pytest.raises(GitprovError, match="GP-PTH-006"):
            clone.cache().snapshot(path)


def test_a_disk_without_room_is_named(clone: Clone) -> None:
    """Of work tree, cache, remote and git the person frees space where it lacks."""
    clone.write("data", b"x" * (3 << 20))
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 << 20, before[1]))
    try:
        with pytest.raises(GitprovError, match=f"GP-IO-001: {re.escape(str(clone.root))}.*/cache/gitprov/"):
            clone.cache().snapshot("data")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_what_is_no_file(clone: Clone) -> None:
    clone.write("real", "x")
    (clone.root / "link").symlink_to("real")
    os.mkfifo(clone.root / "pipe")
    (clone.root / "data").mkdir()
    os.mkfifo(clone.root / "data" / "pipe")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(os.path.relpath(clone.root / "socket"))
        for path in ("link", "pipe", "socket", "data"):
            with pytest.raises(GitprovError) as error:
                clone.cache().snapshot(path)
            assert code_of(error) == "GP-PTH-002", path


@pytest.mark.parametrize("name", [b"latin-\xe9.txt", b"back\\slash", b".git/config", b"sub/.GIT/x", b"sub/.Git"])
def test_names_that_cannot_be_kept_are_refused(clone: Clone, name: bytes) -> None:
    """Threats A22, A23: names that mean something else on another machine."""
    file = os.path.join(os.fsencode(clone.root), b"data", name)
    os.makedirs(os.path.dirname(file))
    with open(file, "wb") as open_file:
        open_file.write(b"x")
    with pytest.raises(GitprovError) as error:
        clone.cache().snapshot("data")
    assert code_of(error) == "GP-PTH-003"


@pytest.mark.parametrize(("one", "two"), [("A.csv", "a.csv"), ("é", "e\u0301"), ("Sub/x", "sub/y"), ("ß", "SS")])
def test_twins_are_refused(clone: Clone, one: str, two: str) -> None:
    clone.write(f"data/{one}", "1")
    clone.write(f"data/{two}", "2")
    with pytest.raises(GitprovError) as error:
        clone.cache().snapshot("data")
    assert code_of(error) == "GP-PTH-003"


@pytest.mark.parametrize(
    "target",
    ["/etc/passwd", "../secret", "missing", "sub/../../secret", "loop", "../data/a", "up/../../secret", "sub/gone"],
)
def test_links_that_leave_or_lead_nowhere_are_refused(clone: Clone, target: str) -> None:
    clone.write("secret", "x")
    clone.write("data/a", "x")
    clone.write("data/sub/b", "x")
    (clone.root / "data" / "up").symlink_to("sub")
    (clone.root / "data" / "loop").symlink_to(target)
    with pytest.raises(GitprovError) as error:
        clone.cache().snapshot("data")
    assert code_of(error) == "GP-PTH-004"


def test_dvcignore_leaves_files_out(clone: Clone) -> None:
    clone.write("data/keep.csv", "x")
    clone.write("data/skip.tmp", "x")
    clone.write("data/only/skip.tmp", "x")
    os.mkfifo(clone.root / "data" / "pipe.tmp")
    cache = clone.cache(ignores=lambda paths: {path for path in paths if path.endswith(".tmp")})
    snapshot = cache.snapshot("data")
    assert [entry.path for entry in cache.entries(snapshot.content)] == ["keep.csv"]
    assert snapshot.left_out == 3


def test_a_link_into_the_cache_is_the_file(clone: Clone) -> None:
    """DVC makes such links when `cache.type` is symlink."""
    clone.write("x", "bytes")
    clone.write("data/y", "bytes")
    cache = clone.cache()
    file, folder = cache.snapshot("x"), cache.snapshot("data")
    for path in (clone.root / "x", clone.root / "data" / "y"):
        path.unlink()
        path.symlink_to(clone.object(b"bytes"))
    assert cache.snapshot("x") == file
    assert cache.snapshot("data") == folder
    assert not cache.restore(file.content, "x")


def test_an_empty_directory(clone: Clone) -> None:
    (clone.root / "data").mkdir()
    snapshot = clone.cache().snapshot("data")
    assert (snapshot.content.files, snapshot.content.size) == (0, 0)
    assert snapshot.content.digest == sha256_of(b"")
    assert snapshot.content.md5 == md5_of(b"[]")


def test_reading_judges_the_bytes(clone: Clone) -> None:
    cache = clone.cache()
    item = cache.put(b"bytes")
    assert cache.read(item) == b"bytes"
    assert cache.read(item._replace(sha256=None)) == b"bytes"
    kept = clone.object(b"bytes")
    kept.chmod(0o644)
    kept.write_bytes(b"bytez")
    with pytest.raises(GitprovError, match="GP-BLB-001"):
        cache.read(item)
    with pytest.raises(GitprovError, match="GP-BLB-002"):
        cache.read(item)  # it was put away, so that a pull can bring the right bytes
    assert cache.put(b"bytes") == item
    assert cache.read(item) == b"bytes"


def test_faults_tells_missing_from_wrong(clone: Clone) -> None:
    cache = clone.cache()
    good, bad, gone = (cache.put(data) for data in (b"good", b"bad!", b"gone"))
    clone.object(b"gone").unlink()
    clone.object(b"bad!").chmod(0o644)
    clone.object(b"bad!").write_bytes(b"evil")
    words = "the DVC cache"
    assert cache.faults([good, bad, gone]) == [Fault(bad, words, "mismatch"), Fault(gone, words, "missing")]
    assert cache.missing([good, bad, gone]) == [bad, gone]


def test_a_record_that_names_another_dvc_listing_is_refused(clone: Clone) -> None:
    """DVC would deliver other files to those who have no gitprov than gitprov verified."""
    clone.write("data/x", "1")
    clone.write("evil/x", "2")
    cache = clone.cache()
    content, evil = cache.snapshot("data").content, cache.snapshot("evil").content
    for lie in (replace(content, md5=evil.md5), replace(content, files=7), replace(content, size=7)):
        with pytest.raises(GitprovError, match="GP-BLB-001"):
            clone.cache().objects(lie)


def test_a_listing_that_is_none_is_refused(clone: Clone) -> None:
    clone.write("data/x", "1")
    cache = clone.cache()
    content = cache.snapshot("data").content
    hostile = cache.put(b'{"path": "../../etc/passwd"}\n')
    assert hostile.sha256
    assert content.listing
    lie = replace(content, digest=hostile.sha256, listing=replace(content.listing, md5=hostile.md5, size=hostile.size))
    with pytest.raises(GitprovError, match="GP-SCH-002"):
        clone.cache().objects(lie)


def test_the_dvc_listing_is_not_derived_before_the_links_are_there(clone: Clone) -> None:
    clone.tree()
    cache = clone.cache()
    content = cache.snapshot("data").content
    whole = cache.objects(content)
    clone.object(b"../a.csv").unlink()
    [dvc] = [item for item in cache.objects(content) if item.is_dir]
    assert dvc == Object(content.md5, 0, None, is_dir=True)
    assert not cache.missing([dvc])
    cache.put(b"../a.csv")
    assert cache.objects(content) == whole
