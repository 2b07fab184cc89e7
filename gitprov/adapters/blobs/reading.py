"""Reading files once, for their digests and for a copy. Plain functions over plain data: an executor may ship them."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from typing import Literal

from gitprov.adapters.blobs.objects import OBJECT_MODE
from gitprov.adapters.blobs.work import Advance
from gitprov.frozen import dataclass
from gitprov.ids import digest_hex
from gitprov.ports.blobs import Object

SMALL = 1 << 20
"""Files up to this size (bytes) are read at once, larger ones through a buffer of this size."""

Signature = tuple[int, int, int, int]
"""mtime_ns, ctime_ns, size, inode: a file in which all four are the same has the same bytes."""


def signature(status: os.stat_result) -> Signature:
    """Returns what the stat cache compares."""
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


@dataclass(frozen=True, slots=True)
class Source:
    """A file of the work tree to be read: `path` names it in results, `file` is what is opened."""

    path: str
    file: str
    signature: Signature

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.signature[2]


@dataclass(frozen=True, slots=True)
class Read:
    """What a file held: hex digits of both digests, and the staged copy unless the object was there or none was asked.

    `changed` says that there are no digests, since the file was another one when it was read, or became one.
    """

    source: Source
    sha256: str = ""
    md5: str = ""
    staged: str | None = None
    changed: bool = False

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.source.size


@dataclass(frozen=True, slots=True)
class Copy:
    """An object to be read from `file`, and what mode its copy gets (less the umask, unless it is an object's)."""

    item: Object
    file: str
    mode: int = OBJECT_MODE

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.item.size


@dataclass(frozen=True, slots=True)
class Copied:
    """An object that was read: its staged copy, and the hex digest (as `digest_for`) of what was there, if anything."""

    item: Object
    staged: str | None
    found: str | None

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.item.size

    @property
    def problem(self) -> Literal["missing", "mismatch"] | None:
        """What is wrong with the bytes."""
        if self.found is None:
            return "missing"
        return None if self.found == digest_hex(self.item.sha256 or self.item.md5) else "mismatch"


def digest_for(item: Object) -> "hashlib._Hash":
    """Returns the hash that judges an object: SHA-256, or MD5 where the object's SHA-256 is not known."""
    return hashlib.sha256() if item.sha256 else hashlib.md5(usedforsecurity=False)


def read_files(sources: Sequence[Source], objects: str | None, staging: str, advance: Advance) -> list[Read]:
    """Reads each file once for both digests, and copies it to `staging` when `objects` lacks it.

    Args:
        sources: The files.
        objects: The folder `files/md5` of the cache; None to copy nothing.
        staging: A folder on its file system.
        advance: Told of the bytes that are done.
    """
    return [_read_file(source, objects, staging, advance) for source in sources]


def copy_objects(copies: Sequence[Copy], staging: str | None, advance: Advance) -> list[Copied]:
    """Reads objects, checks their bytes and copies them to `staging` (None: only checks them)."""
    return [_copy_object(copy, staging, advance) for copy in copies]


def stage_bytes(staging: str, data: bytes) -> str:
    """Writes a file with an object's mode into a staging folder and returns its path."""
    staged, target = _stage(staging, OBJECT_MODE)
    try:
        write_all(target, data)
    finally:
        os.close(target)
    return staged


def blocks(handle: int) -> Iterator[memoryview]:
    """Yields the rest of an open file; each block is valid until the next one is asked for."""
    buffer = memoryview(bytearray(SMALL))
    while count := os.readv(handle, [buffer]):
        yield buffer[:count]


def write_all(handle: int, data: bytes | memoryview) -> None:
    """Writes all of `data`, however often it takes."""
    done = os.write(handle, data)
    while done < len(data):
        done += os.write(handle, memoryview(data)[done:])


def _read_file(source: Source, objects: str | None, staging: str, advance: Advance) -> Read:
    try:
        handle = os.open(source.file, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOENT, errno.ENOTDIR, errno.ENXIO):
            return Read(source, changed=True)
        raise
    try:
        if signature(os.fstat(handle)) != source.signature:
            return Read(source, changed=True)
        if source.size <= SMALL:
            sha256, md5, staged = _read_small(handle, source.size, objects, staging)
        else:
            sha256, md5, staged = _read_large(handle, objects, staging, advance)
        after = signature(os.fstat(handle))
    finally:
        os.close(handle)
    if after != source.signature:
        return Read(source, staged=staged, changed=True)
    if after[2] <= SMALL:
        advance(after[2])
    return Read(source, sha256, md5, staged)


def _read_small(handle: int, size: int, objects: str | None, staging: str) -> tuple[str, str, str | None]:
    data = os.read(handle, size)
    while len(data) < size and (more := os.read(handle, size - len(data))):  # some file systems give less than asked
        data += more
    sha256 = hashlib.sha256(data).hexdigest()
    md5 = hashlib.md5(data, usedforsecurity=False).hexdigest()
    if objects is None or os.path.exists(f"{objects}/{md5[:2]}/{md5[2:]}"):
        return sha256, md5, None
    return sha256, md5, stage_bytes(staging, data)


def _read_large(handle: int, objects: str | None, staging: str, advance: Advance) -> tuple[str, str, str | None]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    staged, target = _stage(staging, OBJECT_MODE) if objects else (None, -1)
    try:
        for block in blocks(handle):
            sha256.update(block)
            md5.update(block)
            if objects:
                write_all(target, block)
            advance(len(block))
    finally:
        if objects:
            os.close(target)
    digits = md5.hexdigest()
    if staged and os.path.exists(f"{objects}/{digits[:2]}/{digits[2:]}"):
        os.unlink(staged)
        staged = None
    return sha256.hexdigest(), digits, staged


def _copy_object(copy: Copy, staging: str | None, advance: Advance) -> Copied:
    item = copy.item
    try:
        handle = open_object(copy.file)
    except (FileNotFoundError, NotADirectoryError):
        return Copied(item, None, None)
    digest = digest_for(item)
    staged, target = _stage(staging, copy.mode) if staging else (None, -1)
    try:
        for block in blocks(handle) if item.size > SMALL else [os.read(handle, SMALL + 1)]:
            digest.update(block)
            if staging:
                write_all(target, block)
            advance(len(block))
    finally:
        os.close(handle)
        if staging:
            os.close(target)
    return Copied(item, staged, digest.hexdigest())


def open_object(path: str) -> int:
    """Opens an object of a cache or remote. A pipe would make us wait, and a device never end: these are no objects.

    Raises:
        FileNotFoundError: There is no regular file.
        OSError: It cannot be opened.
    """
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    if stat.S_ISREG(os.fstat(handle).st_mode):
        return handle
    os.close(handle)
    raise FileNotFoundError(errno.ENOENT, "no regular file", path)


def _stage(staging: str, mode: int) -> tuple[str, int]:
    staged = f"{staging}/{os.urandom(8).hex()}"
    target = os.open(staged, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, mode)
    if mode == OBJECT_MODE:
        os.fchmod(target, mode)
    return staged, target
