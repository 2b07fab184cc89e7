"""`gitprov doctor` finds what crashes and other programs leave, mends it, and then finds nothing (issue 7)."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.errors import Code
from gitprov.errors import catalogue as codes
from tests.remedies.conftest import record_of, train
from tests.remedies.following import follow
from tests.support import Gitprov, Repo

LONG_AGO = time.time() - 3600
HOLD = """
import os, sys
from gitprov.adapters.git import GitRepository
from gitprov.adapters.worktree import FileWorkTree
from gitprov.adapters.blobs.objects import staging
git = GitRepository(".")
tree = FileWorkTree(git.root, git.common_dir)
os.makedirs(".dvc/cache/gitprov", exist_ok=True)
with tree.locked("add a large file"), staging(".dvc/cache/gitprov") as folder:
    open(folder + "/half", "w").write("half")
    open(".gitprov/.gitprov-00.tmp", "w").write("half")
    print("held", flush=True)
    sys.stdin.read()
"""


def objects(repo: Repo) -> list[Path]:
    return sorted(path for path in (repo.path / ".dvc/cache/files/md5").rglob("*") if path.is_file())


def remote_objects(repo: Repo) -> list[Path]:
    return sorted(path for path in Path(f"{repo.path}.dvc-remote").rglob("files/md5/*/*"))


def die(repo: Repo) -> None:
    """Lets a process die that holds the lock and has files under way."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD], cwd=repo.path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    process.communicate()


def leave_index_lock(repo: Repo) -> None:
    lock = repo.write(".git/index.lock", "")
    os.utime(lock, (LONG_AGO, LONG_AGO))


def unstage(repo: Repo) -> None:
    repo.git("rm", "--quiet", "--cached", record_of(repo))


def leave_half_a_record(repo: Repo) -> None:
    path = repo.path / record_of(repo)
    digits = "ab" * 32
    half = path.parents[1] / "ab" / f"{digits}.yaml"
    half.parent.mkdir(exist_ok=True)
    half.write_bytes(path.read_bytes()[:20])


def leave_half_a_draft(repo: Repo) -> None:
    repo.write(".gitprov/drafts/train-0123456789ab/runs/x.yaml", "half")


def make_writable(repo: Repo) -> None:
    objects(repo)[0].chmod(0o644)


def rot(repo: Repo) -> None:
    path = objects(repo)[0]
    size = path.stat().st_size
    path.chmod(0o644)
    path.write_bytes(b"?" * size)
    path.chmod(0o444)


def empty_remote(repo: Repo) -> None:
    for path in remote_objects(repo):
        path.unlink()


def edit_attributes(repo: Repo) -> None:
    repo.write(".gitprov/.gitattributes", "* text\n")


def damage_index(repo: Repo) -> None:
    repo.write(".git/gitprov/index-v1.sqlite", "half")


def lose_hook(repo: Repo) -> None:
    subprocess.run(["gitprov", "hooks", "install"], cwd=repo.path, check=True, capture_output=True)
    (repo.path / ".git/hooks/pre-push").unlink()


FAULTS: dict[str, tuple[Callable[[Repo], None], Code]] = {
    "a crash": (die, codes.CLN_LEFTOVER),
    "half a draft": (leave_half_a_draft, codes.CLN_LEFTOVER),
    "index.lock": (leave_index_lock, codes.CLN_INDEX_LOCK),
    "unstaged": (unstage, codes.CLN_UNSTAGED),
    "half a record": (leave_half_a_record, codes.CLN_HALF),
    "a writable object": (make_writable, codes.CLN_MODE),
    "a wrong object": (rot, codes.BLB_MISMATCH),
    "an empty remote": (empty_remote, codes.BLB_MISSING),
    "attributes": (edit_attributes, codes.GIT_ATTRIBUTES),
    "a hook": (lose_hook, codes.HOK_MISSING),
    "the index": (damage_index, codes.CLN_INDEX),
}


def everything(repo: Repo) -> dict[str, tuple[int, bytes]]:
    """Returns every file of the repository and its remote, but for what a look at the index refreshes."""
    tops = (repo.path, Path(f"{repo.path}.dvc-remote"))
    files = [path for top in tops for path in top.rglob("*") if path.is_file() and path.name != "index"]
    return {str(path): (path.stat().st_mode, path.read_bytes()) for path in files if "gitprov/stat" not in str(path)}


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_is_found_and_mended(fault: str, project: Repo, gitprov: Gitprov) -> None:
    """To look changes nothing; what is printed as the way out mends it; a second run finds nothing."""
    assert gitprov("doctor").out == "nothing wrong\n"
    before = project.git("status", "--porcelain")
    make, code = FAULTS[fault]
    make(project)
    as_made = everything(project)
    said = gitprov("doctor", status=1)
    assert everything(project) == as_made
    follow(code, said, project)
    assert gitprov("doctor").out == "nothing wrong\n"
    assert project.git("status", "--porcelain") == before
    gitprov("verify", "--bytes")


