"""Whether git's index.lock belongs to anybody: `gitprov.ports.index_lock.IndexLock`.

git makes the file and removes it; unlike ours it is no lock of the kernel's, and stays when git is killed.
"""

import os
import time
from collections.abc import Iterator
from contextlib import suppress

from gitprov.adapters.git.plumbing import Place
from gitprov.errors import catalogue as codes
from gitprov.ports.index_lock import LeftLock

SETTLED = 60.0
"""A lock file younger than this (seconds) may belong to a git on another machine that shares the disk."""


class GitIndexLock:
    """The lock of the index of a work tree."""

    def __init__(self, place: Place) -> None:
        """Takes where the repository is."""
        self._path = os.path.join(place.git_dir, "index.lock")
        self._homes = tuple(f"{folder}/" for folder in (place.work_tree, place.git_dir, place.common_dir) if folder)

    def left(self) -> LeftLock | None:
        """Returns the lock file, or None when there is none or a running git may be using it."""
        try:
            status = os.lstat(self._path)
        except FileNotFoundError:
            return None
        certain = os.path.isdir("/proc/self/fd") and status.st_uid == os.getuid()
        if certain and any(map(self._is_using, _own_processes())):
            return None
        return LeftLock(self._path, certain and time.time() - status.st_mtime > SETTLED)

    def remove(self) -> None:
        """Removes the lock file if it is certain that nobody uses it."""
        left = self.left()
        if left is not None and left.certain:
            try:
                os.unlink(self._path)
            except OSError as error:
                raise codes.IO_FAILED.error(f"{self._path} cannot be removed", why=str(error)) from error

    def _is_using(self, process: str) -> bool:
        """Tells whether a process has the file open, or is a git in this repository (which may wait for an editor)."""
        with suppress(OSError):
            with open(f"{process}/comm", "rb") as file:
                is_git = file.read().startswith(b"git")
            if is_git and f"{os.readlink(f'{process}/cwd')}/".startswith(self._homes):
                return True
            for name in os.listdir(f"{process}/fd"):
                with suppress(OSError):
                    if os.readlink(f"{process}/fd/{name}") == self._path:
                        return True
        return False


def _own_processes() -> Iterator[str]:
    """Yields the folders of the processes of whoever runs this, without this one."""
    for name in os.listdir("/proc"):
        with suppress(OSError):
            if name.isdecimal() and int(name) != os.getpid() and os.stat(f"/proc/{name}").st_uid == os.getuid():
                yield f"/proc/{name}"
