"""The team of team.py, for deployments."""

from pathlib import Path

import pytest

from tests.flows.deploy.team import make_team
from tests.flows.promotion.world import World
from tests.support import Gitprov


@pytest.fixture
def team(tmp_path: Path, gitprov: Gitprov) -> World:
    """A fresh copy of the team."""
    return make_team(tmp_path / "team", gitprov)
