"""Two clones of one team: a bare repository, a DVC remote, and who works in each."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import Gitprov, Repo, make_repo


@pytest.fixture
def team(tmp_path: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """An initialised repository with an upstream, a recorded file and a recorded directory, committed, not pushed."""
    repo = make_repo(tmp_path / "ada")
    monkeypatch.chdir(repo.path)
    repo.git("init", "--quiet", "--bare", tmp_path / "origin.git")
    repo.git("remote", "add", "origin", tmp_path / "origin.git")
    repo.git("push", "--quiet", "--set-upstream", "origin", "main")
    gitprov("init")
    repo.write("model.bin", os.urandom(3 << 20))
    for name in ("a.csv", "sub/b.csv", "run.sh"):
        repo.write(f"data/{name}", f"{name}\n")
    (repo.path / "data" / "run.sh").chmod(0o755)
    (repo.path / "data" / "link").symlink_to("sub/b.csv")
    (repo.path / "data" / "nothing").mkdir()
    gitprov("add", "model.bin", "--name", "churn", "--kind", "model")
    gitprov("add", "data", "--name", "train-set")
    repo.commit("record")
    return repo


@pytest.fixture
def clone(tmp_path: Path, team: Repo) -> Callable[[str], Repo]:
    """Clones what was pushed, beside the first clone."""

    def make(name: str) -> Repo:
        team.git("clone", "--quiet", tmp_path / "origin.git", tmp_path / name)
        return Repo(tmp_path / name)

    return make


@pytest.fixture
def storage(tmp_path: Path, team: Repo) -> Path:  # noqa: ARG001 - init makes it
    """The folder of the DVC remote."""
    return tmp_path / "ada.dvc-remote"
