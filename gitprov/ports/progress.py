"""How long work tells people how far it is."""

from typing import Protocol


class Progress(Protocol):
    """A bar on a terminal, or nothing."""

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        """Starts a piece of work of `total` bytes, or of another unit, named in a few words."""
        ...

    def advance(self, done: int) -> None:
        """Says that `done` more of them are finished; called from any thread."""
        ...

    def end(self) -> None:
        """Ends the piece of work that `begin` started."""
        ...
