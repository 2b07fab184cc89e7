"""What is at a path of the work tree, before any byte is read."""

import hashlib
import marshal
import os
import stat
from dataclasses import field
from operator import attrgetter

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC

_name = attrgetter("name")

Seen = tuple[int, int, int, int, bool]
"""mtime_ns, ctime_ns, size, inode of a regular file, and whether its owner may execute it. A tuple: there are many."""


@dataclass(frozen=True, slots=True)
class Scan:
    """What is at a path, and below it when it is a directory; each by path from the same top as that path.

    Attributes:
        is_directory: Whether there is a directory.
        files: Regular files.
        objects: For those files that are links of DVC's into its cache, the object that each leads to.
        links: Other symlinks, and their targets.
        empty: Empty directories.
        other: Devices, sockets and pipes.
    """

    is_directory: bool
    files: dict[str, Seen] = field(default_factory=dict)
    objects: dict[str, str] = field(default_factory=dict)
    links: dict[str, str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    other: list[str] = field(default_factory=list)

    def fingerprint(self) -> str:
        """Returns hex digits that are others when anything here is another."""
        everything = (self.files, self.objects, self.links, self.empty)
        return hashlib.blake2b(marshal.dumps(everything, 2)).hexdigest()  # version 2 depends on the values alone


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
        _walk(found, path, top, status, objects)
    elif stat.S_ISREG(status.st_mode):
        found.files[path] = _seen(status)
    else:
        _sort_other(found, path, top, objects)
    return found


def _walk(found: Scan, path: str, top: str, status: os.stat_result, objects: str) -> None:
    files = found.files
    pending = [(path, top, status)]
    while pending:
        path, folder, status = pending.pop()
        handle = os.open(folder, _FOLDER)  # from which each file is found quicker than from the top
        try:
            if not os.path.samestat(os.fstat(handle), status):
                raise codes.BLB_CHANGED.error(f"{path} became another folder while it was read")
            with os.scandir(handle) as listing:
                entries = sorted(listing, key=_name)
            if not entries:
                found.empty.append(path)
            for entry in entries:
                name = f"{path}/{entry.name}"
                if entry.is_file(follow_symlinks=False):
                    files[name] = _seen(entry.stat(follow_symlinks=False))
                elif entry.is_dir(follow_symlinks=False):
                    pending.append((name, f"{folder}/{entry.name}", entry.stat(follow_symlinks=False)))
                else:
                    _sort_other(found, name, f"{folder}/{entry.name}", objects)
        finally:
            os.close(handle)


def _sort_other(found: Scan, name: str, file: str, objects: str) -> None:
    if not os.path.islink(file):
        found.other.append(name)
    elif (real := os.path.realpath(file)).startswith(objects) and os.path.isfile(real):
        found.files[name] = _seen(os.stat(real))
        found.objects[name] = real
    else:
        found.links[name] = os.readlink(file)


def _seen(status: os.stat_result) -> Seen:
    executable = status.st_mode & 0o100 != 0
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino, executable
