"""Paths as DVC writes them: relative to the folder of the file, or to the stage's working folder."""

import posixpath
import re

_is_address = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://").match


def join(folder: str, path: str) -> str:
    """Returns a path of DVC's as one from the top of the work tree.

    What lies outside the work tree stays outside: an address, an absolute path, a path that climbs out.
    """
    return path if _is_address(path) else posixpath.normpath(posixpath.join(folder, path))


def is_outside(path: str) -> bool:
    """Tells whether what `join` returned lies outside the work tree."""
    return bool(_is_address(path)) or path.startswith(("/", "../")) or path == ".."


def above(path: str) -> list[str]:
    """Returns the folders around a path, from the inmost to the top, which is "."."""
    folders = []
    while path not in (".", ""):
        path = posixpath.dirname(path) or "."
        folders.append(path)
    return folders
