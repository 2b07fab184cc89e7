"""The system's clock."""

from datetime import UTC, datetime


class SystemClock:
    """Tells the system's time."""

    def now(self) -> str:
        """Returns the time as RFC 3339 in UTC with whole seconds."""
        return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
