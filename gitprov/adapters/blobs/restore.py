"""Making a path hold a recorded content: nothing outside it is touched, nothing that is kept nowhere else is lost."""

import os
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress

from gitprov.adapters.blobs.folders import Folders
from gitprov.adapters.blobs.intake import Intake
from gitprov.adapters.blobs.objects import object_in, object_of, staging
from gitprov.adapters.blobs.reading import Copy, copy_objects, signature
from gitprov.adapters.blobs.scan import Scan, scan
from gitprov.adapters.blobs.state import Row, is_settled, now
from gitprov.adapters.blobs.work import over, told
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids.listings import EXECUTABLE, Entry
from gitprov.ids.names import path_fault
from gitprov.ports.blobs import Object
from gitprov.ports.progress import Progress

Ignores = Callable[[Sequence[str]], set[str]]


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be at a path, each by path from the same top. All of it was judged to be safe.

    Attributes:
        files: Regular files.
        links: Links and their targets.
        empty: Empty directories.
        keep_modes: Whether the files' executable bits count; a single file has none of its own.
    """

    files: Mapping[str, Entry]
    links: Mapping[str, str]
    empty: frozenset[str]
    keep_modes: bool = True


class Restorer:
    """Restores from the cache behind `intake`.

    Args:
        root: Top of the work tree.
        state: Folder where files wait for their names, when it is on the same file system.
        intake: The cache.
        ignores: Returns which paths `.dvcignore` leaves out; these are left alone.
    """

    def __init__(self, root: str, state: str, intake: Intake, ignores: Ignores) -> None:
        self._root = root
        self._state = state
        self._intake = intake
        self._ignores = ignores

    def restore(self, path: str, wanted: Wanted, *, force: bool, progress: Progress | None) -> bool:
        """Makes `path` hold what is wanted; returns False when it did.

        Raises:
            GitprovError: As `Cache.restore`.
        """
        _check_place(path)
        present = scan(self._root, path, self._intake.folder.root) or Scan(is_directory=False)
        items = self._intake.identify(present, path, keep=False, progress=None)
        same = _same(wanted, present, items)
        left = {*present.files, *present.links, *present.other, *present.empty} - same
        if not os.path.isabs(path):
            left -= self._ignores(sorted(left - wanted.files.keys() - wanted.links.keys()))
        new = {*wanted.files, *wanted.links, *wanted.empty} - same
        if not left and not new:
            return False
        if not force:
            self._refuse_loss(left, present, items)
        self._write(path, wanted, new, left - (wanted.files.keys() - set(present.empty)), progress)
        return True

    def _write(self, path: str, wanted: Wanted, new: set[str], old: set[str], progress: Progress | None) -> None:
        """Removes what is `old` and writes what is `new`, once all its bytes were copied and checked."""
        entries = {name: wanted.files[name] for name in new & wanted.files.keys()}
        missing = self._intake.folder.missing(object_in(entry) for entry in entries.values())
        if missing:
            raise codes.BLB_MISSING.error(f"{len(missing)} of {len(entries)} files of {path} are not in the DVC cache")
        base = self._root
        if os.path.isabs(path):
            base = os.path.dirname(path)
            os.makedirs(base, exist_ok=True)
        with staging(self._staging_home(base)) as waiting, Folders(base) as folders:
            staged = self._stage(entries, waiting, progress, keep_modes=wanted.keep_modes)
            folders.clear(old, path)
            for name, file in sorted(staged.items()):
                folders.rename(file, name)
            for name in sorted(new & wanted.links.keys()):
                folders.link(wanted.links[name], name)
            for name in sorted(new & wanted.empty):
                folders.make(name)
            self._remember(folders, entries)

    def _refuse_loss(self, left: set[str], present: Scan, items: Mapping[str, Object]) -> None:
        at_risk = {name: item for name, item in items.items() if name in left}
        for name in left & present.links.keys():
            at_risk[name] = object_of(os.fsencode(present.links[name]))
        had = self._intake.had(set(at_risk.values()))
        lost = [name for name, item in at_risk.items() if item not in had] + sorted(left & set(present.other))
        if lost:
            more = f", and {len(lost) - 1} more" if len(lost) > 1 else ""
            raise codes.PTH_OVERWRITE.error(f"{min(lost)}{more} would be lost", why="the DVC cache does not have it")

    def _staging_home(self, base: str) -> str:
        """Returns a folder on the file system of `base`; not in the work tree if that can be."""
        with suppress(OSError):
            os.makedirs(self._state, exist_ok=True)
            if os.stat(self._state).st_dev == os.stat(base).st_dev:
                return self._state
        return base

    def _stage(
        self, entries: Mapping[str, Entry], waiting: str, progress: Progress | None, *, keep_modes: bool
    ) -> dict[str, str]:
        """Copies and checks every file; returns where each waits for its name."""
        copies = [
            Copy(
                object_in(entry),
                self._intake.folder.path(object_in(entry)),
                0o777 if keep_modes and entry.mode == EXECUTABLE else 0o666,
            )
            for entry in entries.values()
        ]
        with told(progress, "restoring", copies) as advance:
            batches = over(None, copy_objects, copies, advance, staging=waiting)
            done = [copied for batch in batches for copied in batch]
        self._intake.check(done)
        return {name: str(copied.staged) for name, copied in zip(entries, done, strict=True)}

    def _remember(self, folders: Folders, entries: Mapping[str, Entry]) -> None:
        """Tells the stat cache of the files, so that the next look need not read them."""
        rows: list[Row] = []
        for name, entry in entries.items():
            seen = signature(folders.status(name))
            if is_settled(seen[1], now()):
                rows.append((name, *seen, entry.sha256, entry.md5, True))
        self._intake.state.save_files(rows)


def _check_place(path: str) -> None:
    """Refuses a path that a hostile record may name.

    Raises:
        GitprovError: GP-PTH-003.
    """
    fault = None if os.path.isabs(path) else path_fault(path)
    if fault is None and path.startswith((".dvc/", ".gitprov/")) and not path.startswith(".gitprov/drafts/"):
        fault = "that folder is not for data"
    if fault:
        raise codes.PTH_NAME.error(f"nothing can be restored to {path!r}", why=fault)


def _same(wanted: Wanted, present: Scan, items: Mapping[str, Object]) -> set[str]:
    same = {name for name, target in present.links.items() if wanted.links.get(name) == target}
    same |= wanted.empty & set(present.empty)
    for name, item in items.items():
        entry = wanted.files.get(name)
        executable = present.files[name][4]
        if (
            entry
            and entry.sha256 == item.sha256
            and (not wanted.keep_modes or executable == (entry.mode == EXECUTABLE))
        ):
            same.add(name)
    return same
