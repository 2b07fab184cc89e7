"""`gitprov push`, `pull` and `restore` between real clones (demands 3 and 5)."""

import hashlib
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.support import Gitprov, Repo

Clone = Callable[[str], Repo]


def object_of(storage: Path, data: bytes) -> Path:
    digits = hashlib.md5(data, usedforsecurity=False).hexdigest()
    return storage / "files" / "md5" / digits[:2] / digits[2:]


def spoil(path: Path) -> None:
    """Changes one byte of a read-only file."""
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o644)
    path.write_bytes(data)
    path.chmod(0o444)


def test_push_pull_restore(team: Repo, clone: Clone, storage: Path, gitprov: Gitprov) -> None:
    sent = gitprov("push", "--json").json()
    assert sent["objects"] == len([path for path in storage.rglob("*") if path.is_file()])
    assert (sent["findings"], sent["present"]) == ([], 0)
    assert team.git("rev-parse", "origin/main") == team.git("rev-parse", "HEAD")
    second = clone("second")
    out = gitprov("pull", "churn", "train-set", cwd=second.path).out
    assert out.startswith("pulling "), "the size is said first"
    assert "3.1 MB" in out
    announced, brought = out.splitlines()
    assert announced.removeprefix("pulling ") == brought.removeprefix("pulled ").partition(" from ")[0]
    assert not (second.path / "model.bin").exists()
    gitprov("restore", cwd=second.path)
    done = subprocess.run(["diff", "-r", "--no-dereference", team.path / "data", second.path / "data"], check=False)
    assert done.returncode == 0
    assert (second.path / "data" / "run.sh").stat().st_mode & 0o100
    assert (second.path / "data" / "nothing").is_dir()
    assert (second.path / "model.bin").read_bytes() == (team.path / "model.bin").read_bytes()
    assert second.git("status", "--porcelain") == ""
    assert "nothing wrong" in gitprov("verify", "--all", "--bytes", cwd=second.path).out


def test_a_second_push_and_pull_move_nothing(clone: Clone, gitprov: Gitprov) -> None:
    gitprov("push")
    assert gitprov("push", "--json").json()["objects"] == 0
    second = clone("second")
    gitprov("pull", "--all", cwd=second.path)
    again = gitprov("pull", "--all", "--json", cwd=second.path).json()
    assert (again["objects"], again["plan"]["objects"], again["remote"]) == (0, 0, None)
    assert gitprov("push", "--json", cwd=second.path).json()["objects"] == 0


def test_restore_pulls_what_it_needs(team: Repo, clone: Clone, gitprov: Gitprov) -> None:
    gitprov("push")
    second = clone("second")
    gitprov("restore", "model.bin", cwd=second.path)
    assert (second.path / "model.bin").read_bytes() == (team.path / "model.bin").read_bytes()
    assert not (second.path / "data").exists()
    assert "unchanged" in gitprov("restore", "model.bin", cwd=second.path).out


def test_restore_needs_no_remote_when_the_cache_has_all(team: Repo, storage: Path, gitprov: Gitprov) -> None:
    """Work goes on offline."""
    shutil.rmtree(storage, ignore_errors=True)
    (team.path / ".dvc" / "config").write_text("")
    (team.path / "model.bin").unlink()
    gitprov("restore", "churn")
    assert (team.path / "model.bin").exists()


