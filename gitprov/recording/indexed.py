"""The ledger through the index: the same answers as of `open_ledger`, and records are read when they are asked for.

The index says which records there are and how they hang together; what a record says is read from its git object, whose
digest is the id that was asked for. Nothing that decides opens a ledger this way: no door, audit, promotion or deploy.
"""

from collections import Counter
from collections.abc import Callable, Collection, ItemsView, Iterable, Iterator, KeysView, Mapping, ValuesView
from typing import Any, TypeVar, cast, get_args

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Value, digest_hex, sha256_of
from gitprov.ids.listings import SUBMODULE
from gitprov.lineage import Held, Ledger
from gitprov.lineage.ledger import Relation, Serves, links
from gitprov.lineage.values import What, values
from gitprov.ports.git import GitStore
from gitprov.ports.index import FILE, Blobs, Card, Index, IndexUnusableError, Place, Type
from gitprov.ports.progress import Progress
from gitprov.ports.worktree import WorkTree
from gitprov.recording.ledger import drafts, open_ledger
from gitprov.records import RECORD_LIMIT, Stored, decode
from gitprov.records.stored import FOLDERS, ROOT

K = TypeVar("K")
V = TypeVar("V")
EDITION = "3"
"""Of what is said of a blob, to be raised when that changes: what another edition kept is not read."""
_LONG = 2_000
"""So many records take long enough to be read for the first time that people want to see it."""
_MANY = 500
"""Of so many artifacts it is quicker to ask for all times at once."""
_FOLDERS = [f"{ROOT}/{folder}" for folder in FOLDERS]


def open_indexed(
    git: GitStore,
    worktree: WorkTree | None,
    index: Index,
    blobs: Blobs,
    *,
    progress: Progress,
    serves: Serves | None = None,
) -> Ledger:
    """Returns the ledger that `open_ledger` returns of HEAD, through the index, which is brought up to date.

    Where the index cannot be used, `open_ledger` answers.
    """
    try:
        _bring_up_to_date(git, index, progress)
        if worktree is not None:
            _stage(git, index, progress)
        ledger = IndexedLedger(index, blobs, serves)
    except IndexUnusableError:
        return open_ledger(git, worktree, serves=serves)
    for held in drafts(worktree) if worktree is not None else ():
        ledger.take(held)
    return ledger


def _bring_up_to_date(git: GitStore, index: Index, progress: Progress) -> None:
    head, known = git.head(), index.commit
    if head == known:
        return
    if head is not None and known is not None and git.commit_of(known) is not None:
        changes = [change for edge in git.edges([(head, known)], _FOLDERS) for change in edge.files]
        files = {one.path: one.oid for one in changes if not one.is_gone and _counts(one.path, one.mode)}
        gone = {one.path for one in changes if one.status != "A"}
    else:
        files, gone = _files_at(git, head) if head is not None else {}, None
    _learn(git, index, files, progress)
    index.move(head, files, gone)
    index.save()


def _stage(git: GitStore, index: Index, progress: Progress) -> None:
    changes = git.staged_changes(_FOLDERS).files
    if any(change.status == "U" for change in changes):
        raise IndexUnusableError("a conflict")
    files = {one.path: one.oid for one in changes if one.status == "A" and _counts(one.path, one.mode)}
    _learn(git, index, files, progress)
    index.stage(files)


def _files_at(git: GitStore, commit: str) -> dict[str, str]:
    return {path: one.oid for path, one in git.tree(commit, _FOLDERS).items() if _counts(path, one.mode)}


def _counts(path: str, mode: str) -> bool:
    return path.endswith(".yaml") and mode != SUBMODULE


def _learn(git: GitStore, index: Index, files: Mapping[str, str], progress: Progress) -> None:
    names = {oid: path for path, oid in files.items()}
    lacking = index.lacking(names)
    step = len(lacking) // 100 + 1

    def cards() -> Iterator[Card]:
        for number, (oid, data) in enumerate(git.blobs(lacking), start=1):
            yield card(oid, data, names[oid])
            if number % step == 0:
                progress.advance(step)

    if len(lacking) < _LONG:
        index.learn(cards())
        return
    progress.begin("reading records", len(lacking), unit="records")
    try:
        index.learn(cards())
    finally:
        progress.end()


def card(oid: str, data: bytes, path: str) -> Card:
    """Returns what is to be known of a blob that lies at a path."""
    if len(data) > RECORD_LIMIT:  # how large a record may be depends on where it lies
        return Card(oid, None)
    try:
        record = decode(data, name=path)
    except GitprovError:
        return Card(oid, None)
    one = sha256_of(data)
    type_ = cast("Type", type(record).__name__.lower())
    return Card(oid, one, type_, tuple(links(one, record)), tuple(values(record)))


