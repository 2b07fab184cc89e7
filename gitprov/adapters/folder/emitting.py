"""The work tree of a run without a repository: a folder of code and data, and the folder that the run is emitted into.

What a clone has in `.gitprov/` lies in the latter: many runs share the former, on many machines perhaps, and none sees
the drafts of another.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Literal

from gitprov.adapters.paths import from_top
from gitprov.adapters.worktree import FileWorkTree
from gitprov.records.stored import ROOT

_PRIVATE = f"{ROOT}/drafts"


class EmittingWorkTree:
    """The files below `top`, and those of `.gitprov/` below `folder`; both are absolute."""

    def __init__(self, top: str, folder: str) -> None:
        self._folder = folder
        self._files = FileWorkTree(top, os.path.join(top, _PRIVATE))
        self._own = FileWorkTree(folder, folder)

    def own(self, path: str) -> str | None:
        """Returns what this work tree calls a path, as people type it, that lies in the `.gitprov/` of the folder."""
        inside = from_top(self._folder, path)
        return inside if inside is not None and inside.startswith(f"{ROOT}/") else None

    def absolute(self, path: str) -> str:
        """Implements `WorkTree.absolute`."""
        return self._of(path).absolute(path)

    def read(self, path: str) -> bytes | None:
        """Implements `WorkTree.read`."""
        return self._of(path).read(path)

    def kind(self, path: str) -> Literal["file", "directory", "symlink", "other"] | None:
        """Implements `WorkTree.kind`."""
        return self._of(path).kind(path)

    def stamp(self, path: str) -> str | None:
        """Implements `WorkTree.stamp`."""
        return self._of(path).stamp(path)

    def files(self, under: str) -> list[str]:
        """Implements `WorkTree.files`."""
        return self._of(under).files(under)

    def holding(self, path: str, part: bytes) -> list[str]:
        """Implements `WorkTree.holding`."""
        return self._of(path).holding(path, part)

    def write_new(self, path: str, data: bytes) -> bool:
        """Implements `WorkTree.write_new`."""
        return self._of(path).write_new(path, data)

    def replace(self, path: str, data: bytes) -> bool:
        """Implements `WorkTree.replace`."""
        return self._of(path).replace(path, data)

    def remove(self, path: str) -> None:
        """Implements `WorkTree.remove`."""
        self._of(path).remove(path)

    def clear(self, path: str) -> None:
        """Implements `WorkTree.clear`."""
        self._of(path).clear(path)

    def protect(self, path: str) -> None:
        """Implements `WorkTree.protect`."""
        self._of(path).protect(path)

    def is_linked(self, path: str) -> bool:
        """Implements `WorkTree.is_linked`."""
        return self._of(path).is_linked(path)

    @contextmanager
    def announced(self, paths: Sequence[str]) -> Iterator[None]:
        """Implements `WorkTree.announced`: one run at a time in the folder, and for each output where the code is."""
        with self._own.announced([self._folder]), self._files.announced(paths):
            yield

    def is_idle(self) -> bool:
        """Implements `WorkTree.is_idle`, for the folder."""
        return self._own.is_idle()

    def unfinished(self) -> list[str]:
        """Implements `WorkTree.unfinished`, for the folder."""
        return self._own.unfinished()

    def leftovers(self) -> list[str]:
        """Implements `WorkTree.leftovers`, for the folder."""
        return self._own.leftovers()

    def sweep(self) -> None:
        """Implements `WorkTree.sweep`, for the folder."""
        self._own.sweep()

    @contextmanager
    def locked(self, intent: str) -> Iterator[None]:
        """Implements `WorkTree.locked`, for the folder."""
        with self._own.locked(intent):
            yield

    def _of(self, path: str) -> FileWorkTree:
        return self._own if path == ROOT or path.startswith(f"{ROOT}/") else self._files
