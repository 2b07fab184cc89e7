"""Clones for the tests of the cache and of remotes."""

from pathlib import Path

import pytest

from tests.adapters.blobs.clone import Clone, make_clone
from tests.real.fixtures import bucket, far, s3, sftp

__all__ = ["bucket", "clone", "far", "other", "s3", "sftp"]


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    return make_clone(tmp_path / "clone")


@pytest.fixture
def other(tmp_path: Path) -> Clone:
    """A second clone, with a cache of its own."""
    return make_clone(tmp_path / "other")
