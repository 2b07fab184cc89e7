"""Folders that become links between any two calls to the disk: nothing outside is read into a record, or written."""

import shutil
from pathlib import Path

import pytest

from gitprov.errors import Exit
from tests.crash.work import copied, objects, record_files
from tests.sim.disk import Disk
from tests.support import Gitprov, Repo

SECRET = b"a secret of somebody else's\n"
COMMANDS = {"add": ("add", "data/new"), "restore": ("restore", "data/new")}


@pytest.fixture
def source(gitprov: Gitprov, repo: Repo) -> Repo:
    """A project with data/new, recorded or not."""
    gitprov("init")
    repo.write("data/new/sub/a.csv", "1\n")
    repo.write("data/new/b.csv", "2\n")
    repo.commit("Set up")
    repo.git("rm", "-r", "--quiet", "--cached", "data")
    return repo


@pytest.mark.parametrize("swapped", ["data/new/sub", "data/new", "data"])
@pytest.mark.parametrize("name", COMMANDS)
def test_a_folder_becomes_a_link(name: str, swapped: str, source: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    """Before each tenth call once; a coded refusal, or a record of what was there."""
    if name == "restore":
        gitprov("add", "data/new")
        shutil.rmtree(source.path / "data/new/sub")
        source.write("data/new/sub/c.csv", "3\n")
    outside = tmp_path / "outside"
    trial = copied(source.path, tmp_path / "trial")
    with Disk() as disk:
        gitprov(*COMMANDS[name], cwd=trial.path, status=None)
    for number in range(1, len(disk.sites) + 1, 10):
        repo = copied(source.path, tmp_path / "trial")
        shutil.rmtree(outside, ignore_errors=True)
        for path in ("new/sub/a.csv", "sub/a.csv", "a.csv", "b.csv", "new/b.csv"):
            (outside / path).parent.mkdir(parents=True, exist_ok=True)
            (outside / path).write_bytes(SECRET)
        before = {path: path.stat().st_mtime_ns for path in outside.rglob("*")}
        racing = Disk()
        place = repo.path / swapped

        def swap(*_: object, racing: Disk = racing, place: Path = place, number: int = number) -> None:
            if len(racing.sites) == number and place.is_dir() and not place.is_symlink():
                place.rename(place.with_name("aside"))
                place.symlink_to(outside)

        racing.before = swap
        with racing:
            said = gitprov(*COMMANDS[name], cwd=repo.path, status=None)
        where = f"call {number} {racing.sites[number - 1 :][:1]}: {said}"
        assert said.status != Exit.INTERNAL, where
        assert said.status == 0 or "GP-" in said.err + said.out, where
        assert {path: path.stat().st_mtime_ns for path in outside.rglob("*")} == before, where
        if said.status == 0 and name == "add":  # what is refused is in no record, and never pushed
            assert not [path for path in objects(repo) if path.read_bytes() == SECRET], where
        elif name == "add" and record_files(repo):  # git refused to stage what had been written by then
            assert not [path for path in objects(repo) if path.read_bytes() == SECRET], where
            shutil.rmtree(place, ignore_errors=True) if not place.is_symlink() else place.unlink()
            place.with_name("aside").rename(place)
            gitprov("doctor", "--fix", cwd=repo.path, status=None)
            gitprov("verify", cwd=repo.path)
