"""Reading whole histories: trees that are compared once say the same as every commit against every parent (law G)."""

import os
from pathlib import Path

import pytest

from gitprov.adapters.git import GitRepository
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from tests.support import Repo

FOLDER = ".gitprov"


def history(repo: Repo) -> list[tuple[str, str | None]]:
    """Makes a history of all that can happen to a folder, and returns every commit with every parent."""
    repo.write("outside", "1")
    repo.commit()
    for name in ("a", "deep/er/b", "new\nline", "ümlaut", "deep: c"):
        repo.write(f"{FOLDER}/{name}", name)
    repo.commit()
    repo.git("switch", "-q", "-c", "side")
    repo.write(f"{FOLDER}/side", "1")
    repo.commit()
    repo.git("switch", "-q", "main")
    repo.git("merge", "-q", "--no-ff", "-m", "merge", "side")
    repo.git("mv", f"{FOLDER}/a", f"{FOLDER}/z")
    (repo.path / FOLDER / "side").chmod(0o755)
    repo.write(f"{FOLDER}/ümlaut", "changed")
    repo.commit()
    repo.git("mv", FOLDER, "away")
    os.symlink("away", repo.path / FOLDER)
    repo.commit()
    os.remove(repo.path / FOLDER)
    repo.git("mv", "away", FOLDER)
    repo.commit()
    head = repo.git("rev-parse", "HEAD")
    repo.git("rm", "-q", "-r", FOLDER)
    repo.git("update-index", "--add", "--cacheinfo", f"160000,{head},{FOLDER}")
    repo.git("commit", "-q", "-m", "a submodule")
    repo.git("commit", "-q", "--allow-empty", "-m", "nothing")
    repo.git("rm", "-q", "--cached", FOLDER)
    repo.git("commit", "-q", "-m", "gone")
    every = GitRepository(str(repo.path)).commits("HEAD")
    return [(commit, parent) for commit, parents in every for parent in parents or (None,)]


def test_comparing_trees_says_what_comparing_commits_says(repo: Repo) -> None:
    """Threats A01, A02: nothing that happens to a file, or to the folder itself, is overlooked or made up."""
    pairs = history(repo)
    git = GitRepository(str(repo.path))
    below = list(git.edges_below(pairs, FOLDER))
    assert below == list(git.edges(pairs, [FOLDER]))
    assert {file.status for edge in below for file in edge.files} == {"A", "M", "D"}
    assert {file.mode for edge in below for file in edge.files} == {"000000", "100644", "100755", "120000", "160000"}


def test_nothing_below_a_folder_is_no_edge(repo: Repo) -> None:
    repo.write("outside", "1")
    git = GitRepository(str(repo.path))
    assert list(git.edges_below([(repo.commit(), None)], FOLDER)) == []
    assert list(git.edges_below([], FOLDER)) == []


@pytest.mark.parametrize("where", ["", FOLDER, f"{FOLDER}/deep"])
@pytest.mark.parametrize("number", [2, 4])
def test_a_history_that_lacks_a_tree_is_not_read_around_it(repo: Repo, number: int, where: str) -> None:
    """Threat A27: what is not there is said, not taken for an empty folder."""
    pairs = history(repo)
    tree = repo.git("rev-parse", f"{pairs[number][0]}:{where}")
    Path(repo.path, ".git", "objects", tree[:2], tree[2:]).unlink()
    with pytest.raises(GitprovError) as raised:
        list(GitRepository(str(repo.path)).edges_below(pairs, FOLDER))
    assert raised.value.code is codes.GIT_FAILED
