"""`why`, `show`, `log`, `lineage`, `diff` about what was really recorded."""

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from tests.flows.recording.conftest import Train
from tests.support import Gitprov, Outcome, Repo


def why(gitprov: Gitprov, name: str) -> dict[str, object]:
    (found,) = gitprov("why", name, "--json").json()["members"].values()
    return found  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the trained project is kept once it was made."""
    return tmp_path_factory.mktemp("trained") / "repo"


@pytest.fixture
def trained(shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Repo:
    """The project with two trainings, each committed; made once, copied for each test."""
    if not shelf.exists():
        made: Repo = request.getfixturevalue("project")
        train: Train = request.getfixturevalue("train")
        for lr in (0.1, 0.2):
            made.write("train.py", (made.path / "train.py").read_text() + f"# {lr}\n")
            made.commit(f"code for {lr}")
            train(lr=lr)
            made.commit(f"train with {lr}")
        shutil.copytree(made.path, shelf, symlinks=True)
    shutil.copytree(shelf, tmp_path / "copy" / "repo", symlinks=True)
    monkeypatch.chdir(tmp_path / "copy" / "repo")
    return Repo(tmp_path / "copy" / "repo")


def version(gitprov: Gitprov, lr: float) -> str:
    """Returns the model that was trained with this parameter."""
    found = gitprov("status", "churn", "--json").json()["versions"]
    (one,) = (version["artifact"]["id"] for version in found if version["params"] == {"lr": lr})
    return str(one)


def test_why_says_what_made_the_bytes_at_a_path(trained: Repo, gitprov: Gitprov) -> None:
    """D8: what was trained, on what, by whom, under which code: four steps."""
    text = gitprov("why", "model.txt").out
    assert [line[:3] for line in text.splitlines() if line[:1].isdigit()] == ["1. ", "2. ", "3. ", "4. "]
    found = why(gitprov, "model.txt")
    run = found["run"]
    assert isinstance(run, dict)
    assert run["record"]["params"] == {"lr": 0.2}
    assert run["record"]["code"].get("dirty", False) is False
    assert (run["code"], run["marks"]["params"], run["marks"]["exit"]) == ("commit", "declared", "observed")
    assert [one["artifact"]["name"] for one in found["inputs"]] == ["raw"]  # type: ignore[attr-defined]
    assert run["commit"]["subject"] == "train with 0.2"
    assert run["commit"]["id"] == trained.git("rev-parse", "HEAD")
    digest = hashlib.sha256((trained.path / "model.txt").read_bytes()).hexdigest()
    assert f"sha256:{digest}" in text
    assert gitprov("why", f"sha256:{digest}").out == text


def test_why_in_a_subfolder_takes_paths_from_there(trained: Repo, gitprov: Gitprov) -> None:
    assert gitprov("why", "raw.csv", cwd=trained.path / "data").out == gitprov("why", "data/raw.csv").out


def test_why_of_an_older_version_that_the_work_tree_holds(trained: Repo, gitprov: Gitprov) -> None:
    """A name is the artifact whose bytes the work tree holds."""
    newest = why(gitprov, "churn")
    older = version(gitprov, 0.1)
    trained.git("checkout", "--quiet", "HEAD~2", "--", "model.txt.dvc")
    (trained.path / "model.txt").unlink()
    (trained.path / "model.txt").write_bytes(cached(trained, "model.txt.dvc"))
    assert why(gitprov, "churn")["artifact"]["id"] == older  # type: ignore[index]
    assert newest["artifact"]["id"] != older  # type: ignore[index]


def cached(repo: Repo, pointer: str) -> bytes:
    """Returns the bytes that a `.dvc` file names, from the DVC cache."""
    md5 = next(
        line.split(": ")[1] for line in (repo.path / pointer).read_text().splitlines() if line.startswith("- md5:")
    )
    return (repo.path / ".dvc/cache/files/md5" / md5[:2] / md5[2:]).read_bytes()


def test_why_of_a_path_that_has_changed_names_what_was_recorded(trained: Repo, gitprov: Gitprov) -> None:
    (trained.path / "model.txt").unlink()
    trained.write("model.txt", "by hand")
    error = gitprov("why", "model.txt", status=2).err
    assert "error[GP-NAM-001]: model.txt has changed since it was recorded" in error
    assert "gitprov add model.txt  # or name the recorded one: id:" in error
    trained.write("fresh.txt", "never recorded")
    assert "fix: gitprov add fresh.txt" in gitprov("why", "fresh.txt", status=2).err


def test_why_of_a_file_inside_a_recorded_directory_names_the_directory(project: Repo, gitprov: Gitprov) -> None:
    project.write("images/a.png", "a")
    project.write("images/b/c.png", "c")
    gitprov("add", "images")
    error = gitprov("why", "images/b/c.png", status=2).err
    assert "images/b/c.png is not recorded on its own" in error
    assert "fix: name the directory: images" in error
    assert "in 2 files" in gitprov("why", "images").out


def test_why_follows_a_record_from_draft_to_commit(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train(keep=False)
    assert "draft, not staged yet: gitprov keep train-" in gitprov("why", "churn").out
    gitprov("keep")
    assert "staged, not committed yet: git commit" in gitprov("why", "churn").out
    project.commit("train")
    assert "state    committed" in gitprov("why", "churn").out


def test_code_still_resolves_after_a_squash(trained: Repo, gitprov: Gitprov) -> None:
    """Issue 3: squash merges, deleted branches and `git gc`."""
    trained.git("checkout", "--quiet", "--orphan", "squashed")
    trained.git("commit", "--quiet", "--message", "squashed")
    trained.git("branch", "--quiet", "-D", "main")
    trained.git("reflog", "expire", "--expire=now", "--all")
    trained.git("gc", "--quiet", "--prune=now")
    assert why(gitprov, "model.txt")["run"]["code"] == "history"  # type: ignore[index]
    assert "another commit has it" in gitprov("why", "model.txt").out
    older = version(gitprov, 0.1)
    assert why(gitprov, older)["run"]["code"] == "stored"  # type: ignore[index]
    assert gitprov("verify").out.startswith("nothing wrong")
    assert why(gitprov, older)["run"]["commit"]["subject"] == "squashed"  # type: ignore[index]


def test_a_dirty_run_says_so(project: Repo, train: Train, gitprov: Gitprov) -> None:
    project.write("train.py", (project.path / "train.py").read_text() + "# tried\n")
    train()
    text = gitprov("why", "churn").out
    assert "with uncommitted changes" in text
    assert "the stored copy has it" in text


@pytest.mark.usefixtures("trained")
def test_diff_shows_what_differs_and_counts_the_rest(gitprov: Gitprov) -> None:
    older, newest = version(gitprov, 0.1), version(gitprov, 0.2)
    text = gitprov("diff", older, newest).out
    assert "parameters  lr        0.1 → 0.2" in text
    assert "code        train.py  changed" in text
    assert "equal: 3 step facts, 1 input," in text
    assert gitprov("diff", f"{older}..{newest}").out == text
    assert gitprov("diff", older, "model.txt").out == text
    same = gitprov("diff", newest, newest).out
    assert "the same artifact" in same


def test_diff_range_with_paths(trained: Repo, gitprov: Gitprov) -> None:
    text = gitprov("diff", "../data/raw.csv..../model.txt", cwd=trained.path / "data").out
    assert text == gitprov("diff", "data/raw.csv", "model.txt").out
    assert "- → python train.py '{inputs.data}' '{outputs.model}'" in text


@pytest.mark.usefixtures("trained")
def test_lineage_and_path(gitprov: Gitprov) -> None:
    """D10."""
    down = gitprov("lineage", "raw", "--down").out.splitlines()
    assert [line.count("churn id:") for line in down[1:3]] == [1, 1]
    assert down[-1] == "2 artifacts came of it"
    assert "[train: data]" in gitprov("lineage", "--path", "raw", "model.txt").out
    assert gitprov("lineage", "--path", "model.txt", "raw").out == gitprov("lineage", "--path", "raw", "model.txt").out


@pytest.mark.usefixtures("trained")
def test_log_lists_runs_newest_first(gitprov: Gitprov) -> None:
    entries = gitprov("log", "--json").json()["entries"]
    assert [one["title"] for one in entries] == ["train", "train", "add"]
    assert [one["time"] for one in entries] == sorted((one["time"] for one in entries), reverse=True)
    assert len(gitprov("log", "train", "-n", "1").out.splitlines()) == 2
    assert {one["title"] for one in gitprov("log", "raw", "--json").json()["entries"]} == {"add"}


def test_show_finds_a_record_by_its_own_path(trained: Repo, gitprov: Gitprov) -> None:
    for path in (trained.path / ".gitprov").glob("*/*/**/*.yaml"):
        assert gitprov("show", "--raw", path).out.encode() == path.read_bytes()
    record = next((trained.path / ".gitprov/runs/train").glob("*/*.yaml"))
    shown = gitprov("show", record, "--json").json()
    assert shown["id"] == f"sha256:{record.stem}"
    assert shown["raw"].encode() == record.read_bytes()
    assert shown["record"]["schema"] == "gitprov/run/v1"


ASKED = ["why churn", "show churn", "log", "status", "status churn", "lineage raw --down", "verify", "diff raw churn"]


@pytest.mark.parametrize("line", ASKED)
def test_a_question_writes_nothing(line: str, trained: Repo, gitprov: Gitprov) -> None:
    def state() -> dict[str, str]:
        files = [path for path in trained.path.rglob("*") if path.is_file() and ".git" not in path.parts[:-1]]
        state = {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
        return {**state, "index": trained.git("ls-files", "--stage"), "refs": trained.git("for-each-ref")}

    before = state()
    outcome: Outcome = gitprov(*line.split())
    assert outcome.out
    assert json.loads(gitprov(*line.split(), "--json").out)["schema"].startswith("gitprov/")
    assert state() == before


def test_a_question_in_a_bare_clone(trained: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    """At 3 a.m., on a plane, from a bare clone."""
    newest = version(gitprov, 0.2)
    here = gitprov("why", newest).out
    trained.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare"))
    assert gitprov("why", newest, cwd=tmp_path / "bare").out == here
    assert "error[GP-GIT-004]" in gitprov("status", cwd=tmp_path / "bare", status=2).err
    assert "error[GP-NAM-" in gitprov("why", "model.txt", cwd=tmp_path / "bare", status=2).err


def test_a_shallow_clone_does_not_take_its_edge_for_the_origin(
    project: Repo, train: Train, tmp_path: Path, gitprov: Gitprov
) -> None:
    """Where history is cut off git shows everything as added; who added it, and when, is unknown there."""
    train()
    project.commit("train")
    project.write("README.md", "later\n")
    project.commit("later")
    project.git("clone", "--quiet", "--depth", "1", project.path.as_uri(), tmp_path / "shallow")
    answer = gitprov("why", "raw", cwd=tmp_path / "shallow").out
    assert "commit  unknown here" in answer
    assert "later" not in answer
    assert "not committed" not in gitprov("log", cwd=tmp_path / "shallow").out
    Repo(tmp_path / "shallow").git("fetch", "--quiet", "--unshallow")
    assert "set up" in gitprov("why", "raw", cwd=tmp_path / "shallow").out


def test_an_evaluation_never_rests_on_a_draft(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train(keep=False)
    project.write("metrics.json", '{"auc": 0.9}')
    refused = gitprov("evaluate", "churn", "--metrics", "metrics.json", status=2).err
    assert "is still a draft\n  fix: gitprov keep\n" in refused
    gitprov("keep")
    gitprov("evaluate", "churn", "--metrics", "metrics.json")
