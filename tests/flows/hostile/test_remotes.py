"""A remote that lies: nothing of it enters the cache, nothing waits, and a person is told (issue 7, threats 6).

Remotes that break off, time out and damage what arrives: tests/adapters/blobs/test_remotes.py.
"""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.errors import catalogue as codes
from tests.crash.work import halves, objects
from tests.support import Gitprov, Repo

DATA = b"1,2\n" * 1000


def flipped(path: Path) -> None:
    path.write_bytes(DATA[:-2] + b"3\n")


def through_a_link(path: Path) -> None:
    path.symlink_to("/dev/zero")


LIES: dict[str, Callable[[Path], object]] = {
    "other bytes": flipped,
    "half of it": lambda path: path.write_bytes(DATA[:100]),
    "nothing in it": Path.touch,
    "more of it": lambda path: path.write_bytes(DATA * 2),
    "a pipe": os.mkfifo,
    "a folder": Path.mkdir,
    "a device": through_a_link,
    "a link to nothing": lambda path: path.symlink_to("nowhere"),
}
TOLD = {codes.BLB_MISMATCH.id, codes.BLB_MISSING.id, codes.IO_FAILED.id}


@pytest.mark.parametrize("lie", LIES)
def test_a_remote_that_lies(lie: str, repo: Repo, gitprov: Gitprov) -> None:
    gitprov("init")
    repo.write("raw.csv", DATA)
    gitprov("add", "raw.csv")
    gitprov("push", "--no-refs")
    repo.commit("Set up")
    there = next(path for path in objects(repo) if ".dvc-remote" in str(path))
    there.unlink()
    LIES[lie](there)
    shutil.rmtree(repo.path / ".dvc/cache")
    asked = [["pull", "--all"], ["verify", "--remote"]]
    if lie != "other bytes":  # of the right size: to find these is to read the whole remote, which is verify's
        asked += [["doctor"], ["doctor", "--fix"]]
    for words in asked:
        said = gitprov(*words, status=None)
        assert said.status in (1, 3, 5), (words, said)
        assert any(code in said.out + said.err for code in TOLD), (words, said)
        assert not [path for path in objects(repo) if ".dvc/cache" in str(path)], words
    there.unlink() if not there.is_dir() or there.is_symlink() else there.rmdir()
    gitprov("add", "raw.csv")
    gitprov("push", "--no-refs")
    assert not list(halves(repo))
    assert gitprov("doctor").out == "nothing wrong\n"
