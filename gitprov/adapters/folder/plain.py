"""A plain folder. Its files are reached as those of a work tree are; they are measured without any cache."""

import os

from gitprov.adapters.blobs.measuring import measure
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

    def read(self, name: str) -> bytes | None:
        """Implements `Folder.read`."""
        return self._files.read(name)

    def measure(self, name: str, *, progress: Progress | None = None) -> Measured | None:
        """Implements `Folder.measure`."""
        if fault := path_fault(name):
            raise codes.PTH_OUTSIDE.error(f"{name!r} is no path in {self.path}", why=fault)
        if self._files.kind(name) is None:  # also when a symlink is on the way
            return None
        return measure(os.path.join(self.path, name), progress)

    def write(self, name: str, data: bytes) -> None:
        """Implements `Folder.write`."""
        try:
            os.makedirs(self.path, exist_ok=True)
        except OSError as error:
            raise codes.IO_FAILED.error(f"{self.path} cannot be made", why=error.strerror or str(error)) from error
        self._files.replace(name, data)

    def move(self, name: str, to: str) -> None:
        """Implements `Folder.move`."""
        if self._files.kind(name) is None:
            return
        try:
            os.rename(os.path.join(self.path, name), os.path.join(self.path, to))
            folder = os.open(self.path, os.O_RDONLY | os.O_DIRECTORY)
            try:
                os.fsync(folder)
            finally:
                os.close(folder)
        except OSError as error:
            raise codes.IO_FAILED.error(
                f"{self.path}/{to} cannot be written", why=error.strerror or str(error)
            ) from error

    def remove(self, name: str) -> None:
        """Implements `Folder.remove`."""
        self._files.clear(name)
