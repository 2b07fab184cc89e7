"""A plain folder, outside of any repository: where a release is served from, where a run without git leaves its own."""

from collections.abc import Sequence
from typing import Protocol

from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ports.blobs import Object
from gitprov.ports.progress import Progress
from gitprov.records import Content


@dataclass(frozen=True, slots=True)
class Measured:
    """What a path holds.

    Attributes:
        digest: Of a file's bytes, or of a directory's listing; None for what no record describes: a link or a device,
            a name that is not UTF-8, a file that changed while it was read.
        directory: Whether it is a directory.
    """

    digest: Digest | None
    directory: bool


class Folder(Protocol):
    """One folder. Names are paths relative to it; no symlink below it is ever followed.

    Methods raise GitprovError GP-PTH-001 for a name that leads outside, GP-IO-001.
    """

    @property
    def path(self) -> str:
        """Its absolute path."""
        ...

    def files(self) -> list[str]:
        """Returns the names of the regular files in it and below, sorted; none when there is no such folder."""
        ...

    def read(self, name: str) -> bytes | None:
        """Returns the bytes of a regular file, or None when there is none."""
        ...

    def measure(self, name: str, *, progress: Progress | None = None) -> Measured | None:
        """Returns what is at a name, or None when nothing is; every byte is read, whatever was read before."""
        ...

    def write(self, name: str, data: bytes) -> None:
        """Writes a file by fsync and rename; the folder is made when it is not there."""
        ...

    def move(self, name: str, to: str) -> None:
        """Gives a file or folder another name, over a file there may be, once its bytes are safe on disk.

        Nothing is done when nothing is there.
        """
        ...

    def remove(self, name: str) -> None:
        """Removes a file, or a folder with all that is in it; nothing when nothing is there."""
        ...


class Emission(Folder, Protocol):
    """A folder with what a run left that had no repository: records, and objects in DVC's layout."""

    def take(self, items: Sequence[Object], *, keep: bool = True, progress: Progress | None = None) -> list[Object]:
        """Puts objects of the folder into the cache of a clone; returns those that are not there as they should be.

        Each is read once, and enters the cache as what it is, whatever the folder calls it. One counts as missing that
        is no regular file, lies behind a symlink, or has another size. Without `keep` they are only read.

        Raises:
            GitprovError: GP-BLB-003, -004, GP-IO-001.
        """
        ...

    def objects(self, content: Content) -> list[Object]:
        """Returns every object that a content consists of, as `Cache.objects` does, by the listings of this folder.

        Raises:
            GitprovError: GP-TKT-006 when a listing, or the target of a link, is not there as it should be; GP-BLB-001,
                GP-SCH-002.
        """
        ...
