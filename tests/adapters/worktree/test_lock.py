"""One writer at a time, whoever dies (threats section 5: nothing lost in concurrent writes and kill -9)."""

import os
import random
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from gitprov.adapters.git import GitRepository
from gitprov.adapters.worktree import FileWorkTree, lock
from gitprov.errors import GitprovError
from tests.support import Repo

WRITER = """
import sys
from gitprov.adapters.git import GitRepository
from gitprov.adapters.worktree import FileWorkTree
git = GitRepository(sys.argv[1])
tree = FileWorkTree(git.root, git.common_dir)
"""
WRITE_ONE = """
with tree.locked("write " + sys.argv[2]):
    path = f".gitprov/runs/r/{sys.argv[2]}.yaml"
    tree.write_new(path, sys.argv[2].encode() * 5000)
    counter = int(tree.read("counter") or b"0")
    tree.replace("counter", str(counter + 1).encode())
    git.stage([path])
"""
WRITE_ON = """
for number in range(10**6):
    print(number, flush=True)
    with tree.locked(f"write {number}"):
        tree.write_new(f".gitprov/runs/{sys.argv[2]}/{number}.yaml", str(number).encode() * 50_000)
"""
HOLD = """
with tree.locked("hold on"):
    print("held", flush=True)
    sys.stdin.read()
"""


def start(code: str, repo: Repo, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", WRITER + code, str(repo.path), *arguments],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


@pytest.fixture
def tree(repo: Repo) -> FileWorkTree:
    git = GitRepository(str(repo.path))
    return FileWorkTree(git.root, git.common_dir)


def test_fifty_writers_lose_nothing(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    """F13. On a slow machine the queue lasts longer than ten seconds: as long as others get on, nobody gives up."""
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    waiting = [str(number) for number in range(50)]
    running: list[subprocess.Popen[str]] = [start(WRITE_ONE, repo, name) for name in waiting]
    for process in running:
        process.communicate()
    assert [process.returncode for process in running] == [0] * 50
    git = GitRepository(str(repo.path))
    rows = git.index([".gitprov"])
    assert set(rows) == {f".gitprov/runs/r/{name}.yaml" for name in waiting}
    for path, (_, data) in zip(rows, git.blobs([row.oid for row in rows.values()]), strict=True):
        assert data == Path(path).stem.encode() * 5000
    assert (repo.path / "counter").read_text() == "50"


def test_killed_writers_leave_whole_files_and_a_free_lock(repo: Repo, tree: FileWorkTree) -> None:
    """60 times kill -9: no half record, and the next writer clears up."""
    choose = random.Random(7)
    folder = repo.path / ".gitprov" / "runs"
    for kill in range(15):
        writers = [start(WRITE_ON, repo, f"w{kill}{writer}") for writer in range(4)]
        for writer in writers:
            assert writer.stdout
            writer.stdout.readline()
        time.sleep(choose.uniform(0.0, 0.1))
        for writer in writers:
            writer.send_signal(signal.SIGKILL)
        for writer in writers:
            writer.communicate()
    names = [name for name in tree.files(".gitprov") if tree.read(name) != Path(name).stem.encode() * 50_000]
    assert names == []
    assert list(folder.rglob("*.yaml")), "something was written at all"
    before = tree.unfinished()
    with tree.locked("clear up"):
        assert tree.unfinished() == before
    assert tree.unfinished() == []
    assert not list(folder.rglob("*.tmp"))


def test_an_intent_is_told_after_a_crash(repo: Repo, tree: FileWorkTree) -> None:
    holder = start(HOLD, repo)
    assert holder.stdout
    assert holder.stdout.readline() == "held\n"
    assert tree.unfinished() == [], "a living holder is not unfinished"
    holder.kill()
    holder.communicate()
    assert tree.unfinished() == ["hold on"]
    with pytest.raises(ZeroDivisionError), tree.locked("fails"):
        raise ZeroDivisionError
    assert tree.unfinished() == ["hold on"], "only who ends well clears"
    with tree.locked("again"):
        pass
    assert tree.unfinished() == []


def test_leftovers_of_the_dead_are_swept_but_not_those_of_the_living(repo: Repo, tree: FileWorkTree) -> None:
    dead = repo.write(".gitprov/runs/x/.gitprov-0123456789abcdef.tmp", "half")
    assert tree.files(".gitprov") == []
    with tree.locked("nobody crashed, so nobody looks"):
        assert dead.exists()
    (repo.path / ".git" / "gitprov" / "intents" / "crashed").write_text("add x")
    with tree.locked("next"):
        assert not dead.exists()


def test_a_busy_lock_names_its_holder(repo: Repo, tree: FileWorkTree, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_PATIENCE", 0.2)
    holder = start(HOLD, repo)
    assert holder.stdout
    holder.stdout.readline()
    with pytest.raises(GitprovError, match="GP-LCK-001") as caught, tree.locked("mine"):
        pass
    assert caught.value.why == f"process {holder.pid} on {os.uname().nodename}: hold on"
    assert caught.value.code.exit == 4
    holder.communicate("")
    with tree.locked("mine"):
        pass


def test_all_work_trees_share_one_lock(repo: Repo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lock, "_PATIENCE", 0.2)
    repo.git("worktree", "add", "--quiet", "-b", "side", tmp_path / "side")
    side = GitRepository(str(tmp_path / "side"))
    holder = start(HOLD, repo)
    assert holder.stdout
    holder.stdout.readline()
    with pytest.raises(GitprovError, match="GP-LCK-001"), FileWorkTree(side.root, side.common_dir).locked("x"):
        pass
    holder.communicate("")


def test_re_entrant_within_a_process_but_not_across_threads(repo: Repo, tree: FileWorkTree) -> None:
    git = GitRepository(str(repo.path))
    other = FileWorkTree(git.root, git.common_dir)
    inside: list[str] = []

    def second() -> None:
        with other.locked("thread"):
            inside.append("thread")

    with tree.locked("outer"), other.locked("inner"):
        thread = threading.Thread(target=second)
        thread.start()
        time.sleep(0.1)
        inside.append("main")
    thread.join()
    assert inside == ["main", "thread"]


def test_a_lock_that_cannot_be_made_is_reported(repo: Repo, tree: FileWorkTree) -> None:
    repo.write(".git/gitprov", "in the way")
    with pytest.raises(GitprovError, match="GP-IO-001"), tree.locked("x"):
        pass
