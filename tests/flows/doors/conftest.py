"""The team of promotion/world.py, behind doors, and a clone of a project that trusts nobody yet."""

from pathlib import Path

import pytest

from tests.flows.doors.guarded import guard
from tests.flows.promotion.world import Someone, World, make_world
from tests.support import Gitprov, Repo, make_repo


@pytest.fixture
def team(tmp_path: Path, gitprov: Gitprov) -> World:
    """A fresh copy of the team with every hook installed; churn@v1 and churn@v2 have landed, nothing is in effect."""
    return guard(make_world(tmp_path / "team", gitprov))


@pytest.fixture
def alice(tmp_path: Path, home: Path, gitprov: Gitprov) -> Someone:
    """Somebody with a clone whose hooks are installed; records have landed, and there is no trust root."""
    made = Someone("alice", make_repo(tmp_path / "alice"), home, gitprov)
    Repo(tmp_path).git("init", "--quiet", "--bare", "origin.git")
    made.git("remote", "add", "origin", tmp_path / "origin.git")
    made("init")
    made.repo.commit("Set up")
    made.repo.write("train.py", "pass\n")
    made.repo.write("data/raw.csv", "1\n")
    made("add", "data/raw.csv", "--name", "raw", "--kind", "dataset")
    made("push", "--no-refs")
    made.repo.commit("Add raw")
    made.git("push", "--quiet", "--set-upstream", "origin", "main")
    made("hooks", "install")
    return made
