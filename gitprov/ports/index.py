"""What was read of records before, by blob: derived from git objects, disposable, and never a reason to believe."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Literal, NamedTuple, Protocol

from gitprov.ids import Digest, Value
from gitprov.lineage.ledger import Relation
from gitprov.lineage.values import What

FILE = "index-v1.sqlite"
"""What the index is called where a clone keeps what can be computed again."""
Type = Literal["artifact", "run", "evaluation", "release", "event", "trustroot", "request", "evidence", "deployment"]
Seen = Literal["committed", "staged"]


class Card(NamedTuple):
    """What is known of a blob.

    Attributes:
        oid: Its git object id, in hex digits.
        id: The id of the record that it is; None for what is to be read each time, since it is none, or large.
        type: Of the record.
        links: What `gitprov.lineage.ledger.links` says of it.
        values: What `gitprov.lineage.values.values` says of it.
    """

    oid: str
    id: Digest | None
    type: Type | None = None
    links: Sequence[tuple[Relation, str, str]] = ()
    values: Sequence[tuple[What, str, Value]] = ()


class Place(NamedTuple):
    """Where a record lies: its path, the git object there, how far it has come, and which type of record it is."""

    path: str
    oid: str
    state: Seen
    type: Type | None


class IndexUnusableError(Exception):
    """The index cannot be used here: everything is to be read from git."""


class Index(Protocol):
    """One index: of a commit, and for as long as it is open of what is staged.

    Answers are in the order of the paths at which records lie; a record that lies at several counts where the first
    is. Every method raises IndexUnusableError.
    """

    @property
    def commit(self) -> str | None:
        """Returns the commit whose files it has, in hex digits; None while it has none."""
        ...

    def lacking(self, oids: Iterable[str]) -> list[str]:
        """Returns those of some blobs that it knows nothing of."""
        ...

    def learn(self, cards: Iterable[Card]) -> None:
        """Takes in what is known of blobs."""
        ...

    def move(self, commit: str | None, files: Mapping[str, str], gone: Collection[str] | None) -> None:
        """Has the files of another commit.

        Args:
            commit: That commit.
            files: Path to object id of the files that are new, or have other bytes.
            gone: The files that are not there any more; None when `files` are all there are.
        """
        ...

    def save(self) -> None:
        """Keeps what it has for the next time, where that saves more than it costs and can be done."""
        ...

    def stage(self, files: Mapping[str, str]) -> None:
        """Has these files besides, by path; they are not kept."""
        ...

    def fault(self) -> str | None:
        """Returns what is wrong with what was kept, in words, or None; whether or not this one is open."""
        ...

    def remove(self) -> None:
        """Forgets what was kept, whatever lies there.

        Raises:
            GitprovError: GP-IO-001.
        """
        ...

    def place(self, record: Digest) -> Place | None:
        """Returns where a record lies."""
        ...

    def ids(self, type_: Type | None = None) -> list[Digest]:
        """Returns the records, or those of a type."""
        ...

    def beginning(self, digits: str) -> list[Digest]:
        """Returns the records whose ids begin with these hex digits."""
        ...

    def lying_at(self, path: str) -> list[Digest]:
        """Returns the record whose file this is, if it is the first of that record."""
        ...

    def at(self, relation: Relation, key: str) -> list[str]:
        """Returns what stands in a relation to a key."""
        ...

    def keys(self, relation: Relation) -> list[str]:
        """Returns the keys to which anything stands in a relation."""
        ...

    def times(self) -> dict[Digest, str]:
        """Returns when each artifact was made last, "" when nobody knows; without those that no run made."""
        ...

    def valued(self, what: What, key: str) -> list[tuple[Digest, Value]]:
        """Returns the records that have a value of this name, with it."""
        ...

    def copies(self) -> list[Place]:
        """Returns further places of records that lie at several."""
        ...

    def unread(self) -> list[Place]:
        """Returns the files that are to be read each time."""
        ...


class Blobs(Protocol):
    """Reads blobs one by one, when they are asked for."""

    def read(self, oid: str) -> bytes:
        """Returns the bytes of a blob.

        Raises:
            GitprovError: GP-GIT-005 when a shallow or partial clone lacks it; GP-GIT-003.
        """
        ...
