"""Refs beside the branches: commits that no work tree has, sent forward only; and tags."""

from datetime import UTC, datetime

import pytest

from gitprov.adapters.git import GitRepository
from gitprov.errors import GitprovError
from gitprov.ports.git import Tag
from tests.support import Repo

REF = "refs/gitprov/test"


def test_commits_are_added_to_the_end_of_a_ref_and_to_nothing_else(repo: Repo) -> None:
    git, head = GitRepository(str(repo.path)), repo.git("rev-parse", "HEAD")
    repo.write("staged.txt", "x")
    repo.git("add", "staged.txt")
    first = git.append(REF, {"note.txt": b"one\r\n"}, "One\n\nTrailer: a b\n", before=None)
    second = git.append(REF, {"note.txt": b"two\n", "more": b""}, "Two", before=first)
    assert git.first_parents(REF) == [first, second]
    assert dict(git.blobs([git.tree(first)["note.txt"].oid])).popitem()[1] == b"one\r\n"
    assert sorted(git.tree(second)) == ["more", "note.txt"]
    assert git.message(first) == "One\n\nTrailer: a b"
    assert repo.git("rev-parse", "HEAD") == head
    assert repo.git("status", "--porcelain") == "A  staged.txt"


def test_a_ref_that_has_moved_is_not_written(repo: Repo) -> None:
    git = GitRepository(str(repo.path))
    first = git.append(REF, {"note.txt": b"one"}, "One", before=None)
    for before in (None, repo.git("rev-parse", "HEAD")):
        with pytest.raises(GitprovError, match="GP-GIT-003"):
            git.append(REF, {"note.txt": b"two"}, "Two", before=before)
    assert git.commit_of(REF) == first


def test_a_ref_is_sent_forward_only(repo: Repo) -> None:
    repo.git("init", "--quiet", "--bare", "../far.git")
    repo.git("remote", "add", "far", "../far.git")
    git, far = GitRepository(str(repo.path)), Repo(repo.path.parent / "far.git")
    first = git.append(REF, {"note.txt": b"one"}, "One", before=None)
    git.send(REF, "far", dry_run=True)
    assert far.git("for-each-ref") == ""
    git.send(REF, "far")
    assert far.git("rev-parse", REF) == first
    repo.git("update-ref", "-d", REF)
    git.append(REF, {"note.txt": b"other"}, "Other", before=None)
    with pytest.raises(GitprovError, match=r"GP-GIT-003.*rejected") as refused:
        git.send(REF, "far")
    assert refused.value.fix.startswith(f"git fetch far +{REF}:{REF}, ")
    assert far.git("rev-parse", REF) == first
    with pytest.raises(GitprovError, match="GP-GIT-003"):
        git.send(REF, "nowhere")


def test_tags_of_every_kind(repo: Repo) -> None:
    git = GitRepository(str(repo.path))
    commit, tree = repo.git("rev-parse", "HEAD"), repo.git("rev-parse", "HEAD^{tree}")
    assert git.tags() == []
    repo.git("tag", "light")
    repo.git("tag", "-a", "-m", "one", "b/whole")
    repo.git("tag", "-a", "-m", "x", "nested", "b/whole")
    repo.git("tag", "tree", tree)
    found = {one.name: one for one in git.tags()}
    assert list(found) == ["b/whole", "light", "nested", "tree"]
    assert found["light"] == Tag("light", is_annotated=False, kind="commit", oid=commit, time=None)
    assert found["tree"] == Tag("tree", is_annotated=False, kind="tree", oid=tree, time=None)
    assert (found["b/whole"].kind, found["b/whole"].oid) == ("commit", commit)
    assert (found["nested"].kind, found["nested"].oid) == ("tag", repo.git("rev-parse", "refs/tags/b/whole"))
    seconds = int(repo.git("for-each-ref", "--format=%(taggerdate:unix)", "refs/tags/nested"))
    assert found["nested"].time == datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    repo.write(".git/refs/tags/broken", "1" * 40 + "\n")
    with pytest.raises(GitprovError, match="GP-GIT-003"):
        git.tags()
