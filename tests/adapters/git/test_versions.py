"""Other versions of git: one that is too old is named, and what newer ones refuse or tell is understood."""

import contextlib
import subprocess
from pathlib import Path

import pytest

from gitprov.adapters.git.plumbing import discover
from gitprov.errors import GitprovError
from tests.support import Gitprov, Repo, pretend_git

ANCIENT = """\
case " $* " in
*" version "*) echo 'git version 2.33.8'; exit ;;
*" --sparse "*) echo "error: unknown option \\`sparse'" >&2; exit 129 ;;
esac"""


def test_a_git_that_is_too_old_is_named(
    repo: Repo, gitprov: Gitprov, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is written where all begins, by the doctor, and wherever git fails."""
    gitprov("init")
    before = repo.commit("Set up")
    repo.write("raw.csv", "1\n")
    pretend_git(tmp_path / "old", ANCIENT, monkeypatch)
    for command, words in ((("init",), ""), (("doctor",), ""), (("add", "raw.csv"), "unknown option `sparse'")):
        told = gitprov(*command, status=3)
        said = told.out + told.err
        assert "GP-GIT-012" in said
        assert "git version 2.33.8 is too old" in said
        assert "install git 2.34 or newer" in said
        assert words in said
    (tmp_path / "new").mkdir()
    gitprov("init", cwd=tmp_path / "new", status=3)
    assert [one.name for one in (tmp_path / "new").iterdir()] == [".git"]
    assert repo.git("rev-parse", "HEAD") == before


@pytest.fixture
def bare(repo: Repo, tmp_path: Path) -> Path:
    """A bare repository, and a git that takes one only when it is told (the default of git 3; others leave it)."""
    repo.git("clone", "--quiet", "--bare", repo.path, tmp_path / "bare.git")
    repo.git("config", "--global", "safe.bareRepository", "explicit")
    return tmp_path / "bare.git"


def test_a_bare_repository_that_git_does_not_look_for(bare: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """F11: git names it to its hooks, and so may a person; otherwise git's words are passed on."""
    refused = subprocess.run(["git", "rev-parse"], cwd=bare, capture_output=True, text=True, check=False).stderr
    if refused:
        with pytest.raises(GitprovError, match="GP-GIT-003") as caught:
            discover(str(bare))
        assert caught.value.why == refused.strip()
        assert caught.value.fix.startswith("export GIT_DIR=.")
    for start, told in ((bare, "."), (bare / "refs", str(bare))):
        monkeypatch.setenv("GIT_DIR", told)
        found = discover(str(start))
        assert found is not None
        assert (found.git_dir, found.work_tree) == (str(bare), None)


def test_another_repository_that_is_named_is_no_answer(bare: Path, repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A hook of one repository that asks about another is never told of its own."""
    monkeypatch.setenv("GIT_DIR", str(repo.path / ".git"))
    with contextlib.suppress(GitprovError):
        found = discover(str(bare))
        assert found is not None
        assert found.git_dir == str(bare)


@pytest.mark.parametrize("format_", ["--object-format=sha256", "--ref-format=reftable"])
def test_repositories_of_the_formats_of_git_3(tmp_path: Path, gitprov: Gitprov, format_: str) -> None:
    """Records are made, committed behind the hooks, and verified; a drill finds every door awake."""
    made = subprocess.run(["git", "init", "--quiet", format_, tmp_path / "repo"], capture_output=True, check=False)
    if made.returncode == 129:
        pytest.skip(f"this git has no {format_}")
    repo = Repo(tmp_path / "repo")
    gitprov("init", cwd=repo.path)
    gitprov("hooks", "install", cwd=repo.path)
    repo.commit("Set up")
    repo.write("raw.csv", "1\n")
    gitprov("add", "raw.csv", cwd=repo.path)
    repo.commit("Add raw")
    assert "nothing wrong" in gitprov("verify", cwd=repo.path).out
    assert "0 missed" in gitprov("drill", "--kind", "submodule", cwd=repo.path).out
