"""Bytes: the DVC cache of this clone, and the team's DVC remote."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from gitprov.frozen import dataclass
from gitprov.ids import Digest, Md5
from gitprov.ids.listings import Entry
from gitprov.ports.progress import Progress
from gitprov.records import Content


class Object(NamedTuple):  # there are many
    """One object in DVC's layout, `files/md5/ab/cdef…`, with `.dir` behind it for a directory's DVC listing.

    `sha256` is what makes it verifiable; None only for a `.dir` object whose expected bytes were not derived.
    """

    md5: Md5
    size: int
    sha256: Digest | None
    is_dir: bool = False


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What a file or directory of the work tree holds.

    Attributes:
        content: What a record says of it.
        left_out: How many files `.dvcignore` left out.
    """

    content: Content
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class Fault:
    """An object that is not there, or whose bytes are not the recorded ones; `where` names cache or remote in words."""

    object: Object
    where: str
    problem: Literal["missing", "mismatch"]


@dataclass(frozen=True, slots=True)
class Transfer:
    """What a transfer did: how many objects and bytes moved, how many were there already, what is wrong."""

    objects: int
    bytes: int
    present: int
    faults: tuple[Fault, ...] = ()


class Cache(Protocol):
    """The DVC cache of this clone. Objects enter by rename after fsync, mode 0444, verified."""

    def snapshot(self, path: str, *, keep: bool = True, progress: Progress | None = None) -> Snapshot:
        """Returns what `path` holds; each byte is read once for both digests, and not at all when the stat cache knows.

        With `keep` every object (and a directory's listing and `.dir`) is in the cache, fsynced, when it returns.

        Raises:
            GitprovError: GP-PTH-006 nothing there; GP-PTH-002 not a regular file or directory (device, socket,
                symlink); GP-PTH-003 and -004 names and links that cannot be kept; GP-BLB-003 an object with the same
                MD5 and another SHA-256 is in the cache; GP-BLB-004 the file changed while it was read.
        """
        ...

    def put(self, data: bytes) -> Object:
        """Keeps a small blob."""
        ...

    def put_all(self, blobs: Iterable[bytes]) -> None:
        """Keeps small blobs, all of them in one write."""
        ...

    def put_directory(self, files: Mapping[str, bytes], *, keep: bool = True) -> Content:
        """Returns the content of a directory with these plain files; with `keep` all its objects are kept.

        Raises:
            GitprovError: GP-BLB-003.
        """
        ...

    def read(self, item: Object) -> bytes:
        """Returns the bytes of an object, verified.

        Raises:
            GitprovError: GP-BLB-002 not in the cache; GP-BLB-001 other bytes.
        """
        ...

    def entries(self, content: Content) -> tuple[Entry, ...]:
        """Returns the listing of a directory content, verified against its digest; empty for a file.

        Raises:
            GitprovError: GP-BLB-002 when the listing is not in the cache; GP-BLB-001; GP-SCH-002.
        """
        ...

    def objects(self, content: Content) -> list[Object]:
        """Returns every object that a content consists of: bytes, or listing, `.dir` and each file's bytes.

        Raises:
            GitprovError: As `entries`.
        """
        ...

    def missing(self, items: Iterable[Object]) -> list[Object]:
        """Returns those that are not in the cache (by name and size; bytes are not read)."""
        ...

    def faults(self, items: Iterable[Object], *, aside: bool = True, progress: Progress | None = None) -> list[Fault]:
        """Reads every object and returns those that are missing or not what they should be.

        With `aside` wrong bytes are put into the quarantine, so that a pull brings the object again.
        """
        ...

    def leftovers(self) -> list[str]:
        """Returns the folders of unfinished copies that killed processes left behind, absolute."""
        ...

    def sweep(self) -> None:
        """Removes these."""
        ...

    def unprotected(self) -> list[str]:
        """Returns the objects that somebody could write to, or that cannot be read: their mode is not 0444. Absolute.

        DVC hashes such an object again each time.
        """
        ...

    def protect(self) -> None:
        """Gives these their mode.

        Raises:
            GitprovError: GP-IO-001 when one belongs to somebody else.
        """
        ...

    def restore(self, content: Content, path: str, *, force: bool = False, progress: Progress | None = None) -> bool:
        """Makes `path` hold exactly `content`, from the cache; returns False when it did already.

        `path` may be absolute (`--to DIR`). Every name is validated, nothing is written outside `path`, bytes are
        verified before they take their name; a file or directory in the way is replaced only when the cache has its
        bytes (nothing is lost), or with `force`.

        Raises:
            GitprovError: GP-PTH-007 something else is in the way; GP-PTH-003, -004 hostile names; GP-BLB-001, -002.
        """
        ...

    def adopt(self, md5: Md5, *, is_dir: bool) -> Snapshot | None:
        """Returns what an object that DVC stored holds, or None when it, or a member of it, is not in the cache.

        The bytes are read and must have this MD5, else GP-BLB-001. A directory's files count as plain files (DVC keeps
        no modes); its listing is kept.
        """
        ...


class Remote(Protocol):
    """The team's DVC remote."""

    @property
    def name(self) -> str:
        """The name in DVC's configuration and the address without user information, for people."""
        ...

    def missing(self, items: Sequence[Object]) -> list[Object]:
        """Returns those that the remote does not have.

        Raises:
            GitprovError: GP-IO-002 when the remote cannot be reached; GP-DVC-002 when a plug-in is missing.
        """
        ...

    def upload(self, items: Sequence[Object], *, repair: bool = False, progress: Progress | None = None) -> Transfer:
        """Copies objects from the cache that the remote lacks, members before `.dir`; each is verified on the way.

        Resumable: what arrived stays. Objects whose cached bytes are wrong or missing come back as faults and are not
        sent. With `repair` what the remote has is read too, and what is wrong there is kept aside and sent again.
        """
        ...

    def download(self, items: Sequence[Object], *, progress: Progress | None = None) -> Transfer:
        """Copies objects into the cache that it lacks; each counts only after its SHA-256 was checked.

        Wrong bytes come back as faults; they never enter the cache and are never deleted from the remote.
        """
        ...

    def faults(self, items: Sequence[Object], *, progress: Progress | None = None) -> list[Fault]:
        """Reads every object in the remote and returns those that are missing or not what they should be."""
        ...
