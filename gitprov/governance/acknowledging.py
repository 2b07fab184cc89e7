"""`gitprov acknowledge`: the owners say that they know of a finding, which the audit then lists and does not refuse."""

from gitprov.audit.whole import audit
from gitprov.check.acknowledged import ACKNOWLEDGEMENT, FINDING
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.governance.state import current, look
from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import Outcome, sign_records, stage, write_records
from gitprov.records import Event, Stored, store


@dataclass(frozen=True, slots=True)
class Acknowledged:
    """What was acknowledged.

    Attributes:
        outcome: What was written.
        finding: The finding.
        key: Its whole key.
        lacks: How many owners have to sign yet.
    """

    outcome: Outcome
    finding: Finding
    key: str
    lacks: int


def acknowledge(place: Workplace, text: str, *, reason: str, attributes: bytes, dry_run: bool = False) -> Acknowledged:
    """Signs a record that names a finding of the audit, and stages it; signs one that waits for more owners.

    Args:
        place: The ports.
        text: The finding's key as the audit prints it; of the commit the beginning will do.
        reason: In words.
        attributes: What `gitprov init` writes.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-TRU-006 without a trust root; GP-USE-001 for a finding that can be mended; GP-NAM-001 when the
            audit finds no such thing; GP-NAM-002 when it finds several; GP-KEY-*.
    """
    _, proposed = look(place)
    landed = proposed.landed
    root = current(landed.roots, "nothing can be acknowledged")
    finding = _find(place, text, attributes)
    waiting = next(
        (
            landed.ledger.held[one].stored
            for one, event in landed.ledger.events.items()
            if event.kind == ACKNOWLEDGEMENT and event.details.get(FINDING) == finding.key
        ),
        None,
    )
    record = waiting or _record(place, finding, reason)
    if dry_run:
        staged: tuple[str, ...] = (record.path,)
    else:
        with place.worktree.locked("acknowledge"):
            staged = stage(place, sign_records(place, record) if waiting else write_records(place, [record]))
    made, known = ((), (record,)) if waiting else ((record,), ())
    outcome = Outcome(made, staged, known, dry_run=dry_run)
    after = landed if dry_run else look(place)[1].landed
    owners, head = root.role("owner"), after.chain.head
    signed = after.signers(record.id, head, until=head) & {*owners.people} if record.id in after.ledger.held else ()
    return Acknowledged(outcome, finding, finding.key, max(0, owners.threshold - len(signed)))


def _record(place: Workplace, finding: Finding, reason: str) -> Stored:
    return store(
        Event(
            kind=ACKNOWLEDGEMENT,
            actor=place.person(),
            at=place.clock.now(),
            subjects=(),
            reason=reason,
            details={FINDING: finding.key},
        )
    )


def _find(place: Workplace, text: str, attributes: bytes) -> Finding:
    verdict = audit(place, attributes=attributes).verdict
    reviewed = (one for one in verdict.warnings if one.code is codes.PRO_EXCEPTION)
    found = {one.key: one for one in (*verdict.findings, *reviewed)}
    if text in found and found[text].commit is None:  # it would stand for whatever comes later, too
        raise codes.USE_ARGUMENT.error(f"{text} is no commit's doing: it can be mended", fix=found[text].fix)
    if text in found:
        return found[text]
    begun = [key for key, one in found.items() if one.commit is not None and "@" in text and key.startswith(text)]
    if not begun:
        raise codes.NAM_UNKNOWN.error(
            f"the audit finds no {text}", fix="gitprov audit  # prints the key of each finding"
        )
    if len(begun) > 1:
        what = f"{text} is {len(begun)} findings"
        raise codes.NAM_AMBIGUOUS.error(what, why=", ".join(sorted(begun)), fix="give the whole key")
    return found[begun[0]]
