"""What is at a path of the work tree, before any byte is read."""

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Found:
    """A regular file. `file` is what to open: for a link into the DVC cache the object that it leads to."""

    file: str
    status: os.stat_result

    @property
    def is_executable(self) -> bool:
        """Tells whether its owner may execute it; an object of the cache never is."""
        return bool(self.status.st_mode & stat.S_IXUSR)


@dataclass(frozen=True, slots=True)
class Scan:
    """What is at a path, and below it when it is a directory; each by path from the same top as that path.

    Attributes:
        is_directory: Whether there is a directory.
        files: Regular files.
        links: Symlinks and their targets.
        empty: Empty directories.
        other: Devices, sockets and pipes.
    """

    is_directory: bool
    files: dict[str, Found] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)


def scan(root: str, path: str, cache: str) -> Scan | None:
    """Returns what is at `path`, from the top `root` or absolute; None when nothing is.

    A link to an object of the DVC cache, which DVC makes when told to, counts as the file that it stands for.
    """
    top = os.path.join(root, path)
    objects = f"{os.path.realpath(cache)}/files/md5/"
    try:
        status = os.lstat(top)
    except (FileNotFoundError, NotADirectoryError):
        return None
    found = Scan(is_directory=stat.S_ISDIR(status.st_mode))
    if found.is_directory:
        for name, entry in _walk(path, top):
            if entry is None:
                found.empty.append(name)
            else:
                _sort(found, name, entry.path, entry.stat(follow_symlinks=False), objects)
    else:
        _sort(found, path, top, status, objects)
    return found


def _sort(found: Scan, name: str, file: str, status: os.stat_result, objects: str) -> None:
    if stat.S_ISREG(status.st_mode):
        found.files[name] = Found(file, status)
    elif not stat.S_ISLNK(status.st_mode):
        found.other.append(name)
    elif (real := os.path.realpath(file)).startswith(objects) and os.path.isfile(real):
        found.files[name] = Found(real, os.stat(real))
    else:
        found.links[name] = os.readlink(file)


def _walk(path: str, top: str) -> Iterator[tuple[str, os.DirEntry[str] | None]]:
    """Yields everything but directories, and None for a directory with nothing in it."""
    pending = [(path, top)]
    while pending:
        path, folder = pending.pop()
        with os.scandir(folder) as listing:
            entries = list(listing)
        if not entries:
            yield path, None
        for entry in entries:
            name = f"{path}/{entry.name}"
            if entry.is_dir(follow_symlinks=False):
                pending.append((name, entry.path))
            else:
                yield name, entry
