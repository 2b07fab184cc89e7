"""Making files safe on disk, many at a time."""

import os
from collections.abc import Collection, Sequence

MANY = 32
"""From so many files on, one syncfs costs less than an fsync each (20,000 files: 2 s against 8 s)."""


def sync_files(paths: Sequence[str]) -> None:
    """Returns when the bytes of all these files, which lie on one file system, are safe on disk."""
    if len(paths) < MANY or not _sync_file_system(paths[0]):
        for path in paths:
            _fsync(path)


def sync_folders(folders: Collection[str]) -> None:
    """Returns when the names in these folders, which lie on one file system, are safe on disk."""
    if len(folders) < MANY or not _sync_file_system(next(iter(folders))):
        for folder in folders:
            _fsync(folder)


def _fsync(path: str) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _sync_file_system(path: str) -> bool:
    """Writes out the whole file system that `path` is on; returns False where the system cannot."""
    import ctypes

    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None)
    if syncfs is None:
        return False
    handle = os.open(path, os.O_RDONLY)
    try:
        if syncfs(handle) != 0:
            code = ctypes.get_errno()
            raise OSError(code, os.strerror(code), path)
    finally:
        os.close(handle)
    return True
