"""Reading files once, for their digests and for a copy. Plain functions over plain data: an executor may ship them."""

import errno
import hashlib
import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Literal, NamedTuple

from gitprov.adapters.blobs.objects import OBJECT_MODE, name_in_folder, object_of
from gitprov.adapters.blobs.work import Advance
from gitprov.ids import Digest, Md5, digest_hex
from gitprov.ports.blobs import Object

SMALL = 1 << 20
"""Files up to this size (bytes) are read at once, larger ones through a buffer of this size."""

_SOURCE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_UNNOTICED = _SOURCE | getattr(os, "O_NOATIME", 0)
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC

Signature = tuple[int, int, int, int]
"""mtime_ns, ctime_ns, size, inode: a file in which all four are the same has the same bytes."""


def signature(status: os.stat_result) -> Signature:
    """Returns what the stat cache compares."""
    return status.st_mtime_ns, status.st_ctime_ns, status.st_size, status.st_ino


class Source(NamedTuple):
    """A file of the work tree to be read: `path` names it in results, `file` is what is opened, absolute or not."""

    path: str
    file: str
    signature: Signature

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.signature[2]


class Read(NamedTuple):
    """What a file held: the object that it is, and the staged copy unless the object was there or none was asked.

    `changed` says that it is none, since the file was another one when it was read, or became one.
    """

    source: Source
    item: Object = Object(Md5(""), 0, None)
    staged: str | None = None
    changed: bool = False

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.source.size


class Copy(NamedTuple):
    """An object to be read from `file`, and what mode its copy gets (less the umask, unless it is an object's)."""

    item: Object
    file: str
    mode: int = OBJECT_MODE

    @property
    def size(self) -> int:
        """Size in bytes."""
        return self.item.size


class Copied(NamedTuple):
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


def read_files(
    sources: Sequence[Source], top: str, objects: str | None, staging: str, advance: Advance, *, alone: bool = False
) -> list[Read]:
    """Reads each file once for both digests, and copies it to `staging` when `objects` lacks it.

    Args:
        sources: The files.
        top: A folder, from which files are opened that have no absolute path.
        objects: The folder `files/md5` of the cache; None to copy nothing.
        staging: A folder on its file system.
        advance: Told of the bytes that are done.
        alone: Whether nothing is published meanwhile (`over`).
    """
    with _folder(top) as handle, _stage(staging if objects is not None else None, objects or "", alone=alone) as stage:
        return [_read_file(source, handle, stage, advance) for source in sources]


def copy_objects(copies: Sequence[Copy], staging: str | None, advance: Advance, *, alone: bool = False) -> list[Copied]:
    """Reads objects, checks their bytes and copies them to `staging` (None: only checks them)."""
    with _stage(staging, "", alone=alone) as stage:
        return [_copy_object(copy, stage, advance) for copy in copies]


def stage_bytes(staging: str, data: bytes) -> str:
    """Writes a file with an object's mode into a staging folder and returns its path."""
    with _folder(staging) as folder:
        staged, target = _Stage(staging, folder).open("")
    try:
        _write_all(staged, target, data)
    finally:
        os.close(target)
    return staged


def blocks(handle: int) -> Iterator[memoryview]:
    """Yields the rest of an open file; each block is valid until the next one is asked for."""
    buffer = memoryview(bytearray(SMALL))
    while count := os.readv(handle, [buffer]):
        yield buffer[:count]


def _write_all(path: str, handle: int, data: bytes | memoryview) -> None:
    """Writes all of `data` to the open file `path`, however often it takes."""
    try:
        done = os.write(handle, data)
        while done < len(data):
            done += os.write(handle, memoryview(data)[done:])
    except OSError as error:
        error.filename = path  # on which disk there is no room
        raise


def _read_file(source: Source, top: int, stage: "_Stage | None", advance: Advance) -> Read:
    _, file, expected = source
    try:
        handle = _open_source(file, top)
    except OSError as error:
        if error.errno in (errno.ELOOP, errno.ENOENT, errno.ENOTDIR, errno.ENXIO):
            return Read(source, changed=True)
        raise
    try:
        if expected[2] <= SMALL:
            data = read_whole(handle, expected[2])
            if signature(os.fstat(handle)) != expected:
                return Read(source, changed=True)
            item, staged = _keep_small(data, stage)
            advance(expected[2])
        else:
            if signature(os.fstat(handle)) != expected:  # what came in its place may never end
                return Read(source, changed=True)
            item, staged = _read_large(handle, expected[2], stage, advance)
            if signature(os.fstat(handle)) != expected:
                return Read(source, changed=True)
    except OSError:
        if signature(os.fstat(handle)) != expected:  # a pipe or a folder came in its place
            return Read(source, changed=True)
        raise
    finally:
        os.close(handle)
    return Read(source, item, staged)