def test_all_of_them_at_once(project: Repo, gitprov: Gitprov) -> None:
    kept = {path: path.read_bytes() for path in (project.path / ".gitprov").rglob("*.yaml")}
    for make, _ in FAULTS.values():
        if make not in (empty_remote, leave_index_lock):  # a wrong object has to come from somewhere
            make(project)
    leave_index_lock(project)  # after which git does nothing more
    found = {one["code"] for one in gitprov("doctor", "--json", status=1).json()["findings"]}
    mended = gitprov("doctor", "--fix", "--json").json()
    assert {one["code"] for one in mended["mended"]} == found
    assert gitprov("doctor", "--fix", "--json").json() == {
        "findings": [], "mended": [], "notes": [], "schema": "gitprov/doctor/v1", "undecided": []
    }  # fmt: skip
    assert {path: path.read_bytes() for path in kept} == kept
    assert list((project.path / ".git/gitprov/quarantine").iterdir())


def test_a_lock_in_use_is_no_fault(project: Repo, gitprov: Gitprov) -> None:
    """Whoever has the file open, or is a git at work here, has the lock, however old it is."""
    leave_index_lock(project)
    with (project.path / ".git/index.lock").open("rb") as file:
        holder = subprocess.Popen(["sleep", "60"], stdin=file)
    try:
        gitprov("doctor")
    finally:
        holder.kill()
        holder.wait()
    gitprov("doctor", status=1)


def test_a_young_lock_is_left_to_people(project: Repo, gitprov: Gitprov) -> None:
    lock = project.write(".git/index.lock", "")
    gitprov("doctor", "--fix", status=1)
    assert lock.exists()


IN_THE_WAY = """
import os
open("out.txt", "w").write("1")
os.rename(".dvc/cache/gitprov", "aside")
open(".dvc/cache/gitprov", "w").close()
"""


def test_a_run_that_was_not_finished(project: Repo, gitprov: Gitprov) -> None:
    """The outputs could not be kept when the command ended."""
    gitprov("run", "--step", "make", "--output", "out=out.txt", "--", sys.executable, "-c", IN_THE_WAY)
    staging = project.path / ".dvc/cache/gitprov"
    staging.unlink()
    (project.path / "aside").rename(staging)
    said = gitprov("doctor", status=1)
    assert "make ended" in gitprov("doctor", "--fix").out
    assert gitprov("doctor").out == "nothing wrong\n"
    follow(codes.CLN_RUN, said, project)


def test_a_run_that_cannot_be_finished(project: Repo, gitprov: Gitprov) -> None:
    """Its output was written again: only people know what it is worth."""
    gitprov("run", "--step", "make", "--output", "out=out.txt", "--", sys.executable, "-c", IN_THE_WAY)
    (project.path / ".dvc/cache/gitprov").unlink()
    project.write("out.txt", "another")
    said = gitprov("doctor", "--fix", status=1)
    assert codes.RUN_TOUCHED.id in said.err
    assert "keep --drop make" in said.out
    gitprov("keep", "--drop", "make")
    assert gitprov("doctor").out == "nothing wrong\n"


def test_what_no_place_has_is_told_and_stays(project: Repo, gitprov: Gitprov) -> None:
    """A wrong object that the remote lacks: nothing is thrown away that a person may still want to look at."""
    rot(project)
    empty_remote(project)
    said = gitprov("doctor", "--fix", status=1)
    assert codes.BLB_MISMATCH.id in said.out
    assert "gitprov push" in said.out
    assert objects(project)[0].read_bytes().startswith(b"?")


def test_a_wrong_object_in_the_remote_is_not_touched(project: Repo, gitprov: Gitprov) -> None:
    path = remote_objects(project)[0]
    path.chmod(0o644)
    path.write_bytes(b"too long" * 100)
    said = gitprov("doctor", "--fix", status=1)
    assert path.read_bytes() == b"too long" * 100
    assert "push --repair" in said.out


def test_a_remote_that_is_gone(project: Repo, gitprov: Gitprov) -> None:
    """What cannot be asked is not said to be well."""
    Path(f"{project.path}.dvc-remote").rename(project.path.with_name("gone"))
    assert codes.IO_NETWORK.id in gitprov("doctor", status=3).out


def test_runs_of_a_pipeline(project: Repo, gitprov: Gitprov) -> None:
    """Nothing is found where nothing is wrong: a draft, a kept run, a pushed one."""
    train(gitprov)
    gitprov("doctor")
    gitprov("push", "--no-refs")
    project.commit("Train")
    assert gitprov("doctor").out == "nothing wrong\n"
