"""Answers about what DVC ran and gitprov captured: nobody knows when it was made (demands 8 and 40)."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.flows.audit.test_status import next_commands, presence
from tests.support import Gitprov, Repo


def dvc(folder: Path, *arguments: str) -> None:
    done = subprocess.run(["dvc", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"dvc {arguments}: {done.stdout}{done.stderr}"


@pytest.fixture
def monorepo(repo: Repo, tmp_path: Path) -> Repo:
    """A repository whose DVC project, with a storage and one stage that ran, lies in the folder ml."""
    ml = repo.path / "ml"
    ml.mkdir()
    dvc(ml, "init", "--quiet", "--subdir")
    dvc(ml, "remote", "add", "--quiet", "--default", "team", str(tmp_path / "team-storage"))
    repo.write("ml/params.yaml", "depth: 1\n")
    repo.write("ml/train.py", "open('model.txt', 'w').write(open('params.yaml').read())\n")
    read = ["--params", "depth", "--deps", "train.py"]
    dvc(ml, "stage", "add", "--quiet", "--name", "train", *read, "--outs", "model.txt", "python train.py")
    dvc(ml, "repro", "--quiet")
    repo.commit("by dvc")
    return repo


def retrain(repo: Repo, depth: int) -> None:
    repo.write("ml/params.yaml", f"depth: {depth}\n")
    dvc(repo.path / "ml", "repro", "--quiet")
    repo.commit(f"depth {depth}")


def test_init_uses_the_dvc_project_that_is_there(monorepo: Repo, gitprov: Gitprov) -> None:
    """A second one at the top would send the team's bytes somewhere else."""
    ours = [".gitattributes", ".gitprov/.gitattributes", ".gitprov/.gitignore", ".gitprov/project.yaml"]
    assert gitprov("init", "--dry-run", "--json").json()["staged"] == ours
    done = gitprov("init", "--json").json()
    assert (done["staged"], list(done["remotes"])) == (ours, ["team"])
    assert 'dvc_root: "ml"\n' in (monorepo.path / ".gitprov/project.yaml").read_text()
    assert gitprov("init", "--json").json()["staged"] == []


def test_of_several_dvc_projects_the_one_around_counts(monorepo: Repo, gitprov: Gitprov) -> None:
    monorepo.write("other/.dvc/config", "")
    monorepo.commit("another project")
    refused = gitprov("init", status=2).err
    assert "error[GP-DVC-006]: 2 folders have a DVC project" in refused
    assert "fix: gitprov -C ml init" in refused
    gitprov("-C", "ml", "init")
    assert 'dvc_root: "ml"\n' in (monorepo.path / ".gitprov/project.yaml").read_text()


def test_init_brings_back_the_teams_settings(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    settings = repo.write(".gitprov/project.yaml", "schema: gitprov/project/v1\nremotes: [s3://bucket]\n")
    repo.commit("set up")
    settings.unlink()
    refused = gitprov("status", status=2).err
    assert ".gitprov/project.yaml is not in the work tree" in refused
    gitprov("init")
    assert "s3://bucket" in settings.read_text()
    settings.unlink()
    subprocess.run(refused.split("fix: ")[1], shell=True, check=True, capture_output=True)  # noqa: S602 as a person does
    assert "s3://bucket" in settings.read_text()


@pytest.mark.parametrize("depths", [(1, 2, 3), (1, 3, 2), (1, 9, 4)])
def test_of_versions_without_a_time_the_one_that_dvc_names_counts(
    depths: tuple[int, ...], monorepo: Repo, gitprov: Gitprov
) -> None:
    gitprov("init")
    for number, depth in enumerate(depths):
        if number:
            retrain(monorepo, depth)
            assert next_commands(gitprov) == ["gitprov capture"]
        gitprov("capture")
        monorepo.commit("captured")
        assert presence(gitprov) == {"ml/model.txt": "unchanged"}
    (monorepo.path / "ml/model.txt").unlink()
    assert next_commands(gitprov) == ["gitprov restore"]
    assert f"params   ml/params.yaml:depth={depths[-1]}" in gitprov("why", "ml/model.txt").out
    gitprov("restore")
    assert (monorepo.path / "ml/model.txt").read_text() == f"depth: {depths[-1]}\n"


def test_what_was_unverified_is_known_once_its_bytes_came(monorepo: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    dvc(monorepo.path / "ml", "push", "--quiet")
    model = monorepo.path / "ml/model.txt"
    model.unlink()
    shutil.rmtree(monorepo.path / "ml/.dvc/cache")
    gitprov("init")
    gitprov("capture")
    monorepo.commit("captured without bytes")
    assert "GP-BLB-005" in gitprov("restore", status=1).out
    assert gitprov("verify", "--bytes", "--json", status=3).json()["unverified"] == 1
    (command,) = next_commands(gitprov)
    assert command == "dvc --cd ml pull && gitprov capture"
    assert (tmp_path / "team-storage").is_dir()

    dvc(monorepo.path / "ml", "pull", "--quiet")
    assert gitprov("restore", "--json").json()["findings"] == [], "it holds what DVC names"
    gitprov("capture")
    monorepo.commit("captured with bytes")
    assert presence(gitprov) == {"ml/model.txt": "unchanged"}
    assert next_commands(gitprov) == []
    assert "unverified" not in gitprov("why", "ml.model.txt").out
    assert gitprov("verify", "--bytes", "--json").json()["unverified"] == 0
