"""A first-parent chain as a scene: what git has at one commit after the other, and what DVC's files say there."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath

from gitprov.check.changes import FileChange
from gitprov.errors import Finding, GitprovError
from gitprov.ids import Digest, Md5, md5_of, sha256_of
from gitprov.ids.listings import EXECUTABLE, FILE, SYMLINK
from gitprov.ports.dvc import Declared, Locked, LockEntry, Pointer, Said, is_dvc_file
from gitprov.ports.git import TreeEntry
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import code_digest
from gitprov.recording.commands import is_below, overlap
from gitprov.recording.environment import may_lock
from gitprov.recording.locked import directory_md5
from gitprov.recording.scene import dvc_md5s, locks_at
from gitprov.records import Content

Statement = LockEntry | Pointer | Declared | Finding
Key = tuple[str, str, str]
"""File, kind of statement, and what it is about: a stage, a path, or what cannot be understood."""

Step = tuple[str, Sequence[FileChange]]
"""A commit and what it changes of its first parent."""

AT_ONCE = 256
"""Steps of which DVC's files are read together."""


def statements(place: Workplace, steps: Sequence[Step]) -> list[dict[Key, Statement | None]]:
    """Returns for each step what DVC's files began to say there, and with None what they ceased to say.

    Each version of a file is understood once.
    """
    reading = _Reading(place)
    found = []
    for at in range(0, len(steps), AT_ONCE):
        some = steps[at : at + AT_ONCE]
        reading.fetch(one.oid for _, changes in some for one in changes if is_dvc_file(one.path) and not one.is_gone)
        found += [reading.step(changes) for _, changes in some]
    return found


class _Reading:
    """Goes along the chain once, and compares what each of DVC's files says with what it said before."""

    def __init__(self, place: Workplace) -> None:
        self._place = place
        self._tree: dict[str, TreeEntry] = {}
        self._data: dict[str, bytes] = {}
        self._said: dict[tuple[str, str, str], dict[Key, Statement]] = {}
        self._now: dict[str, dict[Key, Statement]] = {}

    def fetch(self, oids: Iterable[str]) -> None:
        """Reads blobs that will be asked for, and forgets those before."""
        self._data = dict(self._place.git.blobs(set(oids)))

    def step(self, changes: Sequence[FileChange]) -> dict[Key, Statement | None]:
        """Returns what a commit changes of what is said."""
        apply(self._tree, changes)
        files = {one.path for one in changes if is_dvc_file(one.path)}
        # A dvc.yaml says where the stages of the dvc.lock beside it run.
        files |= {beside(one, "dvc.lock") for one in files if one.endswith("dvc.yaml")}
        found: dict[Key, Statement | None] = {}
        for file in sorted(files):
            before, now = self._now.get(file, {}), self._statements(file)
            found |= dict.fromkeys(before.keys() - now.keys())
            found |= {key: one for key, one in now.items() if before.get(key) != one}
            self._now[file] = now
        return found

    def _statements(self, file: str) -> dict[Key, Statement]:
        entry = self._tree.get(file)
        if entry is None or entry.mode not in (FILE, EXECUTABLE):
            return {}
        pipeline = self._tree.get(beside(file, "dvc.yaml"))
        key = (file, entry.oid, pipeline.oid if pipeline else "")
        if key not in self._said:
            said = self._place.dvc.said(file, self._blob(entry.oid), self._file)
            self._said[key] = dict(_keyed(file, said))
        return self._said[key]

    def _file(self, path: str) -> bytes | None:
        entry = self._tree.get(path)
        return self._blob(entry.oid) if entry is not None and entry.mode in (FILE, EXECUTABLE) else None

    def _blob(self, oid: str) -> bytes:
        if oid not in self._data:
            self._data |= dict(self._place.git.blobs([oid]))
        return self._data[oid]


def _keyed(file: str, said: Said) -> Iterator[tuple[Key, Statement]]:
    for entry in said.entries:
        yield (file, "stage", entry.stage), entry
    for pointer in said.pointers:
        yield (file, "path", pointer.out.path), pointer
    for path, declared in said.artifacts.items():
        yield (file, "name", path), declared
    for fault in said.faults:
        yield (file, "fault", fault.what), fault.code.finding(file, fault.what, why=fault.why, fix=fault.fix)


