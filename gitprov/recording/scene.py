"""Where DVC's files stand, for whoever makes records of what they say, and in which order their stages ran."""

from collections.abc import Collection, Mapping, Sequence
from graphlib import CycleError, TopologicalSorter
from pathlib import PurePosixPath
from typing import Protocol

from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Md5, md5_of
from gitprov.ids.listings import EXECUTABLE, FILE
from gitprov.ports.dvc import Declared, Locked, LockEntry
from gitprov.ports.git import GitStore, TreeEntry
from gitprov.recording.commands import is_below
from gitprov.recording.environment import is_lock, may_lock
from gitprov.records import Content


class Scene(Protocol):
    """Where DVC's files stand: HEAD and its work tree, or a commit of history."""

    @property
    def commit(self) -> str:
        """The commit, in hex digits."""
        ...

    @property
    def time(self) -> str | None:
        """When a run is said to have ended that came with this commit; None when nobody says."""
        ...

    @property
    def artifacts(self) -> Mapping[str, Declared]:
        """What dvc.yaml calls the artifact at a path."""
        ...

    @property
    def locks(self) -> Mapping[str, bytes]:
        """The lock files at the top."""
        ...

    def code_deps(self, deps: Sequence[str]) -> Collection[str]:
        """Returns the deps of a stage that are its code; the others are data."""
        ...

    def content(self, locked: Locked) -> Content | None:
        """Returns what DVC says is there by its bytes, where they are here and fit."""
        ...

    def tracked(self, folder: str) -> Mapping[str, Md5]:
        """Returns the files that git tracks in a folder, by path, with the MD5 of what git has."""
        ...

    def is_same(self, dep: Locked) -> bool:
        """Tells whether a dep that git tracks still has the bytes that DVC saw."""
        ...

    def code(self, paths: Sequence[str], left_out: Sequence[str]) -> Digest | None:
        """Returns the code digest, as `GitStore.code_at` says."""
        ...


def locks_at(git: GitStore, tree: Mapping[str, TreeEntry]) -> dict[str, bytes]:
    """Returns the lock files at the top of a commit."""
    top = {path: entry for path, entry in tree.items() if "/" not in path and may_lock(path)}
    top = {path: entry for path, entry in top.items() if entry.mode in (FILE, EXECUTABLE)}
    found = dict(zip(top, (data for _, data in git.blobs([e.oid for e in top.values()])), strict=True))
    return {path: data for path, data in found.items() if is_lock(path, data)}


def dvc_md5s(data: bytes) -> tuple[Md5, ...]:
    """Returns the MD5 of what git has, and those by which DVC, which hashes the work tree, may call it.

    Git may have changed the line ends; before 3.0 DVC hashed line feeds only.
    """
    unix = data.replace(b"\r\n", b"\n")
    return md5_of(data), md5_of(unix), md5_of(unix.replace(b"\n", b"\r\n"))


def in_order(entries: Sequence[LockEntry]) -> list[LockEntry]:
    """Returns the entries so that each comes after those that made its deps.

    Raises:
        GitprovError: GP-DVC-001 for a circle, which DVC itself never writes.
    """
    makers = {out.path: number for number, entry in enumerate(entries) for out in entry.outs}
    graph = {number: _needs(entry, makers) for number, entry in enumerate(entries)}
    try:
        return [entries[number] for number in TopologicalSorter(graph).static_order()]
    except CycleError as error:
        stages = ", ".join(entries[number].stage for number in error.args[1][:-1])
        raise codes.DVC_FILE.error("stages of dvc.lock depend on each other in a circle", why=stages) from None


def _needs(entry: LockEntry, makers: Mapping[str, int]) -> list[int]:
    """Returns the makers of what the deps of an entry are, lie in, or have in them."""
    around = [path for dep in entry.deps for path in (dep.path, *map(str, PurePosixPath(dep.path).parents))]
    folders = [dep.path for dep in entry.deps if dep.is_dir]
    inside = [path for path in makers if any(is_below(path, folder) for folder in folders)] if folders else []
    return [makers[path] for path in (*around, *inside) if path in makers]
