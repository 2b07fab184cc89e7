"""`gitprov show`: one record, whole."""

from collections.abc import Iterator, Mapping

from gitprov.audit.facts import Assurance, additions, look_up, mention
from gitprov.frozen import dataclass
from gitprov.ids import Digest, Value, is_digest
from gitprov.lineage import Ledger, State
from gitprov.lineage.deprecations import Deprecated, deprecated
from gitprov.lineage.imports import Import, imports_of
from gitprov.lineage.naming import title
from gitprov.lineage.sweeps import Choice, choices
from gitprov.ports.git import Commit
from gitprov.ports.workplace import Workplace
from gitprov.records import Evaluation, Event, Record, Run
from gitprov.records.codec import to_data


@dataclass(frozen=True, slots=True)
class Show:
    """One record.

    Attributes:
        id: The SHA-256 of its file.
        how: How it was found, in words.
        path: Where it lies, or will lie, from the top of the work tree.
        state: How far it has come; `draft` is the draft that it belongs to.
        record: What it says.
        raw: Its bytes.
        assurance: How far the content of an artifact is known; None for other records.
        labels: Each digest in the record that another record has as its id: what people call that one.
        commit: The commit that added it.
        deprecated: That it is to be used no more; None when nobody says so.
        imported: What registries of other tools say of an artifact.
        choices: The run-sets that a run, or what made an artifact, was chosen from.
    """

    id: Digest
    how: str
    path: str
    state: State
    draft: str | None
    record: Record
    raw: bytes
    assurance: Assurance | None
    labels: Mapping[str, str]
    commit: Commit | None
    deprecated: Deprecated | None
    imported: tuple[Import, ...]
    choices: tuple[Choice, ...]


def show(place: Workplace, ledger: Ledger, text: str) -> Show:
    """Returns the record that `text` names.

    Raises:
        GitprovError: GP-NAM-* when the name fits nothing or several things.
    """
    target = look_up(place, ledger, text)
    held = ledger.held[target.id]
    stored = held.stored
    return Show(
        id=held.id,
        how=target.how,
        path=stored.path,
        state=held.state,
        draft=held.draft,
        record=stored.record,
        raw=stored.data,
        assurance=mention(ledger, held.id).assurance,
        labels={one: label(ledger, Digest(one)) for one in _digests(to_data(stored.record)) if one in ledger.held},
        commit=additions(place, [stored.path]).get(stored.path),
        deprecated=deprecated(ledger, held.id),
        imported=tuple(imports_of(ledger, held.id)),
        choices=tuple(one for run in [held.id, *ledger.makers(held.id)] for one in choices(ledger, run)),
    )


def label(ledger: Ledger, record: Digest) -> str:
    """Returns what people call a record."""
    if record in ledger.artifacts:
        return mention(ledger, record).label
    found = ledger.held[record].stored.record
    plain = isinstance(found, Run | Evaluation | Event)  # nobody gave these a name
    return f"{title(found)} {ledger.short(record)}" if plain else title(found)


def _digests(value: Value) -> Iterator[str]:
    if isinstance(value, str):
        if is_digest(value):
            yield value
    elif isinstance(value, Mapping):
        for item in value.values():
            yield from _digests(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _digests(item)
