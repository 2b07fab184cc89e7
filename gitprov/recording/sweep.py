"""`gitprov keep --sweep`: one run is kept out of many, and the records of all become one artifact (demand 18).

What a sweep of 500 runs adds to a pull request is what its best run adds, and three files: the run-set, the run that
says what was chosen from it, and its signature. The losers' bytes stay in the cache.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, digest_hex
from gitprov.ids.names import check_name
from gitprov.lineage import Held, Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.drafts import Draft, draft_name, read_drafts, remove_draft
from gitprov.recording.keep import fits, write_draft_files
from gitprov.recording.pending import settle, tidy
from gitprov.recording.run_sets import is_recorded, make_set, needs, sweep_run
from gitprov.recording.secrets import refuse_secrets
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import RUN_SET, Artifact, Content, Run, Stored, store


def keep_sweep(
    place: Workplace, ledger: Ledger, name: str, winner: str, steps: Sequence[str] = (), *, dry_run: bool = False
) -> Outcome:
    """Keeps one draft and gathers the records of all drafts of its step in a run-set; the other drafts go away.

    A run that was kept by itself before may be the one: its records are gathered with those of the drafts. Bytes come
    first, then records, which are staged at once, then the drafts are removed: the same command finishes what was
    interrupted, with the same ids. With the winner are kept the drafts that it rests on, and those of other
    gathered steps that rest on nothing else.

    Args:
        place: The ports.
        ledger: What is recorded.
        name: What the run-set is called.
        winner: The draft to keep, or the run that was kept: the draft's name, or the beginning of the run's id.
        steps: Further steps whose drafts are gathered.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-SCH-003 for the name; GP-RUN-008 when a name fits no draft or several, or when another draft
            would lose what it rests on; why a run of the sweep cannot be finished or read, since a sweep is whole or
            is none; what writing records raises.
    """
    check_name(name, "the name of a run-set")
    with place.worktree.locked("keep --sweep"):
        notes, failed = settle(place, ledger) if not dry_run else ((), ())
        drafts, damaged = read_drafts(place)
        for error in (*failed, *damaged.values()):
            raise error
        fitting = [draft for draft in drafts if fits(draft, winner)]
        if not fitting and (known := _recorded(ledger, name, winner)):
            if not dry_run:
                _finish(place, known[0], drafts)
            return Outcome(known=known, dry_run=dry_run)
        before = _kept_before(ledger, winner) if not fitting else []
        best = _one(drafts, fitting or before, name, winner)
        wanted = {best.run.step, *steps}
        if absent := wanted - {draft.run.step for draft in drafts}:
            raise codes.RUN_DRAFT.error(f"there is no draft of the step {min(absent)}")
        every = [*drafts, *before]
        gathered = [draft for draft in every if draft.run.step in wanted]
        pool = Ledger(Held(one, "draft") for draft in every for one in draft.records)
        needed = _needed(ledger, pool, best, gathered)
        kept = _whole(ledger, drafts, pool, needed)
        _check_others(needed, drafts, gathered, f"gitprov keep --sweep {name} {winner}")
        members = Ledger(Held(one, "draft") for draft in gathered for one in draft.records)
        refuse_secrets(place, [held.stored for held in members.held.values()])
        run_set = make_set(place, name, members, keep=not dry_run)
        made = (store(run_set), sweep_run(place, run_set, members, best.run_id))
        told = [*notes, _how_on(gathered, best, name)]
        files = [path for draft in kept for path in write_draft_files(place, draft, told, dry_run=dry_run)]
        records = (*made, *(one for draft in kept for one in draft.records))
        if dry_run:
            would = {*files, *(one.path for one in made)}
            return Outcome(records, tuple(sorted(would)), notes=tuple(told), dry_run=True)
        staged = stage(place, [*files, *write_records(place, made)])
        _remove(place, [*(draft for draft in gathered if draft.run_id not in needed), *kept])
    return Outcome(records, staged, notes=tuple(dict.fromkeys(told)))


def _recorded(ledger: Ledger, name: str, winner: str) -> tuple[Stored, ...]:
    """Returns run-set, sweep and winner when a sweep of this name and winner is recorded already; else nothing."""
    for one, run in ledger.runs.items():
        named = (run.outputs[RUN_SET].artifact, one, run.sweep.kept) if run.sweep is not None else ()
        if named and all(is_recorded(ledger, each) for each in named) and named[0] in ledger.named(name):
            found = [ledger.held[each].stored for each in named]
            if fits(Draft(draft_name(found[2], ledger.runs[named[2]].step), (found[2],)), winner):
                return tuple(found)
    return ()


def _kept_before(ledger: Ledger, winner: str) -> list[Draft]:
    """Returns the recorded runs that a text names, as drafts of which nothing is left to write."""
    found = []
    for one, run in ledger.runs.items():
        draft = Draft(draft_name(ledger.held[one].stored, run.step), (ledger.held[one].stored,))
        if is_recorded(ledger, one) and fits(draft, winner):
            made = [ledger.held[out.artifact].stored for out in run.outputs.values() if out.artifact in ledger.held]
            found.append(replace(draft, records=(*made, *draft.records)))
    return found


def _finish(place: Workplace, run_set: Stored, drafts: Sequence[Draft]) -> None:
    """Removes the drafts that are in a run-set: whoever gathered it died before that."""
    artifact = run_set.record
    if drafts and isinstance(artifact, Artifact) and isinstance(artifact.content, Content):
        held = {entry.sha256 for entry in place.cache.entries(artifact.content)}
        _remove(place, [draft for draft in drafts if draft.run_id in held])


def _remove(place: Workplace, drafts: Iterable[Draft]) -> None:
    for draft in drafts:
        remove_draft(place, draft.name)
    tidy(place)


def _one(drafts: Sequence[Draft], fitting: Sequence[Draft], name: str, winner: str) -> Draft:
    if len(fitting) == 1:
        return fitting[0]
    names = ", ".join(draft.name for draft in (fitting or drafts)[-8:])
    if not fitting:
        raise codes.RUN_DRAFT.error(f"no draft fits {winner}", why=f"there are: {names or 'none'}")
    raise codes.RUN_DRAFT.error(
        f"{winner} fits {len(fitting)} runs: which one is to be kept?",
        why=names,
        fix=f"gitprov keep --sweep {name} {fitting[-1].name}",
    )


def _needed(ledger: Ledger, pool: Ledger, best: Draft, gathered: Iterable[Draft]) -> set[Digest]:
    """Returns the records that are to be kept: the winner with what it rests on, and what other steps made of that."""
    own = {one.id for one in best.records}

    def is_known(record: Digest) -> bool:
        return is_recorded(ledger, record) and record not in own

    found = set(needs(pool, best.run_id, is_known=is_known))
    for draft in gathered:
        used = {one.artifact for one in draft.run.inputs.values() if one.artifact in pool.artifacts}
        used = {one for one in used if not is_known(one)}
        if draft.run.step != best.run.step and used and used <= found:
            found.update(needs(pool, draft.run_id, is_known=is_known))
    return found


def _whole(ledger: Ledger, drafts: Sequence[Draft], pool: Ledger, needed: set[Digest]) -> list[Draft]:
    """Returns the drafts that are to be kept; the first brings the sources along that only others' drafts have."""
    kept = [draft for draft in drafts if draft.run_id in needed]
    brought = {one.id for draft in kept for one in draft.records}
    more = tuple(pool.held[one].stored for one in sorted(needed - brought) if not is_recorded(ledger, one))
    if not more:
        return kept
    paths = {out.path for one in more if isinstance(one.record, Run) for out in one.record.outputs.values()}
    pointers = {path: content for draft in drafts for path, content in draft.pointers.items() if path in paths}
    first, *rest = kept
    return [replace(first, records=(*first.records, *more), pointers={**pointers, **first.pointers}), *rest]


def _check_others(needed: set[Digest], drafts: Iterable[Draft], gathered: Sequence[Draft], command: str) -> None:
    """Refuses a sweep that would take from another draft what it rests on.

    Raises:
        GitprovError: GP-RUN-008.
    """
    going = {out.artifact for draft in gathered for out in draft.run.outputs.values()} - needed
    others = [draft for draft in drafts if draft not in gathered]
    staying = {out.artifact for draft in others for out in draft.run.outputs.values()}
    for draft in others:
        if {used.artifact for used in draft.run.inputs.values()} & going - staying:
            steps = sorted({one.run.step for one in (*gathered, draft)})
            raise codes.RUN_DRAFT.error(
                f"the draft {draft.name} rests on a run that would not be kept",
                fix=" ".join([command, *(f"--step {step}" for step in steps)]),
            )


def _how_on(gathered: Iterable[Draft], best: Draft, name: str) -> str:
    runs = sum(draft.run.step == best.run.step for draft in gathered)
    return (
        f"{best.run.step}: best of {runs} (run-set {name}); gitprov keep id:PREFIX keeps another one of them, "
        f"gitprov restore id:{digest_hex(best.run_id)[:8]} puts in place what this one made"
    )
