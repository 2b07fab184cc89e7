"""A plain folder. Its files are reached as those of a work tree are; they are measured without any cache."""

import os
import stat

from gitprov.adapters.blobs.measuring import measure
from gitprov.adapters.durable import sync_files, sync_folders
from gitprov.adapters.failures import disk_errors
from gitprov.adapters.worktree import FileWorkTree
from gitprov.errors import catalogue as codes
from gitprov.ids.names import path_fault
from gitprov.ports.folder import Measured
from gitprov.ports.progress import Progress


class PlainFolder:
    """The folder at `path`, which need not exist yet; links on the way to it are the user's own and are followed."""

    def __init__(self, path: str) -> None:
        self.path = os.path.realpath(path)
        self._files = FileWorkTree(self.path, self.path)  # nothing here takes its lock

    def files(self) -> list[str]:
        """Implements `Folder.files`."""
        return self._files.files(".") if os.path.isdir(self.path) else []

    def read(self, name: str) -> bytes | None:
        """Implements `Folder.read`."""
        return self._files.read(name)

    def measure(self, name: str, *, progress: Progress | None = None) -> Measured | None:
        """Implements `Folder.measure`."""
        if self._files.kind(self._inside(name)) is None:  # also when a symlink is on the way
            return None
        return measure(os.path.join(self.path, name), progress)

    def write(self, name: str, data: bytes) -> None:
        """Implements `Folder.write`."""
        with disk_errors():
            os.makedirs(self.path, exist_ok=True)
        self._files.replace(self._inside(name), data)

    def move(self, name: str, to: str) -> None:
        """Implements `Folder.move`."""
        source, target = (os.path.join(self.path, self._inside(one)) for one in (name, to))
        if self._files.kind(name) is None:
            return
        with disk_errors():
            below = [source, *(f"{top}/{file}" for top, _, files in os.walk(source) for file in files)]
            sync_files([file for file in below if stat.S_ISREG(os.lstat(file).st_mode)])
            os.rename(source, target)
            sync_folders([self.path])

    def remove(self, name: str) -> None:
        """Implements `Folder.remove`."""
        self._files.clear(name)

    def _inside(self, name: str) -> str:
        if fault := path_fault(name):
            raise codes.PTH_OUTSIDE.error(f"{name!r} is no path in {self.path}", why=fault)
        return name
