"""The work tree: `gitprov.ports.worktree.WorkTree` over folder descriptors, so that no symlink leads outside.

A folder is opened component by component and never through a symlink; what is then done in it, is done in that folder
whatever becomes of its path meanwhile. Records become visible by a link from a temporary file that is already on disk:
whoever looks sees the whole file or none (docs/architecture.md).
"""

import errno
import fcntl
import mmap
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from hashlib import sha256
from typing import Literal

from gitprov.adapters.worktree.lock import Notes, RepositoryLock, check_apart
from gitprov.errors import catalogue as codes
from gitprov.ids.names import path_fault

_DRAFTS = ".gitprov/drafts/"
_TEMPORARY = (".gitprov-", ".tmp")
_NO_LINKS = {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK}
_LARGEST = 64 << 20
"""Size in bytes that no file of settings, metrics or parameters has that people or DVC write."""
_NOWHERE = (FileNotFoundError, NotADirectoryError)  # also what opening a symlink as a folder raises


class FileWorkTree:
    """The files below `root`. Paths are relative to it, `/` between components."""

    def __init__(self, root: str, common_dir: str) -> None:
        """Takes the top of the work tree, and the git directory that all work trees share."""
        self._root = root
        self._lock = RepositoryLock(os.path.join(common_dir, "gitprov"))
        self._notes = Notes(os.path.join(root, _DRAFTS, "running"))

    def absolute(self, path: str) -> str:
        """Returns where a path lies on this machine."""
        return os.path.join(self._root, path)

    def read(self, path: str) -> bytes | None:
        """Returns the bytes of a regular file, or None when there is none (a symlink is none).

        Raises:
            GitprovError: GP-PTH-001 for a path that leads outside; GP-PTH-008 when it has more than 64 MiB; GP-IO-001
                when it cannot be read.
        """
        with _translated(path), suppress(*_NOWHERE), self._folder(path) as (folder, name):
            if os.stat(name, dir_fd=folder, follow_symlinks=False).st_size > _LARGEST:
                raise codes.PTH_SIZE.error(f"{path} has more than {_LARGEST >> 20} MiB")
            return _content(folder, name)
        return None

    def kind(self, path: str) -> Literal["file", "directory", "symlink", "other"] | None:
        """Returns what is at `path`, without following a symlink; None when nothing is, or a symlink is on the way."""
        if path == ".":
            return "directory"
        with _translated(path), suppress(*_NOWHERE), self._folder(path) as (folder, name):
            mode = os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode
            if stat.S_ISREG(mode):
                return "file"
            if stat.S_ISDIR(mode):
                return "directory"
            return "symlink" if stat.S_ISLNK(mode) else "other"
        return None

    def stamp(self, path: str) -> str | None:
        """Returns a text that changes when what is at `path`, or anything below it, is written again."""
        if self.kind(path) is None:
            return None
        top = os.path.join(self._root, path)
        with _translated(path):
            found = [(path, os.lstat(top))]
            for folder, folders, names in os.walk(top):
                places = [os.path.join(folder, name) for name in (*folders, *names)]
                found += [(place, os.lstat(place)) for place in places]
        rows = sorted(f"{place}\0{s.st_mtime_ns} {s.st_size} {s.st_ino} {s.st_mode}" for place, s in found)
        return sha256("\n".join(rows).encode("utf-8", "surrogateescape")).hexdigest()

    def files(self, under: str) -> list[str]:
        """Returns the regular files below a folder, sorted; empty when there is no such folder. Never git's own."""
        if self.kind(under) != "directory":
            return []
        found = []
        folders = ["" if under == "." else under + "/"]
        while folders:
            folder = folders.pop()
            with _translated(under), os.scandir(os.path.join(self._root, folder)) as entries:
                for entry in entries:
                    if entry.is_dir(follow_symlinks=False):
                        if folder or entry.name != ".git":
                            folders.append(f"{folder}{entry.name}/")
                    elif entry.is_file(follow_symlinks=False) and not _is_temporary(entry.name):
                        found.append(folder + entry.name)
        return sorted(found)

    def holding(self, path: str, part: bytes) -> list[str]:
        """Returns the regular files at or below a path that have some bytes in them, sorted."""
        files = self.files(path) or ([path] if self.kind(path) == "file" else [])
        return [file for file in files if self._holds(file, part)]

    def _holds(self, path: str, part: bytes) -> bool:
        with _translated(path), self._folder(path) as (folder, name):
            file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
            with open(file, "rb"):
                if os.fstat(file).st_size == 0:  # which cannot be mapped
                    return False
                with mmap.mmap(file, 0, access=mmap.ACCESS_READ) as data:
                    return data.find(part) >= 0

    def write_new(self, path: str, data: bytes) -> bool:
        """Writes a file that must not exist; returns False when it exists with exactly these bytes.

        Raises:
            GitprovError: GP-IMM-005 when something else is there; GP-PTH-001 for a path that leads outside or through
                a symlink; GP-IO-001.
        """
        with _translated(path), self._folder(path, make=True) as (folder, name):
            if not _exists(folder, name):
                with _temporary(folder, data) as temporary:
                    try:
                        _link(folder, temporary, name, data)
                    except FileExistsError:
                        pass  # somebody else was quicker: their bytes decide below
                    else:
                        os.fsync(folder)
                        return True
            if _content(folder, name) == data:
                return False
        raise codes.IMM_OVERWRITE.error(f"{path} exists and holds something else", fix=f"git checkout HEAD -- {path}")

    def replace(self, path: str, data: bytes) -> bool:
        """Writes a file by fsync and rename; returns False when it had these bytes already.

        Raises:
            GitprovError: GP-PTH-002 when a symlink or something else that is no file is there; GP-PTH-001 for a path
                that leads outside or through a symlink; GP-IO-001.
        """
        if self.kind(path) not in ("file", None):
            raise codes.PTH_KIND.error(f"{path} is no regular file, so it is not replaced")
        with _translated(path), self._folder(path, make=True) as (folder, name):
            mode = None
            if _exists(folder, name):
                if _content(folder, name) == data:
                    return False
                mode = stat.S_IMODE(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode)
            with _temporary(folder, data, mode) as temporary:
                os.replace(temporary, name, src_dir_fd=folder, dst_dir_fd=folder)
            os.fsync(folder)
        return True

    def remove(self, path: str) -> None:
        """Removes a file if it is there, and folders that this leaves empty below `.gitprov/drafts/`.

        Raises:
            GitprovError: GP-PTH-001 for a path that leads outside or through a symlink; GP-IO-001.
        """
        with _translated(path), suppress(*_NOWHERE), self._folder(path) as (folder, name):
            os.unlink(name, dir_fd=folder)
            os.fsync(folder)
        above = os.path.dirname(path)
        with suppress(OSError):  # not empty
            while above.startswith(_DRAFTS):
                os.rmdir(os.path.join(self._root, above))
                above = os.path.dirname(above)

    def clear(self, path: str) -> None:
        """Removes what is at a path, a folder with all that is in it; nothing when nothing is there.

        Raises:
            GitprovError: GP-PTH-001 for a path that leads outside; GP-IO-001.
        """
        with _translated(path), suppress(*_NOWHERE), self._folder(path) as (folder, name):
            if stat.S_ISDIR(os.stat(name, dir_fd=folder, follow_symlinks=False).st_mode):
                from shutil import rmtree

                rmtree(name, dir_fd=folder)
            else:
                os.unlink(name, dir_fd=folder)

    def protect(self, path: str) -> None:
        """Takes away the permission to write from a file, or from every file in a folder."""
        with _translated(path):
            for file in self._regular(path):
                os.chmod(file, stat.S_IMODE(os.lstat(file).st_mode) & ~0o222)

    def is_linked(self, path: str) -> bool:
        """Tells whether a file at or below a path has another name too, or `path` is a symlink."""
        with _translated(path):
            return self.kind(path) == "symlink" or any(os.lstat(file).st_nlink > 1 for file in self._regular(path))

    def _regular(self, path: str) -> list[str]:
        named = [path] if self.kind(path) == "file" else self.files(path)
        return [os.path.join(self._root, name) for name in named]

    @contextmanager
    def announced(self, paths: Sequence[str]) -> Iterator[None]:
        """Says to other processes that a run is under way which makes `paths`, as long as it lasts.

        Raises:
            GitprovError: GP-LCK-001 when another run that is under way makes one of them; GP-IO-001.
        """
        with ExitStack() as stack:
            with self.locked("run"):
                for path, _ in self._notes.dead():
                    os.unlink(path)
                for other in self._notes.living():
                    check_apart(paths, other.split("\n"))
                stack.enter_context(self._notes.held("\n".join(paths)))
            yield

    def is_idle(self) -> bool:
        """Tells whether no run is under way."""
        return not self._notes.living()

    @contextmanager
    def locked(self, intent: str) -> Iterator[None]:
        """Holds gitprov's lock of this repository, with the intent written down while it lasts.

        Raises:
            GitprovError: GP-LCK-001 with the holder, after waiting ten seconds for one; GP-IO-001.
        """
        with self._lock.held(intent) as crashed:
            if crashed:
                for path in self._temporaries():
                    os.unlink(path)
            yield

    def unfinished(self) -> list[str]:
        """Returns the intents of those who died while they held the lock; the next holder who ends well clears them."""
        return sorted(text for _, text in self._lock.unfinished() if text)

    def leftovers(self) -> list[str]:
        """Returns the temporary files and notes of those who died, absolute."""
        with _translated(".gitprov"):
            notes = [*self._lock.unfinished(), *self._notes.dead()]
            return [*self._temporaries(), *(path for path, _ in notes)]

    def sweep(self) -> None:
        """Removes these. The lock must be held."""
        with _translated(".gitprov"):
            for path in self.leftovers():
                with suppress(FileNotFoundError):
                    os.unlink(path)

    def _temporaries(self) -> Iterator[str]:
        """Yields the temporary files of those who died; a living writer holds a lock on its own."""
        for folder, _, names in os.walk(os.path.join(self._root, ".gitprov")):
            for path in (os.path.join(folder, name) for name in filter(_is_temporary, names)):
                with suppress(OSError), open(path, "rb") as file:
                    fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                    yield path

    @contextmanager
    def _folder(self, path: str, *, make: bool = False) -> Iterator[tuple[int, str]]:
        """Opens the folder of a path and gives it with the last component; with `make` it is made where missing."""
        if fault := path_fault(path):
            raise codes.PTH_OUTSIDE.error(f"{path!r} is not a path of the work tree", why=fault, fix="rename it")
        *above, name = path.split("/")
        folder = os.open(self._root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            for part in above:
                if make:
                    with suppress(FileExistsError):
                        os.mkdir(part, dir_fd=folder)
                        os.fsync(folder)
                try:
                    inner = os.open(part, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW, dir_fd=folder)
                except OSError as error:
                    if not make or error.errno not in (errno.ENOTDIR, errno.ELOOP):
                        raise
                    raise codes.PTH_OUTSIDE.error(
                        f"{path} cannot be written", why=f"{part} on the way is a symlink, or no folder"
                    ) from None
                os.close(folder)
                folder = inner
            yield folder, name
        finally:
            os.close(folder)


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise codes.IO_FAILED.error(f"{path} cannot be read or written", why=error.strerror or str(error)) from error


@contextmanager
def _temporary(folder: int, data: bytes, mode: int | None = None) -> Iterator[str]:
    """Makes a temporary file with these bytes on disk, and removes it afterwards if it is still there."""
    name = os.urandom(8).hex().join(_TEMPORARY)
    file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=folder)
    try:
        if mode is not None:
            os.fchmod(file, mode)
        fcntl.flock(file, fcntl.LOCK_EX)  # waits for whoever looks at this moment whether its writer lives
        _write(file, data)
        yield name
    finally:
        os.close(file)
        with suppress(FileNotFoundError):
            os.unlink(name, dir_fd=folder)


