"""Sigstore's servers and cosign, built from their Go modules once for each version, outside of the tree."""

import os
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

CACHE = Path(
    os.environ.get("REAL_CACHE_DIR") or f"{os.environ.get('XDG_CACHE_HOME') or '~/.cache'}/gitprov-real"
).expanduser()


@dataclass(frozen=True, slots=True)
class Program:
    """A program that `go install` makes: what its folder is called, its package, and its version."""

    name: str
    package: str
    version: str

    @property
    def path(self) -> Path:
        """Where it lies once it is built."""
        return CACHE / f"{self.name}@{self.version}" / self.package.rpartition("/")[2]


# The newest versions that Go 1.26 builds: later ones of Rekor and of the timestamp authority ask for Go 1.27.
FULCIO = Program("fulcio", "github.com/sigstore/fulcio", "v1.8.8")
REKOR = Program("rekor-tiles", "github.com/sigstore/rekor-tiles/v2/cmd/rekor-server/posix", "v2.3.0")
TSA = Program("timestamp-authority", "github.com/sigstore/timestamp-authority/v2/cmd/timestamp-server", "v2.1.2")
COSIGN = Program("cosign", "github.com/sigstore/cosign/v3/cmd/cosign", "v3.1.3")


def missing() -> list[Program]:
    """Returns the programs that are not built."""
    return [program for program in (REKOR, TSA, FULCIO, COSIGN) if not program.path.exists()]


def build(program: Program) -> bool:
    """Builds a program, which then has its place at once and whole; returns False when go has said why it cannot."""
    CACHE.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=".building-", dir=CACHE))
    try:
        command = ["nice", "-n", "10", "go", "install", f"{program.package}@{program.version}"]
        environment = os.environ | {"GOBIN": str(folder), "GOFLAGS": "-buildvcs=false"}
        if subprocess.run(command, env=environment, check=False).returncode != 0:
            return False
        folder.chmod(0o755)
        shutil.rmtree(program.path.parent, ignore_errors=True)
        folder.rename(program.path.parent)
        return True
    finally:
        shutil.rmtree(folder, ignore_errors=True)
