"""Which files are opened, and time that passes for the stat cache."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def wait_for_a_tick() -> None:
    """Lets the file system's clock go on, so that the stat cache believes what it saw."""
    threading.Event().wait(0.06)


_watched: list[tuple[str, list[str]]] = []


@sys.addaudithook
def _note(event: str, details: tuple[object, ...]) -> None:
    if event != "open" or not _watched:
        return
    path, _, flags = details
    is_file = isinstance(flags, int) and not flags & os.O_DIRECTORY
    folder, files = _watched[0]
    if (
        is_file
        and isinstance(path, str)
        and (file := os.path.join(os.path.dirname(folder), path)).startswith(f"{folder}/")
    ):
        files.append(file)


@contextmanager
def opened_below(folder: Path) -> Iterator[list[str]]:
    """Notes the files below a folder that are opened, by whole paths or from the folder above."""
    _watched.append((str(folder), []))
    try:
        yield _watched[0][1]
    finally:
        _watched.clear()
