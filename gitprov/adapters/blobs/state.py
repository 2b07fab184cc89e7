"""What was hashed before: disposable, in SQLite, never the reason why something is believed to be safe."""

import os
import sqlite3
import time
import weakref
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any

from gitprov.ids import Digest, Md5
from gitprov.records import Blob, Content

TICK = 50_000_000
"""A file that changed less than this long (ns) before it was read may change again within the same time stamp."""

COARSE_TICK = 2_000_000_000
"""The same on a file system whose time stamps are whole seconds."""

VERSION = 3
"""Another number when what the database holds is to be read again."""

SCHEMA = f"""
BEGIN IMMEDIATE;
DROP TABLE IF EXISTS files;
DROP TABLE IF EXISTS objects;
DROP TABLE IF EXISTS directories;
DROP TABLE IF EXISTS kept;
CREATE TABLE files (
  path TEXT PRIMARY KEY, mtime INTEGER, ctime INTEGER, size INTEGER, inode INTEGER, sha256 TEXT, md5 TEXT,
  kept INTEGER
) WITHOUT ROWID;
CREATE TABLE objects (md5 TEXT PRIMARY KEY, sha256 TEXT) WITHOUT ROWID;
CREATE TABLE directories (
  path TEXT PRIMARY KEY, scan TEXT, digest TEXT, files INTEGER, md5 TEXT, size INTEGER,
  listing_md5 TEXT, listing_size INTEGER
) WITHOUT ROWID;
CREATE TABLE kept (path TEXT PRIMARY KEY, scan TEXT, names TEXT, sizes TEXT);
PRAGMA user_version = {VERSION};
COMMIT;
"""

Row = tuple[str, int, int, int, int, Digest | None, Md5, bool]
"""A file that was hashed: path; mtime_ns, ctime_ns, size and inode; SHA-256 (never None) and MD5; whether the cache's
object of that MD5 was seen to have the same bytes."""


def is_settled(changed: int, read_at: int) -> bool:
    """Tells whether a later change would show: the file is older than what one time stamp covers.

    Args:
        changed: Its ctime, in ns since the epoch.
        read_at: Before the file was read, in ns since the epoch.
    """
    age = read_at - changed
    return age > COARSE_TICK or (age > TICK and changed % 1_000_000_000 != 0)


class StatCache:
    """The stat cache in `folder`. When the database cannot be used everything is hashed again; nothing else is lost."""

    def __init__(self, folder: str) -> None:
        self._path = f"{folder}/stat.sqlite"
        self._opened: sqlite3.Connection | None = None

    def files(self, under: str) -> dict[str, tuple[Any, ...]]:
        """Returns what is known of the file `under` and of the files below it, by path.

        Each is a `Row`, at its end the SHA-256 of the cache's object of the same MD5, None when it was not seen.
        """
        rows = self._query(
            "SELECT f.path, f.mtime, f.ctime, f.size, f.inode, f.sha256, f.md5,"
            " CASE WHEN f.kept THEN f.sha256 ELSE o.sha256 END FROM files f LEFT JOIN objects o ON o.md5 = f.md5"
            " WHERE path = ? OR path > ? AND path < ?",
            (under, f"{under}/", f"{under}0"),
        )
        return {row[0]: row for row in rows}

    def objects(self, md5s: Collection[Md5]) -> dict[Md5, Digest]:
        """Returns the SHA-256 of those of these objects (by MD5) whose bytes were seen."""
        wanted = list(md5s)
        found: dict[Md5, Digest] = {}
        for start in range(0, len(wanted), 500):
            part = wanted[start : start + 500]
            marks = ",".join("?" * len(part))
            found |= self._query(f"SELECT md5, sha256 FROM objects WHERE md5 IN ({marks})", part)  # noqa: S608
        if len(found) < len(wanted):
            left = set(wanted) - found.keys()
            rows = self._query("SELECT md5, sha256 FROM files WHERE kept", ())
            found |= {md5: sha256 for md5, sha256 in rows if md5 in left}
        return found

    def directory(self, path: str, scan: str) -> Content | None:
        """Returns the content of a directory that looked exactly like this when it was read, or None."""
        for digest, files, md5, size, listing_md5, listing_size in self._query(
            "SELECT digest, files, md5, size, listing_md5, listing_size FROM directories WHERE path = ? AND scan = ?",
            (path, scan),
        ):
            listing = Blob(md5=listing_md5, size=listing_size)
            return Content(digest=digest, files=files, md5=md5, size=size, listing=listing)
        return None

    def kept(self, path: str, scan: str) -> list[tuple[str, int]] | None:
        """Returns names (`ab/cdef…`) and sizes of the objects of a directory's files that were in the cache, or None.

        Args:
            path: The directory.
            scan: What it looked like: None is returned when it was another directory that had its files kept.
        """
        for names, sizes in self._query("SELECT names, sizes FROM kept WHERE path = ? AND scan = ?", (path, scan)):
            return list(zip(names.split(), map(int, sizes.split()), strict=True))
        return None

    def save_kept(self, path: str, scan: str, objects: Iterable[tuple[str, int]]) -> None:
        """Remembers that the cache has these objects, whose bytes were seen."""
        found = list(objects)
        row = (path, scan, " ".join([name for name, _ in found]), " ".join([str(size) for _, size in found]))
        self._write("INSERT OR REPLACE INTO kept VALUES (?, ?, ?, ?)", [row])

    def forget_files(self, paths: Iterable[str]) -> None:
        """Forgets files that are gone."""
        self._write("DELETE FROM files WHERE path = ?", [(path,) for path in paths])

    def save_files(self, rows: list[Row]) -> None:
        """Remembers files."""
        self._write("INSERT OR REPLACE INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?)", rows)

    def save_objects(self, rows: list[tuple[Md5, Digest | None]]) -> None:
        """Remembers the MD5 and SHA-256 (never None) of objects whose bytes were seen, where no file's row does."""
        self._write("INSERT OR REPLACE INTO objects VALUES (?, ?)", rows)

    def save_directory(self, path: str, scan: str, content: Content, listing: Blob) -> None:
        """Remembers what a directory held that looks like this."""
        row = (path, scan, content.digest, content.files, content.md5, content.size, listing.md5, listing.size)
        self._write("INSERT OR REPLACE INTO directories VALUES (?, ?, ?, ?, ?, ?, ?, ?)", [row])

    def _query(self, sql: str, values: Sequence[str | bytes]) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        with self._forgiven():
            rows += self._database().execute(sql, values)
        return rows

    def _write(self, sql: str, rows: Sequence[tuple[Any, ...]]) -> None:
        if rows:
            with self._forgiven(), self._database() as transaction:
                transaction.executemany(sql, rows)

    def _database(self) -> sqlite3.Connection:
        if self._opened is None:
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            self._opened = sqlite3.connect(self._path, timeout=10, check_same_thread=False)
            weakref.finalize(self, self._opened.close)
            if self._opened.execute("PRAGMA user_version").fetchone() != (VERSION,):
                self._opened.executescript(SCHEMA)
        return self._opened

    @contextmanager
    def _forgiven(self) -> Iterator[None]:
        """Goes on without the cache when it fails, and removes it when its file is damaged."""
        try:
            yield
        except (OSError, sqlite3.OperationalError):
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
