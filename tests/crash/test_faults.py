"""Every call by which a writer reaches the disk fails once: nothing is lost, and a person is told (issue 7)."""

import contextlib
import os
from pathlib import Path

import pytest

from tests.crash.conftest import Figure
from tests.crash.work import TASKS, copied, finished, halves, ids, make_project, prepare, runs
from tests.sim.disk import ERRORS, Disk, Site
from tests.support import Gitprov

_failed: set[Site] = set()


def numbers(sites: list[Site]) -> list[int]:
    """Returns the numbers of the calls from places in the code that have not failed in another task yet."""
    first = {site: number for number, site in reversed(list(enumerate(sites, 1))) if site not in _failed}
    _failed.update(first)
    return sorted(first.values())


@pytest.mark.parametrize("name", TASKS)
def test_every_call_fails_once(name: str, place: Path, gitprov: Gitprov, figure: Figure, long: bool) -> None:
    """ENOSPC, EIO, EACCES, EINTR: a coded refusal or success, and the same command then gives the same ids."""
    task = TASKS[name]
    source = make_project(place / "source" / "repo")
    with contextlib.chdir(source.path):
        prepare(source, task, gitprov)
    reference = copied(source.path, place / "reference")
    with Disk() as disk:
        gitprov(*task.words, cwd=reference.path)
    wanted, made = ids(reference), runs(reference)
    problems = []
    chosen = list(range(1, len(disk.sites) + 1)) if long else numbers(disk.sites)
    for number in chosen:
        error = ERRORS[number % len(ERRORS)]
        repo = copied(source.path, place / "trial")
        with Disk(number, error) as failing:
            said = gitprov(*task.words, cwd=repo.path, status=None)
        told = said.status == 0 or (said.status in (1, 2, 5) and "GP-" in said.out + said.err)
        found = [] if told else [f"not told: {said}"]
        found += halves(repo)
        found += finished(repo, task.words, gitprov)
        found += [] if (ids(repo), runs(repo)) == (wanted, made) else [f"other records: {ids(repo)}, {runs(repo)}"]
        ill = gitprov("doctor", "--fix", cwd=repo.path, status=None)
        found += [f"doctor: {ill}"] if ill.status else []
        problems += [f"call {number} {failing.sites[number - 1 :][:1]}, {os.strerror(error)}: {one}" for one in found]
    assert not problems, "\n".join(problems)
    figure(
        f"ENOSPC, EIO, EACCES, EINTR at calls of `{name}` to the disk", len(chosen), "nothing lost, each told by a code"
    )
