"""What a disk may hold after the power went: each prefix of what a writer did, without what was not synced (issue 7).

The model is the worst that POSIX allows: bytes of a file are safe after its fsync, a name after the fsync of its
folder, and of all else any part may be there or not, in any order. What ext4 leaves with data=ordered is among it. git
is told to sync everything (core.fsync=all) and is taken at its word: what it wrote is safe when it ends; before, only
its index.lock is there.
"""

import os
import random
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.sim.disk import Disk

Entry = tuple[str, str, int | str]
"""A change of a name that is not safe yet: add or remove, the path, and the file (0 for a folder); or move, the new
path of a folder, and the old one."""
FOLDER = 0


@dataclass(frozen=True, slots=True)
class Image:
    """What a disk holds: the files by path, with their bytes; the links, with their targets; and the folders."""

    files: frozenset[tuple[str, bytes]]
    links: frozenset[tuple[str, str]]
    folders: frozenset[str]

    def write(self, top: Path) -> None:
        """Makes it real below `top`, which is empty."""
        for folder in sorted(self.folders):
            (top / folder).mkdir(parents=True, exist_ok=True)
        for path, data in self.files:
            (top / path).parent.mkdir(parents=True, exist_ok=True)
            (top / path).write_bytes(data)
            if "/files/md5/" in path:
                (top / path).chmod(0o444)
        for path, target in self.links:
            (top / path).symlink_to(target)


