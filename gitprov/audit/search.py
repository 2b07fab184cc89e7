"""`gitprov search`: artifacts by what the catalog says of their names, and by what is recorded of them (demand 30)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from fnmatch import fnmatchcase

from gitprov.audit.dates import DAY_BEGINS, DAY_ENDS, date_given
from gitprov.audit.facts import Mention, look_up, members, mention
from gitprov.frozen import dataclass
from gitprov.ids import Value
from gitprov.ids.names import is_name
from gitprov.lineage import Ledger
from gitprov.lineage.search import Query, condition
from gitprov.lineage.search import search as search_records
from gitprov.ports.workplace import Workplace
from gitprov.records.settings import CatalogEntry
from gitprov.records.stored import ROOT


@dataclass(frozen=True, slots=True)
class Asked:
    """What a person asks for; every part must hold.

    Attributes:
        words: Each stands in the name, or in what the catalog says of it: kind, description, tags.
        name: A name, or a pattern of names with `*`.
        kind: Of the artifact.
        tags: That the catalog gives to the name.
        owner: Who the catalog says answers for it.
        since, until: A day or a time; when it was made last.
        metrics, params: Conditions: `auc>=0.9`.
        sources: Artifacts, paths or releases that it was made from, directly or not.
    """

    words: Sequence[str] = ()
    name: str | None = None
    kind: str | None = None
    tags: Sequence[str] = ()
    owner: str | None = None
    since: str | None = None
    until: str | None = None
    metrics: Sequence[str] = ()
    params: Sequence[str] = ()
    sources: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Hit:
    """An artifact that was found: when it was made last, RFC 3339 UTC, and the values that were asked for, by name."""

    artifact: Mention
    made: str | None
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Search:
    """The answer.

    Attributes:
        hits: Newest first.
        more: How many there are beyond the limit.
        undated: How many were left out since nobody knows when they were made, and a time is asked for.
    """

    hits: tuple[Hit, ...]
    more: int
    undated: int


def search(place: Workplace, ledger: Ledger, asked: Asked, *, limit: int | None = None) -> Search:
    """Returns the artifacts that a person asks for.

    What the catalog says of a name holds for its artifacts, and for those of the names that it lists as members.

    Raises:
        GitprovError: GP-USE-001 when a condition or a date is none; GP-NAM-* for the sources; GP-YML-006 or GP-SCH-002
            when the catalog is asked and cannot be understood.
    """
    query = Query(
        names=_names(place, ledger, asked),
        kind=asked.kind,
        since=date_given(asked.since, "--since", DAY_BEGINS),
        until=date_given(asked.until, "--until", DAY_ENDS),
        conditions=[
            *(condition("metric", text) for text in asked.metrics),
            *(condition("param", text) for text in asked.params),
        ],
        sources=[
            [one for one, _ in members(ledger, look_up(place, ledger, text), "search --from").values()]
            for text in asked.sources
        ],
    )
    found = search_records(ledger, query)
    hits = tuple(
        Hit(
            mention(ledger, one),
            time or None,
            {condition.key: value for condition, value in found.values.get(one, {}).items()},
        )
        for one, time in found.artifacts[:limit]
    )
    return Search(hits, len(found.artifacts) - len(hits), found.undated)


def _names(place: Workplace, ledger: Ledger, asked: Asked) -> Collection[str] | None:
    """Returns the names that are asked for; None for all."""
    if not (asked.words or asked.name or asked.owner or asked.tags):
        return None
    entries = dict(_catalog(place)) if asked.words or asked.owner or asked.tags else {}
    known = ledger.names()
    fitting = {name for name in {*known, *entries} if _fits(name, entries.get(name, CatalogEntry()), asked)}
    fitting |= {part for name in fitting & entries.keys() for part in entries[name].members.values()}
    return [name for name in known if name in fitting and (asked.name is None or fnmatchcase(name, asked.name))]


def _fits(name: str, entry: CatalogEntry, asked: Asked) -> bool:
    said = " ".join([name, entry.kind or "", entry.description or "", entry.formerly or "", *entry.tags]).casefold()
    return (
        all(word in said for words in asked.words for word in words.casefold().split())
        and set(asked.tags) <= set(entry.tags)
        and asked.owner in (None, entry.owner)
    )


def _catalog(place: Workplace) -> Iterator[tuple[str, CatalogEntry]]:
    """Yields what the catalog says, by name: of the work tree, or of HEAD in a bare repository."""
    folder = f"{ROOT}/catalog"
    if place.git.is_bare:
        oids = {path: entry.oid for path, entry in place.git.tree("HEAD", [folder]).items()} if place.git.head() else {}
        blobs = dict(place.git.blobs(set(oids.values())))
        files: dict[str, bytes | None] = {path: blobs[oid] for path, oid in oids.items()}
    else:
        files = {path: place.worktree.read(path) for path in place.worktree.files(folder)}
    for path, data in sorted(files.items()):
        name = path.removeprefix(f"{folder}/").removesuffix(".yaml")
        entry = place.reader.read(path, data) if data is not None and path.endswith(".yaml") and is_name(name) else None
        if isinstance(entry, CatalogEntry):
            yield name, entry
