"""The index: one SQLite database, read whole and replaced whole."""

from gitprov.adapters.index.database import SqliteIndex

__all__ = ["SqliteIndex"]
