"""What the registries of other tools say, as far as it was imported: for whoever looks an artifact or a name up."""

from collections.abc import Iterator

from gitprov.errors import GitprovError
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_of
from gitprov.lineage.ledger import Ledger
from gitprov.records import Event
from gitprov.records.codec import from_data, to_data
from gitprov.records.foreign import IMPORTED, Foreign


@dataclass(frozen=True, slots=True)
class Import:
    """What a registry says, and which record keeps it.

    Attributes:
        event: Id of the record.
        by: Who imported it.
        at: When it happened there; where the tool does not say, when it was imported.
        subjects: The artifacts that the version is; none where nobody knows.
        says: What the tool says.
    """

    event: Digest
    by: str
    at: str
    subjects: tuple[Digest, ...]
    says: Foreign

    @property
    def happening(self) -> Digest:
        """What is the same for whoever imports it, and whenever: what the tool says, and when it happened there."""
        return happening(self.says, self.at)


def happening(says: Foreign, at: str) -> Digest:
    """Returns by what two records are known to keep the same, but for the artifacts that are known to be meant."""
    return digest_of({"at": "" if says.undated else at, "says": to_data(says)})


def imports(ledger: Ledger) -> list[Import]:
    """Returns all that was imported, oldest first: once, and without artifacts only where nobody knows of any."""
    found = sorted(_imports(ledger), key=lambda one: (one.at, one.event))
    known = {one.happening for one in found if one.subjects}
    chosen: dict[tuple[Digest, tuple[Digest, ...]], Import] = {}
    for one in found:
        if one.subjects or one.happening not in known:
            chosen.setdefault((one.happening, one.subjects), one)
    return list(chosen.values())


def imports_of(ledger: Ledger, artifact: Digest) -> list[Import]:
    """Returns what was imported about an artifact, oldest first."""
    return [one for one in imports(ledger) if artifact in one.subjects]


def imports_named(ledger: Ledger, name: str, stage: str | None = None) -> list[Import]:
    """Returns what was imported under a name of ours, or about one stage of it, oldest first."""
    return [one for one in imports(ledger) if one.says.called == name and stage in (None, one.says.stage)]


def foreign(event: Event) -> Foreign | None:
    """Returns what an event of the kind imported keeps; None for any other, and for one with details of another form.

    Such a one is an event like any other: nothing rests on it.
    """
    if event.kind != IMPORTED:
        return None
    try:
        return from_data(Foreign, dict(event.details))
    except GitprovError:
        return None


def _imports(ledger: Ledger) -> Iterator[Import]:
    for one, event in ledger.events.items():
        says = foreign(event)
        if says is not None:
            yield Import(one, event.actor, event.at, event.subjects, says)
