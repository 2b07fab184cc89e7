"""How files get into the cache: hashed once, compared with what is there, named only when safe on disk."""

import os
from collections.abc import Collection, Iterable, Mapping, Sequence
from concurrent.futures import Executor
from contextlib import nullcontext, suppress

from gitprov.adapters.blobs.objects import ObjectFolder, identity, object_of
from gitprov.adapters.blobs.reading import Copied, Copy, Read, Source, copy_objects, read_files, signature, stage_bytes
from gitprov.adapters.blobs.scan import Found
from gitprov.adapters.blobs.state import Known, StatCache, is_settled, now
from gitprov.adapters.blobs.work import Advance, nobody, over, told
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Md5, digest_hex
from gitprov.ports.blobs import Fault, Object
from gitprov.ports.progress import Progress


class Intake:
    """The way into the cache `folder`.

    Args:
        folder: The cache.
        state: What was hashed before.
        executor: What reads files; threads when None.
    """

    def __init__(self, folder: ObjectFolder, state: StatCache, executor: Executor | None) -> None:
        self.folder = folder
        self.state = state
        self.executor = executor

    def identify(
        self, files: Mapping[str, Found], under: str, *, keep: bool, progress: Progress | None
    ) -> dict[str, Object]:
        """Returns the object that each file is; with `keep` all of them are in the cache then.

        Args:
            files: By path, as the stat cache knows them: all files that there are below `under`.
            under: A path.
            keep: Whether to put them into the cache.
            progress: Told of the bytes that are read.

        Raises:
            GitprovError: GP-BLB-003, GP-BLB-004.
        """
        known = self.state.files(under)
        result: dict[str, Object] = {}
        unread: list[Source] = []
        for path, found in files.items():
            seen = signature(found.status)
            row = known.get(path)
            if row is not None and row.signature == seen:
                item = _object(row.md5, row.sha256, seen[2])
                if not keep or (row.kept and self.folder.stat(item)):
                    result[path] = item
                    continue
            unread.append(Source(path, found.file, seen))
        self.state.forget_files(known.keys() - files.keys())
        if unread:
            with told(progress, f"reading {under}", unread) as advance:
                self._read(unread, result, advance, keep=keep)
        return result

    def put(self, data: bytes, *, is_dir: bool = False) -> Object:
        """Keeps a small blob.

        Raises:
            GitprovError: GP-BLB-003.
        """
        item = object_of(data, is_dir=is_dir)
        if not (os.path.exists(self.folder.path(item)) and self._holds(item)):
            with self.folder.staging() as staging:
                self.folder.publish([(stage_bytes(staging, data), item)])
        self.state.save_objects([_digits(item)])
        return item

    def publish(self, copies: Sequence[Copied]) -> None:
        """Gives staged objects, which were checked, their names in the cache."""
        self.folder.publish([(str(copied.staged), copied.item) for copied in copies])
        self.state.save_objects([_digits(copied.item) for copied in copies if copied.item.sha256])

    def had(self, items: Collection[Object]) -> set[Object]:
        """Returns those whose very bytes the cache has; unlike `missing`, an object of the same name will not do."""
        there = [item for item in items if self.folder.stat(item)]
        seen = self.state.objects({digest_hex(item.md5) for item in there})
        return {
            item
            for item in there
            if seen.get(digest_hex(item.md5)) == digest_hex(identity(item)) or self._look(item).problem is None
        }

    def check(self, done: Iterable[Copied]) -> None:
        """Refuses objects of the cache that are gone or have wrong bytes.

        Raises:
            GitprovError: GP-BLB-001, GP-BLB-002.
        """
        faults = [self.fault(copied) for copied in done if copied.problem]
        if faults:
            item = faults[0].object
            code = codes.BLB_MISSING if faults[0].problem == "missing" else codes.BLB_MISMATCH
            what = "is not" if faults[0].problem == "missing" else "has other bytes"
            raise code.error(f"{item.sha256 or item.md5} {what} in {self.folder.words}", why=self.folder.path(item))

    def fault(self, copied: Copied) -> Fault:
        """Returns what is wrong with an object of the cache; wrong bytes are put away, so that a pull brings it again.

        Args:
            copied: The object as it was read.
        """
        if copied.problem is None:
            raise AssertionError("nothing is wrong with this object")
        if copied.problem == "mismatch":
            with suppress(OSError):  # a cache that others own may refuse; the fault is reported all the same
                self.folder.quarantine(self.folder.path(copied.item), copied.item)
        return Fault(copied.item, self.folder.words, copied.problem)

    def _read(self, unread: list[Source], result: dict[str, Object], advance: Advance, *, keep: bool) -> None:
        started = now()
        objects = f"{self.folder.root}/files/md5" if keep else None
        kept: dict[Md5, Object] = {}
        with self.folder.staging() if keep else nullcontext("") as staging:
            while unread:
                again: list[Source] = []
                for batch in over(self.executor, read_files, unread, advance, objects=objects, staging=staging):
                    _check_unchanged(batch)
                    if keep:
                        again += self._keep(batch, kept)
                    for read in batch:
                        result[read.source.path] = _object(read.md5, read.sha256, read.size)
                    self.state.save_files(
                        (read.source.path, Known(read.source.signature, read.sha256, read.md5))
                        for read in batch
                        if is_settled(read.source.signature, started)
                    )
                unread = again

    def _keep(self, batch: list[Read], kept: dict[Md5, Object]) -> list[Source]:
        """Gives the staged copies their names; returns the files to be read again, since the cache's object is bad.

        Args:
            batch: Files that were read.
            kept: The objects that this operation found in the cache or put there; grows.
        """
        seen = self.state.objects({read.md5 for read in batch if read.staged is None})
        again, publish = [], []
        for read in batch:
            item = _object(read.md5, read.sha256, read.size)
            twin = kept.get(item.md5)
            if twin is not None:
                if twin != item:
                    raise _collision(item)
                present = True
            else:
                present = os.path.exists(self.folder.path(item)) and (
                    seen.get(read.md5) == read.sha256 or self._holds(item)
                )
            if not present and read.staged is None:
                again.append(read.source)
                continue
            if not present:
                publish.append((str(read.staged), item))
            elif read.staged is not None:
                os.unlink(read.staged)
            kept[item.md5] = item
        self.folder.publish(publish)
        self.state.save_objects([_digits(item) for _, item in publish])
        return again

    def _holds(self, item: Object) -> bool:
        """Tells whether the cache's object of this MD5 has these bytes; one with a wrong name is put away.

        Raises:
            GitprovError: GP-BLB-003 when it has the same MD5 and is another.
        """
        there = self._look(item)
        if there.problem is None:
            self.state.save_objects([_digits(item)])
            return True
        if there.problem == "mismatch":
            if self._look(Object(item.md5, item.size, None, item.is_dir)).problem is None:
                raise _collision(item)
            self.fault(there)
        return False

    def _look(self, item: Object) -> Copied:
        [copied] = copy_objects([Copy(item, self.folder.path(item))], None, nobody)
        return copied


def _object(md5: str, sha256: str, size: int) -> Object:
    return Object(Md5(f"md5:{md5}"), size, Digest(f"sha256:{sha256}"))


def _digits(item: Object) -> tuple[str, str]:
    return digest_hex(item.md5), digest_hex(identity(item))


def _collision(item: Object) -> GitprovError:
    return codes.BLB_COLLISION.error(
        f"two different files have {item.md5}", why=f"one of them is {item.sha256}; DVC keeps bytes by MD5 alone"
    )


def _check_unchanged(batch: Iterable[Read]) -> None:
    changed = [read.source.path for read in batch if read.changed]
    if changed:
        raise codes.BLB_CHANGED.error(f"{changed[0]} changed while it was read")
