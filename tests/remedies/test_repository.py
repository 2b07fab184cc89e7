"""Remedies about the repository, its hooks, DVC and the command line, as gitprov prints them (issue 5)."""

import json
import subprocess
from pathlib import Path

from gitprov.errors import catalogue as codes
from tests.remedies.conftest import record_of
from tests.remedies.following import follow
from tests.support import Gitprov, Repo


def test_a_folder_without_git(tmp_path: Path, gitprov: Gitprov) -> None:
    folder = Repo(tmp_path)
    follow(codes.GIT_NONE, gitprov("status", cwd=tmp_path, status=2), folder)
    gitprov("status", cwd=tmp_path)


def test_a_repository_that_does_not_use_gitprov(repo: Repo, gitprov: Gitprov) -> None:
    follow(codes.GIT_NOT_INITIALISED, gitprov("add", "README.md", status=2), repo)
    gitprov("add", "README.md", "--name", "readme", "--kind", "dataset")


def test_a_clone_without_all_history(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    project.git("clone", "--quiet", "--depth", "1", f"file://{project.path}", tmp_path / "part")
    part = Repo(tmp_path / "part")
    follow(codes.GIT_SHALLOW, gitprov("verify", cwd=part.path, status=3), part)
    gitprov("verify", cwd=part.path)


def test_records_outside_of_a_sparse_checkout(project: Repo, gitprov: Gitprov) -> None:
    project.git("status")  # git leaves files of which it does not know that they are unchanged
    project.git("sparse-checkout", "set", "--cone", "data")
    project.write("data/new.csv", "new\n")
    follow(codes.GIT_NOT_INITIALISED, gitprov("add", "data/new.csv", status=2), project)
    gitprov("add", "data/new.csv", "--name", "new", "--kind", "dataset")
    project.git("commit", "--quiet", "-m", "Add new")
    gitprov("verify")


def test_a_second_folder_of_records(project: Repo, gitprov: Gitprov) -> None:
    project.write("sub/.gitprov/x.yaml", "x\n")
    project.git("add", "--all", "--force")
    project.git("commit", "--quiet", "-m", "Second")
    follow(codes.GIT_SECOND, gitprov("verify", status=1), project)
    project.git("commit", "--quiet", "-m", "One is enough")
    gitprov("verify")


def test_attributes_that_somebody_edited(project: Repo, gitprov: Gitprov) -> None:
    project.write(".gitprov/.gitattributes", "* text\n")
    project.commit("Edit")
    follow(codes.GIT_ATTRIBUTES, gitprov("verify", status=1), project, filled={"TEXT": "Mend"})
    gitprov("verify")


def test_a_repository_without_a_commit(tmp_path: Path, gitprov: Gitprov) -> None:
    new = Repo(tmp_path)
    new.git("init", "--quiet")
    gitprov("init", cwd=tmp_path)
    follow(codes.GIT_NO_COMMIT, gitprov("audit", cwd=tmp_path, status=2), new, filled={"TEXT": "'Set up'"})
    gitprov("audit", cwd=tmp_path)


def test_a_replace_ref(project: Repo, gitprov: Gitprov) -> None:
    project.git("replace", "HEAD", "HEAD~1")
    follow(codes.GIT_OVERLAID, gitprov("audit", status=1), project)
    gitprov("audit")


def test_borrowed_objects(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    project.git("clone", "--quiet", "--shared", project.path, tmp_path / "borrows")
    borrows = Repo(tmp_path / "borrows")
    follow(codes.GIT_ALTERNATE, gitprov("audit", cwd=borrows.path), borrows)
    assert codes.GIT_ALTERNATE.id not in gitprov("audit", cwd=borrows.path).out


def test_a_branch_that_conflicts(project: Repo, gitprov: Gitprov) -> None:
    project.git("switch", "--quiet", "-c", "feature")
    project.write("README.md", "mine\n")
    project.commit("Mine")
    project.git("switch", "--quiet", "main")
    project.write("README.md", "theirs\n")
    project.commit("Theirs")
    check = ("ci", "check", "--base", "main", "--head", "feature")
    project.git("switch", "--quiet", "feature")
    follow(codes.GIT_CONFLICT, gitprov(*check, status=3), project, status=1)
    project.write("README.md", "both\n")  # resolved
    project.commit("Merge")
    gitprov(*check)


def test_a_hook_of_somebody_elses(repo: Repo, gitprov: Gitprov) -> None:
    repo.write(".git/hooks/pre-commit", "#!/bin/sh\necho theirs\n").chmod(0o755)
    follow(codes.HOK_FOREIGN, gitprov("hooks", "install", status=1), repo)
    assert repo.git("commit", "--allow-empty", "-m", "Theirs goes first")
    gitprov("hooks", "install")


def test_a_hook_that_is_missing(repo: Repo, gitprov: Gitprov) -> None:
    follow(codes.HOK_MISSING, gitprov("hooks", "status", status=1), repo)
    gitprov("hooks", "status")


def test_arguments_that_do_not_fit(repo: Repo, gitprov: Gitprov) -> None:
    said = gitprov("diff", "--colour", status=2)
    assert "Usage: gitprov diff" in follow(codes.USE_ARGUMENT, said, repo).out


def test_several_projects_of_dvcs(repo: Repo, gitprov: Gitprov) -> None:
    for name in ("one", "two"):
        (repo.path / name).mkdir()
        subprocess.run(["dvc", "init", "--quiet", "--subdir"], cwd=repo.path / name, check=True)
    repo.commit("Two projects")
    follow(codes.DVC_SEVERAL, gitprov("init", status=2), repo)
    assert 'dvc_root: "one"' in (repo.path / ".gitprov/project.yaml").read_text()


def test_no_remote(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    (project.path / ".dvc/config").write_text("")
    told = {"NAME": "store", "URL": str(tmp_path / "store")}
    follow(codes.DVC_REMOTE, gitprov("push", "--no-refs", status=2), project, filled=told)
    gitprov("push", "--no-refs")


def test_nothing_to_capture(project: Repo, gitprov: Gitprov) -> None:
    stage = {"stages": {"train": {"cmd": "cp train.py out.txt", "deps": ["train.py"], "outs": ["out.txt"]}}}
    project.write("dvc.yaml", json.dumps(stage))
    follow(codes.DVC_NOTHING, gitprov("capture", status=2), project, filled={"TEXT": "'Run it'"})
    assert gitprov("show", "out.txt").status == 0


def test_tags_of_gto_that_were_not_fetched_and_one_that_it_passes_over(
    project: Repo, tmp_path: Path, gitprov: Gitprov
) -> None:
    project.git("clone", "--quiet", "--bare", ".", tmp_path / "origin")
    project.git("remote", "add", "origin", tmp_path / "origin")
    Repo(tmp_path / "origin").git("tag", "churn@v1.0.0")
    follow(codes.GTO_NOTHING, gitprov("import", "gto", status=2), project)
    said = gitprov("import", "gto")
    assert said.out == "nothing is recorded\n"
    follow(codes.GTO_TAG, said, project, filled={"TEXT": "'It is meant'"})
    assert gitprov("import", "gto").out == "recorded 1 event of a GTO registry\n"


def test_a_key_that_is_not_there(repo: Repo, gitprov: Gitprov) -> None:
    repo.git("config", "gitprov.key", "work")
    follow(codes.KEY_UNKNOWN, gitprov("keys", "export", "work", status=2), repo)
    gitprov("keys", "export", "work")


def key_file(home: Path, name: str) -> Path:
    """Returns the file of a private key."""
    return next(path for path in home.rglob(f"{name}*") if b"PRIVATE" in path.read_bytes())


def signing(project: Repo) -> list[str]:
    """Returns a command that signs."""
    return ["deprecate", f"id:{Path(record_of(project)).stem[:12]}", "--reason", "old"]


def test_a_key_that_others_can_read(project: Repo, home: Path, gitprov: Gitprov) -> None:
    key_file(home, "default").chmod(0o644)
    follow(codes.KEY_READABLE, gitprov(*signing(project), status=2), project)
    gitprov(*signing(project))


def test_a_key_that_cannot_be_used(project: Repo, home: Path, gitprov: Gitprov) -> None:
    key_file(home, "default").write_text("-----BEGIN NOTHING-----\n")
    follow(codes.KEY_UNUSABLE, gitprov(*signing(project), status=2), project, filled={"NAME": "other"})
    gitprov(*signing(project))


def test_what_signs_is_no_key(project: Repo, gitprov: Gitprov) -> None:
    project.git("config", "gitprov.key", "kms:nothing")
    assert "Usage: gitprov keys use" in follow(codes.KEY_FORM, gitprov(*signing(project), status=2), project).out


def test_an_agent_that_is_not_there(project: Repo, gitprov: Gitprov) -> None:
    gitprov("keys", "new", "mine")
    project.git("config", "gitprov.key", f"ssh-agent:SHA256:{'A' * 43}")
    follow(codes.KEY_AGENT, gitprov(*signing(project), status=None), project, filled={"NAME": "mine"})
    gitprov(*signing(project))


def test_a_key_of_that_name(repo: Repo, gitprov: Gitprov) -> None:
    gitprov("keys", "new", "mine")
    follow(codes.KEY_EXISTS, gitprov("keys", "new", "mine", status=2), repo, filled={"OTHER-NAME": "other"})
    gitprov("keys", "export", "other")


def test_a_revert_of_what_is_no_commit(project: Repo, gitprov: Gitprov) -> None:
    head = project.git("rev-parse", "--short", "HEAD")
    assert head in follow(codes.REV_COMMIT, gitprov("revert", "nothing", status=2), project).out


def test_a_revert_over_changes(project: Repo, gitprov: Gitprov) -> None:
    project.write("code.py", "pass\n")
    head = project.commit("Work")
    project.write("README.md", "edited\n")
    project.git("add", "README.md")
    follow(codes.REV_STAGED, gitprov("revert", head, status=2), project)
    gitprov("revert", head)


def test_a_revert_with_conflicts(project: Repo, gitprov: Gitprov) -> None:
    for text in ("one\n", "two\n"):
        project.write("README.md", text)
        project.commit("Edit")
    follow(codes.REV_CONFLICT, gitprov("revert", "HEAD~1", status=1), project)
    assert project.git("status", "--porcelain") == ""


def test_a_name_that_nothing_has(project: Repo, gitprov: Gitprov) -> None:
    assert "raw" in follow(codes.NAM_UNKNOWN, gitprov("show", "raw2", status=2), project).out
