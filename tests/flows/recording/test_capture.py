"""`gitprov capture` and `gitprov run STAGE` in a repository that real DVC made (demand 40, minute five)."""

import shutil
import subprocess
from pathlib import Path

import pytest

from gitprov.errors import GitprovError
from gitprov.ports.dvc import Locked, LockEntry
from gitprov.recording.scene import in_order
from gitprov.records import Artifact, ReferencedContent, Run, decode
from tests.support import Gitprov, Repo, make_repo

FEATURES = "import sys; open('features.txt', 'w').write(open('data/raw.txt').read().upper())\n"
TRAIN = """\
import yaml
lr = yaml.safe_load(open('params.yaml'))['train']['lr']
open('model.txt', 'w').write(open('features.txt').read() + str(lr))
open('metrics.json', 'w').write('{"auc": 0.9}')
"""


def dvc(repo: Repo, *arguments: str) -> str:
    done = subprocess.run(["dvc", *arguments], cwd=repo.path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"dvc {arguments}: {done.stdout}{done.stderr}"
    return done.stdout


@pytest.fixture(scope="module")
def made_by_dvc(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A repository with a two-stage pipeline that `dvc repro` has run, committed; made once, copied for each test."""
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org"), ("init.defaultBranch", "main")):
        subprocess.run(
            ["git", "config", "--global", key, value], check=True
        )  # this runs before a test's own home is made
    repo = make_repo(tmp_path_factory.mktemp("dvc") / "repo")
    dvc(repo, "init", "--quiet")
    repo.write("data/raw.txt", "one\ntwo\n")
    repo.write("features.py", FEATURES)
    repo.write("train.py", TRAIN)
    repo.write("params.yaml", "train:\n  lr: 0.1\n")
    repo.write("requirements.txt", "PyYAML==6.0.3\n")
    dvc(repo, "add", "--quiet", "data/raw.txt")
    dvc(
        repo,
        *["stage", "add", "--quiet", "--name", "features", "--deps", "features.py", "--deps", "data/raw.txt"],
        *["--outs", "features.txt", "python features.py"],
    )
    dvc(
        repo,
        *["stage", "add", "--quiet", "--name", "train", "--deps", "train.py", "--deps", "features.txt"],
        *["--params", "train.lr", "--outs", "model.txt", "--metrics-no-cache", "metrics.json", "python train.py"],
    )
    dvc(repo, "repro", "--quiet")
    repo.commit("by dvc")
    return repo.path


@pytest.fixture
def project(made_by_dvc: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A copy of that repository, which is the current directory."""
    shutil.copytree(made_by_dvc, tmp_path / "repo", symlinks=True)
    monkeypatch.chdir(tmp_path / "repo")
    return Repo(tmp_path / "repo")


def all_records(repo: Repo, pattern: str) -> dict[str, object]:
    return {path.name: decode(path.read_bytes()) for path in sorted((repo.path / ".gitprov").glob(pattern))}


def test_minute_five(project: Repo, gitprov: Gitprov) -> None:
    """init, capture, why: answered from HEAD's dvc.lock, and nothing of DVC's has changed."""
    lock = (project.path / "dvc.lock").read_bytes()
    gitprov("init")
    done = gitprov("capture", "--json").json()
    assert len([one for one in done["recorded"] if one["type"] == "run"]) == 3  # two stages, and add of the raw data
    runs = [one for one in all_records(project, "runs/train/*/*.yaml").values() if isinstance(one, Run)]
    (run,) = runs
    assert set(run.outputs) == {"model", "metrics"}
    assert run.unknown == ("actor", "dirty", "exit", "hardware", "inputs", "times")
    assert run.actor == "unknown"
    assert run.finished is None
    assert run.params == {"train.lr": 0.1}
    assert {"code", "locks", "params"} <= set(run.declared)
    answer = gitprov("why", "model.txt").out
    assert "train" in answer
    assert "features" in answer
    assert (project.path / "dvc.lock").read_bytes() == lock
    project.commit("captured")
    assert "up to date" in dvc(project, "status")


@pytest.mark.usefixtures("project")
def test_capture_again_records_nothing(gitprov: Gitprov) -> None:
    gitprov("init")
    gitprov("capture")
    assert gitprov("capture", "--json").json()["recorded"] == []


def test_lineage_follows_dvc_lock(project: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    gitprov("capture")
    (train,) = [run for run in all_records(project, "runs/train/*/*.yaml").values() if isinstance(run, Run)]
    (features,) = [run for run in all_records(project, "runs/features/*/*.yaml").values() if isinstance(run, Run)]
    assert train.inputs["features"].artifact == features.outputs["features"].artifact


def test_bytes_that_cannot_be_had_are_unverified(project: Repo, gitprov: Gitprov) -> None:
    shutil.rmtree(project.path / ".dvc/cache")
    (project.path / "model.txt").unlink()
    gitprov("init")
    done = gitprov("capture")
    assert "unverified" in done.err
    (model,) = [
        one for one in all_records(project, "artifacts/model.txt/*/*.yaml").values() if isinstance(one, Artifact)
    ]
    assert isinstance(model.content, ReferencedContent)
    assert model.content.reference.assurance == "asserted"
    assert "unverified" in gitprov("show", "model.txt").out
    sealed = gitprov("seal", "model.txt", "--owner", "ann", "--json", status=1).json()
    assert "GP-BLB-005" in {one["code"] for one in sealed["findings"]}


def test_code_that_changed_since_is_unknown(project: Repo, gitprov: Gitprov) -> None:
    project.write("train.py", TRAIN + "# edited\n")
    project.commit("edit after the run")
    gitprov("init")
    done = gitprov("capture")
    assert "train.py changed since DVC ran it" in done.err
    (train,) = [run for run in all_records(project, "runs/train/*/*.yaml").values() if isinstance(run, Run)]
    assert train.code is not None
    assert train.code.digest == "unknown"


def test_two_people_capture_the_same_records(project: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    shutil.copytree(project.path, tmp_path / "second", symlinks=True)
    for path in (project.path, tmp_path / "second"):
        gitprov("init", cwd=path)
        gitprov("capture", cwd=path)
    first = {path.name for path in project.path.glob(".gitprov/*/*/**/*.yaml")}
    assert first
    assert first == {path.name for path in (tmp_path / "second").glob(".gitprov/*/*/**/*.yaml")}


def test_capture_without_a_lock_says_what_to_do(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.commit()
    refused = gitprov("capture", status=2)
    assert "GP-DVC-005" in refused.err
    assert "dvc repro" in refused.err


def test_a_stage_is_a_step(project: Repo, gitprov: Gitprov) -> None:
    """`gitprov run train` leaves dvc.lock as `dvc repro` would: DVC finds nothing to do."""
    gitprov("init")
    gitprov("capture")
    project.write("params.yaml", "train:\n  lr: 0.2\n")
    gitprov("run", "train", "--keep")
    assert (project.path / "model.txt").read_text().endswith("0.2")
    assert not (project.path / "model.txt.dvc").exists()
    project.commit("train again")
    assert "up to date" in dvc(project, "status")
    assert "didn't change" in dvc(project, "repro")
    (project.path / "model.txt").unlink()
    dvc(project, "checkout")
    assert (project.path / "model.txt").read_text().endswith("0.2")


def test_running_a_captured_stage_restores_its_result(project: Repo, gitprov: Gitprov) -> None:
    """Capture and run give one recipe for one stage."""
    gitprov("init")
    gitprov("capture")
    (project.path / "model.txt").unlink()
    result = gitprov("run", "train", "--json").json()
    assert "model.txt" in (result["restored"] or {}), result
    assert (project.path / "model.txt").is_file()


@pytest.mark.usefixtures("project")
def test_an_unknown_stage_lists_the_stages(gitprov: Gitprov) -> None:
    gitprov("init")
    refused = gitprov("run", "trian", status=2)
    assert "GP-RUN-005" in refused.err
    assert "features, train" in refused.err


def test_dvc_add_and_repro_still_work_for_the_whole_team(project: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    gitprov("capture")
    project.write("new.txt", "new\n")
    gitprov("add", "new.txt")
    project.commit("records")
    pointer = (project.path / "new.txt.dvc").read_bytes()
    dvc(project, "add", "new.txt")
    assert (project.path / "new.txt.dvc").read_bytes() == pointer
    assert "model.txt" in dvc(project, "dag", "--outs")
    project.write("data/raw.txt", "three\n")
    dvc(project, "add", "data/raw.txt")
    dvc(project, "repro")
    assert (project.path / "features.txt").read_text() == "THREE\n"


@pytest.mark.parametrize("path", ["model.txt", "features.txt"])
def test_no_pointer_for_what_a_stage_owns(project: Repo, gitprov: Gitprov, path: str) -> None:
    gitprov("init")
    done = gitprov("add", path, "--name", "mine")
    assert "belongs to" in done.err
    assert not (project.path / f"{path}.dvc").exists()


def test_a_stage_that_reaches_outside_is_named_and_the_rest_captured(
    project: Repo, gitprov: Gitprov, tmp_path: Path
) -> None:
    (tmp_path / "elsewhere.txt").write_text("x")
    lock = (project.path / "dvc.lock").read_text()
    dep = f"    - path: {tmp_path}/elsewhere.txt\n      md5: {'0' * 32}\n      size: 1\n"
    entry = f"  far:\n    cmd: 'true'\n    deps:\n{dep}"
    project.write("dvc.lock", lock + entry)
    project.commit("an external dep")
    gitprov("init")
    done = gitprov("capture")
    assert "stage far is not captured" in done.err
    assert len(all_records(project, "runs/train/*/*.yaml")) == 1


def test_a_chain_of_stages_of_any_length_is_put_in_order() -> None:
    def stage(number: int, dep: int) -> LockEntry:
        one, other = (Locked(f"{path}.txt", None, False, None, None) for path in (number, dep))
        return LockEntry(
            stage=f"s{number}", folder=".", cwd=".", commands=("x",), deps=(other,), outs=(one,), params={}
        )

    chain = [stage(number, number - 1) for number in range(3000, 0, -1)]
    assert [entry.stage for entry in in_order(chain)] == [f"s{number}" for number in range(1, 3001)]
    with pytest.raises(GitprovError, match="circle"):
        in_order([stage(1, 2), stage(2, 1)])
