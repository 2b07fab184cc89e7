"""How objects get their names: folder by folder where they can, and never with what is not theirs."""

import os
import stat
from pathlib import Path

import pytest

from gitprov.adapters.blobs.objects import ObjectFolder, object_of
from gitprov.adapters.blobs.reading import Source, read_files, signature
from gitprov.ports.blobs import Object

FEW = 700
"""Files of which the MD5s begin with nearly all of the 256 pairs of digits."""


class Publishing:
    """An object folder, and what waits to be published."""

    def __init__(self, top: Path, *, shared: bool = False) -> None:
        self.cache = top / "cache"
        self.folder = ObjectFolder(str(self.cache), "the cache", shared=shared)
        self.staging = self.cache / "staging"
        self.staging.mkdir(parents=True)
        self.files = [top / f"{number}" for number in range(FEW)]
        for number, file in enumerate(self.files):
            file.write_bytes(b"%d" % number)

    def staged(self, *, alone: bool = True) -> list[tuple[str, Object]]:
        """Copies all files to the staging folder."""
        sources = [Source(file.name, str(file), signature(file.stat())) for file in self.files]
        objects = f"{self.cache}/files/md5"
        reads = read_files(sources, "/", objects, str(self.staging), lambda _: None, alone=alone)
        return [(str(read.staged), object_of(Path(read.source.file).read_bytes())) for read in reads]

    def published(self) -> set[bytes]:
        """Returns what the cache has, each object under its own name and with an object's mode."""
        found = set()
        for path in (self.cache / "files/md5").glob("*/*"):
            data = path.read_bytes()
            assert str(path) == self.folder.path(object_of(data))
            assert stat.S_IMODE(path.stat().st_mode) == 0o444
            found.add(data)
        return found


@pytest.fixture
def publishing(tmp_path: Path) -> Publishing:
    return Publishing(tmp_path)


ALL = {b"%d" % number for number in range(FEW)}


def test_a_cache_without_folders_gets_them_whole(publishing: Publishing) -> None:
    """Claim P3: one rename names all objects of a folder."""
    staged = publishing.staged()
    waiting = {Path(path).parent.name: os.stat(os.path.dirname(path)).st_ino for path, _ in staged}
    publishing.folder.publish(staged)
    assert publishing.published() == ALL
    assert {path.name: path.stat().st_ino for path in (publishing.cache / "files/md5").iterdir()} == waiting
    assert not list(publishing.staging.iterdir())


@pytest.mark.parametrize("alone", [True, False])
def test_folders_that_are_there_keep_what_they_have(publishing: Publishing, alone: bool) -> None:
    other = object_of(b"another")
    for prefix in {item.md5[4:6] for _, item in publishing.staged(alone=False)}:
        (publishing.cache / "files/md5" / prefix).mkdir(parents=True)
    kept = Path(publishing.folder.path(other))
    kept.parent.mkdir(exist_ok=True)
    kept.write_bytes(b"another")
    kept.chmod(0o444)
    publishing.folder.publish(publishing.staged(alone=alone))
    assert publishing.published() == ALL | {b"another"}


def test_what_nobody_vouches_for_gets_no_name(publishing: Publishing) -> None:
    """Half a file of a worker that died lies where its folder is to be named: DVC would believe it."""
    staged = publishing.staged()
    left_out, item = staged.pop()
    publishing.folder.publish(staged)
    assert publishing.published() == ALL - {Path(left_out).read_bytes()}
    assert not os.path.exists(publishing.folder.path(item))


def test_who_makes_a_folder_first_keeps_it(publishing: Publishing) -> None:
    """Another process may have named one since we looked."""
    publishing.files = publishing.files[:1]
    [(path, item)] = publishing.staged()
    target = Path(publishing.folder.path(item)).parent
    target.mkdir(parents=True)
    (target / "other").touch()
    assert not publishing.folder._take_whole([path], str(target))
    assert os.listdir(target) == ["other"]
    assert os.path.exists(path)


def test_while_others_publish_nothing_waits_in_a_folder_that_may_be_named(publishing: Publishing) -> None:
    staged = publishing.staged(alone=False)
    assert {os.path.dirname(path) for path, _ in staged} == {str(publishing.staging)}
    publishing.folder.publish(staged)
    assert publishing.published() == ALL


def test_the_second_of_two_equal_files_waits_apart(publishing: Publishing) -> None:
    publishing.files = publishing.files[:1] * 2
    (first, item), (second, _) = publishing.staged()
    assert first != second
    assert Path(first).read_bytes() == Path(second).read_bytes()
    os.unlink(second)
    publishing.folder.publish([(first, item)])
    assert publishing.published() == {b"0"}


def test_folders_of_a_shared_cache_are_open_to_the_group(tmp_path: Path) -> None:
    """As DVC makes them when `cache.shared` is `group`."""
    publishing = Publishing(tmp_path, shared=True)
    publishing.folder.publish(publishing.staged())
    modes = {stat.S_IMODE(path.stat().st_mode) for path in (publishing.cache / "files/md5").iterdir()}
    assert modes == {0o2775}
