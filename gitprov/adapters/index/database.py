"""`gitprov.ports.index.Index` in SQLite: in memory while it is open, and an `Image` in between.

Nothing is read of a database that is not, byte for byte, what was written: SQLite would take most damage for data.
"""

import json
import sqlite3
import weakref
from collections.abc import Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cached_property, partial
from itertools import islice
from typing import Any, Literal

from gitprov.adapters.index.image import DamagedError, Image
from gitprov.ids import Digest, Value, digest_hex, is_digest
from gitprov.lineage.ledger import Relation
from gitprov.lineage.values import What
from gitprov.ports.index import Card, IndexUnusableError, Place, Seen, Type

TABLES = """
CREATE TABLE stamp (edition TEXT, oid TEXT);
CREATE TABLE words (n INTEGER PRIMARY KEY, word NOT NULL);
CREATE TABLE cards (n INTEGER PRIMARY KEY, oid BLOB NOT NULL, id BLOB, type TEXT);
CREATE TABLE links (relation INTEGER, key INTEGER, card INTEGER, value INTEGER);
CREATE TABLE valued (what INTEGER, key INTEGER, card INTEGER, value INTEGER);
CREATE TABLE files (path TEXT NOT NULL, card INTEGER NOT NULL, state TEXT NOT NULL);
"""
"""`words` has every text and digest once, and the others its number. A card without a file is of other commits."""
INDICES = """
CREATE UNIQUE INDEX IF NOT EXISTS number_of ON words (word);
CREATE UNIQUE INDEX IF NOT EXISTS card_of_blob ON cards (oid);
CREATE INDEX IF NOT EXISTS card_of ON cards (id);
CREATE INDEX IF NOT EXISTS link_of ON links (relation, key);
CREATE INDEX IF NOT EXISTS valued_as ON valued (what, key);
CREATE INDEX IF NOT EXISTS file_of ON files (card);
"""
"""Made when something was learned for the first time: to keep them while it is written takes as long as to write it."""

_PLACES = "SELECT path, oid, state, type FROM files JOIN cards ON n = card "
_AT_ONCE = 2_000
"""Cards that are written together."""
_IN_STATEMENT = 100
"""Rows in one statement, of at most 4 values: the smallest limit that a SQLite has is 999."""
_WORTH = 100
"""It is kept again when that spares the next one a hundredth of what there is."""


