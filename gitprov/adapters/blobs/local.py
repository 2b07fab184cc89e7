"""A DVC remote that is a directory."""

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, suppress

from gitprov.adapters.blobs.intake import Intake
from gitprov.adapters.blobs.objects import ObjectFolder
from gitprov.adapters.blobs.reading import Copied, Copy, copy_objects
from gitprov.adapters.blobs.remote import CheckedRemote
from gitprov.adapters.blobs.work import Advance, over
from gitprov.adapters.failures import disk_errors
from gitprov.errors import catalogue as codes
from gitprov.ports.blobs import Object


class LocalRemote(CheckedRemote):
    """The remote `name` in the folder `root`.

    Args:
        name: In DVC's configuration.
        root: Absolute path; it need not exist before the first upload.
        intake: The cache that objects come from and go to.
        shared: Whether the remote's `shared` is `group`.
    """

    def __init__(self, name: str, root: str, intake: Intake, *, shared: bool = False) -> None:
        super().__init__(f"{name} ({root})", intake)
        self._folder = ObjectFolder(root, self.name, shared=shared)

    def _errors(self) -> AbstractContextManager[None]:
        return disk_errors()

    def _sizes(self, items: list[Object]) -> dict[Object, int]:
        sizes = {}
        for item in items:
            with suppress(FileNotFoundError, NotADirectoryError):
                sizes[item] = os.stat(self._folder.path(item)).st_size
        return sizes

    def _send(self, items: list[Object], advance: Advance) -> Iterator[tuple[list[Object], list[Copied]]]:
        copies = [Copy(item, self._intake.folder.path(item)) for item in items]
        with self._folder.staging() as staging:
            for batch in over(self._intake.executor, copy_objects, copies, advance, staging=staging):
                good = [copied for copied in batch if not copied.problem]
                self._folder.publish([(str(copied.staged), copied.item) for copied in good])
                yield [copied.item for copied in good], [copied for copied in batch if copied.problem]

    def _read(self, items: list[Object], staging: str | None, advance: Advance) -> Iterator[list[Copied]]:
        if items and not os.path.isdir(self._folder.root):
            raise codes.IO_NETWORK.error(
                f"there is no folder {self._folder.root}",
                why=f"it is the remote {self.name}: nothing was pushed yet, or it is not mounted",
                fix="gitprov push  # or mount it",
            )
        copies = [Copy(item, self._folder.path(item)) for item in items]
        return over(self._intake.executor, copy_objects, copies, advance, staging=staging)

    def _set_aside(self, item: Object) -> None:
        self._folder.quarantine(self._folder.path(item), item)
