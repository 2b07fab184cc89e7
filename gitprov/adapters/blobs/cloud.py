"""DVC remotes that are not directories, through the file systems and the configuration that DVC has for them.

Importing this module imports dvc: only `open_remote` does, when such a remote is asked for.
"""

import errno
import os
import secrets
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

from dvc.config import ConfigError
from dvc.fs import get_cloud_fs
from dvc_objects.fs.base import ObjectFileSystem
from dvc_objects.fs.errors import RemoteMissingDepsError
from fsspec.callbacks import Callback  # type: ignore[import-untyped]

from gitprov.adapters.blobs.intake import Intake
from gitprov.adapters.blobs.objects import OBJECT_MODE, object_name, quarantined_name
from gitprov.adapters.blobs.reading import Copied, Copy, copy_objects
from gitprov.adapters.blobs.remote import CheckedRemote
from gitprov.adapters.blobs.work import Advance, batches, nobody, threads
from gitprov.adapters.failures import disk_errors
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ports.blobs import Object

if TYPE_CHECKING:
    from gitprov.adapters.dvc.config import RemoteConfig

OBJECTS = "files/md5"
FOLDERS = 256
"""In so many folders DVC spreads objects."""

PAGE = 1000
"""So many objects a store lists in one request."""

FEW = 8
"""So few objects are asked for one by one."""

EXTRAS = {"s3": "s3", "ssh": "ssh", "sftp": "ssh", "gs": "gs", "gcs": "gs", "azure": "azure"}
"""The extra of gitprov that brings the plug-in for a scheme."""

T = TypeVar("T")
R = TypeVar("R")