def test_restore_to_another_folder(team: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    gitprov("restore", "churn", "train-set", "--to", tmp_path / "out")
    assert (tmp_path / "out" / "model.bin").read_bytes() == (team.path / "model.bin").read_bytes()
    assert (tmp_path / "out" / "data" / "sub" / "b.csv").read_text() == "sub/b.csv\n"
    assert team.git("status", "--porcelain") == ""


@pytest.mark.parametrize("folder", [".git", ".gitprov/artifacts", ".dvc/cache"])
def test_nothing_is_restored_among_the_repositorys_own_files(team: Repo, gitprov: Gitprov, folder: str) -> None:
    assert "GP-PTH-003" in gitprov("restore", "churn", "--to", folder, status=2).err
    assert not (team.path / folder / "model.bin").exists()


def test_two_of_one_name_do_not_fit_one_folder(team: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    team.write("other/model.bin", "another")
    gitprov("add", "other/model.bin", "--name", "other")
    refused = gitprov("restore", "churn", "other", "--to", tmp_path / "out", status=2)
    assert "GP-USE-001" in refused.err
    assert not (tmp_path / "out").exists()


def test_an_hour_of_work_is_not_lost(team: Repo, gitprov: Gitprov) -> None:
    (team.path / "data" / "a.csv").write_text("an hour of work\n")
    refused = gitprov("restore", "data", status=1)
    assert "GP-PTH-007" in refused.out
    assert "data/a.csv" in refused.out
    assert (team.path / "data" / "a.csv").read_text() == "an hour of work\n"
    gitprov("restore", "data", "--force")
    assert (team.path / "data" / "a.csv").read_text() == "a.csv\n"


def test_versions_come_and_go_with_the_branch(team: Repo, gitprov: Gitprov) -> None:
    """`git switch` changes the `.dvc` file, and restore without a name brings the bytes that it names."""
    first = (team.path / "model.bin").read_bytes()
    team.git("switch", "--quiet", "--create", "wider")
    team.write("model.bin", b"wider")
    gitprov("add", "model.bin", "--name", "churn", "--kind", "model")
    team.commit("wider")
    team.git("switch", "--quiet", "main")
    gitprov("restore")
    assert (team.path / "model.bin").read_bytes() == first
    team.git("switch", "--quiet", "wider")
    gitprov("restore", "churn")
    assert (team.path / "model.bin").read_bytes() == b"wider"


def test_one_byte_changed_in_the_remote_is_refused_and_mended(
    team: Repo, clone: Clone, storage: Path, gitprov: Gitprov
) -> None:
    gitprov("push")
    spoil(object_of(storage, (team.path / "model.bin").read_bytes()))
    second = clone("second")
    refused = gitprov("pull", "--all", status=1, cwd=second.path).out
    assert "GP-BLB-001" in refused
    assert "gitprov push --repair" in refused
    gitprov("restore", "churn", status=1, cwd=second.path)
    assert not (second.path / "model.bin").exists()
    assert gitprov("push", "--json").json()["objects"] == 0, "a push looks at names and sizes"
    assert gitprov("push", "--repair", "--json").json()["objects"] == 1
    gitprov("restore", "churn", cwd=second.path)
    assert (second.path / "model.bin").read_bytes() == (team.path / "model.bin").read_bytes()


def test_bytes_that_are_nowhere_keep_the_branch_back(team: Repo, clone: Clone, gitprov: Gitprov) -> None:
    """No ref that names bytes which nobody else can have."""
    upstream = team.git("rev-parse", "origin/main")
    cached = object_of(team.path / ".dvc" / "cache", (team.path / "model.bin").read_bytes())
    cached.unlink()
    refused = gitprov("push", status=1)
    assert "GP-BLB-002" in refused.out
    assert "no ref was pushed" in refused.out
    assert team.git("rev-parse", "origin/main") == upstream
    assert "gitprov push  # where its cache lost them: gitprov add model.bin first\n" in refused.out
    gitprov("add", "model.bin")
    gitprov("push")
    assert team.git("rev-parse", "origin/main") != upstream
    second = clone("second")
    gitprov("pull", "--all", cwd=second.path)


def test_a_copy_of_code_is_made_again_where_a_commit_has_the_code(team: Repo, gitprov: Gitprov) -> None:
    """Of a cache that was emptied before the push, `add` brings back what the work tree has; the code has changed."""
    team.write("make.sh", "echo 1 > out\n")
    team.commit("code")
    gitprov("run", "--code", "make.sh", "--output", "out=out", "--keep", "--", "sh", "make.sh")
    team.commit("run")
    team.write("make.sh", "echo 2 > out\n")
    team.commit("other code")
    shutil.rmtree(team.path / ".dvc" / "cache")
    assert "first" in gitprov("push", "--dry-run", status=1).out
    gitprov("add", "model.bin", "data", "out")
    gitprov("push")
    assert gitprov("verify", "--all", "--bytes").err == ""


def test_what_others_forgot_to_push_does_not_stop_the_next(
    team: Repo, clone: Clone, gitprov: Gitprov, storage: Path
) -> None:
    """Ada pushed her records with plain git; Bob's own work is whole."""
    team.git("push", "--quiet")
    bob = clone("bob")
    bob.write("mine.csv", "1\n")
    gitprov("add", "mine.csv", "--name", "mine", cwd=bob.path)
    bob.commit("mine")
    pushed = gitprov("push", cwd=bob.path).out
    assert "has this record already" in pushed
    assert object_of(storage, b"1\n").exists()
    assert bob.git("rev-parse", "origin/main") == bob.git("rev-parse", "HEAD")
    refused = gitprov("pull", "--all", status=1, cwd=bob.path).out
    assert "GP-BLB-002" in refused
    team.git("pull", "--quiet")
    gitprov("push")
    gitprov("pull", "--all", cwd=bob.path)


def test_damage_in_the_cache_is_put_away_and_mended_by_pull(team: Repo, clone: Clone, gitprov: Gitprov) -> None:
    gitprov("push")
    second = clone("second")
    gitprov("pull", "--all", cwd=second.path)
    cached = object_of(second.path / ".dvc" / "cache", (team.path / "model.bin").read_bytes())
    spoil(cached)
    assert "GP-BLB-001" in gitprov("restore", "churn", status=1, cwd=second.path).out
    gitprov("pull", "churn", cwd=second.path)
    gitprov("restore", "churn", cwd=second.path)
    assert (second.path / "model.bin").read_bytes() == (team.path / "model.bin").read_bytes()


def test_a_lying_listing_is_refused(clone: Clone, storage: Path, gitprov: Gitprov) -> None:
    """The listing is checked by the record's digest before anything that it names is fetched."""
    gitprov("push")
    [listing] = [p for p in storage.rglob("*") if p.is_file() and b'"path":"sub/b.csv"' in p.read_bytes()]
    hostile = listing.read_bytes().replace(b'"sub/b.csv"', b'"../b.csvx"')[: listing.stat().st_size]
    listing.chmod(0o644)
    listing.write_bytes(hostile)
    second = clone("second")
    before = sorted(second.path.parent.rglob("*"))
    assert "GP-BLB-001" in gitprov("pull", "train-set", status=1, cwd=second.path).out
    gitprov("restore", "train-set", status=1, cwd=second.path)
    new = {path for path in second.path.parent.rglob("*") if path not in before}
    assert not [
        path
        for path in new
        if path.is_file()
        and not path.is_relative_to(second.path / ".dvc" / "cache")
        and not path.is_relative_to(second.path / ".git")
    ]


def test_pull_by_path(clone: Clone, gitprov: Gitprov) -> None:
    gitprov("push")
    second = clone("second")
    assert gitprov("pull", "--path", "*.bin", "--json", cwd=second.path).json()["objects"] == 1
    refused = gitprov("pull", "--path", "nothing/*", status=2, cwd=second.path)
    assert "GP-NAM-001" in refused.err


@pytest.mark.usefixtures("team")
def test_what_to_pull_must_be_said(gitprov: Gitprov) -> None:
    for arguments in (["pull"], ["pull", "--all", "churn"]):
        refused = gitprov(*arguments, status=2)
        assert "GP-USE-001" in refused.err


def test_dry_runs_touch_nothing(team: Repo, clone: Clone, storage: Path, gitprov: Gitprov) -> None:
    upstream = team.git("rev-parse", "origin/main")
    planned = gitprov("push", "--dry-run", "--json").json()
    assert planned["objects"] > 0
    assert not list(storage.rglob("*"))
    assert team.git("rev-parse", "origin/main") == upstream
    assert gitprov("push", "--json").json()["objects"] == planned["objects"]
    second = clone("second")
    assert "would pull" in gitprov("pull", "--dry-run", "--all", cwd=second.path).out
    assert "would restore" in gitprov("restore", "--dry-run", cwd=second.path).out
    assert not (second.path / "model.bin").exists()
    assert gitprov("pull", "--all", "--json", cwd=second.path).json()["plan"]["objects"] > 2


def test_staged_records_are_named(team: Repo, gitprov: Gitprov) -> None:
    team.write("new.csv", "1\n")
    gitprov("add", "new.csv", "--name", "new")
    assert "not committed yet, so not shared: 2 staged records" in gitprov("push").out


def test_a_plain_dvc_pull_gets_the_same(team: Repo, clone: Clone, gitprov: Gitprov) -> None:
    gitprov("push")
    second = clone("second")
    done = subprocess.run(
        [sys.executable, "-m", "dvc", "pull"], cwd=second.path, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert (second.path / "model.bin").read_bytes() == (team.path / "model.bin").read_bytes()
    assert (second.path / "data" / "sub" / "b.csv").read_text() == "sub/b.csv\n"


def test_a_branch_that_cannot_be_pushed_leaves_the_bytes_there(team: Repo, gitprov: Gitprov) -> None:
    team.git("checkout", "--quiet", "--detach")
    detached = gitprov("push", status=5).err
    assert "HEAD is not on a branch" in detached
    assert "the bytes are in remote storage" in detached
    assert "fix: git switch -c BRANCH" in detached
    assert gitprov("push", "--no-refs", "--json").json()["objects"] == 0
    team.git("checkout", "--quiet", "main")
    team.git("remote", "remove", "origin")
    assert "fix: git remote add origin URL" in gitprov("push", status=5).err


def test_a_push_that_came_second_says_how_to_catch_up(team: Repo, clone: Clone, gitprov: Gitprov) -> None:
    gitprov("push")
    second = clone("second")
    for repo in (second, team):
        repo.write(f"{repo.path.name}.csv", "1\n")
        gitprov("add", f"{repo.path.name}.csv", cwd=repo.path)
        repo.commit("more")
    gitprov("push", cwd=second.path)
    refused = gitprov("push", status=5).err
    assert "hint:" not in refused
    assert refused.endswith("fix: git pull, then gitprov push\n")
    team.git("pull", "--quiet", "--no-rebase", "--no-edit")
    gitprov("push")


def test_wrong_bytes_in_the_cache_are_mended_by_the_command_that_is_named(team: Repo, gitprov: Gitprov) -> None:
    gitprov("push")
    recorded = (team.path / "model.bin").read_bytes()
    spoil(object_of(team.path / ".dvc" / "cache", recorded))
    (team.path / "model.bin").unlink()
    (finding,) = gitprov("restore", "churn", "--json", status=1).json()["findings"]
    assert finding["code"] == "GP-BLB-001"
    gitprov(*finding["fix"].split()[1:])
    assert (team.path / "model.bin").read_bytes() == recorded
