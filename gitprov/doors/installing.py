"""`gitprov ci init`: the job of a forge, where the forge looks for it."""

from gitprov.errors import catalogue as codes
from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import stage

FORGES = {"github": ".github/workflows/gitprov.yml"}
"""Where each forge looks for jobs."""


def install_job(place: Workplace, forge: str, job: bytes, *, dry_run: bool = False) -> tuple[str, ...]:
    """Writes and stages the job; returns what was staged, nothing when it is there already.

    Raises:
        GitprovError: GP-PTH-007 when the file says something else; GP-GIT-004 in a bare repository.
    """
    path = FORGES[forge]
    there = place.worktree.read(path)
    if there == job:
        return ()
    if there is not None:
        raise codes.PTH_OVERWRITE.error(
            f"{path} is there and says something else",
            fix=f"gitprov ci init {forge} --print  # shows ours; bring the two together by hand",
        )
    if dry_run:
        return (path,)
    with place.worktree.locked("ci init"):
        place.worktree.replace(path, job)
        return stage(place, [path])
