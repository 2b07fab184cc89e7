"""The DVC cache of this clone, written directly in DVC's layout."""

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import TYPE_CHECKING

from gitprov.adapters.blobs.adopted import read_directory, read_objects
from gitprov.adapters.blobs.intake import Intake
from gitprov.adapters.blobs.links import dvc_listing, judge
from gitprov.adapters.blobs.objects import (
    OBJECT_MODE,
    ObjectFolder,
    dead_staging,
    fits,
    identity,
    name_in_folder,
    object_in,
    object_of,
    sweep_staging,
)
from gitprov.adapters.blobs.reading import Copied, Copy, copy_objects, digest_for, open_object
from gitprov.adapters.blobs.restore import Restorer, Wanted
from gitprov.adapters.blobs.scan import Scan, scan
from gitprov.adapters.blobs.state import StatCache, is_settled, now
from gitprov.adapters.blobs.work import over, told
from gitprov.adapters.failures import disk_errors
from gitprov.errors import catalogue as codes
from gitprov.ids import Md5, md5_of, sha256_of
from gitprov.ids.listings import DIRECTORY, EXECUTABLE, FILE, SYMLINK, Entry, read_listing, write_listing
from gitprov.ports.blobs import Fault, Object, Snapshot
from gitprov.ports.progress import Progress
from gitprov.records import Blob, Content

if TYPE_CHECKING:
    from concurrent.futures import Executor

NOTHING = (sha256_of(b""), md5_of(b""), 0)


def nothing_ignored(paths: Sequence[str]) -> set[str]:  # noqa: ARG001
    """Leaves no file out: there is no `.dvcignore`."""
    return set()


