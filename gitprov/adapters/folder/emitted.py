"""What a run left that had no repository: a folder that somebody else may have written to, or made."""

import os
from collections.abc import Sequence

from gitprov.adapters.blobs.cache import DvcCache
from gitprov.adapters.blobs.intake import Intake
from gitprov.adapters.blobs.objects import fits, object_name, object_of
from gitprov.adapters.blobs.reading import open_object
from gitprov.adapters.blobs.scan import Scan, Seen, scan
from gitprov.adapters.failures import disk_errors
from gitprov.adapters.folder.plain import PlainFolder
from gitprov.errors import catalogue as codes
from gitprov.ports.blobs import Object
from gitprov.ports.progress import Progress
from gitprov.records import Content


class EmittedFolder(PlainFolder):
    """The folder at `path`, whose objects enter the cache by `intake`, as files of a work tree do."""

    def __init__(self, path: str, intake: Intake) -> None:
        super().__init__(path)
        self._intake = intake

    def take(self, items: Sequence[Object], *, keep: bool = True, progress: Progress | None = None) -> list[Object]:
        """Implements `Emission.take`."""
        plain = {item: self._files.absolute(_name(item)) for item in items if not item.is_dir}
        with disk_errors():
            looked = {path: self._look(item) for item, path in plain.items()}
            found = Scan(is_directory=True, files={path: seen for path, seen in looked.items() if seen is not None})
            read = self._intake.identify(found, self.path, keep=keep, progress=progress)
        wrong = [item for item, path in plain.items() if read.get(path) != item]
        return wrong + [item for item in items if item.is_dir and not self._take_listing(item, keep=keep)]

    def objects(self, content: Content) -> list[Object]:
        """Implements `Emission.objects`."""
        return _Own(self).objects(content)

    def read_object(self, item: Object) -> bytes:
        """Returns the bytes of an object.

        Raises:
            GitprovError: GP-TKT-006 when the folder has it not, or has others.
        """
        with disk_errors():
            if self._look(item) is not None:
                with open(open_object(self._files.absolute(_name(item))), "rb") as file:
                    data = file.read()
                if object_of(data) == item:
                    return data
        raise codes.TKT_DAMAGED.error(f"bytes are missing or damaged: {item.sha256}")

    def _look(self, item: Object) -> Seen | None:
        """Returns what is seen of an object's file before it is read; None of one that is not taken."""
        name = _name(item)
        if self._files.kind(name) != "file":
            return None
        path = self._files.absolute(name)
        found = scan("/", path, os.devnull)
        seen = found.files.get(path) if found is not None else None
        return seen if seen is not None and fits(item, seen[2]) else None

    def _take_listing(self, item: Object, *, keep: bool) -> bool:
        """Takes DVC's listing of a directory; returns False when the folder has not the one that is meant."""
        data = self.read(_name(item))
        if data is None or object_of(data, is_dir=True) != item:
            return False
        if keep:
            with disk_errors():
                self._intake.put(data, is_dir=True)
        return True


class _Own(DvcCache):
    """The objects of a folder as those of a cache, of which nobody knows whether they are what they are called."""

    def __init__(self, folder: EmittedFolder) -> None:
        super().__init__(folder.path, folder.path, os.devnull)
        self._folder = folder

    def read(self, item: Object) -> bytes:
        """Implements `Cache.read`, and changes nothing in the folder, whatever it has."""
        return self._folder.read_object(item)


def _name(item: Object) -> str:
    return object_name(item.md5, is_dir=item.is_dir)
