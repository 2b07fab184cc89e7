"""Asks prettier, with its default configuration, whether it would rewrite records: `make test-prettier`.

Apart from the test suite because it needs npm and, the first time, the network. docs/adr/0001-canonical-yaml.md.
"""

import random
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from gitprov.records import emit
from tests.frozen.make import FOLDER
from tests.unit.documents import random_document

PRETTIER = "prettier@3.10.1"
DOCUMENTS = 1000
LONG = 60  # An empty list or mapping after a key that fills the line is moved to the next one: the one known exception.


def main() -> int:
    """Writes frozen and random records to a folder and has prettier check them."""
    if shutil.which("npx") is None:
        print("not checked: npm is not installed")
        return 0
    rng = random.Random("prettier")
    with tempfile.TemporaryDirectory() as folder:
        for path in FOLDER.glob("*.yaml"):
            shutil.copy(path, folder)
        written = 0
        while written < DOCUMENTS:
            data = emit(random_document(rng))
            if not any(line.endswith((b"[]", b"{}")) and len(line) > LONG for line in data.split(b"\n")):
                Path(folder, f"random-{written}.yaml").write_bytes(data)
                written += 1
        if subprocess.run(
            ["npx", "--yes", PRETTIER, "--version"], cwd=folder, check=False, capture_output=True
        ).returncode:
            print(f"not checked: npm cannot fetch {PRETTIER}")
            return 0
        return subprocess.run(["npx", "--yes", PRETTIER, "--check", "."], cwd=folder, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
