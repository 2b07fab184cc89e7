"""The team, and the story of story.py, for questions about them."""

from pathlib import Path

import pytest

from tests.flows.explain.story import Story, make_story
from tests.flows.promotion.world import World, make_serving
from tests.support import Gitprov


@pytest.fixture
def serving(tmp_path: Path, gitprov: Gitprov) -> World:
    """The team, with churn@v1 in effect in production."""
    return make_serving(tmp_path / "world", gitprov)


@pytest.fixture
def story(tmp_path: Path, gitprov: Gitprov) -> Story:
    """A fresh copy of the story."""
    return make_story(tmp_path / "world", gitprov)
