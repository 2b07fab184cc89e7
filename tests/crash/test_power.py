"""The power goes at any moment: what was recorded holds, what was begun is finished by the same command (issue 7)."""

import contextlib
import random
import shutil
from pathlib import Path

import pytest

from tests.crash.conftest import Figure
from tests.crash.power import Power
from tests.crash.test_kills import healthy, unlock
from tests.crash.work import TASKS, baseless, copied, finished, halves, ids, make_project, prepare, runs
from tests.support import Gitprov, Repo


@pytest.mark.parametrize("name", TASKS)
def test_the_power_goes(name: str, place: Path, gitprov: Gitprov, figure: Figure, long: bool) -> None:
    """After `doctor`, `verify` is clean; then the same command gives the same ids."""
    task = TASKS[name]
    source = make_project(place / "source" / "repo")
    with contextlib.chdir(source.path):
        prepare(source, task, gitprov)
    written = copied(source.path, place / "written")
    power = Power(place / "written", random.Random(1))
    with power.watching():
        gitprov(*task.words, cwd=written.path)
    wanted = (ids(written), runs(written))
    images = list(power.images)
    assert len(images) > 5
    problems = []
    for number, image in enumerate(images if long else random.Random(2).sample(images, 5)):
        shutil.rmtree(place / "trial", ignore_errors=True)
        image.write(place / "trial")
        repo = Repo(place / "trial" / "repo")
        found = [*halves(repo), *baseless(repo)]
        unlock(repo, gitprov)
        for pending in (repo.path / ".gitprov/drafts/pending").glob("*.json"):  # it names inodes, which a copy has not
            gitprov("keep", "--drop", pending.stem, cwd=repo.path)
        found += healthy(repo, gitprov)
        found += finished(repo, task.words, gitprov)
        now = (ids(repo), runs(repo))
        found += [] if now == wanted else [f"other records: {now}"]
        problems += [f"image {number}: {one}" for one in found]
    assert not problems, "\n".join(problems)
    figure(f"the power goes while `{name}` writes", len(images), "nothing lost, `verify` clean after `doctor`")
