"""A folder of objects in DVC's layout: the cache of a clone, or a remote that is a directory."""

import errno
import fcntl
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress

from gitprov.adapters.durable import sync_files, sync_folders
from gitprov.ids import Digest, Md5, digest_hex, md5_of, sha256_of
from gitprov.ids.listings import Entry
from gitprov.ports.blobs import Object

STAGING = ".gitprov-staging-"

OBJECT_MODE = 0o444
"""DVC hashes an object again unless it has exactly this mode."""


def object_name(md5: Md5, *, is_dir: bool = False) -> str:
    """Returns the path of an object from the top of a cache or remote."""
    digits = digest_hex(md5)
    return f"files/md5/{digits[:2]}/{digits[2:]}{'.dir' if is_dir else ''}"


def name_in_folder(item: Object) -> str:
    """Returns the path of an object from the folder `files/md5`."""
    md5 = item.md5  # the hot path: not by way of digest_hex
    return f"{md5[4:6]}/{md5[6:]}{'.dir' if item.is_dir else ''}"


def quarantined_name(item: Object) -> str:
    """Returns a new path, from the top of a cache or remote, for bytes that are not this object's."""
    return f"gitprov/quarantine/{digest_hex(item.md5)}{'.dir' if item.is_dir else ''}-{os.urandom(4).hex()}"


def object_of(data: bytes, *, is_dir: bool = False) -> Object:
    """Returns the object that these bytes are."""
    return Object(md5_of(data), len(data), sha256_of(data), is_dir)


def object_in(entry: Entry) -> Object:
    """Returns the object that an entry of a listing names."""
    return Object(entry.md5, entry.size, entry.sha256)


def fits(item: Object, size: int) -> bool:
    """Tells whether an object can have this size in bytes; that of a `.dir` that was not derived is not known."""
    return item.size == size or (item.is_dir and item.sha256 is None)


def identity(item: Object) -> Digest:
    """Returns the SHA-256 of an object of which it is known."""
    if item.sha256 is None:
        raise AssertionError("the SHA-256 of this object is not known")
    return item.sha256