@dataclass(slots=True)
class Power:
    """Watches a writer below the folder `top`, and says what the disk may hold at each moment.

    Attributes:
        top: The folder.
        images: What it may have held, each once, in the order in which it became possible.
    """

    top: Path
    chance: random.Random
    images: dict[Image, None] = field(default_factory=dict)
    _names: dict[str, int] = field(default_factory=dict)
    _safe_names: dict[str, int] = field(default_factory=dict)
    _waiting: list[Entry] = field(default_factory=list)
    _bytes: dict[int, bytes] = field(default_factory=dict)
    _safe: dict[int, bytes] = field(default_factory=dict)
    _open: dict[int, int] = field(default_factory=dict)
    _links: dict[str, str] = field(default_factory=dict)
    _others: dict[str, tuple[int, int, int]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for folder, folders, names in os.walk(self.top):
            for path in (os.path.join(folder, name) for name in (*folders, *names)):
                if os.path.islink(path):
                    self._links[self._relative(path)] = os.readlink(path)
                else:
                    self._names[self._relative(path)] = self._read(path)
        self._safe_names = dict(self._names)
        self._others = self._seen()

    def watching(self) -> Disk:
        """Returns a disk that tells of what is done to it."""
        return Disk(before=lambda *_: self._look(), after=self._done)

    def _done(self, name: str, args: tuple[Any, ...], kwargs: dict[str, Any], result: Any) -> None:
        match name:
            case "os.open":
                self._opened(_place(args[0], kwargs.get("dir_fd")), result)
            case "os.write" if args[0] in self._open:
                self._bytes[self._open[args[0]]] += bytes(args[1])[:result]
            case "os.fsync":
                self._sync(args[0])
            case "os.mkdir":
                self._change("add", _place(args[0], kwargs.get("dir_fd")), FOLDER)
            case "os.unlink" | "os.remove" | "os.rmdir":
                self._change("remove", _place(args[0], kwargs.get("dir_fd")))
            case "os.link" | "os.rename" | "os.replace":
                source = _place(args[0], kwargs.get("src_dir_fd"))
                number = self._names.get(self._relative(source))
                if number == FOLDER:
                    self._change("move", args[1], self._relative(source))
                elif number is not None:
                    self._change("add", _place(args[1], kwargs.get("dst_dir_fd")), number)
                    if name != "os.link":
                        self._change("remove", source)
            case _:
                return
        self._note()

    def _opened(self, path: str, handle: int) -> None:
        name = self._relative(path)
        if not os.path.isfile(path):
            self._open.pop(handle, None)
            return
        if name not in self._names:
            number = self._new(b"", b"")
            self._change("add", path, number)
        self._open[handle] = self._names[name]

    def _sync(self, handle: int) -> None:
        path = os.readlink(f"/proc/self/fd/{handle}")
        if not os.path.isdir(path):
            if handle in self._open:
                self._safe[self._open[handle]] = self._bytes[self._open[handle]]
            return
        folder = self._relative(path)
        for entry in [entry for entry in self._waiting if os.path.dirname(self._now_at(entry)) == folder]:
            self._apply(self._safe_names, entry)
            self._waiting = [
                (kind, self._moved(at, entry), what) for kind, at, what in self._waiting[: self._waiting.index(entry)]
            ] + self._waiting[self._waiting.index(entry) + 1 :]

    def _now_at(self, entry: Entry) -> str:
        """Returns what became of the path of a change, through the moves of folders that came later."""
        path = entry[1]
        for later in self._waiting[self._waiting.index(entry) + 1 :]:
            path = self._moved(path, later)
        return path

    @staticmethod
    def _moved(path: str, entry: Entry) -> str:
        kind, target, source = entry
        inside = kind == "move" and f"{path}/".startswith(f"{source}/")
        return f"{target}{path[len(str(source)) :]}" if inside else path

    def _change(self, kind: str, path: str, number: int | str = FOLDER) -> None:
        entry = (kind, self._relative(path), number)
        self._apply(self._names, entry)
        self._waiting.append(entry)

    @staticmethod
    def _apply(names: dict[str, int], entry: Entry) -> None:
        kind, path, what = entry
        if kind == "move":
            for name in [name for name in names if name == what or name.startswith(f"{what}/")]:
                names[path + name[len(str(what)) :]] = names.pop(name)
        elif isinstance(what, int) and kind == "add":
            names[path] = what
        else:
            names.pop(path, None)

    def _look(self) -> None:
        """Takes over what git, or the command that is run, has done since: it is safe."""
        now = self._seen()
        if now == self._others:
            return
        lock = "repo/.git/index.lock"
        self._safe_names[lock] = self._names[lock] = self._new(b"", b"")
        self._note()
        del self._safe_names[lock], self._names[lock]
        for path in self._others.keys() - now.keys():
            self._names.pop(path, None)
            self._safe_names.pop(path, None)
        for path in [path for path, seen in now.items() if self._others.get(path) != seen]:
            for above in [str(folder) for folder in Path(path).parents][:-1]:
                self._names[above] = self._safe_names[above] = FOLDER
            self._names[path] = self._safe_names[path] = self._read(str(self.top / path))
        self._others = now
        self._note()

    def _seen(self) -> dict[str, tuple[int, int, int]]:
        """Returns what others write: git, and the command that is run."""
        found = {}
        for folder, folders, names in os.walk(self.top / "repo/.git"):
            if folder.endswith("/.git") and "gitprov" in folders:
                folders.remove("gitprov")
            for path in (os.path.join(folder, name) for name in names):
                status = os.stat(path)
                found[self._relative(path)] = (status.st_mtime_ns, status.st_size, status.st_ino)
        made = self.top / "repo/out.txt"
        if made.exists():
            found["repo/out.txt"] = (made.stat().st_mtime_ns, made.stat().st_size, made.stat().st_ino)
        return found

    def _note(self) -> None:
        """Notes what the disk may hold now: nothing, all, or some of what is not safe."""
        for keep in (0.0, 1.0, 0.5):
            names = dict(self._safe_names)
            for entry in self._waiting:
                if self.chance.random() < keep:
                    self._apply(names, entry)
            self.images.setdefault(self._image(names))

    def _image(self, names: dict[str, int]) -> Image:
        folders = {path for path, number in names.items() if number == FOLDER}
        there = {path for path in names if all(str(above) in folders for above in list(Path(path).parents)[:-1])}
        return Image(
            frozenset((path, self._safe[names[path]]) for path in there if names[path] != FOLDER),
            frozenset(self._links.items()),
            frozenset(there & folders),
        )

    def _relative(self, path: str) -> str:
        return os.path.relpath(path, self.top)

    def _read(self, path: str) -> int:
        if os.path.isdir(path):
            return FOLDER
        data = Path(path).read_bytes()
        return self._new(data, data)

    def _new(self, data: bytes, safe: bytes) -> int:
        number = len(self._bytes) + 1
        self._bytes[number], self._safe[number] = data, safe
        return number


def _place(path: Any, folder: int | None) -> str:
    """Returns the absolute path that a call names."""
    name = os.fsdecode(path)
    return name if folder is None or os.path.isabs(name) else os.path.join(os.readlink(f"/proc/self/fd/{folder}"), name)
