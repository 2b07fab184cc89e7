"""Which records are deprecated: that somebody says to use them no more, why, and what to use instead."""

from collections.abc import Iterable

from gitprov.frozen import dataclass
from gitprov.ids import Digest, is_digest
from gitprov.lineage.ledger import Ledger
from gitprov.lineage.naming import title


@dataclass(frozen=True, slots=True)
class Deprecated:
    """That somebody says to use a record no more.

    Attributes:
        event: Id of the record that says so.
        by: Who.
        at: When, as they say.
        reason: In words.
        instead: What people call what is to be used instead; None when nobody said.
    """

    event: Digest
    by: str
    at: str
    reason: str
    instead: str | None

    @property
    def words(self) -> str:
        """The same in words."""
        return f"{self.by}: {self.reason}" + (f"; instead: {self.instead}" if self.instead is not None else "")


def deprecated(ledger: Ledger, record: Digest) -> Deprecated | None:
    """Returns what was said last of an artifact or release that is deprecated, else None."""
    for one in reversed(ledger.deprecations_of(record)):
        event = ledger.events[one]
        instead = event.details.get("instead")
        known = called(ledger, Digest(instead)) if isinstance(instead, str) and is_digest(instead) else None
        return Deprecated(one, event.actor, event.at, event.reason, known)
    return None


def called(ledger: Ledger, record: Digest) -> str:
    """Returns a release by its name, and any other record by its id, after its name if it is an artifact."""
    if record in ledger.releases:
        return title(ledger.releases[record])
    name = f"{ledger.artifacts[record].name} " if record in ledger.artifacts else ""
    return name + ledger.short(record)


def warnings(ledger: Ledger, records: Iterable[Digest]) -> tuple[str, ...]:
    """Returns a sentence for each of some records that is deprecated."""
    found = {one: deprecated(ledger, one) for one in records}
    return tuple(f"{called(ledger, one)} is deprecated by {said.words}" for one, said in found.items() if said)
