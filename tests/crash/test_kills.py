"""A writer that is killed at any moment, with the gits that it started, loses nothing (issue 7)."""

import contextlib
import os
from pathlib import Path

import pytest

from tests.crash.conftest import Figure
from tests.crash.killed import Killer
from tests.crash.work import (
    ADD,
    PUSH,
    RUN,
    TASKS,
    Task,
    baseless,
    copied,
    finished,
    halves,
    ids,
    make_project,
    objects,
    prepare,
    runs,
)
from tests.support import Gitprov, Repo

LONG_AGO = 1_000_000_000

OUT = ".git/emitted"  # which goes with a copy of the repository
TICKET = ("ticket", *RUN[1 : RUN.index("--keep")], "-o", ".git/ticket.yaml", *RUN[RUN.index("--") :])
BRING = Task(("bring", OUT), (ADD, PUSH, TICKET, ("run", "--ticket", ".git/ticket.yaml", "--emit", OUT)))
KILLED = {**TASKS, "bring": BRING}


@pytest.mark.parametrize("name", KILLED)
def test_killed_at_random_moments(name: str, place: Path, gitprov: Gitprov, figure: Figure, long: bool) -> None:
    """SIGKILL; then the same command gives the same ids, as if nothing had happened."""
    task, trials = KILLED[name], 130 if long else 4
    source = make_project(place / "source" / "repo")
    with contextlib.chdir(source.path):
        prepare(source, task, gitprov)
    killer = Killer(trials)
    reference = copied(source.path, place / "warm")
    killer.whole(reference.path, task.words)
    reference = copied(source.path, place / "reference")
    seconds = killer.whole(reference.path, task.words)
    wanted = (ids(reference), runs(reference))
    problems, at_work, locks = [], 0, 0
    while at_work < trials:
        repo = copied(source.path, place / "trial")
        before = objects(repo)
        if not killer.kill(repo.path, task.words, seconds):
            continue  # it had ended
        at_work += 1
        found = [*halves(repo), *baseless(repo), *(f"lost: {path}" for path in before - objects(repo))]
        locks += unlock(repo, gitprov)
        found += finished(repo, task.words, gitprov)
        now = (ids(repo), runs(repo))
        found += [] if now == wanted else [f"other records: {now}"]
        found += [f"{told}" for told in healthy(repo, gitprov)]
        problems += [f"kill {at_work}: {one}" for one in found]
    assert not problems, "\n".join(problems)
    figure(
        f"SIGKILL of `{name}` and its gits at random moments",
        trials,
        f"nothing lost; git's index.lock left {locks} times",
    )


def unlock(repo: Repo, gitprov: Gitprov) -> bool:
    """Lets `doctor` remove the lock that a killed git leaves; a minute has passed."""
    lock = repo.path / ".git/index.lock"
    if not lock.exists():
        return False
    os.utime(lock, (LONG_AGO, LONG_AGO))
    gitprov("doctor", "--fix", cwd=repo.path, status=None)
    return True


def healthy(repo: Repo, gitprov: Gitprov) -> list[str]:
    """Returns what is wrong after `doctor`."""
    said = [gitprov(*words, cwd=repo.path, status=None) for words in (["doctor", "--fix"], ["doctor"])]
    said.append(gitprov("verify", "--all", "--cache", cwd=repo.path, status=None))
    return [str(one) for one in said if one.status]
