"""`verify --bytes` reads every byte again, in the cache and in the remote (demand 2, threats A05 and A06)."""

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.ids import md5_of
from tests.flows.recording.conftest import Train
from tests.support import Gitprov, Repo

TABLE = b"a table that nobody may touch\n"


@pytest.fixture(scope="module")
def shelf(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the pushed project is kept once it was made, with what lies beside it."""
    return tmp_path_factory.mktemp("pushed") / "all"


@pytest.fixture
def shared(shelf: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Repo:
    """The project with a file, a directory and a training, pushed; made once, copied for each test."""
    if not shelf.exists():
        made: Repo = request.getfixturevalue("project")
        train: Train = request.getfixturevalue("train")
        gitprov: Gitprov = request.getfixturevalue("gitprov")
        made.git("init", "--quiet", "--bare", "../origin.git")
        made.git("remote", "add", "origin", "../origin.git")
        made.write("tables/one.csv", TABLE)
        made.write("tables/sub/two.csv", "two\n")
        gitprov("add", "tables", "--name", "tables")
        train()
        made.commit("train")
        gitprov("push")
        shutil.copytree(made.path.parent, shelf, symlinks=True)
    shutil.copytree(shelf, tmp_path / "copy", symlinks=True)
    monkeypatch.chdir(tmp_path / "copy" / "repo")
    return Repo(tmp_path / "copy" / "repo")


@pytest.fixture
def empty(shared: Repo, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A clone beside it, without any bytes; the current folder."""
    shared.git("clone", "--quiet", "../origin.git", "../clone")
    monkeypatch.chdir(shared.path.parent / "clone")
    return Repo(shared.path.parent / "clone")


def stores(repo: Repo) -> dict[str, Path]:
    return {"cache": repo.path / ".dvc" / "cache", "remote": repo.path.parent / "repo.dvc-remote"}


def place(store: Path, data: bytes) -> Path:
    digits = md5_of(data).removeprefix("md5:")
    return store / "files" / "md5" / digits[:2] / digits[2:]


def overwrite(path: Path, data: bytes) -> None:
    path.chmod(0o644)
    path.write_bytes(data)


def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    overwrite(path, bytes(data))


DAMAGE: dict[str, Callable[[Path], None]] = {
    "one byte flipped": flip,
    "truncated": lambda path: overwrite(path, path.read_bytes()[:-1]),
    "extended": lambda path: overwrite(path, path.read_bytes() + b"\0"),
    "empty": lambda path: overwrite(path, b""),
}


def test_honest_bytes(shared: Repo, gitprov: Gitprov) -> None:
    verdict = gitprov("verify", "--bytes", "--json").json()
    assert (verdict["findings"], verdict["undecided"]) == ([], [])
    objects = [one for one in stores(shared)["remote"].rglob("*") if one.is_file() and "files" in one.parts]
    assert verdict["bytes"]["objects"] == len(objects)
    assert verdict["bytes"]["size"] == sum(one.stat().st_size for one in objects)
    text = gitprov("verify", "--bytes").out
    assert text.startswith("nothing wrong: checked 6 records, ")
    assert "in the cache and in remote storage" in text


@pytest.mark.parametrize("damage", DAMAGE)
@pytest.mark.parametrize("where", ["cache", "remote"])
def test_damage_is_named(where: str, damage: str, shared: Repo, gitprov: Gitprov) -> None:
    """A05: in the file of a directory, by the name of its artifact, whatever the other place has."""
    DAMAGE[damage](place(stores(shared)[where], TABLE))
    (finding,) = gitprov("verify", "--bytes", "--json", status=1).json()["findings"]
    assert finding["code"] == "GP-BLB-001"
    assert "tables" in finding["what"]
    assert where in finding["what"]
    assert finding["fix"]


@pytest.mark.parametrize("option", ["--bytes", "--cache", "--remote"])
@pytest.mark.parametrize("absent", ["cache", "remote", "both"])
def test_an_object_may_be_missing_in_one_place_unless_that_one_was_asked(
    absent: str, option: str, shared: Repo, gitprov: Gitprov
) -> None:
    for where, store in stores(shared).items():
        if absent in (where, "both"):
            place(store, TABLE).unlink()
    missed = absent == "both" or option == f"--{absent}"
    findings = gitprov("verify", option, "--json", status=int(missed)).json()["findings"]
    assert [one["code"] for one in findings] == ["GP-BLB-002"] * missed


def test_what_is_not_pushed_yet_is_counted(shared: Repo, gitprov: Gitprov) -> None:
    shared.write("late.csv", "late\n")
    gitprov("add", "late.csv")
    verdict = gitprov("verify", "--bytes", "--json").json()
    assert verdict["bytes"]["not_pushed"] == 1
    assert "1 object not in the remote yet: gitprov push" in gitprov("verify", "--bytes").out


def test_a_clone_without_bytes_reads_the_remote(empty: Repo, gitprov: Gitprov) -> None:
    """The listing of a directory comes from the remote, and says what else to read there."""
    assert gitprov("verify", "--bytes").out.startswith("nothing wrong")
    flip(place(empty.path.parent / "repo.dvc-remote", TABLE))
    (finding,) = gitprov("verify", "--remote", "--json", status=1).json()["findings"]
    assert finding["code"] == "GP-BLB-001"


def test_a_listing_that_is_not_the_recorded_one_is_a_finding(empty: Repo, gitprov: Gitprov) -> None:
    listing = next(
        path
        for path in (empty.path.parent / "repo.dvc-remote").rglob("*")
        if path.is_file() and b'"path":"one.csv"' in path.read_bytes()
    )
    flip(listing)
    findings = gitprov("verify", "--remote", "--json", status=1).json()["findings"]
    assert {one["code"] for one in findings} == {"GP-BLB-001"}
    assert any("tables" in one["what"] for one in findings)


def test_a_remote_that_does_not_answer_is_no_verdict(shared: Repo, gitprov: Gitprov) -> None:
    shutil.move(stores(shared)["remote"], shared.path.parent / "away")
    verdict = gitprov("verify", "--bytes", "--json", status=3).json()
    assert (verdict["findings"], [one["code"] for one in verdict["undecided"]]) == ([], ["GP-IO-002"])
    place(stores(shared)["cache"], TABLE).unlink()
    assert gitprov("verify", "--bytes", "--json", status=3).json()["findings"] == []
    flip(place(stores(shared)["cache"], b"two\n"))
    assert "GP-BLB-001" in gitprov("verify", "--bytes", status=1).out


def test_one_name_reads_its_own_bytes_only(shared: Repo, gitprov: Gitprov) -> None:
    flip(place(stores(shared)["remote"], TABLE))
    assert gitprov("verify", "churn", "--bytes").out.startswith("nothing wrong")
    assert "GP-BLB-001" in gitprov("verify", "tables", "--bytes", status=1).out


def test_drafts_need_no_bytes_elsewhere(shared: Repo, train: Train, gitprov: Gitprov) -> None:
    train(lr=0.5, keep=False)
    verdict = gitprov("verify", "--remote", "--json").json()
    assert verdict["findings"] == []
    assert shared.git("status", "--porcelain", "--", ".gitprov") == ""


def test_before_the_first_push_there_is_no_remote_to_read(shared: Repo, gitprov: Gitprov) -> None:
    """Nothing is found wrong and nothing is called right: the way out is to push."""
    shutil.rmtree(stores(shared)["remote"])
    out = gitprov("verify", "--bytes", status=3).out
    assert "undecided[GP-IO-002]: there is no folder" in out
    assert "nothing was pushed yet" in out
    assert "fix: gitprov push" in out
    gitprov("push", "--no-refs")
    gitprov("verify", "--bytes")
