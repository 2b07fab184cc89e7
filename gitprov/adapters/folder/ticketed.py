"""What a ticket says, in the place of git: the code of a step, checked against the files that are there."""

import os
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property

from gitprov.adapters.failures import disk_errors
from gitprov.adapters.folder.emitting import EmittingWorkTree
from gitprov.adapters.paths import from_top
from gitprov.adapters.settings import FileSettings
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.ids.listings import EXECUTABLE, FILE, SYMLINK, CodeEntry
from gitprov.ids.notebooks import code_entry
from gitprov.ports.git import CodeState, TreeEntry
from gitprov.records.settings import EnvironmentSettings, Project, SecretSettings
from gitprov.records.tickets import Ticket, TicketFile

SHOWN = 10
"""How many files an error names."""


class TicketCode:
    """As much of `gitprov.ports.git.GitStore` as a run asks for; nothing is tracked here, and there is no commit."""

    def __init__(self, root: str, ticket: Ticket, worktree: EmittingWorkTree) -> None:
        self.root = root
        self._ticket = ticket
        self._worktree = worktree

    def relative(self, path: str) -> str:
        """Implements `GitStore.relative`."""
        found = self._worktree.own(path) or from_top(self.root, path)
        if found is None:
            raise codes.PTH_OUTSIDE.error(f"{path} is outside the folder {self.root}")
        return found

    def code(self, paths: Sequence[str], left_out: Sequence[str]) -> CodeState:  # noqa: ARG002 the ticket has both
        """Returns the code of the ticket.

        Raises:
            GitprovError: GP-TKT-003 with the files that are not here as the ticket says.
        """
        return self._state

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yields the code's files: what stands for an object id is the path."""
        for path in oids:
            yield path, self._bytes(path)

    def tracked(self, paths: Sequence[str]) -> set[str]:  # noqa: ARG002
        """Returns nothing."""
        return set()

    def ignored(self, paths: Sequence[str]) -> set[str]:
        """Returns what is no code: where the ticket was made, git ignored what else could be run."""
        return set(paths) - {one.path for one in self._ticket.files}

    def repository_around(self, path: str) -> str | None:  # noqa: ARG002
        """Returns nothing."""
        return None

    def index(self, under: Sequence[str] = ()) -> dict[str, TreeEntry]:  # noqa: ARG002
        """Returns nothing."""
        return {}

    def commit_of(self, revision: str) -> str | None:  # noqa: ARG002
        """Returns nothing."""
        return None

    @cached_property
    def _state(self) -> CodeState:
        files = self._ticket.files
        faults = [f"{one.path} {fault}" for one in files if (fault := self._fault(one))]
        if faults:
            more = f" and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
            raise codes.TKT_DIFFERS.error(f"code is not as the ticket has it: {', '.join(faults[:SHOWN])}{more}")
        commit = self._ticket.code.commit
        return CodeState(
            tuple(CodeEntry(one.path, one.mode, one.sha256) for one in files),
            commit.removeprefix("git:") if commit else None,
            self._ticket.code.dirty,
            {one.path: one.path for one in files},
        )

    def _fault(self, file: TicketFile) -> str | None:
        """Returns what is wrong with a file of the code, or None."""
        kind = self._worktree.kind(file.path)
        if kind is None:
            return "is missing"
        if kind != ("symlink" if file.mode == SYMLINK else "file"):
            return f"is a {kind}"
        if file.mode != SYMLINK and self._mode(file.path) != file.mode:
            return f"has the mode {self._mode(file.path)}, not {file.mode}"
        data = self._bytes(file.path)
        if file.sha256 == code_entry(file.path, file.mode, data).sha256 or file.worktree == sha256_of(data):
            return None
        return "differs"

    def _mode(self, path: str) -> str:
        with disk_errors():
            return EXECUTABLE if os.lstat(self._worktree.absolute(path)).st_mode & 0o100 else FILE

    def _bytes(self, path: str) -> bytes:
        if self._worktree.kind(path) != "symlink":
            return self._worktree.read(path) or b""
        with disk_errors():
            return os.fsencode(os.readlink(self._worktree.absolute(path)))


class TicketSettings(FileSettings):
    """The settings that a ticket has taken over from the project."""

    def __init__(self, ticket: Ticket, worktree: EmittingWorkTree) -> None:
        super().__init__(worktree, b"")
        self._ticket = ticket

    def project(self) -> Project:
        """Returns what the ticket says of project.yaml."""
        return Project(
            dvc_root=self._ticket.dvc_root,
            environment=EnvironmentSettings(variables=self._ticket.variables),
            secrets=SecretSettings(allow=self._ticket.allow),
        )
