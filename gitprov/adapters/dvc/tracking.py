"""What git says that DVC's files depend on: which of them count, and which data it would commit by mistake."""

import posixpath
import re
from collections.abc import Callable
from functools import cached_property

from gitprov.adapters.git.ignoring import ignored
from gitprov.adapters.git.plumbing import Place, Plumbing, discover, split
from gitprov.errors import catalogue as codes

Read = Callable[[str], bytes | None]
_is_plain = re.compile(r"[A-Za-z0-9/._-]+").fullmatch
"""A pattern in which nothing need be escaped."""


class Tracking:
    """Asks git about the work tree at `root`, which is in the repository at `place` where that is known."""

    def __init__(self, root: str, place: Place | None = None) -> None:
        self._root = root
        self._place = place

    def files(self, *endings: str) -> list[str]:
        """Returns the files that git tracks, or would if told to add everything, and that end so with `/` before."""
        found = self._git.as_user(
            *("ls-files", "-z", "--cached", "--others", "--exclude-standard", "--deduplicate", "--"),
            *(pattern for ending in endings for pattern in (f"*{ending}", ending.removeprefix("/"))),
            variables={"GIT_LITERAL_PATHSPECS": "0"},
        )
        return [path for path in split(found) if f"/{path}".endswith(endings)]  # a folder may match

    def is_ignored(self, path: str) -> bool:
        """Tells whether git ignores a path."""
        return bool(ignored(self._git, [path]))

    @cached_property
    def _git(self) -> Plumbing:
        place = self._place or discover(self._root)
        if place is None:
            raise codes.GIT_NONE.error(f"{self._root} is not inside a git repository")
        return Plumbing(place)


def ignore_file(path: str) -> str:
    """Returns the .gitignore that has the line of `path`."""
    return posixpath.join(posixpath.dirname(path), ".gitignore")


def with_line(old: bytes, path: str) -> bytes:
    """Returns a .gitignore with the line of `path` at its end, as DVC writes it; unchanged when it has the line."""
    pattern = f"/{posixpath.basename(path)}"
    if not _is_plain(pattern):
        from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

        pattern = GitIgnoreSpecPattern.escape(pattern)
    # What ends a line, and a space at its end, cannot stand there; escaping does not help, any character does.
    line = re.sub(r"[\r\n]| \Z", "?", pattern).encode()
    if line in old.split(b"\n"):
        return old
    joint = b"" if not old or old.endswith(b"\n") else b"\n"
    return old + joint + line + b"\n"
