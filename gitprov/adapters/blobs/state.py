"""What was hashed before: disposable, in SQLite, never the reason why something is believed to be safe."""

import os
import sqlite3
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any

from gitprov.adapters.blobs.reading import Signature

TICK = 50_000_000
"""A file that changed less than this long (ns) before it was read may change again within the same time stamp."""

COARSE_TICK = 2_000_000_000
"""The same on a file system whose time stamps are whole seconds."""

SCHEMA = """
CREATE TABLE IF NOT EXISTS files (
  path TEXT PRIMARY KEY, mtime INTEGER, ctime INTEGER, size INTEGER, inode INTEGER, sha256 BLOB, md5 BLOB
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS objects (md5 BLOB PRIMARY KEY, sha256 BLOB) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Known:
    """A file that was hashed: while it has this signature, these are its digests (hex digits).

    `kept` tells whether the cache's object of this MD5 was seen to have this SHA-256 too.
    """

    signature: Signature
    sha256: str
    md5: str
    kept: bool = False


def is_settled(signature: Signature, read_at: int) -> bool:
    """Tells whether a later change would show: the file is older than what one time stamp covers.

    Args:
        signature: Of the file.
        read_at: Before the file was read, in ns since the epoch.
    """
    changed = signature[1]
    return read_at - changed > (TICK if changed % 1_000_000_000 else COARSE_TICK)


class StatCache:
    """The stat cache in `folder`. When the database cannot be used everything is hashed again; nothing else is lost."""

    def __init__(self, folder: str) -> None:
        self._path = f"{folder}/stat-1.sqlite"
        self._opened: sqlite3.Connection | None = None

    def files(self, under: str) -> dict[str, Known]:
        """Returns what is known of the file `under` and of the files below it, by path."""
        rows = self._query(
            "SELECT path, mtime, ctime, size, inode, f.sha256, f.md5, ifnull(o.sha256 = f.sha256, 0) FROM files f"
            " LEFT JOIN objects o ON o.md5 = f.md5 WHERE path = ? OR path > ? AND path < ?",
            (under, f"{under}/", f"{under}0"),
        )
        return {
            path: Known((mtime, ctime, size, inode), sha256.hex(), md5.hex(), bool(kept))
            for path, mtime, ctime, size, inode, sha256, md5, kept in rows
        }

    def objects(self, md5s: Collection[str]) -> dict[str, str]:
        """Returns the SHA-256 of those of these objects (by MD5) whose bytes were seen; all in hex digits."""
        wanted = [bytes.fromhex(md5) for md5 in md5s]
        found = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            for md5, sha256 in self._query(f"SELECT md5, sha256 FROM objects WHERE md5 IN ({marks})", part):  # noqa: S608
                found[md5.hex()] = sha256.hex()
        return found

    def forget_files(self, paths: Iterable[str]) -> None:
        """Forgets files that are gone."""
        self._write("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    def save_files(self, rows: Iterable[tuple[str, Known]]) -> None:
        """Remembers files by path."""
        self._write(
            "INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(path, *k.signature, bytes.fromhex(k.sha256), bytes.fromhex(k.md5)) for path, k in rows],
        )

    def save_objects(self, rows: Iterable[tuple[str, str]]) -> None:
        """Remembers the MD5 and SHA-256 of objects whose bytes were seen (hex digits)."""
        self._write(
            "INSERT OR REPLACE INTO objects VALUES (?, ?)",
            [(bytes.fromhex(md5), bytes.fromhex(sha256)) for md5, sha256 in rows],
        )

    def _query(self, sql: str, values: Sequence[str | bytes]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        with self._forgiven():
            rows += self._database().execute(sql, values)
        return rows

    def _write(self, sql: str, rows: list[tuple[Any, ...]]) -> None:
        if rows:
            with self._forgiven(), self._database() as transaction:
                transaction.executemany(sql, rows)

    def _database(self) -> sqlite3.Connection:
        if self._opened is None:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            self._opened = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
            self._opened.executescript(SCHEMA)
        return self._opened

    @contextmanager
    def _forgiven(self) -> Iterator[None]:
        """Goes on without the cache when it fails, and removes it when its file is damaged."""
        try:
            yield
        except sqlite3.OperationalError:
            pass
        except sqlite3.DatabaseError:
            if self._opened is not None:
                self._opened.close()
                self._opened = None
            with suppress(FileNotFoundError):
                os.unlink(self._path)


def now() -> int:
    """Returns the time, in ns since the epoch, that `is_settled` compares with."""
    return time.time_ns()
