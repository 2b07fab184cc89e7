"""Remedies about records and bytes, as gitprov prints them (issue 5)."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from gitprov.errors import Code
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.records import Artifact, Record, Run, decode, store
from tests.remedies.conftest import record_of, train
from tests.remedies.following import follow
from tests.support import Gitprov, Repo

WRONG: dict[Code, Callable[[str], bytes]] = {
    codes.YML_ENCODING: lambda text: text.encode() + b"\xff",
    codes.YML_SYNTAX: lambda text: f"# mine\n{text}".encode(),
    codes.YML_ORDER: lambda text: f"{text}{text.splitlines()[-1]}\n".encode(),
    codes.SCH_FIELD: lambda text: text.replace("kind: dataset\n", "").encode(),
    codes.IMM_NAME: lambda text: text.replace("kind: dataset\n", "kind: model\n").encode(),
}


@pytest.mark.parametrize("code", WRONG, ids=lambda code: code.id)
def test_a_record_that_somebody_edited(code: Code, project: Repo, gitprov: Gitprov) -> None:
    path = record_of(project)
    project.write(path, WRONG[code]((project.path / path).read_text()))
    project.commit("Edit")
    follow(code, gitprov("verify", status=1), project)
    project.git("commit", "--quiet", "-m", "Mend")
    gitprov("verify")


def test_a_record_that_lies_elsewhere(project: Repo, gitprov: Gitprov) -> None:
    path = record_of(project)
    project.write(path.replace("/raw/", "/other/"), (project.path / path).read_bytes())
    project.commit("Copy")
    follow(codes.IMM_PATH, gitprov("verify", status=1), project)
    project.git("commit", "--quiet", "-m", "Mend")
    gitprov("verify")


def edited(project: Repo, kind: str, edit: Callable[[Record], Record]) -> None:
    """Commits a record that is well-formed, and says something wrong, instead of a right one."""
    path = record_of(project, kind)
    wrong = store(edit(decode((project.path / path).read_bytes(), name=path)))
    project.git("rm", "--quiet", "-r", str(Path(path).parents[1]))
    project.write(wrong.path, wrong.data)
    project.commit("Make up a record")


def other_recipe(record: Record) -> Record:
    assert isinstance(record, Artifact)
    return replace(record, recipe=replace(record.recipe, id=sha256_of(b"made up")))


def other_content(record: Record) -> Record:
    assert isinstance(record, Run)
    outputs = {role: replace(out, content=sha256_of(b"made up")) for role, out in record.outputs.items()}
    return replace(record, outputs=outputs)


@pytest.mark.parametrize(
    ("code", "kind", "edit"),
    [(codes.LIN_RECIPE, "artifacts/model", other_recipe), (codes.LIN_CONTENT, "runs/train", other_content)],
)
def test_a_record_that_says_something_wrong(
    code: Code, kind: str, edit: Callable[[Record], Record], project: Repo, gitprov: Gitprov
) -> None:
    train(gitprov)
    project.commit("Train")
    edited(project, kind, edit)
    follow(code, gitprov("verify", status=1), project)
    project.git("commit", "--quiet", "-m", "Take it away")
    assert code.id not in gitprov("verify", status=None).out


def test_a_run_set_that_is_not_what_its_run_says(project: Repo, gitprov: Gitprov) -> None:
    """Of three trials somebody tells one: the records alone do not show it, the listing does."""
    for number in range(3):
        train(gitprov, keep=False, number=number)
    best, *_ = gitprov("status", "--json").json()["drafts"]
    gitprov("keep", "--sweep", "search", best["name"])
    project.commit("Choose")

    def smaller(record: Record) -> Record:
        assert isinstance(record, Run)
        assert record.sweep is not None
        assert record.sweep.runs == 3
        return replace(record, sweep=replace(record.sweep, runs=1))

    edited(project, "runs/sweep", smaller)
    gitprov("verify")
    said = gitprov("verify", "--bytes", "--cache", status=1)
    assert "it holds 3 runs of train, and 1 are recorded" in said.out
    follow(codes.LIN_SWEEP, said, project)
    project.git("commit", "--quiet", "-m", "Take it away")
    gitprov("verify", "--bytes", "--cache")


def test_a_record_that_is_missing(project: Repo, gitprov: Gitprov) -> None:
    project.git("rm", "--quiet", record_of(project))
    project.git("commit", "--quiet", "-m", "Tidy up")
    assert "Tidy up" in follow(codes.LIN_DANGLING, gitprov("verify", status=1), project).out
    project.git("revert", "--no-edit", "HEAD")
    gitprov("verify")


def test_a_record_that_would_be_overwritten(project: Repo, gitprov: Gitprov) -> None:
    project.write(record_of(project), "mine\n")
    project.write("copy.csv", (project.path / "data/raw.csv").read_bytes())
    follow(codes.IMM_OVERWRITE, gitprov("add", "copy.csv", "--name", "raw", "--kind", "dataset", status=1), project)
    gitprov("add", "copy.csv", "--name", "raw", "--kind", "dataset")


def test_a_file_that_is_no_record(project: Repo, gitprov: Gitprov) -> None:
    project.write(".gitprov/notes.txt", "mine\n")
    project.git("add", "--force", ".gitprov/notes.txt")
    project.git("commit", "--quiet", "-m", "Notes")
    follow(codes.IMM_FOREIGN, gitprov("verify", status=1), project)
    (project.path / ".gitprov/notes.txt").rename("notes.txt")
    project.git("commit", "--quiet", "-m", "Move it")
    gitprov("verify")


def test_a_record_that_the_work_tree_changes(project: Repo, gitprov: Gitprov) -> None:
    project.write(record_of(project), "mine\n")
    follow(codes.IMM_CHANGED, gitprov("verify", status=1), project)
    gitprov("verify")


def test_a_record_that_can_be_run(project: Repo, gitprov: Gitprov) -> None:
    project.git("update-index", "--chmod=+x", record_of(project))
    project.git("commit", "--quiet", "-m", "Let it run")
    follow(codes.IMM_MODE, gitprov("verify", status=1), project)
    project.git("commit", "--quiet", "-m", "Mend")
    gitprov("verify")


def test_a_record_that_a_step_removed(project: Repo, gitprov: Gitprov) -> None:
    project.git("rm", "--quiet", record_of(project))
    project.git("commit", "--quiet", "-m", "Tidy up")
    follow(codes.IMM_LOST, gitprov("audit", status=1), project)
    assert codes.IMM_RESTORED.id in gitprov("audit").out


def test_code_that_no_commit_has(project: Repo, gitprov: Gitprov) -> None:
    """Only the stored copy does, and that is in the remote alone."""
    before = (project.path / "train.py").read_text()
    project.write("train.py", before + "# better\n")
    train(gitprov)
    gitprov("push", "--no-refs")
    project.write("train.py", before)
    project.commit("Records alone")
    shutil.rmtree(project.path / ".dvc/cache")
    follow(codes.LIN_CODE, gitprov("verify", status=1), project)
    gitprov("verify")


def test_artifacts_that_have_nothing_to_do_with_each_other(project: Repo, gitprov: Gitprov) -> None:
    project.write("other.csv", "3\n")
    gitprov("add", "other.csv", "--name", "other", "--kind", "dataset")
    said = gitprov("lineage", "--path", "raw", "other", status=1)
    assert "raw" in follow(codes.LIN_NO_PATH, said, project).out


def cached(project: Repo) -> Path:
    """Returns the object of data/raw.csv in the cache, which can be written again."""
    (found,) = (path for path in (project.path / ".dvc/cache/files/md5").rglob("*") if path.is_file())
    found.chmod(0o644)
    return found


def test_bytes_that_are_not_the_recorded_ones(project: Repo, gitprov: Gitprov) -> None:
    cached(project).write_text("a,b\n9,9\n")
    follow(codes.BLB_MISMATCH, gitprov("verify", "--bytes", status=1), project)
    gitprov("verify", "--bytes")


def test_bytes_that_are_not_there(project: Repo, gitprov: Gitprov) -> None:
    cached(project).unlink()
    follow(codes.BLB_MISSING, gitprov("verify", "--bytes", "--cache", status=1), project)
    gitprov("verify", "--bytes", "--cache")


def signature_of(project: Repo) -> str:
    """Returns the path of a committed signature."""
    return next(name for name in project.git("ls-files", ".gitprov").splitlines() if name.endswith(".sigstore.json"))


def test_a_signature_of_another_name(project: Repo, gitprov: Gitprov) -> None:
    path = signature_of(project)
    project.git("mv", path, path.replace(path.split(".")[-3], "0" * 16))
    project.git("commit", "--quiet", "-m", "Rename")
    follow(codes.SIG_NAME, gitprov("verify", status=1), project)
    project.git("commit", "--quiet", "-m", "Take it away")
    gitprov("verify")


def test_a_signature_without_its_record(project: Repo, gitprov: Gitprov) -> None:
    path = signature_of(project)
    project.write(path.replace("/add/", "/other/"), (project.path / path).read_bytes())
    project.commit("Copy")
    follow(codes.SIG_ORPHAN, gitprov("verify", status=1), project)
    project.git("commit", "--quiet", "-m", "Take it away")
    gitprov("verify")


def test_a_recipe_of_several_results(project: Repo, gitprov: Gitprov) -> None:
    project.write("random.py", "import os, sys; open(sys.argv[1], 'wb').write(os.urandom(8))\n")
    project.commit("A step that differs")
    run = ["run", "--output", "model=m.bin:churn", "--keep"]
    words = ["--", sys.executable, "random.py", "m.bin"]
    for _ in range(2):
        gitprov(*run, "--force", *words)
        gitprov("push", "--no-refs")
    follow(codes.RUN_SEVERAL, gitprov(*run, *words, status=2), project)
    assert (project.path / "m.bin").exists()


def test_a_draft_that_is_not_there(project: Repo, gitprov: Gitprov) -> None:
    train(gitprov)
    gitprov("run", "--step", "more", "--output", "out=o.txt", "--", "cp", "train.py", "o.txt")
    assert "more" in follow(codes.RUN_DRAFT, gitprov("keep", "less", status=2), project).out


def test_a_release_without_an_owner(project: Repo, gitprov: Gitprov) -> None:
    train(gitprov)
    gitprov("push", "--no-refs")
    project.commit("Train")
    follow(codes.SEA_OWNER, gitprov("seal", "model", status=1), project, filled={"PERSON": "ada"})
    gitprov("show", "model@v1")


def test_a_set_that_is_sealed(project: Repo, gitprov: Gitprov) -> None:
    train(gitprov)
    gitprov("push", "--no-refs")
    project.commit("Train")
    gitprov("seal", "model", "--owner", "ada")
    assert "model@v1" in follow(codes.SEA_SAME, gitprov("seal", "model", "--owner", "ada", status=2), project).out


def test_a_name_that_nobody_can_read(project: Repo, gitprov: Gitprov) -> None:
    assert "NAME@vN" in follow(codes.NAM_SYNTAX, gitprov("show", "a b", status=2), project).out


def test_data_whose_bytes_nobody_had(project: Repo, gitprov: Gitprov) -> None:
    """Captured where they were not; then they come."""
    stage = {"stages": {"copy": {"cmd": "cp train.py out.txt", "deps": ["train.py"], "outs": ["out.txt"]}}}
    project.write("dvc.yaml", json.dumps(stage))
    for line in ("repro --quiet", "push --quiet"):
        subprocess.run(["dvc", *line.split()], cwd=project.path, check=True)
    project.commit("Copy")
    (project.path / "out.txt").unlink()
    shutil.rmtree(project.path / ".dvc/cache")
    gitprov("capture")
    project.commit("Capture")
    follow(codes.BLB_UNVERIFIED, gitprov("restore", "out.txt", status=1), project, filled={"PATH": "out.txt"})
    project.commit("Capture again")
    gitprov("restore", "out.txt")
