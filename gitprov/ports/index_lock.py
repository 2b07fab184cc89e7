"""The lock file of git's index, which git leaves behind when it is killed."""

from typing import Protocol

from gitprov.frozen import dataclass


@dataclass(frozen=True, slots=True)
class LeftLock:
    """A lock file that no git on this machine is using: its absolute path, and whether that is certain."""

    path: str
    certain: bool


class IndexLock(Protocol):
    """The lock of one work tree's index."""

    def left(self) -> LeftLock | None:
        """Returns the lock file, or None when there is none or a running git may be using it."""
        ...

    def remove(self) -> None:
        """Removes the lock file if it is certain that nobody uses it.

        Raises:
            GitprovError: GP-IO-001.
        """
        ...
