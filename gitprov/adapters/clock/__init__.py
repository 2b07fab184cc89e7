"""The system's clock."""

import time
from datetime import UTC, datetime


class SystemClock:
    """Tells the system's time."""

    def now(self) -> str:
        """Returns the time as RFC 3339 in UTC with whole seconds."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def ticks(self) -> float:
        """Returns seconds of a clock that only goes forward."""
        return time.perf_counter()
