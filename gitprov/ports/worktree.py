"""Files of the work tree: records, settings, drafts; written durably or not at all."""

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Literal, Protocol


class WorkTree(Protocol):
    """The files of the repository."""

    def absolute(self, path: str) -> str:
        """Returns where a path lies on this machine."""
        ...

    def read(self, path: str) -> bytes | None:
        """Returns the bytes of a regular file, or None when there is none.

        Raises:
            GitprovError: GP-PTH-008 when it is too large to be text that people write (64 MiB).
        """
        ...

    def kind(self, path: str) -> Literal["file", "directory", "symlink", "other"] | None:
        """Returns what is at `path`, without following a symlink; None when nothing is."""
        ...

    def stamp(self, path: str) -> str | None:
        """Returns a text that changes when what is at `path`, or anything below it, is written again.

        Made of times, sizes and inodes, not of bytes; None when nothing is there.
        """
        ...

    def files(self, under: str) -> list[str]:
        """Returns the regular files below a folder, sorted; empty when there is no such folder."""
        ...

    def holding(self, path: str, part: bytes) -> list[str]:
        """Returns the regular files at or below a path that have some bytes in them, sorted; never reads one whole."""
        ...

    def write_new(self, path: str, data: bytes) -> bool:
        """Writes a file that must not exist: temporary file, fsync, link without overwrite, fsync of the folder.

        Returns False when it exists with exactly these bytes.

        Raises:
            GitprovError: GP-IMM-005 when it exists with other bytes; GP-IO-001.
        """
        ...

    def replace(self, path: str, data: bytes) -> bool:
        """Writes a file by fsync and rename; returns False when it had these bytes already."""
        ...

    def remove(self, path: str) -> None:
        """Removes a file if it is there, and folders that this leaves empty below `.gitprov/drafts/`."""
        ...

    def clear(self, path: str) -> None:
        """Removes what is at a path, a folder with all that is in it; nothing when nothing is there."""
        ...

    def protect(self, path: str) -> None:
        """Takes away the permission to write from a file, or from every file in a folder."""
        ...

    def is_linked(self, path: str) -> bool:
        """Tells whether a file at or below a path has another name too, or is a symlink: writing it changes others."""
        ...

    def announced(self, paths: Sequence[str]) -> AbstractContextManager[None]:
        """Says to other processes that a run is under way which makes `paths`, as long as it lasts.

        Raises:
            GitprovError: GP-LCK-001 when another run that is under way makes one of them, or around or below one.
        """
        ...

    def is_idle(self) -> bool:
        """Tells whether no run is under way."""
        ...

    def unfinished(self) -> list[str]:
        """Returns the intents of those who died while they held the lock, sorted."""
        ...

    def leftovers(self) -> list[str]:
        """Returns the temporary files, and the notes of what was being done, of processes that died; absolute."""
        ...

    def sweep(self) -> None:
        """Removes these. The lock must be held."""
        ...

    def locked(self, intent: str) -> AbstractContextManager[None]:
        """Holds gitprov's lock of this repository (all its work trees) while bytes and records are written.

        `intent` says in a few words what is being done; it is written down first and cleared at the end, so that
        after a crash the next command can say what was unfinished. Re-entrant within a process.

        Raises:
            GitprovError: GP-LCK-001 with the holder, after waiting ten seconds for one.
        """
        ...
