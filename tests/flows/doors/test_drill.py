"""`gitprov drill`: what doors catch is shown on a copy, and nothing real is touched (demand: the team can try it)."""

from dataclasses import replace
from pathlib import Path

import pytest

from gitprov.doors.drill import DRILL, Drilled, Tried
from gitprov.doors.tampering import KINDS
from gitprov.records import Event, decode
from tests.flows.promotion.world import make_world
from tests.support import Gitprov, Repo


@pytest.fixture
def project(repo: Repo, gitprov: Gitprov) -> Repo:
    """A project with two artifacts."""
    gitprov("init")
    for name in ("train.csv", "test.csv"):
        repo.write(name, f"{name}\n")
        gitprov("add", name)
    repo.commit("Record data")
    return repo


def everything(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_every_kind_is_caught_by_every_door_that_can_see_it(project: Repo, gitprov: Gitprov, home: Path) -> None:
    before = everything(project.path) | everything(home)
    done = gitprov("drill", "--json").json()
    assert [one["kind"] for one in done["tried"]] == list(KINDS)
    for one in done["tried"]:
        assert (one["missed"], set(one["caught"])) == ([], set(KINDS[one["kind"]].doors))
    assert (done["alarms"], done["records"], done["commit"]) == ({}, 4, project.git("rev-parse", "HEAD"))
    assert everything(project.path) | everything(home) == before
    assert not Path(done["folder"]).exists()


def test_people_read_a_table(project: Repo, gitprov: Gitprov) -> None:
    told = gitprov("drill", "--kind", "foxtrot", "--kind", "modify", cwd=project.path).out
    assert "2 kinds of tampering, 0 missed" in told
    assert [line.split()[0] for line in told.splitlines()[2:4]] == ["foxtrot", "modify"]


def test_a_drill_is_recorded_as_a_signed_event(project: Repo, gitprov: Gitprov) -> None:
    planned = gitprov("drill", "--kind", "rewind", "--record", "--dry-run", "--json").json()["outcome"]
    assert planned["dry_run"]
    assert project.git("status", "--porcelain") == ""
    recorded = gitprov("drill", "--kind", "rewind", "--record", "--json").json()["outcome"]
    (path,) = [one for one in recorded["staged"] if one.endswith(".yaml")]
    assert len(recorded["staged"]) == 2
    event = decode((project.path / path).read_bytes())
    assert isinstance(event, Event)
    assert (event.kind, event.reason) == (DRILL, "everything was caught")
    assert event.details["kinds"]["rewind"]["code"] == "GP-HIS-002"
    project.commit("Record a drill")
    gitprov("verify")


def test_the_copy_stays_when_somebody_wants_to_look(project: Repo, gitprov: Gitprov, tmp_path: Path) -> None:
    folder = gitprov("drill", "--kind", "delete", "--keep", "--json", cwd=project.path).json()["folder"]
    copy = Repo(Path(folder))
    assert copy.git("diff", "--diff-filter=D", "--name-only", "main", "refs/drill/delete").startswith(".gitprov/")
    assert tmp_path not in copy.path.parents


def test_an_empty_repository_and_a_team_with_promotions_can_be_tried(
    tmp_path: Path, repo: Repo, gitprov: Gitprov
) -> None:
    assert gitprov("drill", "--kind", "modify", "--json", cwd=repo.path).json()["records"] == 0
    alice = make_world(tmp_path / "world", gitprov).alice
    done = alice("drill", "--kind", "modify", "--kind", "policy", "--json").json()
    assert done["commit"] == alice.git("rev-parse", "origin/main")
    assert not any(one["missed"] for one in done["tried"])


def test_what_a_door_misses_and_a_false_alarm_fail_the_drill() -> None:
    caught = Tried("modify", "GP-IMM-007", {"ci check": 3}, ())
    done = Drilled(None, 0, (caught,), {}, "")
    assert done.is_caught
    assert not replace(done, tried=(caught, replace(caught, caught={}, missed=("ci check",)))).is_caught
    assert not replace(done, alarms={"pre-receive": ("GP-IMM-007",)}).is_caught


def test_a_kind_that_nobody_knows_is_refused(project: Repo, gitprov: Gitprov) -> None:
    refused = gitprov("drill", "--kind", "nothing", cwd=project.path, status=2)
    assert "GP-USE-001" in refused.err
    assert "rewrite-drop" in refused.err
