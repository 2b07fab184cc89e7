"""`gitprov init` and `gitprov add` on real repositories (demands 1-4)."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gitprov.ids.names import is_name
from gitprov.recording.sources import name_of_path
from gitprov.records import Artifact, Run, decode
from tests.support import Gitprov, Repo, make_repo


def records(repo: Repo, pattern: str) -> list[Path]:
    return sorted((repo.path / ".gitprov").glob(pattern))


def test_init_is_idempotent_and_asks_nothing(repo: Repo, gitprov: Gitprov) -> None:
    first = gitprov("init", "--json").json()
    assert ".gitprov/project.yaml" in first["staged"]
    assert ".dvc/config" in first["staged"]
    tree = repo.git("write-tree")
    assert gitprov("init", "--json").json()["staged"] == []
    assert repo.git("write-tree") == tree
    assert repo.git("config", "gitprov.person")


def test_init_dry_run_writes_nothing(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init", "--dry-run")
    assert repo.git("status", "--porcelain") == ""
    assert not (repo.path / ".gitprov").exists()


def test_init_in_an_empty_folder_makes_a_repository(tmp_path: Path, gitprov: Gitprov) -> None:
    gitprov("init", cwd=tmp_path)
    assert (tmp_path / ".git").is_dir()
    assert (tmp_path / ".gitprov" / "project.yaml").is_file()


def test_init_keeps_what_is_there(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.write(".gitprov/project.yaml", "schema: gitprov/project/v1\n")
    repo.git("config", "gitprov.person", "ada")
    gitprov("init")
    assert (repo.path / ".gitprov/project.yaml").read_text() == "schema: gitprov/project/v1\n"
    assert repo.git("config", "gitprov.person") == "ada"


def test_init_says_where_bytes_go_only_where_one_remote_is_the_default(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.write(".dvc/config", "['remote \"a\"']\n    url = ../../a\n['remote \"b\"']\n    url = ../../b\n")
    assert "to say to which DVC remote bytes go (a, b): dvc remote default NAME\n" in gitprov("init").out
    repo.write(".dvc/config", (repo.path / ".dvc/config").read_text() + "[core]\n    remote = typo\n")
    assert "(a, b): dvc remote default NAME\n" in gitprov("init").out
    assert "fix: dvc remote default NAME\n" in gitprov("push", status=2).err
    repo.write(".dvc/config", (repo.path / ".dvc/config").read_text().replace("typo", "b"))
    assert "bytes go to the DVC remote b (../b)\n" in gitprov("init").out


def test_init_brings_back_what_git_has(repo: Repo, gitprov: Gitprov) -> None:
    """In a sparse checkout, or where the folders were deleted, the team keeps its remote and its attributes."""
    repo.write(".gitattributes", "*.csv text\n")
    gitprov("init", "--remote", "s3://team/bucket")
    repo.commit()
    shutil.rmtree(repo.path / ".dvc")
    repo.write(".dvc/cache/x", "")
    (repo.path / ".gitattributes").unlink()
    gitprov("init", "--dry-run")
    assert "bytes go to the DVC remote storage (s3://team/bucket)\n" in gitprov("init").out
    assert repo.git("status", "--porcelain") == ""


def test_init_refuses_a_second_gitprov_folder(repo: Repo, gitprov: Gitprov) -> None:
    repo.write("sub/.gitprov/project.yaml", "schema: gitprov/project/v1\n")
    repo.commit()
    assert "GP-GIT-006" in gitprov("init", status=1).err


def test_commands_before_init_say_so(repo: Repo, gitprov: Gitprov) -> None:
    repo.write("x", "1")
    refused = gitprov("add", "x", status=2)
    assert "GP-GIT-002" in refused.err
    assert "gitprov init" in refused.err


def test_add_records_bytes_and_stages(repo: Repo, gitprov: Gitprov) -> None:
    """Demands 1 and 2: the id of the record is the hash of its bytes, the content that of the file's."""
    gitprov("init")
    repo.write("data/raw.csv", "a,b\n")
    done = gitprov("add", "data/raw.csv", "--name", "raw", "--json").json()
    assert {one["type"] for one in done["recorded"]} == {"artifact", "run"}
    assert "data/raw.csv.dvc" in done["staged"]
    (path,) = records(repo, "artifacts/raw/*/*.yaml")
    artifact = decode(path.read_bytes())
    assert isinstance(artifact, Artifact)
    assert artifact.recipe.id == artifact.content.digest
    assert subprocess.check_output(["sha256sum", path], text=True).split()[0] == path.stem
    assert "data/raw.csv" not in repo.git("ls-files").splitlines()
    assert repo.git("check-ignore", "data/raw.csv") == "data/raw.csv"