class ObjectFolder:
    """Objects below one folder; our own working files lie beside them in `gitprov/`, where DVC does not look.

    Args:
        root: Absolute path; it need not exist.
        words: What people call it.
        shared: Whether DVC's `shared = group` is set: folders are made writable for the group.
    """

    def __init__(self, root: str, words: str, *, shared: bool = False) -> None:
        self.root = root
        self._objects = f"{root}/files/md5"
        self.words = words
        self._shared = shared

    def path(self, item: Object) -> str:
        """Returns where the object lies, or would."""
        return f"{self._objects}/{name_in_folder(item)}"

    def has(self, item: Object) -> bool:
        """Tells whether there is a file of the object's name and size."""
        try:
            status = os.stat(self.path(item))
        except (FileNotFoundError, NotADirectoryError):
            return False
        return fits(item, status.st_size) and stat.S_ISREG(status.st_mode)

    def has_files(self, files: Iterable[tuple[str, int]]) -> bool:
        """Tells whether there are files of all these names (`ab/cdef…`) and sizes: `has`, for many."""
        try:
            top = os.open(self._objects, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)  # from here it is a shorter way
        except (FileNotFoundError, NotADirectoryError):
            return False
        try:
            for name, size in files:
                status = os.stat(name, dir_fd=top)
                if status.st_size != size or not stat.S_ISREG(status.st_mode):
                    return False
        except (FileNotFoundError, NotADirectoryError):
            return False
        finally:
            os.close(top)
        return True

    def missing(self, items: Iterable[Object]) -> list[Object]:
        """Returns those that are not here, by name and size."""
        return [item for item in items if not self.has(item)]

    @contextmanager
    def staging(self) -> Iterator[str]:
        """Gives a folder on this file system, as the function `staging` does."""
        home = f"{self.root}/gitprov"
        sync_folders(self.make_folder(home))
        with staging(home) as folder:
            yield folder

    def publish(self, staged: Sequence[tuple[str, Object]]) -> None:
        """Gives staged files (path and object) their names, all of them safe on disk when this returns."""
        sync_files([path for path, _ in staged])
        folders: dict[str, list[tuple[str, Object]]] = {}
        for one in staged:
            folders.setdefault(one[1].md5[4:6], []).append(one)
        changed = self.make_folder(self._objects) | {f"{self._objects}/{folder}" for folder in folders}
        for folder, files in folders.items():
            target = f"{self._objects}/{folder}"
            if not os.path.lexists(target) and self._take_whole([path for path, _ in files], target):
                changed.add(self._objects)
            else:
                changed |= self.make_folder(target)
                for path, item in files:
                    os.rename(path, self.path(item))
        sync_folders(changed)

    def _take_whole(self, files: list[str], target: str) -> bool:
        """Gives the folder of staged files its name as a whole: 256 renames do for any number of objects.

        Returns False when they wait elsewhere, something else waits there too, or somebody else has just made one.

        Args:
            files: All staged files that belong into one folder. What waits in a folder of the same name has its own.
            target: That folder, which is not there yet.
        """
        waiting = os.path.dirname(files[0])
        if os.path.basename(waiting) != os.path.basename(target):
            return False
        start = len(waiting) + 1
        if set(os.listdir(waiting)) != {path[start:] for path in files}:
            return False
        if self._shared:
            os.chmod(waiting, 0o2775)  # noqa: S103 - what DVC gives a shared cache
        try:
            os.rename(waiting, target)
        except OSError as error:
            if error.errno in (errno.ENOTEMPTY, errno.EEXIST):
                return False
            raise
        return True

    def set_misfits_aside(self, items: Iterable[Object]) -> None:
        """Keeps what has the name of one of these objects and another size as evidence, and takes the name from it."""
        for item in items:
            path = self.path(item)
            if os.path.lexists(path) and not self.has(item):
                self.quarantine(path, item)

    def quarantine(self, path: str, item: Object) -> None:
        """Keeps a file with wrong bytes as evidence, where nothing takes it for the object."""
        target = f"{self.root}/{quarantined_name(item)}"
        self.make_folder(os.path.dirname(target))
        os.rename(path, target)

    def unprotected(self) -> list[str]:
        """Returns the paths of objects that do not have exactly an object's mode, sorted."""
        found = []
        for folder, _, names in os.walk(self._objects):
            for path in (f"{folder}/{name}" for name in names):
                with suppress(FileNotFoundError):
                    mode = os.lstat(path).st_mode
                    if stat.S_ISREG(mode) and stat.S_IMODE(mode) != OBJECT_MODE:
                        found.append(path)
        return sorted(found)

    def make_folder(self, folder: str) -> set[str]:
        """Makes a folder and those above it; returns the folders that got a new one inside."""
        if os.path.isdir(folder):
            return set()
        above = os.path.dirname(folder)
        changed = self.make_folder(above)
        with suppress(FileExistsError):
            os.mkdir(folder)
            if self._shared:
                os.chmod(folder, 0o2775)  # noqa: S103 - what DVC gives a shared cache
        return changed | {above}


@contextmanager
def staging(home: str) -> Iterator[str]:
    """Makes a folder in `home` for files that have no name yet, and removes it with all that is in it.

    What a killed process left behind is removed too: a live one holds a lock on its folder.
    """
    sweep_staging(home)
    folder, lock = _lock_new(home)
    try:
        yield folder
    finally:
        _remove(folder)
        os.close(lock)


def dead_staging(home: str) -> list[str]:
    """Returns the staging folders in `home` that killed processes left behind, sorted."""
    with suppress(FileNotFoundError, NotADirectoryError):
        return [path for path in sorted(_staging_in(home)) if _while_dead(path, lambda _: None)]
    return []


def sweep_staging(home: str) -> None:
    """Removes them, each with all that is in it."""
    for path in _staging_in(home):
        _while_dead(path, _remove)


def _remove(folder: str) -> None:
    try:
        os.rmdir(folder)  # most are empty
    except OSError:
        from shutil import rmtree

        rmtree(folder, ignore_errors=True)


def _staging_in(home: str) -> list[str]:
    return [f"{home}/{name}" for name in os.listdir(home) if name.startswith(STAGING)]


def _lock_new(home: str) -> tuple[str, int]:
    """Makes a folder and locks it; again, when another process took it for a dead one before it was locked."""
    while True:
        folder = f"{home}/{STAGING}{os.urandom(8).hex()}"
        os.mkdir(folder, 0o700)
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if os.path.isdir(folder):
            return folder, lock
        os.close(lock)


def _while_dead(folder: str, act: Callable[[str], None]) -> bool:
    """Does something with a staging folder of which the process is gone; returns whether it is."""
    with suppress(OSError):
        lock = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            act(folder)
            return True
        finally:
            os.close(lock)
    return False
