"""Paths as people type them."""

import os
from contextlib import suppress

from gitprov.adapters.failures import disk_errors


def from_top(top: str, typed: str) -> str | None:
    """Returns a path (absolute, or from where people stand) as one from a top folder; None outside of it.

    Symlinks are resolved in the parent folders only, never in the last component. "." is the top itself.
    """
    typed = os.path.join(os.getcwd(), typed)
    folder, name = os.path.split(typed.rstrip("/") or "/")
    whole = real_path(typed)
    full = os.path.join(real_path(folder), name) if name not in ("", ".", "..") and whole != top else whole
    if full == top:
        return "."
    return full[len(top) + 1 :] if full.startswith(top + "/") else None


def real_path(path: str) -> str:
    """Returns a path without symlinks.

    Raises:
        GitprovError: GP-IO-001.
    """
    with disk_errors():
        return os.path.realpath(path)


def is_there(path: str) -> bool:
    """Tells whether there is anything at a path, be it a symlink; what cannot be looked at is not taken for absent.

    Raises:
        GitprovError: GP-IO-001.
    """
    with disk_errors(), suppress(FileNotFoundError, NotADirectoryError):
        os.lstat(path)
        return True
    return False
