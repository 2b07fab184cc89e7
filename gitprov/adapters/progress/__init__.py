"""The Progress port: a bar on a terminal's stderr, or silence."""

import sys
import threading
from typing import Any

from gitprov.ports.progress import Progress


class Silence:
    """Says nothing: for programs, pipes and tests."""

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        """Does nothing."""

    def advance(self, done: int) -> None:
        """Does nothing."""

    def end(self) -> None:
        """Does nothing."""


class Bar:
    """A bar of bytes, or of another unit; work of bytes that takes no time to speak of is not shown."""

    SHOWN_FROM = 16 * 1024 * 1024

    def __init__(self) -> None:
        self._bar: Any = None
        self._lock = threading.Lock()

    def begin(self, what: str, total: int, unit: str = "bytes") -> None:
        """Draws the bar when there is enough to do."""
        if unit == "bytes" and total < self.SHOWN_FROM:
            return
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            MofNCompleteColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
        )

        count = DownloadColumn() if unit == "bytes" else MofNCompleteColumn()
        columns = (TextColumn("{task.description}"), BarColumn(), count, TimeRemainingColumn())
        bar = Progress(*columns, console=Console(stderr=True), transient=True)
        bar.add_task(what, total=total)
        bar.start()
        self._bar = bar

    def advance(self, done: int) -> None:
        """Moves the bar."""
        if self._bar is not None:
            with self._lock:
                self._bar.advance(self._bar.task_ids[0], done)

    def end(self) -> None:
        """Takes the bar away."""
        if self._bar is not None:
            self._bar.stop()
            self._bar = None


def choose_progress() -> Progress:
    """Returns a bar when a person watches, else silence."""
    return Bar() if sys.stderr.isatty() else Silence()
