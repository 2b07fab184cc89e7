"""Events of the kind imported: what the registry of another tool says of versions, one record for each happening.

Every importer of a registry makes them here. They are never releases or promotions: no law, clause or rule counts them
(docs/format.md, "Event"; demand 40).
"""

from collections import defaultdict
from collections.abc import Iterable

from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.imports import happening, imports
from gitprov.ports.workplace import Workplace
from gitprov.recording.secrets import refuse_secrets
from gitprov.records import Event, Stored, store
from gitprov.records.codec import from_data, to_data
from gitprov.records.foreign import IMPORTED, Foreign


class Registrar:
    """Makes the records of what a registry says; the importer writes them.

    Attributes:
        records: Records that are new, by id, in the order in which they were made.
        known: Records that said the same already, whoever imported it, by id.
    """

    def __init__(self, place: Workplace, ledger: Ledger) -> None:
        """Takes what is recorded: with a `Recorder`, its ledger, which has what it made."""
        self.records: dict[Digest, Stored] = {}
        self.known: dict[Digest, Stored] = {}
        self._place, self._ledger = place, ledger
        self._person: str | None = None
        self._said: dict[Digest, list[tuple[Digest, frozenset[Digest]]]] = defaultdict(list)
        for one in imports(ledger):
            self._said[one.happening].append((one.event, frozenset(one.subjects)))

    def take(self, says: Foreign, *, at: str | None, subjects: Iterable[Digest] = ()) -> Stored:
        """Returns the record that keeps what a registry says: one that is there, or a new one.

        One that is there will do when it names these artifacts, too. Where an artifact became known that the record
        which is there does not name, a new one names it.

        Args:
            says: What it says, with `undated` if and only if `at` is None.
            at: When that happened, in UTC, as records have times; None when it does not say.
            subjects: The artifacts that the version is; those that are a draft only, or not recorded, are left out.

        Raises:
            GitprovError: GP-SEC-001 for a secret in what it says; GP-SCH-* for what no record can hold.
        """
        from_data(Foreign, to_data(says))
        about = {one for one in subjects if one in self._ledger.held and self._ledger.held[one].state != "draft"}
        when = at if at is not None else self._place.clock.now()
        same = self._said[happening(says, when)]
        fits = [one for one, named in same if about <= named]
        if fits:
            one = fits[-1]
            return self.records.get(one) or self.known.setdefault(one, self._ledger.held[one].stored)
        made = store(
            Event(
                kind=IMPORTED,
                actor=self._actor(),
                at=when,
                subjects=tuple(sorted(about)),
                reason=says.words,
                details=to_data(says),
            )
        )
        refuse_secrets(self._place, [made])
        self.records[made.id] = made
        same.append((made.id, frozenset(about)))
        return made

    def _actor(self) -> str:
        self._person = self._person or self._place.person()
        return self._person
