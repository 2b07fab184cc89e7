"""`gitprov policy starters --add`: policies to begin with, as settings of this repository."""

from collections.abc import Mapping

from gitprov.errors import catalogue as codes
from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import stage
from gitprov.records.stored import ROOT


def add_starters(place: Workplace, starters: Mapping[str, bytes], *, dry_run: bool = False) -> tuple[str, ...]:
    """Writes starters, by name, into `.gitprov/policies/`; returns the files that were staged, or would be.

    Raises:
        GitprovError: GP-PTH-007 where a policy of that name is there and says something else.
    """
    wanted = {f"{ROOT}/policies/{name}.yaml": data for name, data in starters.items()}
    for path, data in wanted.items():
        if place.worktree.read(path) not in (None, data):
            raise codes.PTH_OVERWRITE.error(
                f"{path} is there already, and is not the starter",
                fix=f"keep it, or first: mv {path} {path.removesuffix('.yaml')}-old.yaml",
            )
    if dry_run:
        return tuple(sorted(path for path in wanted if place.worktree.read(path) is None))
    with place.worktree.locked("policy starters"):
        for path, data in wanted.items():
            place.worktree.replace(path, data)
        return stage(place, list(wanted))
