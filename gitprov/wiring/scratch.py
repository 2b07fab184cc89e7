"""A repository in a temporary folder, with keys and a memory of its own, for what must not touch the real ones."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from functools import cached_property

from gitprov.ports.memory import Memory
from gitprov.ports.scratch import Scratch
from gitprov.ports.signing import Keys
from gitprov.wiring.project import Project


class ScratchProject(Project):
    """The ports of the repository."""

    def __init__(self, folder: str, scratch: Scratch) -> None:
        super().__init__()
        self._folder = folder
        self._scratch = scratch

    @property
    def scratch(self) -> Scratch:
        """The repository."""
        return self._scratch

    @cached_property
    def keys(self) -> Keys:
        """Keys that go with the folder."""
        from gitprov.adapters.signing import FileKeys

        return FileKeys(os.path.join(self._folder, "keys"))

    @cached_property
    def memory(self) -> Memory:
        """A memory that goes with the folder."""
        from gitprov.adapters.memory import FileMemory

        return FileMemory(os.path.join(self._folder, "memory"))

    def pins(self) -> dict[str, str]:
        """Returns no pins: those that people set are of another project."""
        return {}


@contextmanager
def scratch_project(project: Project, *, keep: bool = False) -> Iterator[ScratchProject]:
    """Makes the repository, which borrows the objects of a project, and is where the process stands meanwhile.

    Args:
        project: Whose objects.
        keep: Leave it where it is.
    """
    from gitprov.adapters.git.scratch import GitScratch

    folder = os.path.realpath(tempfile.mkdtemp(prefix="gitprov-drill-"))
    try:
        os.mkdir(os.path.join(folder, "repository"))
        scratch = GitScratch(os.path.join(folder, "repository"), objects=project.git.root)
        with chdir(scratch.path):
            yield ScratchProject(folder, scratch)
    finally:
        if not keep:
            shutil.rmtree(folder)
