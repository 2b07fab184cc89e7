"""`gitprov add`: snapshots files and directories as source artifacts."""

from collections.abc import Sequence

from gitprov.ids.names import check_name
from gitprov.lineage import Ledger
from gitprov.ports.blobs import Snapshot
from gitprov.ports.workplace import Workplace
from gitprov.recording.sources import check_place, kind_of, name_of_path, same_add, source_records
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import Stored


def add(
    place: Workplace,
    ledger: Ledger,
    paths: Sequence[str],
    *,
    name: str | None = None,
    kind: str | None = None,
    cutoff: str | None = None,
    dry_run: bool = False,
) -> Outcome:
    """Records what `paths` hold now and stages the records, with a `.dvc` file for each path that nobody else owns.

    Bytes that are recorded under the same name already are not recorded again.

    Args:
        place: The ports.
        ledger: What is recorded.
        paths: From the top of the work tree.
        name: The name of the artifacts; else the one that the path had before, else one made of the path.
        kind: Their kind; else the catalog's, else the name's kind so far, else `dataset`.
        cutoff: Until when the data was collected, RFC 3339 UTC.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-PTH-* for a path that cannot be recorded; GP-SCH-003 for a name; GP-BLB-003, -004; GP-IO-001.
    """
    if name is not None:
        check_name(name, "an artifact's name")
    records: list[Stored] = []
    known: list[Stored] = []
    notes: list[str] = []
    files: list[str] = []
    with place.worktree.locked(f"add {' '.join(paths)}"):
        for path in paths:
            check_place(path)
            snapshot = place.cache.snapshot(path, keep=not dry_run, progress=place.progress)
            files += pointer_files(place, path, snapshot, notes, dry_run=dry_run)
            own_name = name or previous_name(ledger, path) or name_of_path(path)
            same = [
                one
                for one in ledger.with_content(snapshot.content.digest)
                if ledger.artifacts[one].name == own_name and path in ledger.paths_of(one)
            ]
            if same and (kind is None or ledger.artifacts[same[-1]].kind == kind):
                known.append(ledger.held[same[-1]].stored)
                continue
            artifact, run = source_records(
                place,
                path,
                snapshot.content,
                name=own_name,
                kind=kind_of(place, ledger, own_name, kind),
                cutoff=cutoff,
            )
            records += [artifact, same_add(place, ledger, run)]
        if dry_run:
            would = [*files, *(record.path for record in records)]
            return Outcome(tuple(records), tuple(sorted(set(would))), tuple(known), tuple(notes), dry_run=True)
        files += write_records(place, records)
        return Outcome(tuple(records), stage(place, files), tuple(known), tuple(notes))


def previous_name(ledger: Ledger, path: str) -> str | None:
    """Returns the name that was recorded at a path last, or None."""
    known = ledger.at_path(path)
    return ledger.artifacts[known[-1]].name if known else None


def pointer_files(
    place: Workplace, path: str, snapshot: Snapshot, notes: list[str], *, dry_run: bool = False
) -> list[str]:
    """Writes the `.dvc` file and the `.gitignore` line of a path that nothing else owns; returns the files.

    A second owner would break `dvc repro`, `dvc dag` and `dvc add` for everybody; what git or another
    repository has stays there.
    """
    if snapshot.left_out:
        notes.append(f".dvcignore left out files of {path}: {snapshot.left_out}")
    around = place.git.repository_around(path)
    if around is not None:
        notes.append(f"{path} lies in the repository {around}: no {path}.dvc was written")
        return []
    owner = place.dvc.owner(path)
    if owner is not None:
        notes.append(f"{path} belongs to {owner}: no {path}.dvc was written")
        return []
    if place.git.tracked([path]):
        notes.append(f"{path} is tracked by git and stays there: no {path}.dvc was written")
        return []
    if dry_run:
        return [f"{path}.dvc"]
    return place.dvc.write_pointer(path, snapshot.content)
