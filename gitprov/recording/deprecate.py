"""`gitprov deprecate`: says of artifacts and releases that they are to be used no more, in a signed record."""

from collections.abc import Sequence

from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Value
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.naming import find
from gitprov.recording.secrets import refuse_secrets
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import Artifact, Event, Release, Stored, store
from gitprov.records.types import DEPRECATION


def deprecate(
    place: Workplace, ledger: Ledger, text: str, reason: str, *, instead: str | None = None, dry_run: bool = False
) -> Outcome:
    """Records that an artifact or release is deprecated, signs and stages it.

    Args:
        place: The ports.
        ledger: What is recorded.
        text: The artifact or release.
        reason: In words.
        instead: What to use instead, of the same type.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-NAM-* for a name, and for what is neither; GP-USE-001 without a reason, and when something is
            to be used instead of itself; GP-SEC-001; GP-KEY-*.
    """
    if not reason.strip():
        raise codes.USE_ARGUMENT.error("a deprecation needs a reason", fix="--reason TEXT")
    subject = _find(place, ledger, text)
    other = _find(place, ledger, instead) if instead is not None else None
    if other is not None and (other.id == subject.id or type(other.record) is not type(subject.record)):
        raise codes.USE_ARGUMENT.error(
            f"{instead} cannot be used instead of {text}", fix="name another release, or another artifact"
        )
    for one in ledger.deprecations_of(subject.id):
        event = ledger.events[one]
        if (event.reason, event.details.get("instead")) == (reason, other.id if other is not None else None):
            return Outcome(known=(ledger.held[one].stored,), dry_run=dry_run)
    made = deprecation(place, [subject.id], reason, instead=other.id if other is not None else None)
    refuse_secrets(place, [made])
    if dry_run:
        return Outcome((made,), (made.path,), dry_run=True)
    with place.worktree.locked("deprecate"):
        return Outcome((made,), stage(place, write_records(place, [made])))


def deprecation(place: Workplace, subjects: Sequence[Digest], reason: str, *, instead: Digest | None = None) -> Stored:
    """Returns the record that deprecates others, which is not written yet."""
    details: dict[str, Value] = {"instead": instead} if instead is not None else {}
    return store(
        Event(
            kind=DEPRECATION,
            actor=place.person(),
            at=place.clock.now(),
            subjects=tuple(sorted(subjects)),
            reason=reason,
            details=details,
        )
    )


def _find(place: Workplace, ledger: Ledger, text: str) -> Stored:
    held = ledger.held[find(ledger, text, place.git, place.worktree, place.cache).id]
    if held.state == "draft":
        raise codes.NAM_UNKNOWN.error(f"{text} is still a draft", fix=f"gitprov keep {held.draft}")
    if not isinstance(held.stored.record, Artifact | Release):
        raise codes.NAM_UNKNOWN.error(
            "only artifacts and releases are deprecated", why=f"this is a {type(held.stored.record).__name__.lower()}"
        )
    return held.stored
