"""How files get into the cache: hashed once, compared with what is there, named only when safe on disk."""

import os
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import nullcontext, suppress
from typing import TYPE_CHECKING

from gitprov.adapters.blobs.objects import ObjectFolder, identity, object_of
from gitprov.adapters.blobs.reading import Copied, Copy, Read, Source, copy_objects, read_files, stage_bytes
from gitprov.adapters.blobs.scan import Scan
from gitprov.adapters.blobs.state import Row, StatCache, is_settled, now
from gitprov.adapters.blobs.work import Advance, nobody, over, told
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Md5
from gitprov.ports.blobs import Fault, Object
from gitprov.ports.progress import Progress

if TYPE_CHECKING:
    from concurrent.futures import Executor


class Intake:
    """The way into the cache `folder`.

    Args:
        root: Top of the work tree, where relative paths start.
        folder: The cache.
        state: What was hashed before.
        executor: What reads files; threads when None.
    """

    def __init__(self, root: str, folder: ObjectFolder, state: StatCache, executor: "Executor | None") -> None:
        self._root = root
        self.folder = folder
        self.state = state
        self.executor = executor

    def identify(self, found: Scan, under: str, *, keep: bool, progress: Progress | None) -> dict[str, Object]:
        """Returns the object that each file is; with `keep` all of them are in the cache then.

        Args:
            found: All that there is at `under`.
            under: A path.
            keep: Whether to put the files into the cache.
            progress: Told of the bytes that are read.

        Raises:
            GitprovError: GP-BLB-003, GP-BLB-004.
        """
        known = self.state.files(under)
        result: dict[str, Object] = {}
        unread: list[Source] = []
        for path, seen in found.files.items():
            row = known.get(path)
            if row is not None and row[1:5] == seen[:4]:
                sha256, md5, kept = row[5:]
                item = Object(md5, seen[2], sha256)
                if not keep or (kept == sha256 and self.folder.has(item)):
                    result[path] = item
                    continue
            unread.append(Source(path, found.objects.get(path, path), seen[:4]))
        self.state.forget_files(known.keys() - found.files.keys())
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
        self.put_all({item: data})
        return item

    def put_all(self, blobs: Mapping[Object, bytes]) -> None:
        """Keeps small blobs, all of them in one write.

        Raises:
            GitprovError: GP-BLB-003.
        """
        known = {item.md5: item for item in blobs}
        for item in blobs:
            if known[item.md5] != item:
                raise _collision(item)
        there = {item for item in blobs if os.path.exists(self.folder.path(item))}
        lacking = [item for item in blobs if item not in there] + self._lacking(there)
        if lacking:
            with self.folder.staging() as staging:
                self.folder.publish([(stage_bytes(staging, blobs[item]), item) for item in lacking])
        self.state.save_objects([(item.md5, item.sha256) for item in blobs])

    def publish(self, copies: Sequence[Copied]) -> None:
        """Gives staged objects, which were checked, their names in the cache."""
        self.folder.publish([(str(copied.staged), copied.item) for copied in copies])
        self.state.save_objects([(copied.item.md5, copied.item.sha256) for copied in copies if copied.item.sha256])

    def had(self, items: Collection[Object]) -> set[Object]:
        """Returns those whose very bytes the cache has; unlike `missing`, an object of the same name will not do."""
        there = {item for item in items if self.folder.has(item)}
        seen = self.state.objects({item.md5 for item in there})
        unsure = [item for item in there if seen.get(item.md5) != identity(item)]
        return there - {copied.item for copied in self._look(unsure) if copied.problem}

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

    def fault(self, copied: Copied, *, aside: bool = True) -> Fault:
        """Returns what is wrong with an object of the cache.

        Args:
            copied: The object as it was read.
            aside: Put wrong bytes away, so that a pull brings the object again.
        """
        if copied.problem is None:
            raise AssertionError("nothing is wrong with this object")
        if aside and copied.problem == "mismatch":
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
                for batch in over(
                    self.executor, read_files, unread, advance, top=self._root, objects=objects, staging=staging
                ):
                    _check_unchanged(batch)
                    bad = self._keep(batch, kept) if keep else set()
                    rows: list[Row] = []
                    young: list[tuple[Md5, Digest | None]] = []
                    for source, item, _, _ in batch:
                        path, _, seen = source
                        md5, _, sha256, _ = item
                        result[path] = item
                        if md5 in bad:
                            again.append(source)
                        elif is_settled(seen[1], started):
                            rows.append((path, *seen, sha256, md5, keep))
                        elif keep:
                            young.append((md5, sha256))
                    self.state.save_files(rows)
                    self.state.save_objects(young)
                unread = again

    def _keep(self, batch: list[Read], kept: dict[Md5, Object]) -> set[Md5]:
        """Gives the staged copies their names; returns the MD5s of bad objects: their files are to be read again.

        Args:
            batch: Files that were read.
            kept: The objects that this operation found in the cache or put there, by MD5; grows.
        """
        there = {read.item.md5: read.item for read in batch if read.staged is None}
        seen = self.state.objects(there.keys())
        unsure = [item for md5, item in there.items() if seen.get(md5) != identity(item) or not self.folder.has(item)]
        bad = {item.md5 for item in self._lacking(unsure)}
        publish = []
        for _, item, staged, _ in batch:
            twin = kept.setdefault(item.md5, item)
            if twin != item:
                raise _collision(item)
            if twin is item and staged:
                publish.append((staged, item))
            elif staged:
                os.unlink(staged)
        self.folder.publish(publish)
        for md5 in bad:
            del kept[md5]
        return bad

    def _lacking(self, items: Collection[Object]) -> list[Object]:
        """Returns those of which the cache has no object with these bytes; objects with wrong names are put away.

        Raises:
            GitprovError: GP-BLB-003 when the cache's object has the same MD5 and is another.
        """
        good, lacking = [], []
        for copied in self._look(items):
            if copied.problem is None:
                good.append((copied.item.md5, copied.item.sha256))
                continue
            lacking.append(copied.item)
            if copied.problem == "mismatch":
                item = copied.item._replace(sha256=None)
                if all(named.problem is None for named in self._look([item])):
                    raise _collision(copied.item)
                self.fault(copied)
        self.state.save_objects(good)
        return lacking

    def _look(self, items: Collection[Object]) -> Iterator[Copied]:
        """Yields objects of the cache as they were read."""
        copies = [Copy(item, self.folder.path(item)) for item in items]
        for batch in over(self.executor, copy_objects, copies, nobody, staging=None):
            yield from batch


def _collision(item: Object) -> GitprovError:
    return codes.BLB_COLLISION.error(
        f"two different files have {item.md5}", why=f"one of them is {item.sha256}; DVC keeps bytes by MD5 alone"
    )


def _check_unchanged(batch: Iterable[Read]) -> None:
    changed = [read.source.path for read in batch if read.changed]
    if changed:
        raise codes.BLB_CHANGED.error(f"{changed[0]} changed while it was read")
