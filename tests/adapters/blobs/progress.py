"""A progress bar that a test can look at."""

import threading


class Bar:
    """Holds the calls to their order, and counts."""

    def __init__(self) -> None:
        self.total = self.done = 0
        self.open = False
        self._lock = threading.Lock()

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        assert what
        assert unit == "bytes"
        assert not self.open
        self.open, self.total, self.done = True, total, 0

    def advance(self, done: int) -> None:
        with self._lock:
            self.done += done

    def end(self) -> None:
        self.open = False

    @property
    def finished(self) -> bool:
        """Tells whether the last piece of work ended with all its bytes."""
        return not self.open and self.total > 0 and self.done == self.total
