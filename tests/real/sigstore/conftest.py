"""Fixtures with Sigstore's servers. A test that uses them carries the mark `sigstore`: `make test-real` runs these."""

from collections.abc import Callable, Iterator

import pytest

from gitprov.adapters.sigstore.signer import KeylessSigner
from tests.real.sigstore.programs import missing
from tests.real.sigstore.stack import Stack, running_stack

ROOT = "team"
"""What trust roots call the private Sigstore."""

SignerOf = Callable[[str], KeylessSigner]


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """A private Sigstore."""
    if absent := missing():
        pytest.fail(f"{', '.join(program.name for program in absent)} not built: make test-real builds them")
    with running_stack(tmp_path_factory.mktemp("sigstore")) as running:
        yield running


@pytest.fixture
def signer_of(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> SignerOf:
    """Makes whoever a token names sign by the private Sigstore."""

    def made(token: str) -> KeylessSigner:
        monkeypatch.setenv("SIGSTORE_ID_TOKEN", token)
        return KeylessSigner(ROOT, stack.trust_config.read_text())

    return made
