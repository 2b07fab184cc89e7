"""The team of world.py, for promotions on real git."""

from pathlib import Path

import pytest

from tests.flows.promotion.world import World, make_serving, make_world
from tests.support import Gitprov


@pytest.fixture
def world(tmp_path: Path, gitprov: Gitprov) -> World:
    """A fresh copy of the team."""
    return make_world(tmp_path / "world", gitprov)


@pytest.fixture
def serving(tmp_path: Path, gitprov: Gitprov) -> World:
    """A fresh copy of the team, with churn@v1 in effect in production."""
    return make_serving(tmp_path / "world", gitprov)
