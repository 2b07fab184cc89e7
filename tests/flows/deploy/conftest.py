"""The team of promotion/world.py, for deployments."""

from pathlib import Path

import pytest

from tests.flows.promotion.world import World, make_serving
from tests.support import Gitprov


@pytest.fixture
def team(tmp_path: Path, gitprov: Gitprov) -> World:
    """A fresh copy of the team, with churn@v1 in effect in production; carol, who deploys, has seen nothing of it."""
    team = make_serving(tmp_path / "team", gitprov)
    team.carol.pull()
    return team