class SqliteIndex:
    """The index that is kept at a path."""

    def __init__(self, path: str, edition: str) -> None:
        """Takes the path, and which edition of what is said of a blob this is: what another one kept is not read."""
        self._image = Image(path)
        self._edition = edition
        self._unsaved = 0
        self._learned: dict[str, int] = {}

    @property
    def commit(self) -> str | None:
        """Returns the commit whose files it has, or None."""
        [(found,)] = self._all("SELECT oid FROM stamp")
        return found if isinstance(found, str) else None

    def lacking(self, oids: Iterable[str]) -> list[str]:
        """Returns those of some blobs that it knows nothing of."""
        asked = dict.fromkeys(oids)
        if self._count("cards") == 0:
            return [*asked]
        return [oid for oid in asked if self._card(oid) is None]

    def learn(self, cards: Iterable[Card]) -> None:
        """Takes in what is known of blobs."""
        with _translated():
            number = _Numbers(self._database, self._count("words"))
            numbered = enumerate(cards, start=self._count("cards") + 1)
            while some := list(islice(numbered, _AT_ONCE)):
                self._take(some, number)
                self._unsaved += len(some)
            self._database.executescript(INDICES)

    def _take(self, cards: list[tuple[int, Card]], number: "_Numbers") -> None:
        rows: list[object] = []
        links: list[object] = []
        values: list[object] = []
        for n, card in cards:
            rows += (n, bytes.fromhex(card.oid), _bytes(card.id) if card.id is not None else None, card.type)
            for one, key, end in card.links:
                links += (number[one], number[key], n, number[end])
            for what, key, value in card.values:
                values += (number[what], number[key], n, number[_json(value)])
        self._database.execute("BEGIN")  # without, each statement is a transaction
        self._insert("words", 2, number.fresh())
        self._insert("cards", 4, rows)
        self._insert("links", 4, links)
        self._insert("valued", 4, values)
        self._database.execute("COMMIT")
        self._learned.update((card.oid, n) for n, card in cards)

    def _insert(self, table: str, columns: int, values: list[Any]) -> None:
        """Writes rows, whose values stand one behind the other, many in a statement: each costs more than a row."""
        into, row = f"INSERT INTO {table} VALUES ", f"({','.join('?' * columns)})"  # noqa: S608 - one of ours
        many = columns * _IN_STATEMENT
        alone = len(values) % many
        self._database.executemany(into + row, (values[at : at + columns] for at in range(0, alone, columns)))
        self._database.executemany(
            into + ", ".join([row] * _IN_STATEMENT), (values[at : at + many] for at in range(alone, len(values), many))
        )

    def move(self, commit: str | None, files: Mapping[str, str], gone: Collection[str] | None) -> None:
        """Has the files of another commit."""
        with _translated():
            if gone is None:
                self._database.execute("DELETE FROM files")
            elif gone:
                self._database.execute("CREATE TEMP TABLE gone (path TEXT)")
                self._database.executemany("INSERT INTO gone VALUES (?)", ((path,) for path in gone))
                self._database.execute("DELETE FROM files WHERE path IN (SELECT path FROM gone)")
                self._database.execute("DROP TABLE gone")
            self._put(files, "committed")
            self._database.execute("UPDATE stamp SET oid = ?", [commit])
        self._unsaved += len(files) + len(gone or ())

    def save(self) -> None:
        """Keeps what it has for the next time, where that saves more than it costs and can be done."""
        if self._unsaved and self._unsaved * _WORTH >= self._count("cards"):
            with _translated():
                self._image.write(self._database.serialize())

    def stage(self, files: Mapping[str, str]) -> None:
        """Has these files besides, by path; they are not kept."""
        with _translated():
            self._put(files, "staged")

    def fault(self) -> str | None:
        """Returns what is wrong with what was kept, in words, or None."""
        try:
            kept = self._kept()
        except DamagedError as error:
            return str(error)
        if kept is not None:
            kept.close()
        return None

    def remove(self) -> None:
        """Forgets what was kept, whatever lies there.

        Raises:
            GitprovError: GP-IO-001.
        """
        self._image.remove()

    def place(self, record: Digest) -> Place | None:
        """Returns where a record lies."""
        return next(self._places("WHERE id = ? ORDER BY path LIMIT 1", _packed(record)), None)

    def ids(self, type_: Type | None = None) -> list[Digest]:
        """Returns the records, or those of a type."""
        rows = self._all(
            "SELECT id, min(path) AS first FROM cards JOIN files ON card = n"
            " WHERE id IS NOT NULL AND (? IS NULL OR type = ?) GROUP BY n ORDER BY first",
            type_,
            type_,
        )
        return [_digest(own) for own, _ in rows]

    def beginning(self, digits: str) -> list[Digest]:
        """Returns the records whose ids begin with these hex digits."""
        first, last = (bytes.fromhex(digits.ljust(64, end)) for end in "0f")
        rows = self._all(
            "SELECT id FROM cards WHERE id BETWEEN ? AND ? AND EXISTS (SELECT 1 FROM files WHERE card = n)", first, last
        )
        return [_digest(own) for (own,) in rows]

    def lying_at(self, path: str) -> list[Digest]:
        """Returns the record whose file this is, if it is the first of that record."""
        rows = self._all(
            "SELECT id FROM files JOIN cards ON n = card WHERE path = ? AND id IS NOT NULL"
            " AND NOT EXISTS (SELECT 1 FROM files other WHERE other.card = n AND other.path < files.path)",
            _packed(path),
        )
        return [_digest(own) for (own,) in rows]

    def at(self, relation: Relation, key: str) -> list[str]:
        """Returns what stands in a relation to a key."""
        rows = self._all(
            "SELECT word, (SELECT min(path) FROM files WHERE files.card = links.card) AS first"
            " FROM links JOIN words ON n = value"
            " WHERE relation = (SELECT n FROM words WHERE word = ?) AND key = (SELECT n FROM words WHERE word = ?)"
            " AND first IS NOT NULL ORDER BY first, links.rowid",
            relation,
            _packed(key),
        )
        return [_unpacked(word) for word, _ in rows]

    def keys(self, relation: Relation) -> list[str]:
        """Returns the keys to which anything stands in a relation."""
        rows = self._all(
            "SELECT word FROM words WHERE n IN (SELECT key FROM links"
            " WHERE relation = (SELECT n FROM words WHERE word = ?) AND card IN (SELECT card FROM files))",
            relation,
        )
        return [_unpacked(word) for (word,) in rows]

    def times(self) -> dict[Digest, str]:
        """Returns when each artifact was made last, "" when nobody knows; without those that no run made."""
        rows = self._all(
            "SELECT artifact.word, max(time.word) FROM links made JOIN links ended ON ended.key = made.value"
            " JOIN words artifact ON artifact.n = made.key JOIN words time ON time.n = ended.value"
            " WHERE made.relation = (SELECT n FROM words WHERE word = 'made by')"
            " AND ended.relation = (SELECT n FROM words WHERE word = 'finished')"
            " AND made.card IN (SELECT card FROM files) GROUP BY made.key"
        )
        return {_digest(artifact): time for artifact, time in rows}

    def valued(self, what: What, key: str) -> list[tuple[Digest, Value]]:
        """Returns the records that have a value of this name, with it."""
        rows = self._all(
            "SELECT id, word, (SELECT min(path) FROM files WHERE files.card = valued.card) AS first"
            " FROM valued JOIN cards ON cards.n = card JOIN words ON words.n = value"
            " WHERE what = (SELECT n FROM words WHERE word = ?) AND key = (SELECT n FROM words WHERE word = ?)"
            " AND first IS NOT NULL ORDER BY first",
            what,
            _packed(key),
        )
        return [(_digest(own), json.loads(word)) for own, word, _ in rows]

    def copies(self) -> list[Place]:
        """Returns further places of records that lie at several."""
        first = "(SELECT min(path) FROM files other WHERE other.card = n)"
        several = "(SELECT card FROM files GROUP BY card HAVING count(*) > 1)"
        return list(self._places(f"WHERE id IS NOT NULL AND card IN {several} AND path > {first} ORDER BY path"))

    def unread(self) -> list[Place]:
        """Returns the files that are to be read each time."""
        return list(self._places("WHERE id IS NULL ORDER BY path"))

    def _all(self, sql: str, *values: str | bytes | None) -> list[tuple[Any, ...]]:
        with _translated():
            return self._database.execute(sql, values).fetchall()

    def _places(self, where: str, *values: str | bytes) -> Iterator[Place]:
        for path, oid, state, type_ in self._all(_PLACES + where, *values):
            yield Place(path, oid.hex(), state, type_)

    def _count(self, table: Literal["cards", "words"]) -> int:
        [(found,)] = self._all(f"SELECT coalesce(max(n), 0) FROM {table}")  # noqa: S608 - one of ours
        return int(found)

    def _put(self, files: Mapping[str, str], state: Seen) -> None:
        rows: list[object] = []
        for path, oid in files.items():
            card = self._card(oid)
            if card is None:
                raise IndexUnusableError("a file of which nothing is known")
            rows += (path, card, state)
        self._database.execute("BEGIN")
        self._insert("files", 3, rows)
        self._database.execute("COMMIT")

    def _card(self, oid: str) -> int | None:
        """Returns the number of the card of a blob, if there is one."""
        known = self._learned.get(oid)  # to ask SQLite for each of 100,000 takes 0.3 s
        if known is None:
            known = next((n for (n,) in self._all("SELECT n FROM cards WHERE oid = ?", bytes.fromhex(oid))), None)
        return known

    @cached_property
    def _database(self) -> sqlite3.Connection:
        try:
            database = self._kept()
        except DamagedError:
            database = None
        if database is None or database.execute("SELECT edition FROM stamp").fetchall() != [(self._edition,)]:
            database = _new_database()
            database.executescript(TABLES)
            database.execute("INSERT INTO stamp VALUES (?, NULL)", [self._edition])
        database.execute("PRAGMA journal_mode = OFF")  # nobody goes back
        weakref.finalize(self, database.close)
        return database

    def _kept(self) -> sqlite3.Connection | None:
        """Returns the database that was kept, or None.

        Raises:
            DamagedError: It is none any more.
        """
        data = self._image.read()
        if data is None:
            return None
        database = _new_database()
        try:
            database.deserialize(data)
            database.execute("SELECT edition, oid FROM stamp")
        except sqlite3.Error as error:
            database.close()
            raise DamagedError(f"it is no database of ours: {error}") from None
        return database


