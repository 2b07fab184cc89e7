"""Many writers in one repository: each does its work, or says that another was quicker (issue 7)."""

import contextlib
from pathlib import Path

import pytest

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.recording.seal import seal
from gitprov.wiring.opening import open_project
from tests.crash.conftest import Figure
from tests.crash.killed import Killer
from tests.crash.work import TASKS, halves, make_project, prepare, runs
from tests.support import Gitprov, Repo

MANY = 50


def test_many_adds_at_once(place: Path, gitprov: Gitprov, figure: Figure, long: bool) -> None:
    """All are recorded, each once, and nothing of one is missing in another."""
    many = MANY if long else 15
    repo = make_project(place / "repo")
    with contextlib.chdir(repo.path):
        prepare(repo, TASKS["add"], gitprov)
    for number in range(many):
        repo.write(f"data/many/{number}.csv", f"{number * 4 // 5}\n")  # some have the bytes of another
    assert Killer(1).together(repo.path, [["add", f"data/many/{number}.csv"] for number in range(many)]) == [0] * many
    assert len(runs(repo)) == many
    assert len([path for path in repo.git("ls-files", "--", "data/many").splitlines() if path.endswith(".dvc")]) == many
    assert not list(halves(repo))
    gitprov("verify", "--all", "--cache", cwd=repo.path)
    figure("`add`s at the same time", many, "all recorded, once each")


@pytest.fixture
def models(place: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """A project with two models, m1 and m2, the current directory."""
    repo = make_project(place / "repo")
    monkeypatch.chdir(repo.path)
    prepare(repo, TASKS["add"], gitprov)
    for name in ("m1", "m2"):
        repo.write(f"{name}.txt", f"{name}\n")
        gitprov("add", f"{name}.txt", "--name", name, "--kind", "model")
    gitprov("push", "--no-refs")
    return repo


@pytest.mark.usefixtures("models")
def test_two_seals_of_what_both_have_read(gitprov: Gitprov) -> None:
    """One wins; the other is told, and its next try takes the next number."""
    project, ledger = open_project()
    won = seal(project, ledger, "churn", members={"model": "m1"}, owner="ada")
    assert [stored.path for stored in won.outcome.records] == [".gitprov/releases/churn/1.yaml"]
    with pytest.raises(GitprovError) as told:
        seal(project, ledger, "churn", members={"model": "m2"}, owner="ada")
    assert told.value.code is codes.SEA_TAKEN
    again = gitprov("seal", "churn", "--member", "model=m2", "--json").json()
    assert [one["path"] for one in again["recorded"]] == [".gitprov/releases/churn/2.yaml"]


def test_two_seals_at_once(models: Repo, gitprov: Gitprov) -> None:
    """However they meet, each either makes a release of its own or says that another was quicker."""
    words = [["seal", "churn", "--owner", "ada", "--member", f"model={name}"] for name in ("m1", "m2")]
    statuses = Killer(1).together(models.path, words)
    assert sorted(statuses) in ([0, 0], [0, codes.SEA_TAKEN.exit])
    assert len(models.git("ls-files", ".gitprov/releases/churn/*.yaml").splitlines()) == statuses.count(0)
    gitprov("verify")
