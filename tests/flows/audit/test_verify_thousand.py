"""A thousand signatures by keys are verified with no network, and without what only keyless ones take (issue 6)."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gitprov.ids import Digest
from gitprov.records import Event, signature_path, store
from gitprov.trust.statements import statement
from gitprov.wiring.project import Project
from tests.support import Gitprov, Repo

COUNT = 1000
TIME = "2026-11-21T09:30:00Z"
HEAVY = ("sigstore", "pydantic", "rfc3161_client", "requests", "securesystemslib")
PROBE = f"""
import sys
from gitprov.cli.main import main
status = main(["verify", "--signatures", "--json"])
print(*sorted(name for name in {HEAVY} if name in sys.modules), file=sys.stderr)
sys.exit(status)
"""


@pytest.fixture
def thousand(repo: Repo, gitprov: Gitprov) -> Repo:
    """A repository with a trust root and a thousand events, signed by the key of its owner."""
    gitprov("init")
    gitprov("trust", "init", "--person", "ada")
    repo.write("data.csv", "1\n")
    gitprov("add", "data.csv", "--name", "raw", "--kind", "dataset")
    signer = Project().signer
    (artifact,) = repo.git("ls-files", ".gitprov/artifacts").splitlines()
    subject = Digest(f"sha256:{Path(artifact).stem}")
    for number in range(COUNT):
        note = Event(kind="note", actor="ada", at=TIME, subjects=(subject,), reason=f"{number}", details={})
        said = store(note)
        data = signer.bundle(statement(said, {}))
        repo.write(said.path, said.data)
        repo.write(signature_path(said.path, data), data)
    repo.commit("A thousand notes")
    return repo


def offline() -> list[str]:
    """Returns what runs a command without any network; where that is not permitted it says so, and runs it as it is."""
    words = ["unshare", "--net", "--map-root-user"]
    if subprocess.run([*words, "true"], capture_output=True, check=False).returncode == 0:
        return words
    print("unshare --net is not permitted here: verified with the network there")
    return []


def test_a_thousand_are_verified_offline_and_without_sigstore(thousand: Repo) -> None:
    done = subprocess.run(
        [*offline(), sys.executable, "-c", PROBE], cwd=thousand.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr
    assert done.stderr == "\n", "nothing of this is imported"
    found = json.loads(done.stdout)
    assert found["findings"] == []
    signed = [one for one in found["signatures"]["records"] if one["what"].startswith("note")]
    assert len(signed) == COUNT
    assert {signer["person"] for one in signed for signer in one["signers"]} == {"ada"}