class DvcCache:
    """The cache, and the stat cache that saves reading files again.

    Args:
        root: Top of the work tree, absolute.
        folder: The cache folder of DVC's configuration, absolute.
        state: A folder outside the work tree for the stat cache and for files that are being restored.
        ignores: Returns which paths `.dvcignore` leaves out (`DvcProject.ignores`).
        executor: What runs long work: threads by default; Dask's or Ray's where work tree and cache are shared.
        shared: Whether DVC's `cache.shared` is `group`.
    """

    def __init__(
        self,
        root: str,
        folder: str,
        state: str,
        *,
        ignores: Callable[[Sequence[str]], set[str]] = nothing_ignored,
        executor: "Executor | None" = None,
        shared: bool = False,
    ) -> None:
        self.intake = Intake(root, ObjectFolder(folder, "the DVC cache", shared=shared), StatCache(state), executor)
        self._root = root
        self._state = state
        self._ignores = ignores
        self._restorer = Restorer(root, state, self.intake, ignores)
        self._listings: dict[str, tuple[Entry, ...]] = {}

    def snapshot(self, path: str, *, keep: bool = True, progress: Progress | None = None) -> Snapshot:
        """Implements `Cache.snapshot`."""
        started = now()
        with disk_errors():
            found = scan(self._root, path, self.intake.folder.root)
            if found is None:
                raise codes.PTH_MISSING.error(f"there is no {path}")
            if found.is_directory:
                return self._snapshot_directory(path, found, started, keep=keep, progress=progress)
            if path not in found.files:
                kind = "a symlink" if found.links else "a device, socket or pipe"
                raise codes.PTH_KIND.error(f"{path} is {kind}, not a regular file or directory")
            item = self.intake.identify(found, path, keep=keep, progress=progress)[path]
            return Snapshot(Content(digest=identity(item), files=1, md5=item.md5, size=item.size))

    def put(self, data: bytes) -> Object:
        """Implements `Cache.put`."""
        with disk_errors():
            return self.intake.put(data)

    def put_all(self, blobs: Iterable[bytes]) -> None:
        """Implements `Cache.put_all`."""
        with disk_errors():
            self.intake.put_all({object_of(data): data for data in blobs})

    def put_directory(self, files: Mapping[str, bytes], *, keep: bool = True) -> Content:
        """Implements `Cache.put_directory`."""
        with disk_errors():
            items = {path: object_of(data) for path, data in files.items()}
            if keep:
                self.intake.put_all({items[path]: data for path, data in files.items()})
            entries = [Entry(path, FILE, identity(item), item.md5, item.size) for path, item in items.items()]
            return self._directory(entries, {}, self.intake.put if keep else object_of)[0]

    def read(self, item: Object) -> bytes:
        """Implements `Cache.read`."""
        with disk_errors():
            data, found = b"", None
            with (
                suppress(FileNotFoundError, NotADirectoryError),
                open(open_object(self.intake.folder.path(item)), "rb") as file,
            ):
                if fits(item, os.fstat(file.fileno()).st_size):  # else it may be of any size
                    data = file.read()
                digest = digest_for(item)
                digest.update(data)
                found = digest.hexdigest()
            self.intake.check([Copied(item, None, found)])
            return data

    def entries(self, content: Content) -> tuple[Entry, ...]:
        """Implements `Cache.entries`."""
        if content.listing is None:
            return ()
        entries = self._listings.get(content.digest)
        if entries is None:
            entries = read_listing(self.read(_listing_object(content, content.listing)))
            if len(self._listings) >= 8:
                self._listings.clear()
            self._listings[content.digest] = entries
        return entries

    def objects(self, content: Content) -> list[Object]:
        """Implements `Cache.objects`."""
        if content.listing is None:
            return [Object(content.md5, content.size, content.digest)]
        entries = self.entries(content)
        members = {entry.md5: object_in(entry) for entry in entries if entry.mode != DIRECTORY}
        return [_listing_object(content, content.listing), *members.values(), self._dvc_object(content, entries)]

    def missing(self, items: Iterable[Object]) -> list[Object]:
        """Implements `Cache.missing`."""
        with disk_errors():
            return self.intake.folder.missing(items)

    def faults(self, items: Iterable[Object], *, aside: bool = True, progress: Progress | None = None) -> list[Fault]:
        """Implements `Cache.faults`."""
        distinct = list(dict.fromkeys(items))
        with disk_errors(), told(progress, "checking the cache", distinct) as advance:
            copies = [Copy(item, self.intake.folder.path(item)) for item in distinct]
            done = over(self.intake.executor, copy_objects, copies, advance, staging=None)
            wrong = [copied for batch in done for copied in batch if copied.problem]
            return [self.intake.fault(copied, aside=aside) for copied in wrong]

    def leftovers(self) -> list[str]:
        """Implements `Cache.leftovers`."""
        with disk_errors():
            return [path for home in self._staging_homes() for path in dead_staging(home)]

    def sweep(self) -> None:
        """Implements `Cache.sweep`."""
        with disk_errors():
            for home in self._staging_homes():
                with suppress(FileNotFoundError):
                    sweep_staging(home)

    def unprotected(self) -> list[str]:
        """Implements `Cache.unprotected`."""
        with disk_errors():
            return self.intake.folder.unprotected()

    def protect(self) -> None:
        """Implements `Cache.protect`."""
        with disk_errors():
            for path in self.intake.folder.unprotected():
                os.chmod(path, OBJECT_MODE)

    def _staging_homes(self) -> tuple[str, str, str]:
        """Returns the folders in which files wait for their names."""
        return f"{self.intake.folder.root}/gitprov", self._state, self._root

    def restore(self, content: Content, path: str, *, force: bool = False, progress: Progress | None = None) -> bool:
        """Implements `Cache.restore`."""
        with disk_errors():
            return self._restorer.restore(path, self._wanted(content, path), force=force, progress=progress)

    def adopt(self, md5: Md5, *, is_dir: bool) -> Snapshot | None:
        """Implements `Cache.adopt`."""
        with disk_errors():
            folder = self.intake.folder
            if not is_dir:
                found = read_objects(folder, [md5])
                if found is None:
                    return None
                return Snapshot(Content(digest=identity(found[md5]), md5=md5, size=found[md5].size))
            top = Object(md5, 0, None, is_dir=True)
            if folder.missing([top]):
                return None
            entries = read_directory(folder, md5, self.read(top))
            return None if entries is None else Snapshot(self._directory(entries, {}, self.intake.put)[0])

    def _snapshot_directory(
        self, path: str, found: Scan, started: int, *, keep: bool, progress: Progress | None
    ) -> Snapshot:
        found, left_out = self._without_ignored(path, found)
        look = found.fingerprint()
        content = self.intake.state.directory(path, look)
        if content is not None and (not keep or self._has_kept(path, found, look, content, progress)):
            return Snapshot(content, left_out)
        content, listing, items = self._read_directory(path, found, keep=keep, progress=progress)
        if all(is_settled(seen[1], started) for seen in found.files.values()):
            self.intake.state.save_directory(path, look, content, listing)
            if keep:
                self._save_kept(path, look, items)
        return Snapshot(content, left_out)

    def _without_ignored(self, path: str, found: Scan) -> tuple[Scan, int]:
        """Returns what `.dvcignore` leaves of a directory, and how many files it leaves out."""
        names = [*found.files, *found.links, *found.other, *found.empty]
        ignored = self._ignores([name for name in names if name != path])
        if other := set(found.other) - ignored:
            raise codes.PTH_KIND.error(f"{min(other)} is a device, socket or pipe, not a regular file or directory")
        if not ignored:
            return found, 0
        kept = Scan(
            is_directory=True,
            files={name: seen for name, seen in found.files.items() if name not in ignored},
            objects=found.objects,
            links={name: target for name, target in found.links.items() if name not in ignored},
            empty=[name for name in found.empty if name not in ignored],
        )
        return kept, len(ignored - set(found.empty))

    def _has_kept(self, path: str, found: Scan, look: str, content: Content, progress: Progress | None) -> bool:
        """Tells whether the cache has all of a directory that looks as it did; files that it lacks are kept again."""
        kept = self.intake.state.kept(path, look)
        if kept is None or not self.intake.folder.has_files(kept):
            self._save_kept(path, look, self.intake.identify(found, path, keep=True, progress=progress).values())
        made = [object_of(target.encode()) for target in found.links.values()]
        made += [Object(content.md5, 0, None, is_dir=True)]
        made += [_listing_object(content, content.listing)] if content.listing else []
        return not self.intake.folder.missing(made)

    def _save_kept(self, path: str, look: str, items: Iterable[Object]) -> None:
        self.intake.state.save_kept(path, look, [(name_in_folder(item), item.size) for item in items])

    def _read_directory(
        self, path: str, found: Scan, *, keep: bool, progress: Progress | None
    ) -> tuple[Content, Blob, Collection[Object]]:
        start = len(path) + 1
        links = {name[start:]: target for name, target in found.links.items()}
        empty = [name[start:] for name in found.empty if name != path]
        aliases = judge({name[start:] for name in found.files}, links, empty)
        items = self.intake.identify(found, path, keep=keep, progress=progress)
        entries = [
            Entry(name[start:], EXECUTABLE if found.files[name][4] else FILE, identity(item), item.md5, item.size)
            for name, item in items.items()
        ]
        put = self.intake.put if keep else object_of
        for name, target in links.items():
            item = put(target.encode())
            entries.append(Entry(name, SYMLINK, identity(item), item.md5, item.size))
        entries += [Entry(name, DIRECTORY, *NOTHING) for name in empty]
        return *self._directory(entries, aliases, put), items.values()

    @staticmethod
    def _directory(entries: list[Entry], aliases: dict[str, str], put: Callable[..., Object]) -> tuple[Content, Blob]:
        """Returns the content that entries make, and its listing; `put` keeps what is made of them."""
        listing = put(write_listing(entries))
        dvc, count, size = dvc_listing(entries, aliases)
        blob = Blob(md5=listing.md5, size=listing.size)
        md5 = put(dvc, is_dir=True).md5
        return Content(digest=identity(listing), files=count, md5=md5, size=size, listing=blob), blob

    def _dvc_object(self, content: Content, entries: Sequence[Entry]) -> Object:
        """Returns DVC's `.dir` object; its bytes follow from the listing and, where there are links, their targets.

        Raises:
            GitprovError: GP-BLB-001 when the record names another one: DVC would then deliver other files than gitprov.
        """
        links = [entry for entry in entries if entry.mode == SYMLINK]
        if self.intake.folder.missing(map(object_in, links)):
            return Object(content.md5, 0, None, is_dir=True)
        data, files, size = dvc_listing(entries, self._judge(entries)[0] if links else {})
        item = object_of(data, is_dir=True)
        if (item.md5, files, size) != (content.md5, content.files, content.size):
            raise codes.BLB_MISMATCH.error(
                f"the listing {content.digest} is not what the record says of it",
                why=f"it gives DVC's {item.md5}, {files} files, {size} bytes;"
                f" the record has {content.md5}, {content.files} files, {content.size} bytes",
            )
        return item

    def _judge(self, entries: Sequence[Entry]) -> tuple[dict[str, str], dict[str, str]]:
        """Returns the links that end at files, with these files, and all links with their targets."""
        links = {e.path: self.read(object_in(e)).decode(errors="surrogateescape") for e in entries if e.mode == SYMLINK}
        files = {entry.path for entry in entries if entry.mode in (FILE, EXECUTABLE)}
        return judge(files, links, [entry.path for entry in entries if entry.mode == DIRECTORY]), links

    def _wanted(self, content: Content, path: str) -> Wanted:
        if content.listing is None:
            entry = Entry(path, FILE, content.digest, content.md5, content.size)
            return Wanted({path: entry}, {}, frozenset(), keep_modes=False)
        entries = self.entries(content)
        _, links = self._judge(entries)
        return Wanted(
            {f"{path}/{entry.path}": entry for entry in entries if entry.mode in (FILE, EXECUTABLE)},
            {f"{path}/{name}": target for name, target in links.items()},
            frozenset([f"{path}/{entry.path}" for entry in entries if entry.mode == DIRECTORY] if entries else [path]),
        )


def _listing_object(content: Content, listing: Blob) -> Object:
    return Object(listing.md5, listing.size, content.digest)
