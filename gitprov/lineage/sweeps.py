"""Sweeps: which run-set a run was chosen from, and what the records that it holds are called in it.

docs/format.md, "Run-set".
"""

from collections.abc import Iterable, Iterator

from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.ids.listings import Entry
from gitprov.lineage.ledger import Ledger
from gitprov.records import RUN_SET, Stored
from gitprov.records.stored import ROOT


@dataclass(frozen=True, slots=True)
class Choice:
    """That a run was chosen out of a run-set.

    Attributes:
        sweep: Id of the run that says so.
        artifact: Id of the run-set.
        name: Its name.
        runs: How many runs it was chosen from, itself among them.
    """

    sweep: Digest
    artifact: Digest
    name: str
    runs: int


def best_of(runs: int, name: str) -> str:
    """Returns in words what a run was chosen from."""
    return f"best of {runs} (run-set {name})"


def choices(ledger: Ledger, run: Digest) -> tuple[Choice, ...]:
    """Returns what a run was chosen from, sorted by the ids of the runs that say so."""
    return tuple(_choices(ledger, run))


def _choices(ledger: Ledger, run: Digest) -> Iterator[Choice]:
    for one in ledger.sweeps_of(run):
        record = ledger.runs[one]
        artifact = record.outputs[RUN_SET].artifact
        if record.sweep is not None and artifact in ledger.artifacts:
            yield Choice(one, artifact, ledger.artifacts[artifact].name, record.sweep.runs)


def runs_of_step(paths: Iterable[str], step: str) -> list[str]:
    """Returns those paths in a run-set where runs of a step lie."""
    return [path for path in paths if path.startswith(f"runs/{step}/")]


def listing_fault(ledger: Ledger, sweep: Digest, entries: Iterable[Entry]) -> str | None:
    """Returns why the listing of a run-set is not what the run says that gathered it, or None.

    The names in a listing are ids, and ids are the digests of what is there: no bytes of records are needed.
    """
    said = ledger.runs[sweep].sweep
    kept = ledger.held.get(said.kept) if said is not None else None
    if said is None or kept is None or said.kept not in ledger.runs:
        return None
    held = {entry.path: entry.sha256 for entry in entries}
    wrong = [path for path, digest in held.items() if not path.endswith(f"/{digest_hex(digest)}.yaml")]
    if wrong:
        return f"{wrong[0]} has other bytes than its name says"
    if place_in_set(kept.stored) not in held:
        return f"it does not hold the run that was kept, {ledger.short(said.kept)}"
    step = ledger.runs[said.kept].step
    count = len(runs_of_step(held, step))
    many = f"{count} run{'s' if count != 1 else ''} of {step}"
    return f"it holds {many}, and {said.runs} are recorded" if count != said.runs else None


def place_in_set(stored: Stored) -> str:
    """Returns where a run-set has a record: at its path below `.gitprov/`."""
    return stored.path.removeprefix(f"{ROOT}/")
