"""Runs the tests that need Sigstore's servers: `make test-real`.

Builds what is missing, then runs pytest in a network namespace of its own, where there is nothing but loopback: two of
the servers listen on all addresses and cannot be told not to, and whoever would ask the internet is found out.
"""

import os
import shutil
import subprocess
import sys

from tests.real.sigstore.network import only_loopback
from tests.real.sigstore.programs import CACHE, build, missing


def main(arguments: list[str]) -> int:
    """Returns pytest's status; 1 when Go is missing and ALLOW_MISSING does not name it."""
    absent = missing()
    if absent and shutil.which("go") is None:
        allowed = "go" in os.environ.get("ALLOW_MISSING", "").split(",")
        names = ", ".join(program.name for program in absent)
        print(f"not run: the tests with Sigstore servers: go is not installed, which builds {names}")
        print("allowed by ALLOW_MISSING" if allowed else "install go, or: make test-real ALLOW_MISSING=go")
        return not allowed
    for program in absent:
        print(f"building {program.package}@{program.version}, which takes minutes and stays in {CACHE}", flush=True)
        if not build(program):
            print(f"not run: the tests with Sigstore servers: go does not build {program.name}")
            return 1
    if not (alone := only_loopback()):
        print("no network namespace can be made here: all runs on this machine's own network", flush=True)
    pytest = [sys.executable, "-m", "pytest", "-m", "sigstore", *(arguments or ["tests/real/sigstore"])]
    environment = os.environ | {"REAL_CACHE_DIR": str(CACHE), "no_proxy": "127.0.0.1"}
    return subprocess.run([*alone, *pytest], env=environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
