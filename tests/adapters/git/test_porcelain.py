"""Branches and commits as the person would make them: their hooks, their other work."""

from pathlib import Path

import pytest

from gitprov.adapters.git import GitRepository
from gitprov.errors import GitprovError
from gitprov.ports.git import GitStore, branch_name
from tests.support import Repo


@pytest.fixture
def git(repo: Repo) -> GitStore:
    return GitRepository(str(repo.path))


def hook(repo: Repo, text: str) -> None:
    path = repo.write(".git/hooks/pre-commit", f"#!/bin/sh\n{text}\n")
    path.chmod(0o755)


def test_a_commit_holds_exactly_our_paths(repo: Repo, git: GitStore) -> None:
    """What else is staged, changed or new stays as it is."""
    repo.write("mine.txt", "one\n")
    repo.write("half.txt", "one\n")
    repo.commit()
    repo.write("mine.txt", "two\n")
    repo.write("half.txt", "two\n")
    repo.git("add", "mine.txt", "half.txt")
    repo.write("half.txt", "three\n")
    repo.write("new.txt", "new\n")
    repo.write("record.yaml", "a: 1\n")
    repo.write("odd[1]*.yaml", "a: 1\n")
    git.stage(["record.yaml", "odd[1]*.yaml"])
    commit = git.commit("Add a record\n\n# not a comment\n\nGitprov-Request: x", ["record.yaml", "odd[1]*.yaml"])
    assert commit == repo.git("rev-parse", "HEAD")
    assert repo.git("show", "--format=%B", "--name-only", "HEAD").split("\n") == [
        "Add a record", "", "# not a comment", "", "Gitprov-Request: x", "", "", "odd[1]*.yaml", "record.yaml",
    ]  # fmt: skip
    assert repo.git("status", "--porcelain") == "MM half.txt\nM  mine.txt\n?? new.txt"


def test_a_revert_keeps_a_folder_as_it_is(repo: Repo, git: GitStore) -> None:
    repo.write("code.py", "one\n")
    first = repo.commit()
    repo.write("code.py", "two\n")
    repo.write("kept/record.yaml", "a: 1\n")
    second = repo.commit()
    repo.write("new/untracked.yaml", "a: 1\n")
    assert git.revert(second, "kept") == []
    assert repo.git("status", "--porcelain") == "M  code.py\n?? new/"
    git.stop_revert()
    assert repo.git("status", "--porcelain") == "?? new/"
    assert git.revert(first, "new") == ["code.py"], "HEAD has nothing there to keep"
    git.stop_revert()


def test_a_hook_that_refuses_is_heard(repo: Repo, git: GitStore) -> None:
    repo.write("record.yaml", "a: 1\n")
    git.stage(["record.yaml"])
    hook(repo, "echo 'no records on a Friday' >&2; exit 1")
    head = git.head()
    with pytest.raises(GitprovError, match="GP-GIT-003") as refused:
        git.commit("Add a record", ["record.yaml"])
    assert "no records on a Friday" in refused.value.why
    assert git.head() == head
    hook(repo, "git diff --cached --name-only > seen")
    repo.write("other.txt", "x")
    repo.git("add", "other.txt")
    git.commit("Add a record", ["record.yaml"])
    assert (repo.path / "seen").read_text() == "record.yaml\n"


def test_a_commit_is_signed_as_git_is_configured(repo: Repo, git: GitStore) -> None:
    repo.git("config", "commit.gpgSign", "true")
    repo.git("config", "gpg.program", "false")
    repo.write("record.yaml", "a: 1\n")
    git.stage(["record.yaml"])
    with pytest.raises(GitprovError, match="GP-GIT-003"):
        git.commit("Add a record", ["record.yaml"])


@pytest.mark.parametrize("detached", [False, True])
def test_a_new_branch_keeps_the_work_and_goes_away_again(repo: Repo, git: GitStore, *, detached: bool) -> None:
    repo.write("mine.txt", "x\n")
    repo.git("add", "mine.txt")
    if detached:
        repo.git("switch", "--quiet", "--detach")
    before = git.current_branch()
    assert before == (None if detached else "main")
    git.switch_new("promote/churn/production/0001")
    assert git.current_branch() == "promote/churn/production/0001"
    git.switch_back("promote/churn/production/0001", before or git.head() or "")
    assert git.current_branch() == before
    assert repo.git("status", "--porcelain") == "A  mine.txt"
    assert git.branches("promote/") == {}


def test_a_branch_starts_where_it_is_told_or_git_says_why_not(repo: Repo, git: GitStore) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.write("README.md", "changed\n")
    repo.commit()
    git.switch_new("old", first)
    assert git.head() == first
    repo.write("README.md", "mine\n")
    with pytest.raises(GitprovError, match="GP-GIT-003") as refused:
        git.switch_new("new", "main")
    assert "README.md" in refused.value.why
    assert git.current_branch() == "old"
    with pytest.raises(GitprovError, match="GP-GIT-003"):
        git.switch_new("main")


def test_branches_are_found_here_and_at_remotes(repo: Repo, git: GitStore, tmp_path: Path) -> None:
    repo.git("init", "--quiet", "--bare", tmp_path / "origin.git")
    repo.git("remote", "add", "origin", tmp_path / "origin.git")
    repo.git("branch", "promote/churn/production/2")
    repo.git("push", "--quiet", "origin", "main", "main:promote/churn/production/1", "main:promoted")
    commit = repo.git("rev-parse", "HEAD")
    found = git.branches("promote/churn/")
    assert found == {
        "refs/heads/promote/churn/production/2": commit,
        "refs/remotes/origin/promote/churn/production/1": commit,
    }
    assert [branch_name(ref) for ref in found] == ["promote/churn/production/2", "promote/churn/production/1"]


def test_authors_of_a_range_of_commits(repo: Repo, git: GitStore) -> None:
    first = repo.git("rev-parse", "HEAD")
    for name, path in (
        ("Bob", "src/a.py"),
        ("Carol\tO'Hara", "lib/b.py"),
        ("Dan", "src/a.py"),
        ("Eve", "src/README.md"),
        ("Fay", ".gitprov/x.yaml"),
        ("Gil", "src/out.py"),
    ):
        repo.write(path, name)
        repo.git("add", path)
        repo.git("commit", "-qm", "work", f"--author={name} <{name[:3].lower()}@example.org>")
    head = repo.git("rev-parse", "HEAD")
    bob, carol, dan = ("Bob", "bob@example.org"), ("Carol\tO'Hara", "car@example.org"), ("Dan", "dan@example.org")
    assert git.authors(head, ["src"], ["src/out.py"]) == {bob, dan}
    assert git.authors(head, ["src"], ["src/out.py"], since=repo.git("rev-parse", "HEAD~4")) == {dan}
    assert git.authors(head, ["."], ["src"], since=first) == {carol}
    assert git.authors("1" * 40, ["src"], []) == set()