class DvcRemote(CheckedRemote):
    """A remote of DVC's configuration.

    Args:
        config: Which.
        intake: The cache that objects come from and go to.

    Raises:
        GitprovError: GP-DVC-001 when its options cannot be understood; GP-DVC-002 when the plug-in for it is not
            installed; GP-DVC-003 when it is of a kind that has no objects; GP-IO-002.
    """

    def __init__(self, config: "RemoteConfig", intake: Intake) -> None:
        super().__init__(f"{config.name} ({config.address})", intake)
        with self._far(), _plugin(config):
            try:
                kind, settings, self._root = get_cloud_fs({}, url=config.url, **config.options)
            except ConfigError as error:
                raise codes.DVC_FILE.error(f"the remote {self.name} is not configured well", why=str(error)) from error
            if settings.get("worktree") or settings.get("version_aware"):
                raise codes.DVC_REMOTE.error(
                    f"the remote {self.name} is cloud-versioned",
                    why="such a remote has no place for objects",
                    fix="make another remote the default: dvc remote default NAME",
                )
            self._fs = kind(**settings)

    def _errors(self) -> AbstractContextManager[None]:
        return disk_errors()

    def _sizes(self, items: list[Object]) -> dict[Object, int]:
        """Asks for each object, lists the folders, or lists everything, whichever takes the fewest requests."""
        with self._far():
            self._fs.fs.invalidate_cache()
        if len(items) < FEW:
            return self._sizes_one_by_one(items)
        names = {item: object_name(item.md5, is_dir=item.is_dir) for item in items}
        folders = {os.path.dirname(name) for name in names.values()}
        sample = self._list(min(folders))
        by_folder = len(folders) * (1 + len(sample) // PAGE)
        everything = 1 + len(sample) * FOLDERS // PAGE
        if len(items) <= min(by_folder, everything):
            return self._sizes_one_by_one(items)
        found: dict[str, int] = {}
        for listed in self._each(self._list, [OBJECTS] if everything < by_folder else folders):
            found |= listed
        return {item: found[name] for item, name in names.items() if name in found}

    def _sizes_one_by_one(self, items: list[Object]) -> dict[Object, int]:
        sizes = zip(items, self._each(self._size, items), strict=True)
        return {item: size for item, size in sizes if size is not None}

    def _size(self, item: Object) -> int | None:
        with suppress(FileNotFoundError), self._far():
            return int(self._fs.info(self._path(item))["size"])
        return None

    def _list(self, folder: str) -> dict[str, int]:
        """Returns the sizes of the objects in a folder, by their names from the top of the remote."""
        with suppress(FileNotFoundError), self._far():
            found = self._fs.fs.find(self._at(folder), detail=True)
            return {f"{OBJECTS}/{'/'.join(name.split('/')[-2:])}": int(info["size"]) for name, info in found.items()}
        return {}

    def _send(self, items: list[Object], advance: Advance) -> Iterator[tuple[list[Object], list[Copied]]]:
        done = self._moved(self._send_one, items, advance)
        for batch in batches([one] for one in done):
            yield [one.item for one in batch if not one.problem], [one for one in batch if one.problem]

    def _send_one(self, item: Object, advance: Advance) -> Copied:
        """Sends one object if the cache has the right bytes of it."""
        file = self._intake.folder.path(item)
        [checked] = copy_objects([Copy(item, file)], None, nobody)
        if checked.problem:
            return checked
        try:
            with self._far():
                if isinstance(self._fs, ObjectFileSystem):
                    self._fs.put_file(file, self._path(item), callback=_Told(advance))
                else:  # a killed upload would leave half a file under the object's name
                    waiting = self._at(f"gitprov/uploading/{secrets.token_hex(8)}")
                    self._fs.put_file(file, waiting, callback=_Told(advance))
                    self._fs.makedirs(self._fs.parent(self._path(item)), exist_ok=True)
                    self._fs.move(waiting, self._path(item))
        except FileNotFoundError as error:  # there is no such bucket
            raise self._unreachable(error) from error
        return checked

    def _read(self, items: list[Object], staging: str | None, advance: Advance) -> Iterator[list[Copied]]:
        if staging is None:
            with self._intake.folder.staging() as passing:
                done = self._moved(partial(self._fetch, staging=passing, keep=False), items, advance)
                yield from batches([one] for one in done)
        else:
            done = self._moved(partial(self._fetch, staging=staging, keep=True), items, advance)
            yield from batches([one] for one in done)

    def _fetch(self, item: Object, *, staging: str, keep: bool, advance: Advance) -> Copied:
        """Brings one object to `staging` and judges its bytes there; removes it again unless it is to be kept."""
        file = f"{staging}/{secrets.token_hex(8)}"
        try:
            with self._far():
                self._fs.get_file(self._path(item), file, callback=_Told(advance))
        except FileNotFoundError:
            return Copied(item, None, None)
        [checked] = copy_objects([Copy(item, file)], None, nobody)
        if keep:
            os.chmod(file, OBJECT_MODE)
            return checked._replace(staged=file)
        os.unlink(file)
        return checked

    def _set_aside(self, item: Object) -> None:
        with self._far():
            target = self._at(quarantined_name(item))
            self._fs.makedirs(self._fs.parent(target), exist_ok=True)
            self._fs.move(self._path(item), target)

    def _path(self, item: Object) -> str:
        return self._at(object_name(item.md5, is_dir=item.is_dir))

    def _at(self, name: str) -> str:
        return str(self._fs.join(self._root, *name.split("/")))

    def _each(self, work: Callable[[T], R], items: Iterable[T]) -> Iterator[R]:
        """Yields what `work` returns for each item, in order, with as many threads as DVC would take."""
        with threads(self._fs.jobs, nobody) as (pool, _):
            yield from pool.map(work, items)

    def _moved(self, work: Callable[..., R], items: Iterable[T], advance: Advance) -> Iterator[R]:
        """Does so with work that tells its `advance` of bytes."""
        with threads(self._fs.jobs, advance) as (pool, advance_there):
            yield from pool.map(partial(work, advance=advance_there), items)

    @contextmanager
    def _far(self) -> Iterator[None]:
        """Turns what a store says into our words, but for a file that is not there."""
        try:
            yield
        except (GitprovError, FileNotFoundError):
            raise
        except Exception as error:  # each store's library has exceptions of its own
            if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EROFS):
                raise
            raise self._unreachable(error) from error

    def _unreachable(self, error: Exception) -> GitprovError:
        return codes.IO_NETWORK.error(f"{self.name} cannot be reached", why=f"{type(error).__name__}: {error}")


class _Told(Callback):  # type: ignore[misc] # fsspec has no types
    """Tells a progress bar what fsspec says it has moved."""

    def __init__(self, advance: Advance) -> None:
        super().__init__()
        self._advance = advance
        self._done = 0

    def relative_update(self, inc: int = 1) -> None:
        self.absolute_update(self._done + inc)

    def absolute_update(self, value: int) -> None:
        self._advance(value - self._done)
        self._done = value


@contextmanager
def _plugin(config: "RemoteConfig") -> Iterator[None]:
    try:
        yield
    except (ImportError, RemoteMissingDepsError) as error:
        scheme = urlsplit(config.url).scheme
        package = f"gitprov[{EXTRAS[scheme]}]" if scheme in EXTRAS else f"dvc[{scheme}]"
        raise codes.DVC_EXTRA.error(
            f"the remote {config.name} ({config.address}) needs a DVC plug-in that is not installed",
            why=str(error),
            fix=f"pip install '{package}'",
        ) from error
