"""A team whose trust root is to be begun: alice and whoever else is asked for, each with a clone and a home."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.agents import agent
from tests.flows.promotion.world import World, make_world
from tests.support import Gitprov, Repo, make_repo

__all__ = ["agent", "empty", "team", "world"]

_once = TemporaryDirectory(prefix="gitprov-team-")


@pytest.fixture
def empty(tmp_path: Path, gitprov: Gitprov) -> World:
    """A shared repository that `gitprov init` has set up, without a trust root; made once for the process."""
    made = World(Path(_once.name) / "team", gitprov)
    if not made.path.exists():
        make_repo(made.path / "seed")
        Repo(made.path).git("clone", "--quiet", "--bare", "seed", "origin.git")
        made.alice.git("remote", "set-url", "origin", "../origin.git")  # the folder is copied
        made.alice("init")
        made.alice.share("Set up")
    return World(Path(shutil.copytree(made.path, tmp_path / "team", symlinks=True)), gitprov)


@pytest.fixture
def team(empty: World) -> World:
    """The same with alice as the sole owner."""
    empty.alice("trust", "init")
    empty.alice.share("Begin the trust root")
    return empty


@pytest.fixture
def world(tmp_path: Path, gitprov: Gitprov) -> World:
    """The team of the promotions, whose trust root has several owners."""
    return make_world(tmp_path / "world", gitprov)
