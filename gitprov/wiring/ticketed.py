"""The ports of a run that has a ticket and no repository."""

import os
from functools import cached_property
from typing import TYPE_CHECKING, cast

from gitprov.records.tickets import Ticket
from gitprov.wiring.folders import open_folder
from gitprov.wiring.project import Project

if TYPE_CHECKING:
    from gitprov.adapters.blobs import DvcCache
    from gitprov.adapters.dvc import DvcFiles
    from gitprov.adapters.folder.emitting import EmittingWorkTree
    from gitprov.ports.folder import Folder
    from gitprov.ports.git import GitStore
    from gitprov.ports.settings import Settings


class TicketProject(Project):
    """The current folder, which is a copy of a work tree or of what of it a ticket names.

    What the run leaves goes to the folder `into`, and git is never called.
    """

    def __init__(self, ticket: Ticket, into: str, *, dry_run: bool = False) -> None:  # no repository is looked for
        self._ticket = ticket
        self._root = os.path.realpath(os.getcwd())
        self._dry_run = dry_run
        self.into: Folder = open_folder(into)

    @property
    def git(self) -> "GitStore":
        """The code of the ticket; a run asks for no more of git."""
        return self._code

    @cached_property
    def worktree(self) -> "EmittingWorkTree":
        """The files."""
        from gitprov.adapters.folder.emitting import EmittingWorkTree

        return EmittingWorkTree(self._root, self.into.path)

    @cached_property
    def settings(self) -> "Settings":
        """What the ticket took over from the settings."""
        from gitprov.adapters.folder.ticketed import TicketSettings

        return TicketSettings(self._ticket, self.worktree)

    def person(self) -> str:
        """Returns who made the ticket."""
        return self._ticket.actor

    @cached_property
    def _code(self) -> "GitStore":
        from gitprov.adapters.folder.ticketed import TicketCode

        return cast("GitStore", TicketCode(self._root, self._ticket, self.worktree))

    @cached_property
    def _dvc_files(self) -> "DvcFiles":
        from gitprov.adapters.dvc import DvcFiles

        return DvcFiles(self._root, self.worktree, self._ticket.dvc_root)

    @cached_property
    def _dvc_cache(self) -> "DvcCache":
        from gitprov.adapters.blobs import DvcCache

        state = os.devnull if self._dry_run else self._state  # below which nothing is remembered
        return DvcCache(self._root, self.into.path, state, ignores=self._dvc_files.ignores)

    @property
    def _state(self) -> str:
        return os.path.join(self.into.path, "gitprov")
