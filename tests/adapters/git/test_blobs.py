"""Blobs one by one, out of one git that stays open."""

import gc
import os
from pathlib import Path

import pytest

from gitprov.adapters.git.blobs import GitBlobs
from gitprov.adapters.git.plumbing import Place
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from tests.support import Repo


def blobs_of(repo: Repo) -> GitBlobs:
    git = str(repo.path / ".git")
    return GitBlobs(Place(git, git, str(repo.path)))


def test_each_is_read_when_it_is_asked_for(repo: Repo) -> None:
    """One that was written after git was started, too."""
    blobs = blobs_of(repo)
    for data in ("a project\n", "", "x" * 200_000):
        repo.write("file", data)
        assert blobs.read(repo.git("hash-object", "-w", "file")).decode() == data


def test_what_is_no_blob_or_is_not_there_is_refused_and_the_next_one_read(repo: Repo) -> None:
    blobs = blobs_of(repo)
    for oid in (repo.git("rev-parse", "HEAD^{tree}"), "0" * 40, "HEAD"):
        with pytest.raises(GitprovError) as caught:
            blobs.read(oid)
        assert caught.value.code is codes.GIT_FAILED
    assert blobs.read(repo.git("rev-parse", "HEAD:README.md")) == b"a project\n"


def test_git_ends_with_whoever_asks(repo: Repo) -> None:
    children = Path(f"/proc/self/task/{os.getpid()}/children")
    blobs, before = blobs_of(repo), children.read_text().split()
    blobs.read(repo.git("rev-parse", "HEAD:README.md"))
    [git] = set(children.read_text().split()) - {*before}
    del blobs
    gc.collect()
    assert git not in children.read_text().split()
