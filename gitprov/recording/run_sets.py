"""Run-sets: the records of a sweep as one artifact, and a run out of one again. docs/format.md, "Run-set"."""

import re
from collections.abc import Callable, Iterable

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.lineage import Held, Ledger
from gitprov.lineage.sweeps import place_in_set, runs_of_step
from gitprov.ports.blobs import Object
from gitprov.ports.workplace import Workplace
from gitprov.recording.pull import plan_pull, pull
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import RUN_SET, Artifact, Content, Output, Recipe, Run, Stored, Sweep, decode, path_of, store

STEP = "sweep"
"""The step of the run that gathers a run-set."""
FOLDER = "run-sets"
"""Where `restore` puts a run-set: it has no place of its own in the work tree."""

_is_prefix = re.compile(r"(?:id:|sha256:|id:sha256:)?(?P<hex>[0-9a-f]{4,64})").fullmatch


def make_set(place: Workplace, name: str, pool: Ledger, *, keep: bool) -> Artifact:
    """Returns the run-set of these records: the same for whoever has the same; with `keep` its bytes are safe then."""
    files = {place_in_set(held.stored): held.stored.data for held in pool.held.values()}
    content = place.cache.put_directory(files, keep=keep)
    return Artifact(name=name, kind=RUN_SET, content=content, recipe=Recipe(id=content.digest))


def sweep_run(place: Workplace, run_set: Artifact, pool: Ledger, kept: Digest) -> Stored:
    """Returns the run that says which one was chosen out of a run-set.

    It follows from the set, the choice and the person, so that a command that was interrupted says the same again.

    Args:
        place: The ports.
        run_set: The artifact.
        pool: All records that the set holds.
        kept: The run that is kept.
    """
    output = Output(
        artifact=store(run_set).id,
        content=run_set.content.digest,
        path=f"{FOLDER}/{run_set.name}",
        recipe=run_set.recipe.id,
    )
    paths = [place_in_set(held.stored) for held in pool.held.values()]
    return store(
        Run(
            step=STEP,
            actor=place.person(),
            outputs={RUN_SET: output},
            finished=max((run.finished or "" for run in pool.runs.values()), default="") or None,
            declared=("actor",),
            sweep=Sweep(runs=len(runs_of_step(paths, pool.runs[kept].step)), kept=kept),
        )
    )


def needs(pool: Ledger, run: Digest, *, is_known: Callable[[Digest], bool]) -> list[Digest]:
    """Returns the records of a pool that a run cannot be recorded without: what it made, and what it rests on.

    Args:
        pool: Records that are not recorded yet.
        run: One of them.
        is_known: Tells what is recorded already.
    """
    found: dict[Digest, None] = {}
    todo = [run]
    while todo:
        one = todo.pop()
        record = pool.runs[one]
        found |= dict.fromkeys([one, *(out.artifact for out in record.outputs.values())])
        for used in record.inputs.values():
            if used.artifact in pool.artifacts and used.artifact not in found and not is_known(used.artifact):
                found[used.artifact] = None
                todo += pool.makers(used.artifact)[-1:]
    return [one for one in found if one in pool.held and not is_known(one)]


def is_recorded(ledger: Ledger, record: Digest) -> bool:
    """Tells whether a record is committed or staged."""
    return record in ledger.held and ledger.held[record].state != "draft"


@dataclass(frozen=True, slots=True)
class Member:
    """A run in a run-set.

    Attributes:
        run: Its id.
        run_set: The artifact.
        pool: All records that the set holds.
    """

    run: Digest
    run_set: Artifact
    pool: Ledger


def run_sets(ledger: Ledger) -> dict[Digest, Content]:
    """Returns the run-sets that are recorded, by id."""
    found = {run.outputs[RUN_SET].artifact for run in ledger.runs.values() if run.sweep is not None}
    contents = {one: ledger.artifacts[one].content for one in sorted(found) if one in ledger.artifacts}
    return {one: content for one, content in contents.items() if isinstance(content, Content)}


