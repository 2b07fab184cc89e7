"""Paths as people type them."""

import os


def from_top(top: str, typed: str) -> str | None:
    """Returns a path (absolute, or from where people stand) as one from a top folder; None outside of it.

    Symlinks are resolved in the parent folders only, never in the last component. "." is the top itself.
    """
    typed = os.path.join(os.getcwd(), typed)
    folder, name = os.path.split(typed.rstrip("/") or "/")
    whole = os.path.realpath(typed)
    full = os.path.join(os.path.realpath(folder), name) if name not in ("", ".", "..") and whole != top else whole
    if full == top:
        return "."
    return full[len(top) + 1 :] if full.startswith(top + "/") else None
