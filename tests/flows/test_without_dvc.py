"""`init`, `add`, `verify` and more work where the dvc package cannot be imported; what needs it says so."""

import subprocess
import sys
from pathlib import Path

from tests.support import Repo

HIDE = """
import sys

class Hidden:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in ("dvc", "dvc_data", "dvc_objects", "scmrepo"):
            raise ImportError(f"{name} is hidden by the test")

sys.meta_path.insert(0, Hidden())
from gitprov.cli.main import main
sys.exit(main(sys.argv[1:]))
"""


def hidden(repo: Repo, *arguments: str, status: int = 0) -> str:
    """Runs gitprov in a process that cannot import dvc, and returns what it printed."""
    command = [sys.executable, "-c", HIDE, *arguments]
    done = subprocess.run(command, cwd=repo.path, capture_output=True, text=True, check=False)
    assert done.returncode == status, f"{arguments}: {done.stdout}{done.stderr}"
    return done.stdout + done.stderr


def test_the_test_hides_dvc(repo: Repo) -> None:
    probe = HIDE.partition("from gitprov")[0] + "import dvc"
    done = subprocess.run([sys.executable, "-c", probe], cwd=repo.path, capture_output=True, text=True, check=False)
    assert "hidden by the test" in done.stderr


def test_a_folder_remote_needs_no_dvc(repo: Repo, tmp_path: Path) -> None:
    hidden(repo, "init")
    repo.write("raw.csv", "a,b\n")
    hidden(repo, "add", "raw.csv", "--name", "raw")
    repo.commit("record")
    hidden(repo, "push", "--no-refs")
    assert "nothing wrong" in hidden(repo, "verify", "--all", "--bytes")
    repo.git("clone", "--quiet", repo.path, tmp_path / "clone")
    clone = Repo(tmp_path / "clone")
    clone.write(".dvc/config.local", f"['remote \"storage\"']\n    url = {tmp_path / 'repo.dvc-remote'}\n")
    hidden(clone, "pull", "raw")
    hidden(clone, "restore", "raw")
    assert (clone.path / "raw.csv").read_text() == "a,b\n"


def test_another_remote_says_what_it_needs(repo: Repo) -> None:
    hidden(repo, "init", "--remote", "s3://bucket/store")
    repo.write("raw.csv", "a,b\n")
    hidden(repo, "add", "raw.csv")
    said = hidden(repo, "push", "--no-refs", status=5)
    assert "GP-DVC-004" in said
    assert "pip install" in said


def test_a_templated_pipeline_says_what_it_needs(repo: Repo) -> None:
    repo.write("dvc.yaml", "vars: [{name: x}]\nstages:\n  a:\n    cmd: echo ${name} > out\n    outs: [out]\n")
    hidden(repo, "init")
    assert "GP-DVC-004" in hidden(repo, "run", "a", status=5)