class IndexedLedger(Ledger):
    """A ledger that asks an index, and takes what the index does not have."""

    def __init__(self, index: Index, blobs: Blobs, serves: Serves | None = None) -> None:
        """Takes the index, and what reads the blobs that it names.

        Raises:
            IndexUnusableError: It fails.
        """
        super().__init__((), serves=serves)
        self._index = index
        self._blobs = blobs
        self._taken: dict[Digest, Held] = {}
        self.held = _Lazy(self._read, lambda one: index.place(one) is not None, index.ids)
        self.artifacts = self._of("artifact")
        self.runs = self._of("run")
        self.evaluations = self._of("evaluation")
        self.releases = self._of("release")
        self.events = self._of("event")
        self.copies = [self._at_place(place) for place in index.copies()]
        self._prefixes = _Prefixes(index)
        self._links = {relation: _Shelf(index, relation) for relation in get_args(Relation)}
        for place in index.unread():
            try:
                self.take(self._at_place(place))
            except GitprovError as error:
                self.broken[place.path] = error

    def take(self, held: Held) -> None:
        """Adds a record: one with the bytes of another counts as its copy."""
        if held.id not in self.held:
            self._taken[held.id] = held
        super().take(held)

    def times(self, artifacts: Collection[Digest]) -> dict[Digest, str]:
        """Returns when each of these was made last."""
        known = self._index.times() if len(artifacts) > _MANY else {}
        fresh = {made for one in self._taken for made in self.made_by(one)}
        return {one: known[one] if one in known and one not in fresh else self.made(one) for one in artifacts}

    def valued(self, what: What, key: str) -> list[tuple[Digest, Value]]:
        """Returns the records that have a value of this dotted name, with it."""
        found = self._index.valued(what, key)
        for one, held in self._taken.items():
            found += [(one, value) for kind, name, value in values(held.stored.record) if (kind, name) == (what, key)]
        return found

    def beginning(self, digits: str) -> list[Digest]:
        """Returns the records whose ids begin with these hex digits, sorted."""
        taken = (one for one in self._taken if digest_hex(one).startswith(digits))
        return sorted([*self._index.beginning(digits), *taken])

    def lying_at(self, path: str) -> list[Digest]:
        """Returns the records whose file this is."""
        taken = (one for one, held in self._taken.items() if held.stored.path == path)
        return [*self._index.lying_at(path), *taken]

    def _of(self, type_: Type) -> "_Lazy[Digest, Any]":
        def has(one: Digest) -> bool:
            place = self._index.place(one)
            return place is not None and place.type == type_

        return _Lazy(lambda one: self.held[one].stored.record, has, lambda: self._index.ids(type_))

    def _read(self, one: Digest) -> Held:
        place = self._index.place(one)
        held = self._at_place(place) if place is not None else None
        if held is None or held.id != one:
            raise codes.CLN_INDEX.error(
                f"the index says that {place.path if place else 'nothing'} is {one}, and it is not",
                fix=f'rm "$(git rev-parse --git-common-dir)/gitprov/{FILE}"  # it is made again',
            )
        return held

    def _at_place(self, place: Place) -> Held:
        data = self._blobs.read(place.oid)
        return Held(Stored(sha256_of(data), place.path, data, decode(data, name=place.path)), place.state)


class _Lazy(dict[K, V]):
    """A mapping that makes its values when they are first asked for."""

    def __init__(self, make: Callable[[K], V], has: Callable[[K], bool], keys: Callable[[], Iterable[K]]) -> None:
        self._make = make
        self._has = has
        self._keys = keys

    def __missing__(self, key: K) -> V:
        if not self._has(key):
            raise KeyError(key)
        value = self[key] = self._make(key)
        return value

    def __contains__(self, key: object) -> bool:
        return super().__contains__(key) or self._has(cast("K", key))

    def __iter__(self) -> Iterator[K]:
        return iter(dict.fromkeys([*self._keys(), *super().__iter__()]))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def get(self, key: K, default: Any = None) -> Any:
        try:
            return self[key]
        except KeyError:
            return default

    def keys(self) -> Any:
        return KeysView(self)

    def values(self) -> Any:
        return ValuesView(self)

    def items(self) -> Any:
        return ItemsView(self)


class _Shelf(dict[str, list[str]]):
    """What stands in one relation, by key, once it was asked for."""

    def __init__(self, index: Index, relation: Relation) -> None:
        self._index = index
        self._relation = relation

    def __missing__(self, key: str) -> list[str]:
        found = self[key] = self._index.at(self._relation, key)
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(
            dict.fromkeys([*self._index.keys(self._relation), *(key for key in super().__iter__() if self[key])])
        )

    def get(self, key: str, default: Any = None) -> Any:
        return self[key] or default


class _Prefixes(Counter[str]):
    """How many records' ids begin so."""

    def __init__(self, index: Index) -> None:
        super().__init__()
        self._index = index

    def __missing__(self, digits: str) -> int:
        return len(self._index.beginning(digits))
