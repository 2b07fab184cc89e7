"""`gitprov hooks`: into core.hooksPath or .git/hooks, over nobody else's (issue 5)."""

import os
from pathlib import Path

import pytest

from gitprov.doors.hooks import LOCAL, SERVER
from gitprov.wiring.resources import read_resource
from tests.support import Gitprov, Repo

FOREIGN = "#!/bin/sh\necho theirs\n"


def there(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if not path.name.endswith(".sample")}


def test_the_hooks_of_a_clone_are_installed_and_removed(repo: Repo, gitprov: Gitprov) -> None:
    folder = repo.path / ".git" / "hooks"
    assert gitprov("hooks", "status", status=1).err == ""
    assert gitprov("hooks", "install", "--dry-run", "--json").json()["changed"] == list(LOCAL)
    assert not folder.exists()
    assert gitprov("hooks", "install").out.count("wrote") == len(LOCAL)
    assert there(folder) == {name: read_resource(f"hooks/{name}") for name in LOCAL}
    assert all(os.access(folder / name, os.X_OK) for name in LOCAL)
    assert set(gitprov("hooks", "status", "--json").json()["states"].values()) == {"installed"}
    assert gitprov("hooks", "install").out == "nothing to do\n"
    assert gitprov("hooks", "uninstall", "--dry-run").out.count("would remove") == len(LOCAL)
    assert gitprov("hooks", "uninstall", "--json").json()["changed"] == list(LOCAL)
    assert there(folder) == {}


def test_core_hooks_path_counts(repo: Repo, gitprov: Gitprov) -> None:
    repo.git("config", "core.hooksPath", "tools/hooks")
    sub = repo.path / "deep"
    sub.mkdir()
    gitprov("hooks", "install", cwd=sub)
    assert sorted(there(repo.path / "tools" / "hooks")) == list(LOCAL)


def test_a_work_tree_has_the_hooks_of_its_repository(repo: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    repo.git("worktree", "add", "--quiet", tmp_path / "other")
    gitprov("hooks", "install", cwd=tmp_path / "other")
    assert sorted(there(repo.path / ".git" / "hooks")) == list(LOCAL)


def test_a_bare_repository_gets_the_hook_of_a_server(tmp_path: Path, gitprov: Gitprov) -> None:
    bare = tmp_path / "origin.git"
    Repo(tmp_path).git("init", "--quiet", "--bare", "--template=", bare)
    gitprov("hooks", "install", cwd=bare)
    assert sorted(there(bare / "hooks")) == list(SERVER)


def test_a_hook_of_somebody_elses_stays(repo: Repo, gitprov: Gitprov) -> None:
    theirs = repo.write(".git/hooks/pre-commit", FOREIGN)
    theirs.chmod(0o755)
    outcome = gitprov("hooks", "install", status=1)
    assert "finding[GP-HOK-001]" in outcome.out
    assert "fix: add the line: echo 'gitprov hook pre-commit || exit 1' >> " in outcome.out
    assert theirs.read_text() == FOREIGN
    theirs.write_text(FOREIGN + "gitprov hook pre-commit || exit 1\n")
    gitprov("hooks", "install")
    gitprov("hooks", "uninstall")
    assert list(there(theirs.parent)) == ["pre-commit"]


@pytest.mark.parametrize("fault", ["old", "mode"])
def test_one_that_is_old_or_does_not_run_is_mended(repo: Repo, gitprov: Gitprov, fault: str) -> None:
    gitprov("hooks", "install")
    ours = repo.path / ".git" / "hooks" / "pre-push"
    if fault == "old":
        ours.write_bytes(ours.read_bytes() + b"# of another version\n")
    else:
        ours.chmod(0o644)
    found = gitprov("hooks", "status", "--json", status=1).json()
    assert found["states"]["pre-push"] == "old"
    assert [finding["code"] for finding in found["findings"]] == ["GP-HOK-002"]
    assert gitprov("hooks", "install", "--json").json()["changed"] == ["pre-push"]
    gitprov("hooks", "status")


def test_a_git_that_runs_hooks_without_gitprov_goes_on_and_says_so(repo: Repo, gitprov: Gitprov) -> None:
    """Local hooks are advice: an environment that is not active must not keep people from their work."""
    gitprov("hooks", "install")
    for name in LOCAL:
        words = ["env", "PATH=/usr/bin:/bin", str(repo.path / ".git" / "hooks" / name), "prepared"]
        repo.git("-c", "alias.x=!f() { \"$@\" 2>&1 | grep -q 'not on PATH'; }; f", "x", *words)