def _open_source(path: str, top: int) -> int:
    """Opens a file of the work tree, of which the time of the last access need not be written down."""
    try:
        return os.open(path, _UNNOTICED, dir_fd=top)
    except PermissionError:  # which is for owners to say
        return os.open(path, _SOURCE, dir_fd=top)


def read_whole(handle: int, size: int) -> bytes:
    """Returns as many bytes of an open file, less only if it ends before; some file systems give less than asked."""
    data = os.read(handle, size)
    while len(data) < size and (more := os.read(handle, size - len(data))):
        data += more
    return data


def _keep_small(data: bytes, stage: "_Stage | None") -> tuple[Object, str | None]:
    item = object_of(data)
    name = name_in_folder(item)
    if stage is None or stage.is_there(name):
        return item, None
    staged, target = stage.open(name)
    try:
        _write_all(staged, target, data)
    finally:
        os.close(target)
    return item, staged


def _read_large(handle: int, size: int, stage: "_Stage | None", advance: Advance) -> tuple[Object, str | None]:
    sha256, md5 = hashlib.sha256(), hashlib.md5(usedforsecurity=False)
    staged, target = stage.open("") if stage else (None, -1)
    try:
        for block in blocks(handle):
            sha256.update(block)
            md5.update(block)
            if staged:
                _write_all(staged, target, block)
            advance(len(block))
    finally:
        if stage:
            os.close(target)
    item = Object(Md5(f"md5:{md5.hexdigest()}"), size, Digest(f"sha256:{sha256.hexdigest()}"))
    if stage and staged and stage.is_there(name_in_folder(item)):
        os.unlink(staged)
        staged = None
    return item, staged


def _copy_object(copy: Copy, stage: "_Stage | None", advance: Advance) -> Copied:
    item = copy.item
    try:
        handle = open_object(copy.file)
    except (FileNotFoundError, NotADirectoryError):
        return Copied(item, None, None)
    digest = digest_for(item)
    name = name_in_folder(item) if copy.mode == OBJECT_MODE else ""
    staged, target = stage.open(name, copy.mode) if stage else (None, -1)
    try:
        for block in blocks(handle) if item.size > SMALL else [os.read(handle, SMALL + 1)]:
            digest.update(block)
            if staged:
                _write_all(staged, target, block)
            advance(len(block))
    finally:
        os.close(handle)
        if stage:
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


@contextmanager
def _folder(path: str) -> Iterator[int]:
    """Opens a folder: from here its files are a shorter way."""
    handle = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        yield handle
    finally:
        os.close(handle)


@contextmanager
def _stage(path: str | None, objects: str, *, alone: bool) -> Iterator["_Stage | None"]:
    """Opens a staging folder, if there is one."""
    if path is None:
        yield None
    else:
        with _folder(path) as handle:
            yield _Stage(path, handle, objects, alone=alone)


class _Stage:
    """A folder in which copies wait for their names.

    Args:
        path: Where it is, on the file system of the cache or remote.
        folder: The same, open.
        objects: Its folder `files/md5`, of which `is_there` tells.
        alone: Whether nothing is published while this is written to. An object whose MD5 is known then waits in a
            folder like the one that it is for: `ObjectFolder.publish` can give such a folder its name as a whole.
    """

    def __init__(self, path: str, folder: int, objects: str = "", *, alone: bool = False) -> None:
        self._path = path
        self._folder = folder
        self._objects = objects
        self._alone = alone
        self._is_masked: bool | None = None
        self._folders: set[str] = set()
        if objects:
            with suppress(FileNotFoundError, NotADirectoryError):
                self._folders.update(os.listdir(objects))

    def is_there(self, name: str) -> bool:
        """Tells whether there is an object of this name (`ab/cdef…`)."""
        return name[:2] in self._folders and os.path.exists(f"{self._objects}/{name}")

    def open(self, name: str, mode: int = OBJECT_MODE) -> tuple[str, int]:
        """Makes a file for an object `name` (`ab/cdef…`, or "" when that is not known yet); returns its path, open.

        Its mode is `mode` less the umask, but exactly an object's.
        """
        waiting = name if name and self._alone else os.urandom(8).hex()
        try:
            handle = os.open(waiting, _NEW, mode, dir_fd=self._folder)
        except FileExistsError:  # another file had the same bytes
            return self.open("", mode)
        except FileNotFoundError:
            if waiting != name:
                raise
            os.mkdir(name[:2], dir_fd=self._folder)
            handle = os.open(waiting, _NEW, mode, dir_fd=self._folder)
        if mode == OBJECT_MODE and self._is_masked is not False:
            self._is_masked = stat.S_IMODE(os.fstat(handle).st_mode) != mode
            if self._is_masked:
                os.fchmod(handle, mode)
        return f"{self._path}/{waiting}", handle