class Chain:
    """The chain as a scene that stands at one commit after the other; nothing is read from the work tree.

    Attributes:
        commit: Where it stands, in hex digits.
        time: The time that this commit gives.
        faults: Objects of the cache that are not what DVC says, by path.
    """

    def __init__(self, place: Workplace, *, keep: bool) -> None:
        """Takes the ports, and whether bytes that git has are to be kept in the cache."""
        self.commit = ""
        self.time: str | None = None
        self.faults: dict[str, Finding] = {}
        self._place, self._keep = place, keep
        self._tree: dict[str, TreeEntry] = {}
        self._now: dict[Key, Statement] = {}
        self._md5s: dict[str, tuple[Md5, ...]] = {}
        self._code: dict[tuple[object, ...], Digest | None] = {}
        self._locks: dict[frozenset[TreeEntry], Mapping[str, bytes]] = {}

    def step(
        self, commit: str, time: str | None, changes: Sequence[FileChange], said: Mapping[Key, Statement | None]
    ) -> None:
        """Goes on to the next commit."""
        self.commit, self.time = commit, time
        apply(self._tree, changes)
        self._now |= {key: one for key, one in said.items() if one is not None}
        for key in [key for key, one in said.items() if one is None]:
            del self._now[key]
        self.__dict__.pop("owned", None)
        self.__dict__.pop("artifacts", None)
        self.__dict__.pop("by_name", None)

    @cached_property
    def artifacts(self) -> Mapping[str, Declared]:
        """What the dvc.yaml of the commit call their artifacts."""
        return {path: one for (_, _, path), one in self._now.items() if isinstance(one, Declared)}

    @cached_property
    def by_name(self) -> Mapping[str, str]:
        """What GTO calls the same: name to path, with the folder of the dvc.yaml before the name."""
        return {
            f"{file.rpartition('/')[0]}:{one.name}".removeprefix(":"): path
            for (file, _, path), one in self._now.items()
            if isinstance(one, Declared)
        }

    @cached_property
    def owned(self) -> Collection[str]:
        """What DVC says it keeps: outputs of stages and what `.dvc` files track."""
        made = {out.path for one in self._now.values() if isinstance(one, LockEntry) for out in one.outs}
        return made | {one.out.path for one in self._now.values() if isinstance(one, Pointer)}

    @property
    def locks(self) -> Mapping[str, bytes]:
        """The lock files at the top of the commit."""
        top = {path: entry for path, entry in self._tree.items() if "/" not in path and may_lock(path)}
        key = frozenset(top.values())
        if key not in self._locks:
            self._locks[key] = locks_at(self._place.git, top)
        return self._locks[key]

    def code_deps(self, deps: Sequence[str]) -> Collection[str]:
        """Returns the deps that git tracks and in which DVC keeps nothing."""
        others = [dep for dep in deps if not any(overlap(dep, path) for path in self.owned)]
        return [dep for dep in others if dep in self._tree or self._below(dep)]

    def content(self, locked: Locked) -> Content | None:
        """Returns what is there by its bytes: those of the cache, or of the commit."""
        try:
            adopted = self._place.cache.adopt(locked.md5, is_dir=locked.is_dir) if locked.md5 is not None else None
        except GitprovError as error:
            self.faults[locked.path] = error.code.finding(locked.path, error.what, why=error.why, fix=error.fix)
            adopted = None
        return adopted.content if adopted is not None else self._tracked(locked)

    def _tracked(self, locked: Locked) -> Content | None:
        entry = self._tree.get(locked.path)
        if entry is None or entry.mode == SYMLINK or self._hashed([entry.oid])[0][0] != locked.md5:
            return None
        (_, data), *_ = self._place.git.blobs([entry.oid])
        if self._keep:
            self._place.cache.put(data)
        return Content(digest=sha256_of(data), md5=md5_of(data), size=len(data))

    def locked(self, path: str) -> Locked | None:
        """Returns what DVC keeps at exactly this path of the commit, else what git has there, as DVC would call it."""
        for one in self._now.values():
            outs = one.outs if isinstance(one, LockEntry) else (one.out,) if isinstance(one, Pointer) else ()
            if (found := next((out for out in outs if out.path == path), None)) is not None:
                return found
        files = self.tracked(path)
        if path in files:
            return Locked(path, files[path], False, None, None)
        return Locked(path, directory_md5(files, path), True, None, None) if files else None

    def tracked(self, folder: str) -> Mapping[str, Md5]:
        """Returns what the commit has in a folder."""
        below = self._below(folder)
        md5s = self._hashed([entry.oid for entry in below.values()])
        return {path: own for path, (own, *_) in zip(below, md5s, strict=True)}

    def is_same(self, dep: Locked) -> bool:
        """Tells whether the commit has the bytes of a dep that DVC saw."""
        if not dep.is_dir:
            entry = self._tree.get(dep.path)
            return entry is not None and dep.md5 in self._hashed([entry.oid])[0]
        return directory_md5(self.tracked(dep.path), dep.path) == dep.md5

    def code(self, paths: Sequence[str], left_out: Sequence[str]) -> Digest | None:
        """Returns the code digest; code that did not change since it was asked for is not read again."""
        found = {path: entry for top in paths for path, entry in self._below(top).items()}
        key = (tuple(paths), tuple(left_out), frozenset(found.items()))
        if key not in self._code:
            state = self._place.git.code_at(self.commit, paths, left_out)
            self._code[key] = code_digest(state) if state is not None else None
        return self._code[key]

    def _below(self, top: str) -> dict[str, TreeEntry]:
        if top in self._tree:
            return {top: self._tree[top]}
        return {path: entry for path, entry in self._tree.items() if is_below(path, top)}

    def _hashed(self, oids: Sequence[str]) -> list[tuple[Md5, ...]]:
        missing = {oid for oid in oids if oid not in self._md5s}
        if missing:
            self._md5s |= {oid: dvc_md5s(data) for oid, data in self._place.git.blobs(missing)}
        return [self._md5s[oid] for oid in oids]


def apply(tree: dict[str, TreeEntry], changes: Iterable[FileChange]) -> None:
    """Makes a tree what a commit made of it."""
    for change in changes:
        if change.is_gone:
            tree.pop(change.path, None)
        else:
            tree[change.path] = TreeEntry(change.mode, change.oid)


def beside(file: str, name: str) -> str:
    """Returns the path of a file of this name in the folder of another."""
    return str(PurePosixPath(file).with_name(name))