class _Numbers(dict[str, int]):
    """The numbers of words, as long as some are learned: of 100,000 records they take 40 MB."""

    def __init__(self, database: sqlite3.Connection, known: int) -> None:
        self._find = partial(database.execute, "SELECT n FROM words WHERE word = ?") if known else None
        self._last = known
        self._fresh: list[int | str | bytes] = []

    def __missing__(self, text: str) -> int:
        word = _packed(text)
        found = self._find([word]).fetchone() if self._find is not None else None
        if found is None:
            self._last += 1
            found = (self._last,)
            self._fresh += (self._last, word)
        self[text] = number = found[0]
        return number

    def fresh(self) -> list[int | str | bytes]:
        """Returns number and word of those that are new since it was asked last, one behind the other."""
        found, self._fresh = self._fresh, []
        return found


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (sqlite3.Error, UnicodeError) as error:  # a path that is not UTF-8, and whatever SQLite cannot do here
        raise IndexUnusableError(str(error)) from error


def _json(value: Value) -> str:
    return repr(value) if type(value) in _NUMBERS else json.dumps(value)


_NUMBERS = frozenset([float, int])
"""JSON has them as Python writes them, and to ask it for a number takes ten times as long."""


def _bytes(digest: Digest) -> bytes:
    return bytes.fromhex(digest_hex(digest))


def _packed(text: str) -> str | bytes:
    if is_digest(text):
        return _bytes(Digest(text))
    try:
        text.encode()
    except UnicodeEncodeError:  # people may type it, and no record has it
        return b""
    return text


def _unpacked(word: str | bytes) -> str:
    return word if isinstance(word, str) else _digest(word)


def _digest(word: bytes) -> Digest:
    return Digest(f"sha256:{word.hex()}")


def _new_database() -> sqlite3.Connection:
    """Returns an empty database in memory, which is closed by whatever thread collects garbage."""
    return sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
