"""The folder where git looks for the hooks of a repository."""

from typing import Protocol

from gitprov.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Script:
    """A hook that is there: its bytes, and whether git would run it."""

    data: bytes
    runs: bool


class HookFolder(Protocol):
    """Where git looks for hooks, by git's own answer (core.hooksPath counts).

    Methods raise GitprovError GP-IO-001 when the folder cannot be read or written.
    """

    @property
    def path(self) -> str:
        """Its absolute path."""
        ...

    def read(self, name: str) -> Script | None:
        """Returns a hook, or None when there is none."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Makes or replaces a hook that git runs."""
        ...

    def remove(self, name: str) -> None:
        """Takes a hook away that is there."""
        ...
