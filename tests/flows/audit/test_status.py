"""`status` tells what every recorded path holds, and what to do about it."""

import contextlib
import shutil
import subprocess
from pathlib import Path

import pytest

from gitprov.ids import Md5, digest_hex, md5_of
from tests.flows.recording.conftest import Train
from tests.support import Gitprov, Repo

RAW = "data/raw.csv"


def forget_cache(repo: Repo) -> None:
    """Empties the DVC cache, as in a fresh clone."""
    shutil.rmtree(repo.path / ".dvc" / "cache")


def presence(gitprov: Gitprov) -> dict[str, str]:
    return {one["path"]: one["presence"] for one in gitprov("status", "--json").json()["paths"]}


def next_commands(gitprov: Gitprov) -> list[str]:
    lines = gitprov("status").out.splitlines()
    return [line.strip() for line in lines[lines.index("next") + 1 :]] if "next" in lines else []


@pytest.mark.usefixtures("project")
def test_everything_as_recorded(gitprov: Gitprov) -> None:
    assert presence(gitprov) == {RAW: "unchanged"}
    assert next_commands(gitprov) == []
    assert gitprov("status").out.startswith(f"unchanged  {RAW}  raw id:")


@pytest.mark.usefixtures("repo")
def test_before_anything_is_recorded(gitprov: Gitprov) -> None:
    assert "error[GP-GIT-002]" in gitprov("status", status=2).err
    gitprov("init")
    assert gitprov("status").out.startswith("no path is recorded yet")
    assert gitprov("log").out.startswith("nothing is recorded yet")


def test_each_state_of_a_path_and_the_command_that_follows(project: Repo, gitprov: Gitprov) -> None:
    file = project.path / RAW
    recorded = file.read_bytes()
    project.write(RAW, "a,b\n3,4\n")
    assert presence(gitprov) == {RAW: "changed"}
    assert next_commands(gitprov) == [f"gitprov add {RAW}"]

    gitprov("add", RAW)
    assert next_commands(gitprov) == ["git commit"]
    project.commit("newer data")
    assert (presence(gitprov), next_commands(gitprov)) == ({RAW: "unchanged"}, [])

    file.unlink()
    project.write(RAW, recorded)
    assert presence(gitprov) == {RAW: "older"}

    file.unlink()
    assert presence(gitprov) == {RAW: "missing"}
    assert next_commands(gitprov) == ["gitprov restore"]

    forget_cache(project)
    assert presence(gitprov) == {RAW: "not pulled"}
    assert next_commands(gitprov) == ["gitprov restore"]

    project.git("rm", "--quiet", f"{RAW}.dvc")
    assert presence(gitprov) == {RAW: "gone"}
    assert "1 path of earlier records not in use any more" in gitprov("status").out


def test_a_directory_in_the_place_of_a_file_is_a_change(project: Repo, gitprov: Gitprov) -> None:
    (project.path / RAW).unlink()
    project.write(f"{RAW}/inside", "x")
    assert presence(gitprov) == {RAW: "changed"}
    shutil.rmtree(project.path / RAW)
    (project.path / RAW).symlink_to("elsewhere")
    assert presence(gitprov) == {RAW: "changed"}
    assert "a symlink, not a regular file or directory" in gitprov("status").out


def test_a_link_of_dvcs_into_its_cache_is_the_file(project: Repo, gitprov: Gitprov) -> None:
    """`cache.type` symlink (demand 40)."""
    file = project.path / RAW
    md5 = digest_hex(md5_of(file.read_bytes()))
    file.unlink()
    file.symlink_to(project.path / ".dvc/cache/files/md5" / md5[:2] / md5[2:])
    assert presence(gitprov) == {RAW: "unchanged"}
    gitprov("run", "--input", "raw=raw", "--output", "copy=copy", "--keep", "--", "cp", RAW, "copy")
    assert presence(gitprov) == {"copy": "unchanged", RAW: "unchanged"}


