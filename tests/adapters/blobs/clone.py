"""A clone with a work tree, a cache and a stat cache, and the trees that tests put into it."""

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

from gitprov.adapters.blobs import DvcCache
from gitprov.ids.listings import EXECUTABLE, FILE, SYMLINK

# Two files with one MD5 (Wang and Yu, "How to Break MD5 and Other Hash Functions", 2005).
_BLOCK = (
    "d131dd02c5e6eec4693d9a0698aff95c2fcab5{}12467eab4004583eb8fb7f8955ad340609f4b30283e4888325{}415a085125e8f7cdc99fd9"
    "1dbd{}280373c5bd8823e3156348f5bae6dacd436c919c6dd53e2{}87da03fd02396306d248cda0e99f33420f577ee8ce54b67080{}0d1ec6"
    "9821bcb6a8839396f965{}6ff72a70"
)
COLLISION = (
    bytes.fromhex(_BLOCK.format("87", "71", "f", "b4", "a8", "2b")),
    bytes.fromhex(_BLOCK.format("07", "f1", "7", "34", "28", "ab")),
)


@dataclass(frozen=True, slots=True)
class Clone:
    """The folders of one clone."""

    root: Path
    cache_folder: Path
    state: Path

    def cache(self, **options: object) -> DvcCache:
        """Opens the cache as a new process would."""
        return DvcCache(str(self.root), str(self.cache_folder), str(self.state), **options)  # type: ignore[arg-type]

    def write(self, path: str, data: bytes | str, *, executable: bool = False) -> Path:
        """Writes a file of the work tree."""
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data.encode() if isinstance(data, str) else data)
        file.chmod(0o755 if executable else 0o644)
        return file

    def object(self, data: bytes) -> Path:
        """Returns where DVC keeps these bytes in the cache."""
        digits = hashlib.md5(data, usedforsecurity=False).hexdigest()
        return self.cache_folder / "files" / "md5" / digits[:2] / digits[2:]

    def tree(self, path: str = "data") -> None:
        """Makes a directory with everything that can be kept."""
        self.write(f"{path}/a.csv", "1,2\n")
        self.write(f"{path}/sub/b.bin", bytes(range(256)) * 8192)
        self.write(f"{path}/sub/same.csv", "1,2\n")
        self.write(f"{path}/run.sh", "#!/bin/sh\n", executable=True)
        self.write(f"{path}/naïve/日本 \n語.txt", "unicode\n")
        self.write(f"{path}/empty.txt", b"")
        (self.root / path / "nothing" / "here").mkdir(parents=True)
        (self.root / path / "link.csv").symlink_to("sub/b.bin")
        (self.root / path / "sub" / "up").symlink_to("../a.csv")
        (self.root / path / "folder").symlink_to("sub")


def make_clone(path: Path) -> Clone:
    """Makes the folders of a clone below `path`."""
    clone = Clone(path / "work", path / "work" / ".dvc" / "cache", path / "work" / ".git" / "gitprov")
    clone.root.mkdir(parents=True)
    return clone


def contents(folder: Path) -> dict[str, tuple[str, bytes]]:
    """Returns what a directory holds: mode as listings have it and bytes (a link's target), by path."""
    found: dict[str, tuple[str, bytes]] = {}
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder).as_posix()
        if path.is_symlink():
            found[name] = (SYMLINK, os.fsencode(path.readlink()))
        elif path.is_dir():
            found[name] = ("040000", b"")
        else:
            found[name] = (EXECUTABLE if path.stat().st_mode & 0o100 else FILE, path.read_bytes())
    return found