def _write(file: int, data: bytes) -> None:
    rest = memoryview(data)
    while rest:
        rest = rest[os.write(file, rest) :]
    os.fsync(file)


def _link(folder: int, temporary: str, name: str, data: bytes) -> None:
    """Gives the temporary file its name without overwriting; where links are unsupported, writes it under its name."""
    try:
        os.link(temporary, name, src_dir_fd=folder, dst_dir_fd=folder, follow_symlinks=False)
    except OSError as error:
        if error.errno not in _NO_LINKS:
            raise
        file = os.open(name, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o666, dir_fd=folder)
        try:
            _write(file, data)
        except OSError:
            os.unlink(name, dir_fd=folder)
            raise
        finally:
            os.close(file)


def _exists(folder: int, name: str) -> bool:
    with suppress(FileNotFoundError):
        os.stat(name, dir_fd=folder, follow_symlinks=False)
        return True
    return False


def _content(folder: int, name: str) -> bytes | None:
    """Returns the bytes of a regular file, None when it is something else or not there."""
    try:
        file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK, dir_fd=folder)
    except OSError as error:
        if error.errno in (errno.ENOENT, errno.ELOOP, errno.ENXIO):
            return None
        raise
    if not stat.S_ISREG(os.fstat(file).st_mode):
        os.close(file)
        return None
    with open(file, "rb") as stream:
        return stream.read()


def _is_temporary(name: str) -> bool:
    start, end = _TEMPORARY
    return name.startswith(start) and name.endswith(end)
