"""Code is found again after a squash (D3; docs/format.md, "Code")."""

import random

import pytest

from gitprov.adapters.git import GitRepository
from gitprov.ids import sha256_of
from gitprov.ids.listings import write_code_listing
from tests.support import Repo


def digest_now(repo: Repo, *left_out: str) -> str:
    return sha256_of(write_code_listing(GitRepository(str(repo.path)).code(["."], left_out).entries))


def find(repo: Repo, digest: str, *left_out: str, paths: tuple[str, ...] = (".",)) -> str | None:
    return GitRepository(str(repo.path)).commit_with_code(digest, paths, left_out)


def test_squash_branch_deletion_and_gc(repo: Repo) -> None:
    repo.git("switch", "--quiet", "-c", "work")
    repo.write("train.py", "one\n")
    repo.commit()
    repo.write("train.py", "two\n")
    ran = repo.commit("the run was here")
    digest = digest_now(repo)
    repo.write("README.md", "edited\n")
    repo.commit()
    repo.git("switch", "--quiet", "main")
    repo.write("README.md", "main\n")
    repo.commit()
    repo.git("merge", "--quiet", "--squash", "-X", "ours", "work")
    squashed = repo.commit("squashed")
    repo.git("branch", "--quiet", "-D", "work")
    repo.git("reflog", "expire", "--expire=now", "--all")
    repo.git("gc", "--quiet", "--prune=now")
    assert GitRepository(str(repo.path)).commit_of(ran) is None
    assert find(repo, digest) == squashed
    repo.write("train.py", "three\n")
    repo.commit()
    assert find(repo, digest) == squashed


def test_the_newest_of_any_ref_is_found(repo: Repo) -> None:
    repo.write("a.py", "x\n")
    first = repo.commit()
    digest = digest_now(repo)
    repo.write("docs/a.txt", "text\n")
    newest = repo.commit()
    assert find(repo, digest) == newest
    repo.git("switch", "--quiet", "--orphan", "empty")
    repo.git("commit", "--quiet", "--allow-empty", "--message", "nothing")
    repo.git("tag", "kept", newest)
    repo.git("branch", "--quiet", "-D", "main")
    assert find(repo, digest) == newest
    repo.git("tag", "-d", "kept")
    assert find(repo, digest) is None
    repo.git("update-ref", "refs/other/kept", first)
    assert find(repo, digest) == first
    repo.git("checkout", "--quiet", "--detach", first)
    repo.git("update-ref", "-d", "refs/other/kept")
    assert find(repo, digest) == first, "HEAD counts, too"


def test_paths_and_left_out_select(repo: Repo) -> None:
    repo.write("lib/a.py", "x\n")
    repo.write("lib/data/b.csv", "x\n")
    repo.write("lib/n.ipynb", '{"cells": []}')
    repo.write("top.py", "x\n")
    commit = repo.commit()
    git = GitRepository(str(repo.path))
    for paths, left_out in ((["lib"], []), (["lib", "top.py"], ["lib/data"]), (["lib/a.py"], []), (["."], ["lib"])):
        state = git.code(paths, left_out)
        assert state.entries
        assert git.commit_with_code(sha256_of(write_code_listing(state.entries)), paths, left_out) == commit
    assert find(repo, digest_now(repo), paths=("lib",)) is None
    assert find(repo, digest_now(repo, "lib"), "lib/data") is None


def test_a_damaged_cache_is_only_slow(repo: Repo) -> None:
    repo.write("a.py", "x\n")
    commit = repo.commit()
    digest = digest_now(repo)
    cache = repo.path / ".git" / "gitprov" / "code.sqlite3"
    assert cache.stat().st_size
    for data in (b"", b"not a database" * 100):
        cache.write_bytes(data)
        assert digest_now(repo) == digest
        assert find(repo, digest) == commit
    cache.unlink()
    cache.mkdir()
    assert find(repo, digest) == commit


@pytest.mark.parametrize("seed", range(3))
def test_every_state_that_history_holds_is_found(repo: Repo, seed: int) -> None:
    """Against plumbing: each commit's own answer, over random histories with merges."""
    choose = random.Random(seed)
    names = ["a.py", "lib/b.py", "lib/deep/c.py", "notes.md", "docs/d.py", "data/x"]
    for step in range(12):
        if step % 4 == 3:
            repo.git("switch", "--quiet", "-c", f"side{step}", "HEAD~1")
        repo.write(choose.choice(names), f"{choose.randrange(4)}\n")
        repo.git("add", "--all")
        repo.git("commit", "--quiet", "--allow-empty", "--message", str(step))
        if step % 4 == 0 and step:
            repo.git("merge", "--quiet", "-X", "ours", "--no-edit", "main")
    git = GitRepository(str(repo.path))
    for commit in repo.git("rev-list", "--all").split():
        state = git.code_at(commit, ["."], ["data"])
        assert state
        digest = sha256_of(write_code_listing(state.entries))
        found = git.commit_with_code(digest, ["."], ["data"])
        assert found
        again = git.code_at(found, ["."], ["data"])
        assert again
        assert again.entries == state.entries


def test_a_revision_contains_what_it_can_reach(repo: Repo) -> None:
    first = repo.git("rev-parse", "HEAD")
    repo.git("switch", "--quiet", "-c", "side")
    repo.write("a", "a\n")
    side = repo.commit()
    git = GitRepository(str(repo.path))
    assert git.contains("HEAD", first)
    assert git.contains("HEAD", side)
    assert not git.contains("main", side)
