"""Changing a folder without ever leaving it: every folder is opened by descriptor, and no symlink is followed."""

import errno
import os
import stat
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress
from typing import Self

from gitprov.errors import catalogue as codes

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


class Folders:
    """The folders below `base`. Names are from there, or absolute and below it.

    Used as a context: the descriptors are closed at its end.

    Raises:
        GitprovError: GP-PTH-007 by any method, when something that is not a folder stands where one has to be.
    """

    def __init__(self, base: str) -> None:
        self._base = base
        self._open: list[tuple[str, int]] = []

    def __enter__(self) -> Self:
        self._open = [("", os.open(self._base, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC))]
        return self

    def __exit__(self, *error: object) -> None:
        self._close_below(0)

    def rename(self, file: str, name: str) -> None:
        """Moves a file here (`file` is a path outside), over whatever file or link has the name."""
        with _in_the_way(name):
            folder, last = self._parent(name)
            os.rename(file, last, dst_dir_fd=folder)

    def link(self, target: str, name: str) -> None:
        """Makes a symlink."""
        with _in_the_way(name):
            folder, last = self._parent(name)
            os.symlink(target, last, dir_fd=folder)

    def make(self, name: str) -> None:
        """Makes a folder, with those above it, unless it is there."""
        with _in_the_way(name):
            self._parent(f"{name}/.")

    def status(self, name: str) -> os.stat_result:
        """Returns the lstat of a file."""
        folder, last = self._parent(name)
        return os.stat(last, dir_fd=folder, follow_symlinks=False)

    def clear(self, names: Collection[str], path: str) -> None:
        """Removes files, links and empty folders, and folders from `path` downwards that this leaves empty."""
        emptied = set()
        for name in names:
            with _in_the_way(name):
                folder, last = self._parent(name)
                if stat.S_ISDIR(self.status(name).st_mode):
                    emptied.add(name)
                else:
                    os.unlink(last, dir_fd=folder)
                while name != path:
                    name = os.path.dirname(name)  # noqa: PLW2901 - goes up
                    emptied.add(name)
        self._close_below(1)
        for name in sorted(emptied, key=len, reverse=True):
            folder, last = self._parent(name)
            with suppress(OSError):  # there is more in it
                os.rmdir(last, dir_fd=folder)
            self._close_below(1)

    def _parent(self, name: str) -> tuple[int, str]:
        """Returns the folder that holds `name`, made when missing, and the last component."""
        *above, last = name.removeprefix(self._base.rstrip("/") + "/").split("/")
        depth = 1
        while depth <= len(above) and depth < len(self._open) and self._open[depth][0] == above[depth - 1]:
            depth += 1
        self._close_below(depth)
        for part in above[depth - 1 :]:
            holder = self._open[-1][1]
            try:
                folder = os.open(part, _FOLDER, dir_fd=holder)
            except FileNotFoundError:
                os.mkdir(part, dir_fd=holder)
                folder = os.open(part, _FOLDER, dir_fd=holder)
            self._open.append((part, folder))
        return self._open[-1][1], last

    def _close_below(self, depth: int) -> None:
        for _, folder in self._open[depth:]:
            os.close(folder)
        del self._open[depth:]


@contextmanager
def _in_the_way(name: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOTDIR, errno.EISDIR, errno.EEXIST, errno.ENOTEMPTY):
            raise codes.PTH_OVERWRITE.error(
                f"something is in the way of {name}", why="a link or file stands where a folder has to be, or a folder"
            ) from None
        raise
