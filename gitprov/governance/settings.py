"""`gitprov policy sign`: signs the settings of the work tree, so that they come into force when they land."""

from collections.abc import Collection, Iterable, Mapping

from gitprov.check.governance import GOVERNANCE, is_governed
from gitprov.check.landed import Gathered
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.governance.state import current, history, lacking, look
from gitprov.ids import Digest, sha256_of
from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import Outcome, sign_records, stage, write_records
from gitprov.records import Event, Governance, History, Stored, store
from gitprov.records.codec import from_data, to_data
from gitprov.records.stored import ROOT

TAGS = f"{ROOT}/tags.yaml"


@dataclass(frozen=True, slots=True)
class SettingChange:
    """A setting as it is in force and as it shall be; None where there is none."""

    path: str
    before: bytes | None
    after: bytes | None


@dataclass(frozen=True, slots=True)
class SettingsSigned:
    """What was signed.

    Attributes:
        outcome: What was written.
        changes: The settings that change.
        lacks: What it takes yet to bring them into force when they land; "" for nothing.
        next: The command to go on with; "" when nothing changes.
    """

    outcome: Outcome
    changes: tuple[SettingChange, ...]
    lacks: str = ""
    next: str = ""


def sign_settings(
    place: Workplace, paths: Collection[str] = (), *, reason: str | None = None, dry_run: bool = False
) -> SettingsSigned:
    """Signs a governance record for the settings that are not those in force, and stages it with them.

    A record that waits for more owners and says the same is signed instead of writing another one.

    Args:
        place: The ports.
        paths: Which settings; all that differ when empty.
        reason: In words.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-TRU-006 without a trust root; GP-IMM-003 for a path where no setting lies; GP-YML-006,
            GP-SCH-002 for a setting that cannot be understood; GP-SET-004 where this branch lacks a change of one of
            them that has landed, which would be undone; GP-KEY-*.
    """
    for path in paths:
        if not is_governed(path):
            raise codes.IMM_FOREIGN.error(f"{path} is no setting", fix="gitprov policy sign")
    landed, proposed = look(place)
    current(proposed.landed.roots, "no settings can be")
    in_force = proposed.landed.settings.at(proposed.landed.chain.head)
    there = settings_of(place)
    wanted = sorted(path for path in {*in_force, *there} if not paths or path in paths)
    changed = {path: there.get(path) for path in wanted if in_force.get(path) != _digest(there.get(path))}
    blobs = proposed.landed.settings.blobs
    changes = tuple(
        SettingChange(path, blobs.get(in_force[path]) if path in in_force else None, data)
        for path, data in changed.items()
    )
    if not changed:
        return SettingsSigned(Outcome(dry_run=dry_run), ())
    _refuse_behind(place, landed, changed)
    before = {path: in_force[path] for path in changed if path in in_force}
    after = {path: sha256_of(data) for path, data in changed.items() if data is not None}
    waiting = _waiting(proposed, before, after)
    record = waiting or govern(place, before, after, history(landed), reason)
    if dry_run:
        return SettingsSigned(Outcome((record,), (record.path, *changed), dry_run=True), changes)
    with place.worktree.locked("policy sign"):
        files = sign_records(place, record) if waiting else write_records(place, [record])
        staged = stage(place, [*files, *changed])
    lacks = "; ".join(dict.fromkeys(filter(None, (lacking(look(place)[1], path) for path in changed))))
    outcome = Outcome((), staged, (record,)) if waiting else Outcome((record,), staged)
    return SettingsSigned(outcome, changes, lacks, 'git commit -m "Sign settings"')


def settings_of(place: Workplace) -> dict[str, bytes]:
    """Returns the settings of the work tree by path, each understood.

    Raises:
        GitprovError: GP-YML-006, GP-SCH-002 with file and line.
    """
    found = {path: place.worktree.read(path) for path in place.worktree.files(ROOT) if is_governed(path)}
    there = {path: data for path, data in found.items() if data is not None}
    for path, data in there.items():
        if path != TAGS:
            place.reader.read(path, data)
    return there


def govern(
    place: Workplace,
    before: Mapping[str, Digest],
    after: Mapping[str, Digest],
    past: History,
    reason: str | None = None,
) -> Stored:
    """Returns the record that brings settings into force."""
    says = Governance(before=before, after=after, history=past)
    return store(
        Event(
            kind=GOVERNANCE,
            actor=place.person(),
            at=place.clock.now(),
            subjects=(),
            reason=reason or f"changes {', '.join(sorted({*before, *after}))}",
            details=to_data(says),
        )
    )


def _refuse_behind(place: Workplace, landed: Gathered, paths: Iterable[str]) -> None:
    chain = landed.landed.chain
    for path in paths:
        last = chain.commits[chain.settings[path][-1][0]] if path in chain.settings else None
        if last is not None and not place.git.contains("HEAD", last):
            raise codes.SET_BEHIND.error(
                f"{path} changed on {chain.ref} since this branch began",
                why=f"commit {last[:12]} is not on it, and signing would undo that change",
                fix=f"git merge {chain.ref.removeprefix('refs/remotes/').removeprefix('refs/heads/')}",
            )


def _waiting(proposed: Gathered, before: Mapping[str, Digest], after: Mapping[str, Digest]) -> Stored | None:
    """Returns the record that says the same and lacks signatures."""
    for one in proposed.landed.settings.waiting:
        says = from_data(Governance, dict(proposed.landed.ledger.events[one].details))
        if (says.before, says.after) == (before, after):
            return proposed.landed.ledger.held[one].stored
    return None


def _digest(data: bytes | None) -> Digest | None:
    return sha256_of(data) if data is not None else None
