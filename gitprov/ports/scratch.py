"""A repository of its own, to be tampered with and thrown away; and commits as data, from which it is written."""

from collections.abc import Mapping
from dataclasses import field
from typing import Protocol

from gitprov.frozen import dataclass
from gitprov.ports.incoming import Incoming
from gitprov.ports.workplace import Workplace


@dataclass(frozen=True, slots=True)
class File:
    """A file of a commit.

    Attributes:
        mode: In octal digits.
        data: Its bytes; in hex digits the id of an object that the repository has; `:1` for a submodule's commit, the
            first of all.
    """

    mode: str
    data: bytes | str


Files = Mapping[str, File]


@dataclass(frozen=True, slots=True)
class Made:
    """A commit: its parents by number, every file that it has, and its message."""

    parents: tuple[int, ...]
    files: Files
    message: str


@dataclass(frozen=True, slots=True)
class Commits:
    """A graph of commits, numbered from 0 in the order in which they were made."""

    made: list[Made] = field(default_factory=list)

    def commit(self, files: Files, *parents: int, message: str = "work") -> int:
        """Makes a commit and returns its number."""
        self.made.append(Made(parents, dict(files), message))
        return len(self.made) - 1

    def files(self, number: int) -> dict[str, File]:
        """Returns the files of a commit; the mapping is the caller's to change."""
        return dict(self.made[number].files)

    def chain(self, head: int) -> list[int]:
        """Returns the first-parent chain that ends in a commit, oldest first."""
        found = [head]
        while parents := self.made[found[-1]].parents:
            found.append(parents[0])
        return found[::-1]


class Scratch(Protocol):
    """The repository; it is not bare, nothing is checked out, and its branch is `main`."""

    @property
    def path(self) -> str:
        """Absolute path of its top."""
        ...

    def write(self, commits: Commits, refs: Mapping[str, int]) -> tuple[str, ...]:
        """Makes the commits, with fixed dates, and sets refs to them; returns their ids by number.

        Raises:
            GitprovError: GP-GIT-003 when git refuses.
        """
        ...

    def set_ref(self, ref: str, commit: str) -> None:
        """Moves a ref, or makes it."""
        ...

    def stage_tree(self, commit: str) -> None:
        """Makes the index what a commit has."""
        ...


class Drilling(Workplace, Protocol):
    """The ports of the scratch repository: its keys and its memory are its own."""

    @property
    def incoming(self) -> Incoming:
        """Commits that come in."""
        ...

    @property
    def scratch(self) -> Scratch:
        """The repository."""
        ...
