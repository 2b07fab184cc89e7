"""`gitprov import dvc` on what DVC itself made: thirty commits on three branches (issue 7, demand 40)."""

import json
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.graph import above
from gitprov.recording.ledger import open_ledger
from gitprov.recording.stages import step_name
from gitprov.records import Artifact, Content, Run
from gitprov.wiring.project import Project
from tests.support import Gitprov, Repo

BRANCHES = ("main", "wider", "deeper", "lasting")
Locked = dict[str, tuple[str, str]]
"""Path of an output to its owner, as `dvc dag` calls it, and its MD5."""


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The story, told once."""
    top = tmp_path_factory.mktemp("story")
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org"), ("init.defaultBranch", "main")):
        subprocess.run(["git", "config", "--global", key, value], check=True)  # before a test's own home is made
    root = Path(__file__).parents[3]
    subprocess.run([sys.executable, "-m", "tests.flows.exchange.dvc_story", top], cwd=root, check=True)
    return top


@pytest.fixture
def story(told: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gitprov: Gitprov) -> Repo:
    """A copy of the repository, with gitprov, which is the current directory."""
    shutil.copytree(told / "repo", tmp_path / "repo", symlinks=True)
    monkeypatch.chdir(tmp_path / "repo")
    gitprov("init")
    return Repo(tmp_path / "repo")


def ids(repo: Repo) -> set[str]:
    return {path.stem for path in repo.path.glob(".gitprov/*/*/*/*.yaml")}


def locked(repo: Repo, commit: str) -> tuple[Locked, dict[str, dict[str, object]]]:
    """Returns the outputs at a commit, and the entries of dvc.lock by what `dvc dag` calls their stages."""
    outs: Locked = {}
    stages = {}
    for path in repo.git("ls-tree", "-r", "--name-only", commit).split("\n"):
        folder = Path(path).parent
        if path.endswith(".dvc"):
            for out in yaml.safe_load(repo.git("show", f"{commit}:{path}"))["outs"]:
                outs[str(folder / out["path"])] = (path, out["md5"])
        elif Path(path).name == "dvc.lock":
            cwd = "out" if str(folder) == "reports" else "."
            for name, entry in yaml.safe_load(repo.git("show", f"{commit}:{path}"))["stages"].items():
                label = name if str(folder) == "." else f"{folder}/dvc.yaml:{name}"
                stages[label] = entry
                for out in entry["outs"]:
                    outs[str(Path(cwd) / out["path"])] = (label, out["md5"])
    return outs, stages


def made_by(ledger: Ledger, outs: Locked, label: str) -> Iterator[Digest]:
    """Yields the artifacts that a stage made at a commit, by its outputs there."""
    own = {path: md5.removesuffix(".dir") for path, (owner, md5) in outs.items() if owner == label}
    for run in ledger.runs.values():
        there = {out.path: ledger.artifacts[out.artifact].content for out in run.outputs.values()}
        md5s = {path: one.md5.removeprefix("md5:") for path, one in there.items() if isinstance(one, Content)}
        if md5s == own:
            yield from (out.artifact for out in run.outputs.values())


def owners(ledger: Ledger, artifact: Digest, outs: Locked) -> set[str]:
    """Returns who made what an artifact was made from, as `dvc dag` calls them, if its lineage says so too."""
    found = set()
    for edge in above(ledger, artifact):
        steps = {ledger.runs[run].step for run in ledger.makers(edge.source)}
        for path in ledger.paths_of(edge.source):
            owner = outs.get(path, ("", ""))[0]
            if ("add" if owner.endswith(".dvc") else step_name(owner.rpartition(":")[2] or "nobody")) in steps:
                found.add(owner)
    return found


def test_lineage_is_what_dvc_dag_says_at_each_commit(told: Path, story: Repo, gitprov: Gitprov) -> None:
    for branch in BRANCHES:
        done = gitprov("import", "dvc", "--history", "--rev", branch, "--json").json()
        assert done["findings"] == []
        assert done["unverified"] == []
    dags = json.loads((told / "dags.json").read_text())
    assert len(dags) == 30
    ledger = open_ledger(Project().git, Project().worktree)
    assert "unknown" not in {run.code.digest for run in ledger.runs.values() if run.code is not None}
    for commit, dag in dags.items():
        outs, stages = locked(story, commit)
        shown = set(re.findall(r'^"([^"]+)";$', dag, re.MULTILINE))
        wanted = set(re.findall(r'^"([^"]+)" -> "([^"]+)";$', dag, re.MULTILINE))
        for label in shown & stages.keys():
            artifacts = set(made_by(ledger, outs, label))
            # DVC leaves the outputs of a stage that dvc.yaml has no more where they are, and forgets who made them.
            found = [owners(ledger, one, outs) & shown for one in artifacts]
            assert {source for source, target in wanted if target == label} in found, f"{label} at {commit}"


def test_who_imports_more_makes_the_same_records(story: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    """HEAD first and everything later is everything at once; and a second import writes nothing."""
    shutil.copytree(story.path, tmp_path / "other", symlinks=True)
    gitprov("import", "dvc")
    head = ids(story)
    middle = story.git("rev-parse", "HEAD~4")
    gitprov("import", "dvc", "--rev", f"{middle}..")
    some = ids(story)
    gitprov("import", "dvc", "--history")
    gitprov("import", "dvc", "--history", cwd=tmp_path / "other")
    assert head < some < ids(story) == ids(Repo(tmp_path / "other"))
    assert gitprov("import", "dvc", "--history", "--json").json()["recorded"] == []
    assert gitprov("import", "dvc", "--history").out == "everything is recorded\n"


def test_capture_after_import_records_nothing(story: Repo, gitprov: Gitprov) -> None:
    gitprov("import", "dvc")
    story.commit("records")
    assert gitprov("capture", "--json").json()["recorded"] == []
    assert gitprov("verify").out.startswith("nothing wrong")


def test_what_dvc_does_not_know_is_unknown_and_times_are_the_commits(story: Repo, gitprov: Gitprov) -> None:
    commit = story.git("rev-parse", "HEAD")
    gitprov("import", "dvc", "--history")
    ledger = open_ledger(Project().git, Project().worktree)
    runs = [run for run in ledger.runs.values() if run.step != "add"]
    assert {run.unknown for run in runs} == {("actor", "dirty", "exit", "hardware", "inputs")}
    assert {run.declared for run in runs} == {("code", "locks", "params", "times"), ("code", "locks", "times")}
    assert {run.actor for run in ledger.runs.values()} == {"unknown"}
    (last,) = [run for run in runs if run.code and run.code.commit == f"git:{commit}" and run.step == "train-small"]
    assert last.finished == story.git("log", "-1", "--format=%cd", "--date=format-local:%Y-%m-%dT%H:%M:%SZ")
    assert last.params == {"rate": 29}


def test_nothing_is_written_in_a_dry_run(story: Repo, gitprov: Gitprov) -> None:
    before = story.git("status", "--porcelain")
    done = gitprov("import", "dvc", "--history", "--dry-run", "--json").json()
    assert len(done["recorded"]) > 80
    assert done["commits"] > 10
    assert story.git("status", "--porcelain") == before


def test_bytes_that_are_not_here_are_unverified_and_cannot_be_sealed(story: Repo, gitprov: Gitprov) -> None:
    shutil.rmtree(story.path / ".dvc/cache")
    done = gitprov("import", "dvc")
    assert "unverified, known by MD5 only: " in done.out
    assert "dvc fetch --all-commits" in done.out
    story.commit("records")
    assert "unverified" in gitprov("show", "models.small.bin").out
    assert "unverified" in gitprov("verify").out
    sealed = gitprov("seal", "models.small.bin", "--owner", "ann", "--json", status=1).json()
    assert "GP-BLB-005" in {one["code"] for one in sealed["findings"]}


def test_bytes_that_come_later_are_recorded(story: Repo, gitprov: Gitprov) -> None:
    shutil.move(story.path / ".dvc/cache", story.path / ".dvc/tmp/kept")
    gitprov("import", "dvc")
    shutil.copytree(story.path / ".dvc/tmp/kept", story.path / ".dvc/cache", dirs_exist_ok=True)
    done = gitprov("import", "dvc", "--json").json()
    assert done["unverified"] == []
    ledger = open_ledger(Project().git, Project().worktree)
    new = [ledger.held[one["id"]].stored.record for one in done["recorded"]]
    assert {type(one.content) for one in new if isinstance(one, Artifact)} == {Content}
    assert any(isinstance(one, Run) and one.step == "evaluate" for one in new)
