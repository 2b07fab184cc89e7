"""`gitprov keep`: stages what drafts hold, or drops them."""

from collections.abc import Sequence

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import digest_hex, normalize
from gitprov.lineage import Ledger
from gitprov.ports.blobs import Snapshot
from gitprov.ports.dvc import Stage
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import pointer_files
from gitprov.recording.commands import shell_command
from gitprov.recording.drafts import Draft, pending_names, read_drafts, remove_draft
from gitprov.recording.pending import drop_pending, pending_step, settle, tidy
from gitprov.recording.run_sets import find_in_sets, keep_member
from gitprov.recording.stages import flat_params, stage_at
from gitprov.recording.writing import Outcome, stage, write_records


def keep(place: Workplace, ledger: Ledger, wanted: Sequence[str] = (), *, dry_run: bool = False) -> Outcome:
    """Moves drafts to their places and stages them: all, or those `wanted`.

    A run that was interrupted after its command had succeeded is finished first; what cannot be finished or kept yet
    does not hold up the others.

    Args:
        place: The ports.
        ledger: What is recorded.
        wanted: Draft names, prefixes of run ids, or step names. What fits no draft is looked for in the run-sets.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-RUN-008 when nothing fits; GP-NAM-002 or GP-BLB-002 when the run-sets cannot tell; what
            finishing and keeping raise, when nothing was kept.
    """
    with place.worktree.locked("keep"):
        notes, failed = settle(place, ledger) if not dry_run else ((), ())
        drafts, damaged = read_drafts(place)
        errors = [*failed, *damaged.values()]
        others = [text for text in wanted if not any(fits(draft, text) for draft in drafts)]
        members = {text: member for text in others if (member := find_in_sets(place, ledger, text)) is not None}
        if errors and not drafts and not members:
            raise errors[0]
        rest = [text for text in wanted if text not in members]
        chosen = _choose(drafts, rest) if rest or not wanted else []
        outcomes = [keep_member(place, ledger, member, dry_run=dry_run) for member in members.values()]
        for draft in chosen:
            try:
                outcomes.append(_keep_one(place, draft, dry_run=dry_run))
            except GitprovError as error:
                errors.append(error)
        if errors and not outcomes:
            raise errors[-1]
        if not dry_run:
            tidy(place)
    notes += tuple(f"a run is not kept yet: {error.what}; {error.fix}" for error in errors)
    notes += tuple(note for one in outcomes for note in one.notes)
    return Outcome(
        records=tuple(record for one in outcomes for record in one.records),
        known=tuple(record for one in outcomes for record in one.known),
        staged=tuple(sorted({path for one in outcomes for path in one.staged})),
        notes=tuple(dict.fromkeys(notes)),
        dry_run=dry_run,
    )


def drop(place: Workplace, wanted: Sequence[str], *, dry_run: bool = False) -> tuple[str, ...]:
    """Forgets drafts, and runs that could not be finished; returns their names. Outputs stay where they are.

    Args:
        place: The ports.
        wanted: Draft names, prefixes of run ids, step names, or names of runs that could not be finished.
        dry_run: Forget nothing.

    Raises:
        GitprovError: GP-RUN-008 when nothing fits.
    """
    with place.worktree.locked("keep"):
        drafts, damaged = read_drafts(place)
        named = {name: (name, pending_step(place, name)) for name in pending_names(place)}
        waiting = [name for name, known in named.items() if any(text in known for text in wanted)]
        broken = [name for name in damaged if name in wanted]
        met = {*broken, *(text for name in waiting for text in named[name])}
        rest = [text for text in wanted if text not in met or any(fits(draft, text) for draft in drafts)]
        chosen = broken + [draft.name for draft in (_choose(drafts, rest) if rest else ())]
        if not dry_run:
            for name in waiting:
                drop_pending(place, name)
            for name in chosen:
                remove_draft(place, name)
            tidy(place)
    return (*waiting, *chosen)


def _choose(drafts: Sequence[Draft], wanted: Sequence[str]) -> list[Draft]:
    if not drafts and not wanted:
        raise codes.RUN_DRAFT.error("there is no draft to keep", fix="gitprov run STEP  # makes one")
    for text in wanted:
        if not any(fits(draft, text) for draft in drafts):
            names = ", ".join(draft.name for draft in drafts)
            raise codes.RUN_DRAFT.error(f"no draft fits {text}", why=f"there are: {names or 'none'}")
    return [draft for draft in drafts if not wanted or any(fits(draft, text) for text in wanted)]


def fits(draft: Draft, text: str) -> bool:
    """Tells whether a text names a draft: by its name or the beginning of it, its step, or its run's id."""
    step, digits = draft.run.step, text.removeprefix("id:").removeprefix("sha256:")
    by_name = text == step or (draft.name.startswith(text) and text.startswith(f"{step}-"))
    return by_name or (len(digits) >= 4 and digest_hex(draft.run_id).startswith(digits))


def _keep_one(place: Workplace, draft: Draft, *, dry_run: bool) -> Outcome:
    notes: list[str] = []
    files = write_draft_files(place, draft, notes, dry_run=dry_run)
    if dry_run:
        return Outcome(draft.records, tuple(files), notes=tuple(notes), dry_run=True)
    staged = stage(place, files)
    remove_draft(place, draft.name)
    return Outcome(draft.records, staged, notes=tuple(notes))


def write_draft_files(place: Workplace, draft: Draft, notes: list[str], *, dry_run: bool) -> list[str]:
    """Writes what a draft stands for to its places, records first, and returns the files; the caller stages them."""
    files = [stored.path for stored in draft.records]
    if not dry_run:
        files = write_records(place, draft.records)
    found = stage_at(place.dvc.stages(), draft.stage) if draft.stage is not None else None
    own = {*found.outs, *found.git_outs} if found is not None else set()
    for path, content in draft.pointers.items():
        if path not in own:
            files += pointer_files(place, path, Snapshot(content), notes, dry_run=dry_run)
    if draft.stage is not None and (found is None or not _is_as_run(found, draft)):
        notes.append(f"stage {draft.stage} or its parameters changed since it ran: its dvc.lock entry was not written")
    elif found is not None and not dry_run:
        files += place.dvc.lock_stage(found, draft.deps, draft.outs)
    return files


def _is_as_run(now: Stage, draft: Draft) -> bool:
    """Tells whether a stage still says what has run: else its entry would tell DVC that something else has."""
    return (
        (draft.run.params or {}) == normalize(flat_params(now.params))
        and draft.run.command == shell_command(now.commands)
        and set(draft.deps) == set(now.deps)
        and set(draft.outs) == {*now.outs, *now.git_outs}
    )
