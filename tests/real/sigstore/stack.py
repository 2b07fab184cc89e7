"""A private Sigstore on loopback: Fulcio, Rekor v2, a timestamp authority, and our issuers and log of certificates."""

import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from tests.real.servers import running
from tests.real.sigstore import pki, programs
from tests.real.sigstore.issuer import Issuer

PORT = pki.PORT
READY = (
    f"{pki.PEOPLE}/jwks",
    f"{pki.FULCIO}/api/v2/trustBundle",
    f"{pki.REKOR}/healthz",
    pki.TIMESTAMPS.replace("/api/v1/timestamp", "/ping"),
)


@dataclass(frozen=True, slots=True)
class Stack:
    """The running servers, by the files that clients need."""

    folder: Path

    @property
    def issuer(self) -> Issuer:
        """What makes tokens."""
        return Issuer(self.folder)

    @property
    def trust_config(self) -> Path:
        """Where to sign, and whom to believe."""
        return self.folder / "trust-config.json"

    @property
    def signing_config(self) -> Path:
        """Where to sign."""
        return self.folder / "signing-config.json"

    @property
    def trusted_root(self) -> Path:
        """Whom to believe."""
        return self.folder / "trusted-root.json"


@contextmanager
def running_stack(folder: Path, *, stamping: timedelta = pki.LIFE) -> Iterator[Stack]:
    """Runs a new Sigstore whose keys and logs lie in a folder; the arguments are those of `pki.make`."""
    pki.make(folder, stamping=stamping)
    with ExitStack() as servers:
        for name, port, command in _commands(folder):
            servers.enter_context(running(command, folder / f"{name}.log", port))
        for url in READY:
            _wait_for(url)
        yield Stack(folder)


def _commands(folder: Path) -> Iterator[tuple[str, int, list[str]]]:
    """Yields each server's name, port and command line."""
    host = pki.HOST
    yield "services", PORT, [sys.executable, "-m", "tests.real.sigstore.services", str(folder)]
    yield "rekor", PORT + 4, [
        str(programs.REKOR.path), "serve", "--hostname", host, "--http-address", host, "--grpc-address", host,
        "--http-port", str(PORT + 4), "--grpc-port", str(PORT + 5), "--http-metrics-port", str(PORT + 6),
        "--storage-dir", str(folder / "rekor"), "--signer-filepath", str(folder / "rekor.key"),
        "--checkpoint-interval", "100ms", "--batch-max-age", "20ms",
    ]  # fmt: skip
    yield "timestamps", PORT + 8, [
        str(programs.TSA.path), "serve", "--host", host, "--port", str(PORT + 8), "--disable-ntp-monitoring",
        "--timestamp-signer", "file", "--file-signer-key-path", str(folder / "timestamps.key"),
        "--file-signer-passwd", pki.PASSWORD, "--certificate-chain-path", str(folder / "timestamps.pem"),
    ]  # fmt: skip
    yield "fulcio", PORT + 1, [
        str(programs.FULCIO.path), "serve", "--host", host, "--port", str(PORT + 1), "--grpc-host", host,
        "--grpc-port", str(PORT + 2), "--metrics-port", str(PORT + 3), "--config-path", str(folder / "fulcio.yaml"),
        "--ca", "fileca", "--fileca-cert", str(folder / "fulcio.pem"), "--fileca-key", str(folder / "fulcio.key"),
        "--fileca-key-passwd", pki.PASSWORD, "--fileca-watch=false", "--ct-log-url", pki.CT_LOG,
        "--ct-log-public-key-path", str(folder / "ct-log.pub"),
        "--legacy-unix-domain-socket", str(folder / "fulcio.sock"),
    ]  # fmt: skip


def _wait_for(url: str) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            urllib.request.urlopen(url, timeout=1).close()  # noqa: S310 one of READY
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.05)
        else:
            return
