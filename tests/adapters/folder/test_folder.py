"""A plain folder, read byte for byte and never left (`ports/folder.py`; threat A30)."""

import os
from pathlib import Path

import pytest

from gitprov.adapters.folder import PlainFolder
from gitprov.errors import GitprovError
from gitprov.ids import md5_of, sha256_of
from gitprov.ids.listings import DIRECTORY, EXECUTABLE, FILE, SYMLINK, Entry, write_listing
from gitprov.ports.folder import Folder, Measured


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    (tmp_path / "served").mkdir()
    return PlainFolder(str(tmp_path / "served"))


def entry(path: str, data: bytes, mode: str = FILE) -> Entry:
    return Entry(path, mode, sha256_of(data), md5_of(data), len(data))


def test_it_is_measured_as_listings_say(folder: Folder) -> None:
    """Files with their modes, links, empty folders: docs/format.md, "Listings"."""
    top = Path(folder.path) / "data"
    (top / "empty").mkdir(parents=True)
    (top / "run").write_bytes(b"#!")
    (top / "run").chmod(0o755)
    (top / "last").symlink_to("run")
    nothing = entry("empty", b"", DIRECTORY)
    listing = write_listing([entry("run", b"#!", EXECUTABLE), entry("last", b"run", SYMLINK), nothing])
    assert folder.measure("data") == Measured(sha256_of(listing), directory=True)
    assert folder.measure("data/run") == Measured(sha256_of(b"#!"), directory=False)
    assert folder.measure("data/empty") == Measured(sha256_of(b""), directory=True)


def test_what_no_record_describes_has_no_digest(folder: Folder) -> None:
    top = Path(folder.path)
    (top / "link").symlink_to("/etc")
    os.mkfifo(top / "pipe")
    (top / "names").mkdir()
    (top / "names" / os.fsdecode(b"\xff")).write_bytes(b"")
    assert folder.measure("link") == Measured(None, directory=False)
    assert folder.measure("pipe") == Measured(None, directory=False)
    assert folder.measure("names") == Measured(None, directory=True)
    assert folder.measure("none") is None
    assert folder.measure("link/hostname") is None


def test_bytes_are_read_however_often_they_were_read_before(folder: Folder) -> None:
    """A file with the old size and times is read all the same."""
    file = Path(folder.path) / "model"
    file.write_bytes(b"good")
    old = file.stat()
    assert folder.measure("model") == Measured(sha256_of(b"good"), directory=False)
    file.write_bytes(b"evil")
    os.utime(file, ns=(old.st_atime_ns, old.st_mtime_ns))
    assert folder.measure("model") == Measured(sha256_of(b"evil"), directory=False)


def test_files_are_written_moved_and_removed(folder: Folder) -> None:
    folder.write("a", b"1")
    folder.write("a", b"2")
    folder.move("a", "b")
    folder.move("none", "c")
    assert (folder.read("a"), folder.read("b"), folder.read("c")) == (None, b"2", None)
    (Path(folder.path) / "data" / "more").mkdir(parents=True)
    folder.write("data/more/a", b"3")
    assert folder.files() == ["b", "data/more/a"]
    folder.move("data", "moved")
    folder.remove("moved")
    folder.remove("b")
    folder.remove("none")
    assert os.listdir(folder.path) == []


def test_it_is_made_when_something_is_written(tmp_path: Path) -> None:
    folder = PlainFolder(str(tmp_path / "a" / "b"))
    assert folder.read("x") is None
    assert folder.measure("x") is None
    assert folder.files() == []
    folder.write("x", b"1")
    assert folder.read("x") == b"1"


def test_links_to_it_are_followed_and_links_in_it_are_not(tmp_path: Path, folder: Folder) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "file").write_bytes(b"kept")
    (tmp_path / "current").symlink_to("served")
    (tmp_path / "served" / "link").symlink_to(tmp_path / "outside")
    current = PlainFolder(str(tmp_path / "current"))
    current.write("x", b"1")
    assert folder.read("x") == b"1"
    with pytest.raises(GitprovError):
        current.write("link/file", b"2")
    current.remove("link/file")
    assert current.read("link/file") is None
    current.remove("link")
    assert (tmp_path / "outside" / "file").read_bytes() == b"kept"


@pytest.mark.parametrize("name", ["../x", "/etc/hostname", "a/../../x", "", "."])
def test_no_name_leads_outside(folder: Folder, name: str) -> None:
    """GP-PTH-001."""
    for act in (folder.read, folder.measure, folder.remove, lambda name: folder.write(name, b"")):
        with pytest.raises(GitprovError) as refused:
            act(name)
        assert refused.value.code.id == "GP-PTH-001"
    for names in ((name, "b"), ("b", name)):
        with pytest.raises(GitprovError) as refused:
            folder.move(*names)
        assert refused.value.code.id == "GP-PTH-001"


def test_a_folder_that_cannot_be_made_is_a_failure_of_the_disk(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(GitprovError) as refused:
        PlainFolder(str(tmp_path / "file" / "x")).write("a", b"")
    assert refused.value.code.id == "GP-IO-001"
