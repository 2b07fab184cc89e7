"""Push, pull and restore over every kind of remote that runs here, from the command line; plain dvc gets the same."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.real.fixtures import FARS
from tests.real.remotes import Far
from tests.support import Gitprov, Repo, make_repo

pytestmark = pytest.mark.remotes


def dvc(folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments], cwd=folder, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, f"dvc {arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def clone(origin: Repo, to: Path) -> Path:
    """Clones what was pushed, with the credentials that a person has."""
    origin.git("clone", "--quiet", origin.git("remote", "get-url", "origin"), to)
    credentials = origin.path / ".dvc" / "config.local"
    if credentials.exists():
        shutil.copy(credentials, to / ".dvc")
    return to


@pytest.mark.parametrize("far", FARS, indirect=True)
def test_round_trip(far: Far, tmp_path: Path, gitprov: Gitprov) -> None:
    ada = make_repo(tmp_path / "ada")
    ada.git("init", "--quiet", "--bare", tmp_path / "origin.git")
    ada.git("remote", "add", "origin", tmp_path / "origin.git")
    dvc(ada.path, "init", "--quiet")
    dvc(ada.path, "remote", "add", "--default", "team", far.config.url)
    for option, value in far.config.options.items():
        dvc(ada.path, "remote", "modify", "--local", "team", option, value)
    gitprov("init", cwd=ada.path)
    ada.write("model.bin", bytes(range(256)) * 40_000)
    ada.write("data/naïve/日本.csv", "1,2\n")
    ada.write("data/b.csv", "3,4\n")
    gitprov("add", "model.bin", "--name", "churn", "--kind", "model", cwd=ada.path)
    gitprov("add", "data", "--name", "train-set", cwd=ada.path)
    ada.commit("record")
    sent = gitprov("push", "--json", cwd=ada.path).json()
    assert (sent["objects"], sent["present"]) == (5, 0)
    assert "secret" not in sent["remote"]
    bob, cem, dan = (clone(ada, tmp_path / name) for name in ("bob", "cem", "dan"))
    assert gitprov("pull", "--all", "--json", cwd=bob).json()["objects"] == 5
    gitprov("restore", cwd=bob)
    dvc(cem, "pull", "--quiet")
    for folder in (bob, cem):
        for name in ("model.bin", "data/naïve/日本.csv", "data/b.csv"):
            assert (folder / name).read_bytes() == (ada.path / name).read_bytes()
        assert "up to date" in dvc(folder, "status")
    assert "nothing wrong" in gitprov("verify", "--all", "--bytes", cwd=bob).out
    model = next(name for name, data in far.files().items() if len(data) == 256 * 40_000)
    far.write(model, b"\1" + far.files()[model][1:])
    gitprov("verify", "--remote", status=1, cwd=bob)
    assert "GP-BLB-001" in gitprov("restore", "churn", status=1, cwd=dan).out
    assert gitprov("push", "--repair", "--json", cwd=bob).json()["objects"] == 1
    gitprov("restore", "churn", cwd=dan)
