"""Remembers what was computed from git objects, so that no blob is hashed twice. Derived: it may be deleted."""

import contextlib
import os
import sqlite3
from collections.abc import Iterable, Mapping

from gitprov.adapters.git.plumbing import chunks
from gitprov.ids import Digest

_KEYS_AT_ONCE = 500


class DigestCache:
    """Key to digest, in a file below the git directory; a clone in which it cannot be kept does without."""

    def __init__(self, path: str) -> None:
        self._path = path

    def get(self, keys: Iterable[str]) -> dict[str, Digest]:
        """Returns the digests that are known."""
        found: dict[str, Digest] = {}
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._connect()) as connection:
            for some in chunks(keys, _KEYS_AT_ONCE):
                marks = ",".join("?" * len(some))
                rows = connection.execute(f"SELECT key, value FROM digest WHERE key IN ({marks})", some)  # noqa: S608
                found.update((key, Digest("sha256:" + value.hex())) for key, value in rows)
        return found

    def put(self, digests: Mapping[str, Digest]) -> None:
        """Remembers digests."""
        if not digests:
            return
        rows = [(key, bytes.fromhex(digest.removeprefix("sha256:"))) for key, digest in digests.items()]
        with contextlib.suppress(sqlite3.Error), contextlib.closing(self._connect()) as connection, connection:
            connection.executemany("INSERT OR REPLACE INTO digest VALUES (?, ?)", rows)

    def _connect(self) -> sqlite3.Connection:
        with contextlib.suppress(OSError):
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
        connection = sqlite3.connect(self._path, timeout=10)
        try:
            connection.execute("PRAGMA synchronous = OFF")
            connection.execute("CREATE TABLE IF NOT EXISTS digest (key TEXT PRIMARY KEY, value BLOB) WITHOUT ROWID")
        except sqlite3.OperationalError:
            connection.close()
            raise
        except sqlite3.DatabaseError:  # not a database: a crash of the machine without fsync may leave that
            connection.close()
            with contextlib.suppress(OSError):
                os.unlink(self._path)
            raise
        return connection
