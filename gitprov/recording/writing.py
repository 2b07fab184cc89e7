"""Writing records: the files, then the index. docs/format.md, "Write order"."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from gitprov.ports.workplace import Workplace
from gitprov.records import Stored


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a writing workflow did, or with `dry_run` would do.

    Attributes:
        records: Records that are new.
        staged: Files that changed in the index.
        known: Records that were there already.
        notes: What a person should know, one sentence each.
        dry_run: Whether nothing was written.
    """

    records: tuple[Stored, ...] = ()
    staged: tuple[str, ...] = ()
    known: tuple[Stored, ...] = ()
    notes: tuple[str, ...] = ()
    dry_run: bool = False


def write_records(place: Workplace, records: Iterable[Stored]) -> list[str]:
    """Writes record files that are not there yet and returns the paths of all; the caller stages them.

    Artifacts come before the runs that name them, so that a crash in between leaves nothing dangling.

    Raises:
        GitprovError: GP-IMM-005 when a file has other bytes; GP-IO-001.
    """
    ordered = sorted(records, key=lambda stored: stored.path)
    for stored in ordered:
        place.worktree.write_new(stored.path, stored.data)
    return [stored.path for stored in ordered]


def stage(place: Workplace, paths: Sequence[str]) -> tuple[str, ...]:
    """Adds files to the index and returns those that this changed there, sorted."""
    unique = sorted(set(paths))
    if not unique:
        return ()
    before = place.git.index(unique)
    place.git.stage(unique)
    after = place.git.index(unique)
    return tuple(path for path in unique if before.get(path) != after.get(path))
