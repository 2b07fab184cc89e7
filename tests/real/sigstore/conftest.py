"""Fixtures with Sigstore's servers. A test that uses them carries the mark `sigstore`: `make test-real` runs these."""

from collections.abc import Iterator

import pytest

from tests.real.sigstore.programs import missing
from tests.real.sigstore.stack import Stack, running_stack


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A private Sigstore."""
    if absent := missing():
        pytest.fail(f"{', '.join(program.name for program in absent)} not built: make test-real builds them")
    with running_stack(tmp_path_factory.mktemp("sigstore")) as running:
        yield running
