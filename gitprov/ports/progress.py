"""How long work tells people how far it is."""

from typing import Protocol


class Progress(Protocol):
    """A bar on a terminal, or nothing."""

    def begin(self, what: str, total: int) -> None:
        """Starts a piece of work of `total` bytes, named in a few words."""
        ...

    def advance(self, done: int) -> None:
        """Says that `done` more bytes are finished; called from any thread."""
        ...

    def end(self) -> None:
        """Ends the piece of work that `begin` started."""
        ...
