"""The time."""

from typing import Protocol


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> str:
        """Returns the time as RFC 3339 in UTC with whole seconds: `2026-11-21T09:30:00Z`."""
        ...

    def ticks(self) -> float:
        """Returns seconds of a clock that only goes forward, from no particular time on."""
        ...
