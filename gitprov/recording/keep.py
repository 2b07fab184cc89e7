"""`gitprov keep`: stages what drafts hold."""

from collections.abc import Sequence

from gitprov.errors import catalogue as codes
from gitprov.ids import digest_hex
from gitprov.lineage import Held, Ledger
from gitprov.ports.blobs import Snapshot
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import pointer_files
from gitprov.recording.drafts import Draft, draft_names, read_note, remove_draft
from gitprov.recording.ledger import drafts
from gitprov.recording.pending import settle
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import Run


def keep(place: Workplace, ledger: Ledger, wanted: Sequence[str] = (), *, dry_run: bool = False) -> Outcome:
    """Moves drafts to their places and stages them: all, or those `wanted`.

    A run that was interrupted after its command had succeeded is finished first; one that cannot be finished yet does
    not hold up the others.

    Args:
        place: The ports.
        ledger: What is recorded.
        wanted: Draft names, prefixes of run ids, or step names.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-RUN-008 when nothing fits, or a draft is damaged; whatever finishing raises.
    """
    with place.worktree.locked("keep"):
        notes, unfinished = settle(place, ledger) if not dry_run else ((), ())
        held, names = drafts(place.worktree), draft_names(place)
        if unfinished and not names:
            raise unfinished[0]
        chosen = _choose(names, held, wanted)
        outcomes = [_keep_one(place, _load(place, name, held), dry_run=dry_run) for name in chosen]
    return Outcome(
        records=tuple(record for one in outcomes for record in one.records),
        staged=tuple(sorted({path for one in outcomes for path in one.staged})),
        notes=tuple(
            dict.fromkeys(
                [
                    *notes,
                    *(f"a run is not finished yet: {error.what}; {error.fix}" for error in unfinished),
                    *(note for one in outcomes for note in one.notes),
                ]
            )
        ),
        dry_run=dry_run,
    )


def _load(place: Workplace, name: str, held: Sequence[Held]) -> Draft:
    return read_note(place, name, tuple(one.stored for one in held if one.draft == name))


def _choose(names: Sequence[str], held: Sequence[Held], wanted: Sequence[str]) -> list[str]:
    if not wanted:
        if not names:
            raise codes.RUN_DRAFT.error("there is no draft to keep", fix="gitprov run STEP makes one")
        return list(names)
    chosen: list[str] = []
    for text in wanted:
        prefix = text.removeprefix("id:").removeprefix("sha256:")
        found = [
            one.draft
            for one in held
            if one.draft is not None
            and isinstance(one.stored.record, Run)
            and (one.draft.startswith(text) or digest_hex(one.id).startswith(prefix) or one.stored.record.step == text)
        ]
        fitting = [name for name in names if name in found]
        if not fitting:
            raise codes.RUN_DRAFT.error(f"no draft fits {text}", why=f"there are: {', '.join(names) or 'none'}")
        chosen += fitting
    return list(dict.fromkeys(chosen))


def _keep_one(place: Workplace, draft: Draft, *, dry_run: bool) -> Outcome:
    notes: list[str] = []
    files = [stored.path for stored in draft.records]
    if not dry_run:
        write_records(place, draft.records)
    for path, content in draft.pointers.items():
        files += pointer_files(place, path, Snapshot(content), notes, dry_run=dry_run)
    if draft.stage is not None:
        found = [one for one in place.dvc.stages() if one.name == draft.stage]
        if not found:
            notes.append(f"dvc.yaml has no stage {draft.stage} any more: its dvc.lock entry was not written")
        elif not dry_run:
            files += place.dvc.lock_stage(found[0], draft.deps, draft.outs)
    if dry_run:
        return Outcome(draft.records, tuple(files), notes=tuple(notes), dry_run=True)
    staged = stage(place, files)
    remove_draft(place, draft.name)
    return Outcome(draft.records, staged, notes=tuple(notes))