def test_add_again_records_nothing_new(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.write("raw.csv", "a,b\n")
    gitprov("add", "raw.csv", "--name", "raw")
    tree = repo.git("write-tree")
    again = gitprov("add", "raw.csv", "--name", "raw", "--json").json()
    assert again["recorded"] == []
    assert len(again["known"]) == 1
    assert repo.git("write-tree") == tree


def test_a_new_version_is_a_new_record(repo: Repo, gitprov: Gitprov) -> None:
    """Demand 3: nothing is overwritten."""
    gitprov("init")
    repo.write("raw.csv", "1\n")
    gitprov("add", "raw.csv", "--name", "raw")
    first = {path.name: path.read_bytes() for path in records(repo, "*/*/*.yaml")}
    repo.write("raw.csv", "2\n")
    gitprov("add", "raw.csv")  # the name that the path had
    assert len(records(repo, "artifacts/raw/*/*.yaml")) == 2
    now = {path.name: path.read_bytes() for path in records(repo, "*/*/*.yaml")}
    assert first.items() <= now.items()


def test_add_dry_run_writes_nothing(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.commit()
    repo.write("raw.csv", "1\n")
    out = gitprov("add", "raw.csv", "--dry-run").out
    assert "would record artifact raw.csv" in out
    assert repo.git("status", "--porcelain") == "?? raw.csv"
    assert not list((repo.path / ".dvc").glob("cache/files/md5/*/*"))


def test_what_git_tracks_stays_in_git(repo: Repo, gitprov: Gitprov) -> None:
    repo.write("prompt.txt", "You are helpful.\n")
    repo.commit()
    gitprov("init")
    done = gitprov("add", "prompt.txt", "--kind", "prompt")
    assert "tracked by git" in done.err
    assert not (repo.path / "prompt.txt.dvc").exists()
    assert repo.git("ls-files", "prompt.txt") == "prompt.txt"


def test_directories_keep_modes_links_and_empty_folders(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.write("d/run.sh", "#!/bin/sh\n").chmod(0o755)
    repo.write("d/é ü.txt", "x")
    (repo.path / "d/empty").mkdir()
    (repo.path / "d/link").symlink_to("run.sh")
    gitprov("add", "d", "--name", "tree")
    (path,) = records(repo, "artifacts/tree/*/*.yaml")
    artifact = decode(path.read_bytes())
    assert isinstance(artifact, Artifact)
    gitprov("restore", "tree", "--to", "back")
    assert os.access(repo.path / "back/d/run.sh", os.X_OK)
    assert (repo.path / "back/d/link").is_symlink()
    assert (repo.path / "back/d/empty").is_dir()
    assert (repo.path / "back/d/é ü.txt").read_text() == "x"


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda top: (top / "d/bad").symlink_to("/etc/passwd"), "GP-PTH-004"),
        (lambda top: (top / "d/bad").symlink_to("nowhere"), "GP-PTH-004"),
        (lambda top: os.mkfifo(top / "d/bad"), "GP-PTH-002"),
        (lambda top: (top / "d" / "a\\b").write_text("x"), "GP-PTH-003"),
        (lambda top: os.mkdir(os.fsencode(top / "d") + b"/\xff"), "GP-PTH-003"),
    ],
    ids=["absolute link", "broken link", "fifo", "backslash", "not UTF-8"],
)
def test_what_cannot_be_kept_is_refused_with_a_reason(repo: Repo, gitprov: Gitprov, make: object, code: str) -> None:
    gitprov("init")
    repo.write("d/ok", "x")
    make(repo.path)  # type: ignore[operator]
    before = repo.git("write-tree")
    refused = gitprov("add", "d", status=2)
    assert code in refused.err
    assert "fix:" in refused.err
    assert repo.git("write-tree") == before
    assert not records(repo, "artifacts/*/*/*.yaml")


@pytest.mark.usefixtures("repo")
@pytest.mark.parametrize("path", ["missing", "../outside", ".", ".git", ".gitprov"])
def test_paths_that_are_no_artifacts(gitprov: Gitprov, path: str) -> None:
    gitprov("init")
    assert "GP-PTH-" in gitprov("add", path, status=2).err


def test_names_are_judged_with_a_proposal(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.write("x", "1")
    refused = gitprov("add", "x", "--name", "My Data", status=2)
    assert "GP-SCH-003" in refused.err
    assert "my-data" in refused.err


@given(st.text(min_size=1))
@example("aux")
@example("x.lock")
@example("\ud800")
@example("con/" + "é" * 150)
def test_every_path_has_a_name(path: str) -> None:
    assert is_name(name_of_path(path))


def test_paths_in_other_scripts_do_not_share_a_name(repo: Repo, gitprov: Gitprov) -> None:
    """Two sources under one name would pass for two versions of one."""
    assert name_of_path("data/Raw sét.csv") == "data.raw-set.csv"
    assert name_of_path("cafe\u0301/\u0434") == name_of_path("caf\u00e9/\u0434")
    for path in ("訓練.csv", "検証.csv"):
        repo.write(path, path)
    gitprov("init")
    gitprov("add", "訓練.csv", "検証.csv")
    assert len(list((repo.path / ".gitprov/artifacts").iterdir())) == 2


def test_records_of_add_say_who_and_when(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.git("config", "gitprov.person", "ada")
    repo.write("x", "1")
    gitprov("add", "x", "--cutoff", "2026-01-31T00:00:00Z")
    (path,) = records(repo, "runs/add/*/*.yaml")
    run = decode(path.read_bytes())
    assert isinstance(run, Run)
    assert (run.actor, run.cutoff, run.declared) == ("ada", "2026-01-31T00:00:00Z", ("actor",))
    assert run.finished


def test_what_another_repository_has_gets_no_dvc_file(repo: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    """git stages nothing in a submodule, nor in a repository that lies in ours."""
    gitprov("init")
    inner = make_repo(tmp_path / "inner")
    inner.write("data.csv", "1")
    inner.commit()
    repo.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", inner.path, "sub")
    make_repo(repo.path / "nested")
    repo.write("nested/deeper/data.csv", "2")
    for path, around in (("sub/data.csv", "sub"), ("nested/deeper/data.csv", "nested")):
        said = gitprov("add", path)
        assert f"note: {path} lies in the repository {around}: no {path}.dvc was written" in said.err
        assert not (repo.path / f"{path}.dvc").exists()
    repo.commit()
    assert gitprov("verify", "--all").err == ""


def test_the_whole_work_tree_is_not_taken_for_an_empty_folder(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    (repo.path / "empty").mkdir()
    gitprov("add", "empty")
    assert gitprov("show", "empty", "--json").json()
    for nothing in (".", ""):
        assert "GP-NAM-001" in gitprov("show", nothing, status=2).err