def read_set(place: Workplace, content: Content) -> Ledger:
    """Returns the records that a run-set holds, as drafts; the cache must have them.

    Raises:
        GitprovError: GP-BLB-001, GP-BLB-002; GP-LIN-007, GP-SCH-*, GP-YML-* when it holds something else.
    """
    found = []
    for entry in place.cache.entries(content):
        data = place.cache.read(Object(entry.md5, entry.size, entry.sha256))
        record = decode(data, name=entry.path)
        stored = Stored(entry.sha256, path_of(record, entry.sha256), data, record)
        if place_in_set(stored) != entry.path:  # what is written later lies where its fields say, and nowhere else
            raise codes.LIN_SWEEP.error(
                f"a run-set holds a record at {entry.path} that belongs at {stored.path}",
                fix="do not keep anything out of it: gitprov itself makes no such run-set",
            )
        found.append(Held(stored, "draft"))
    return Ledger(found)


def find_in_sets(place: Workplace, ledger: Ledger, text: str) -> Member | None:
    """Returns the run in a run-set that `text` names by its id or by that of what it made, or None.

    Raises:
        GitprovError: GP-NAM-002 when several fit; GP-BLB-002 when a run-set that may have it is not in the cache.
    """
    match = _is_prefix(text)
    found: dict[Digest, Member] = {}
    absent: list[Digest] = []
    for one, content in run_sets(ledger).items() if match else ():
        try:
            ids = [entry.sha256 for entry in place.cache.entries(content)]
            wanted = [each for each in ids if match and digest_hex(each).startswith(match["hex"])]
            pool = read_set(place, content) if wanted else Ledger(())
        except GitprovError as error:
            if error.code is not codes.BLB_MISSING:
                raise
            absent.append(one)
            continue
        for each in wanted:
            for run in [each] if each in pool.runs else pool.makers(each):
                found.setdefault(run, Member(run, ledger.artifacts[one], pool))
    if len(found) > 1:
        why = "; ".join(f"{one.pool.runs[run].step} id:{digest_hex(run)[:16]}" for run, one in found.items())
        raise codes.NAM_AMBIGUOUS.error(f"{text} fits {len(found)} runs of run-sets", why=why)
    if not found and absent:
        names = sorted({ledger.artifacts[one].name for one in absent})
        raise codes.BLB_MISSING.error(
            f"no draft fits {text}, and the records of {', '.join(names)} are not here to look in",
            fix=f"gitprov pull {' '.join(map(ledger.short, absent))}",
        )
    return next(iter(found.values()), None)


def keep_member(place: Workplace, ledger: Ledger, member: Member, *, dry_run: bool) -> Outcome:
    """Records a run of a run-set as if it had been kept, and that it was chosen from there; fetches its bytes.

    Neither the work tree nor DVC's files change: what they hold is what was kept first. The lock must be held.

    Raises:
        GitprovError: What writing records raises.
    """
    if is_recorded(ledger, member.run):
        return Outcome(known=(ledger.held[member.run].stored,), dry_run=dry_run)
    pool = member.pool
    wanted = needs(pool, member.run, is_known=lambda one: is_recorded(ledger, one))
    records = (*(pool.held[one].stored for one in wanted), sweep_run(place, member.run_set, pool, member.run))
    if dry_run:
        return Outcome(records, tuple(sorted(one.path for one in records)), dry_run=True)
    staged = stage(place, write_records(place, records))
    paths = ", ".join(sorted({out.path for out in pool.runs[member.run].outputs.values()}))
    shown = f"id:{digest_hex(member.run)[:8]}"
    as_it_was = f"{paths} and DVC's files are as they were: gitprov restore {shown} brings what this run made"
    return Outcome(records, staged, notes=(*_fetch(place, records), as_it_was))


def _fetch(place: Workplace, records: Iterable[Stored]) -> list[str]:
    """Brings bytes that the cache lacks, where the remote has them; returns what to tell people of the others."""
    ledger = Ledger(Held(one, "staged") for one in records)
    try:
        pulled = pull(place, ledger, plan_pull(place, ledger, list(ledger.held)))
    except GitprovError as error:
        return [f"bytes that the cache lacks were not brought: {error.what}"]
    return [f"{finding.what}: it is recorded, and cannot be restored" for finding in pulled.findings]
