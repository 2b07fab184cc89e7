"""`keep --sweep` that is killed at any moment gathers the same run-set when it is run again (issue 7)."""

import contextlib
from pathlib import Path

import pytest

from tests.crash.conftest import LONG, Figure
from tests.crash.killed import Killer
from tests.crash.test_kills import healthy, unlock
from tests.crash.work import ADD, PUSH, RUN, Task, baseless, copied, finished, halves, make_project, prepare
from tests.flows.sweeps import records_of, write_trials
from tests.support import Gitprov


@pytest.mark.skipif(not LONG, reason="tests/flows/recording/test_sweep.py tries every state that it may be left in")
def test_killed_at_random_moments(place: Path, gitprov: Gitprov, figure: Figure) -> None:
    """SIGKILL; then the same command gives the same ids, and no draft is left and none is lost."""
    trials = 130
    source = make_project(place / "source" / "repo")
    with contextlib.chdir(source.path):
        prepare(source, Task((), (ADD, PUSH)), gitprov)
        gitprov(*[word for word in RUN if word != "--keep"])
        drafts = write_trials(source, 12)
    words = ["keep", "--sweep", "search", drafts[5].name]
    killer = Killer(trials)
    killer.whole(copied(source.path, place / "warm").path, words)
    reference = copied(source.path, place / "reference")
    seconds = killer.whole(reference.path, words)
    problems, at_work, locks = [], 0, 0
    while at_work < trials:
        repo = copied(source.path, place / "trial")
        if not killer.kill(repo.path, words, seconds):
            continue  # it had ended
        at_work += 1
        found = [*halves(repo), *baseless(repo)]
        locks += unlock(repo, gitprov)
        found += finished(repo, words, gitprov)
        found += [f"other records: {now}"] if (now := records_of(repo) ^ records_of(reference)) else []
        found += [f"left: {path}" for path in (repo.path / ".gitprov/drafts").rglob("*") if path.is_file()]
        found += healthy(repo, gitprov)
        problems += [f"kill {at_work}: {one}" for one in found]
    assert not problems, "\n".join(problems)
    came = f"nothing lost, the same run-set; git's index.lock left {locks} times"
    figure("SIGKILL of `keep --sweep` and its gits at random moments", trials, came)
