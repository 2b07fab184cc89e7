"""`gitprov revert`: takes back the code of a commit, and says of what it brought that it is to be used no more.

Plain `git revert` takes records away, which law G forbids: what was recorded happened.
"""

from collections.abc import Callable, Iterator

from gitprov.check.files import is_setting
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.lineage import Ledger
from gitprov.lineage.naming import title
from gitprov.ports.git import TreeEntry
from gitprov.ports.workplace import Workplace
from gitprov.promotion import messages
from gitprov.recording.deprecate import deprecation
from gitprov.recording.writing import stage, write_records
from gitprov.records import Artifact, Release, Request, Stored
from gitprov.records.stored import ROOT


@dataclass(frozen=True, slots=True)
class Reverted:
    """What was reverted, or would be.

    Attributes:
        reverts: The commit that is taken back.
        commit: The commit that does so; None when nothing was written.
        deprecates: The artifacts and releases that the commit had brought, and that are deprecated now.
        event: The record that says so; None when there are none.
        notes: What stays as it is.
        dry_run: Whether nothing was written.
    """

    reverts: str
    commit: str | None
    deprecates: tuple[str, ...]
    event: Stored | None
    notes: tuple[str, ...]
    dry_run: bool


def revert(
    place: Workplace,
    ledger: Ledger,
    revision: str,
    *,
    edit: Callable[[str], str] = str,
    dry_run: bool = False,
) -> Reverted:
    """Commits the reverse of a commit, of a merge against its first parent, but for everything below `.gitprov/`.

    The same commit deprecates the artifacts and releases that the commit had added.

    Args:
        place: The ports.
        ledger: What is recorded.
        revision: The commit.
        edit: Lets a person change the message.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-REV-001 when it is no commit; GP-REV-002 when something is staged, or changed below
            `.gitprov/`; GP-REV-003 on conflicts, which git leaves to be resolved; GP-REV-004 when nothing would change;
            GP-GIT-003 when git or a hook refuses; GP-KEY-*.
    """
    git = place.git
    commit = git.commit_of(revision)
    if commit is None:
        raise codes.REV_COMMIT.error(f"{revision} is no commit here")
    if git.index() != git.tree("HEAD"):
        raise codes.REV_STAGED.error("something is staged, which the reverting commit would take along")
    if changed := sorted(git.changed([ROOT])):
        raise codes.REV_STAGED.error(f"{changed[0]} is changed, and would be put back")
    reverted = git.described([commit])[commit]
    before = git.tree(f"{commit}^1", [ROOT]) if git.commit_of(f"{commit}^1") is not None else {}
    after = git.tree(commit, [ROOT])
    brought = [held.stored for held in ledger.held.values() if held.stored.path in after.keys() - before.keys()]
    subjects = [
        one for one in brought if isinstance(one.record, Artifact | Release) and not ledger.deprecations_of(one.id)
    ]
    reason = f"reverted: {reverted.subject}"
    event = deprecation(place, [one.id for one in subjects], reason) if subjects else None
    names = tuple(sorted(_name(ledger, one) for one in subjects))
    notes = tuple(_stays(brought, before, after))
    if dry_run:
        return Reverted(commit, None, names, event, notes, dry_run=True)
    with place.worktree.locked("revert"):
        conflicts = git.revert(commit, ROOT)
        if event is not None:
            stage(place, write_records(place, [event]))
        message = messages.reverts(reverted, ((_name(ledger, one), one.id) for one in subjects))
        if conflicts:
            raise codes.REV_CONFLICT.error(
                f"{commit[:12]} cannot be reverted without conflicts", why=f"in {', '.join(conflicts)}"
            )
        if git.index() == git.tree("HEAD"):
            git.stop_revert()
            raise codes.REV_NOTHING.error(
                f"nothing of {commit[:12]} is left to revert",
                why="; ".join(notes),
            )
        return Reverted(commit, git.commit(edit(message)), names, event, notes, dry_run=False)


def _name(ledger: Ledger, stored: Stored) -> str:
    record = stored.record
    return f"{record.name} {ledger.short(stored.id)}" if isinstance(record, Artifact) else title(record)


def _stays(brought: list[Stored], before: dict[str, TreeEntry], after: dict[str, TreeEntry]) -> Iterator[str]:
    """Yields what of a commit is not taken back, and how that is done."""
    for path in sorted(path for path in {*before, *after} if is_setting(path) and before.get(path) != after.get(path)):
        yield f"{path} stays as it is: edit it, then gitprov policy sign {path}"
    for stored in brought:
        if isinstance(stored.record, Request):
            where = f"{stored.record.name}/{stored.record.stage}"
            yield f"{title(stored.record)} stays: to move the stage back, gitprov rollback {where}"
