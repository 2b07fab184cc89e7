"""The real file system behind `os`, with a fault at one call: what a full disk, a bad one, or a signal does.

Every call by which gitprov's adapters reach the disk goes through here while `Disk` is entered; the calls of git, of
SQLite and of the interpreter do not. Nothing is simulated but the one failure.
"""

import builtins
import errno
import fcntl
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from types import FrameType
from typing import Any, Self

ERRORS = (errno.ENOSPC, errno.EIO, errno.EACCES, errno.EINTR)
CALLS = (
    "chmod", "fchmod", "fstat", "fsync", "ftruncate", "link", "listdir", "lstat", "mkdir", "open", "pread", "pwrite",
    "read", "readlink", "readv", "remove", "rename", "replace", "rmdir", "scandir", "stat", "symlink", "unlink",
    "write",
)  # fmt: skip
_BETWEEN = ("os", "shutil", "genericpath", "posixpath", "contextlib")
"""Modules of the standard library that call these for an adapter."""

Site = tuple[str, int, str]
"""Where a call stands: file, line, and which call it is."""


@dataclass(slots=True)
class Disk:
    """Counts calls, and lets one of them fail.

    Attributes:
        fails: The number of the call that fails; 0 for none.
        error: With which errno.
        sites: Where each call came from, in order.
        before: Told of every call before it is made: its name and arguments.
        after: Told of every call after it was made: its name, arguments and result.
    """

    fails: int = 0
    error: int = errno.EIO
    sites: list[Site] = field(default_factory=list)
    before: Callable[[str, tuple[Any, ...], dict[str, Any]], None] | None = None
    after: Callable[[str, tuple[Any, ...], dict[str, Any], Any], None] | None = None
    _kept: list[tuple[Any, str, Any]] = field(default_factory=list)

    def __enter__(self) -> Self:
        for module, name in [*((os, name) for name in CALLS), (builtins, "open"), (fcntl, "flock")]:
            real = getattr(module, name)
            self._kept.append((module, name, real))
            setattr(module, name, self._watched(f"{module.__name__}.{name}", real))
        return self

    def __exit__(self, *error: object) -> None:
        for module, name, real in self._kept:
            setattr(module, name, real)
        self._kept.clear()

    def _watched(self, name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        @wraps(real)
        def call(*args: Any, **kwargs: Any) -> Any:
            caller = _adapter(sys._getframe(1))
            if caller is None:
                return real(*args, **kwargs)
            self.sites.append((caller.f_code.co_filename, caller.f_lineno, name))
            if self.before:
                self.before(name, args, kwargs)
            if len(self.sites) == self.fails:
                place = args[0] if args and isinstance(args[0], str | bytes) else None
                raise OSError(self.error, os.strerror(self.error), place)
            result = real(*args, **kwargs)
            if self.after:
                self.after(name, args, kwargs, result)
            return result

        return call


def _adapter(frame: FrameType | None) -> FrameType | None:
    """Returns the frame of the adapter that makes a call, or None when it is somebody else's."""
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module.startswith("gitprov.adapters."):
            return frame
        if module not in _BETWEEN:
            return None
        frame = frame.f_back
    return None