def test_drafts_staged_records_and_releases(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train(lr=0.1, keep=False)
    found = gitprov("status", "--json").json()
    assert [(one["step"], [made["name"] for made in one["made"]]) for one in found["drafts"]] == [("train", ["churn"])]
    assert presence(gitprov)["model.txt"] == "unchanged"
    assert next_commands(gitprov) == ["gitprov keep"]
    gitprov("keep")
    found = gitprov("status", "--json").json()
    assert (found["drafts"], found["staged"]) == ([], {"artifact": 1, "run": 1})
    assert next_commands(gitprov) == ["git commit"]
    project.commit("train")
    assert gitprov("status", "--json").json()["staged"] == {}


def test_a_changed_result_is_made_again_or_taken_back(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train()
    project.commit("train")
    (project.path / "model.txt").unlink()
    project.write("model.txt", "by hand\n")
    (command,) = next_commands(gitprov)
    assert command == "gitprov restore --force model.txt    (takes the change back; or run the step train again)"
    gitprov("restore", "--force", "model.txt")
    assert next_commands(gitprov) == []


def test_several_files_come_back_by_one_command(project: Repo, gitprov: Gitprov) -> None:
    project.write("data/two words.csv", "a\n")
    project.write("-odd", "b\n")
    gitprov("add", "data/two words.csv", "./-odd")
    project.commit("more data")
    lost = [project.path / path for path in (RAW, "data/two words.csv", "-odd")]
    for file in lost:
        file.unlink()
    assert next_commands(gitprov) == ["gitprov restore"]
    gitprov("restore")
    assert all(file.exists() for file in lost)

    # A change is nothing that restore may take back unasked: what is missing is named then, as typed from here.
    lost[0].unlink()
    project.write(RAW, "changed\n")
    for file in lost[1:]:
        file.unlink()
    with contextlib.chdir(project.path / "data"):
        assert next_commands(gitprov) == ["gitprov add raw.csv", "gitprov restore ../-odd 'two words.csv'"]
        gitprov("restore", "../-odd", "two words.csv")
    assert project.path.joinpath(RAW).read_bytes() == b"changed\n"


def test_a_record_that_cannot_be_read_hides_nothing(project: Repo, gitprov: Gitprov) -> None:
    project.write(".gitprov/artifacts/raw/broken.yaml", "not: [canonical\n")
    project.git("add", ".gitprov")
    found = gitprov("status", "--json").json()
    assert found["broken"] == [".gitprov/artifacts/raw/broken.yaml"]
    assert presence(gitprov) == {RAW: "unchanged"}
    assert "gitprov verify" in next_commands(gitprov)


def test_from_a_subfolder_and_from_elsewhere(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    whole = gitprov("status").out
    assert gitprov("status", cwd=project.path / "data").out == whole
    assert gitprov("-C", project.path, "status", cwd=tmp_path).out == whole


def test_the_versions_of_a_name(project: Repo, train: Train, gitprov: Gitprov) -> None:
    """D8: what differs between the versions, and only that."""
    train("--param", "depth=3", lr=0.1)
    project.commit("one")
    train("--param", "depth=3", lr=0.2)
    project.write("metrics.json", '{"auc": 0.9, "by": {"region": 0.8}}')
    project.commit("two")
    gitprov("evaluate", "churn", "--metrics", "metrics.json", "--data", "raw", "--suite", "daily")
    found = gitprov("status", "churn", "--json").json()
    assert {one["params"]["lr"]: one["metrics"] for one in found["versions"]} == {
        0.1: {},
        0.2: {"daily": {"auc": 0.9, "by.region": 0.8}},
    }
    assert [list(one["params"]) for one in found["versions"]] == [["lr"], ["lr"]], "depth is the same in both"
    text = gitprov("status", "churn").out
    assert text.startswith("churn: 2 versions, newest first\n")
    assert "    lr=0.2\n    daily: auc=0.9, by.region=0.8\n" in text
    assert "error[GP-NAM-001]" in gitprov("status", "chrun", status=2).err


def test_what_dvc_knows_and_nobody_has_is_unverified(repo: Repo, gitprov: Gitprov) -> None:
    """D40, minute five without the bytes: visible wherever it is mentioned, and never taken for checked."""
    md5: Md5 = md5_of(b"model")
    digits = md5.removeprefix("md5:")
    repo.write("train.py", "print()\n")
    gitprov("init")
    repo.write("dvc.yaml", "stages:\n  train:\n    cmd: python train.py\n    deps: [train.py]\n    outs: [model.bin]\n")
    code = md5_of(b"print()\n").removeprefix("md5:")
    repo.write(
        "dvc.lock",
        "schema: '2.0'\nstages:\n  train:\n    cmd: python train.py\n"
        f"    deps:\n    - path: train.py\n      hash: md5\n      md5: {code}\n      size: 8\n"
        f"    outs:\n    - path: model.bin\n      hash: md5\n      md5: {digits}\n      size: 5\n",
    )
    repo.commit("by dvc")
    gitprov("capture")
    repo.commit("capture")
    assert presence(gitprov) == {"model.bin": "not pulled"}
    assert next_commands(gitprov) == ["dvc pull && gitprov capture"]
    for line in ("status", "why model.bin", "log", "lineage model.bin", "status model.bin", "verify"):
        assert "unverified" in gitprov(*line.split()).out, line
    why = gitprov("why", "model.bin").out
    assert "time unknown, exit unknown" in why
    assert "recorded by unknown" in why
    verdict = gitprov("verify", "--cache", "--json", status=3).json()
    assert [one["code"] for one in verdict["undecided"]] == ["GP-BLB-005"]
    repo.write("model.bin", "other")
    assert presence(gitprov) == {"model.bin": "changed"}
    repo.write("model.bin", "model")
    assert presence(gitprov) == {"model.bin": "unchanged"}
    assert "error" not in gitprov("why", "model.bin").err


def test_what_dvc_cannot_read_is_said_of_its_path_alone(project: Repo, gitprov: Gitprov) -> None:
    project.write("b.csv", "b\n")
    gitprov("add", "b.csv")
    project.write(f"{RAW}.dvc", "<<<<<<< HEAD\n")
    told = {one["path"]: one["problem"] for one in gitprov("status", "--json").json()["paths"]}
    assert told["b.csv"] is None
    assert f"{RAW}.dvc" in told[RAW]
    project.write(".dvc/config", "[[[\n")
    assert "error[GP-DVC-001]" in gitprov("status", status=2).err


def test_a_merge_conflict_in_a_dvc_file_hides_nothing_else(project: Repo, gitprov: Gitprov) -> None:
    """Two branches recorded other bytes at one path: the fix that is named mends it."""
    project.git("checkout", "--quiet", "-b", "theirs")
    project.write(RAW, "theirs\n")
    gitprov("add", RAW)
    project.commit("theirs")
    project.git("checkout", "--quiet", "main")
    project.write(RAW, "ours\n")
    project.write("b.csv", "b\n")
    gitprov("add", RAW, "b.csv")
    project.commit("ours")
    (project.path / "b.csv").unlink()
    subprocess.run(["git", "merge", "--quiet", "theirs"], cwd=project.path, capture_output=True, check=False)
    assert presence(gitprov)["b.csv"] == "missing"
    assert "raw.csv.dvc has a merge conflict" in gitprov("status").out
    refused = gitprov("restore", status=2).err
    fix = refused.split("fix: ")[1]
    for command in (fix.replace(" (or --theirs)", "")).split(", then "):
        subprocess.run(command, shell=True, cwd=project.path, check=True, capture_output=True)  # noqa: S602 as a person does
    project.git("commit", "--quiet", "--no-edit")
    gitprov("restore")
    assert presence(gitprov) == {RAW: "unchanged", "b.csv": "unchanged"}
    assert gitprov("verify").out.startswith("nothing wrong")
