"""What came of a source, of code, or of a time, on real git: down to what serves (demand 9)."""

from dataclasses import replace

import pytest

from gitprov.audit.impact import Window
from gitprov.lineage.impact import DISPOSAL
from gitprov.records import Event, Run, store
from tests.flows.promotion.world import World


def labels(rows: list[dict[str, str]]) -> list[str]:
    return [row["label"] for row in rows]


@pytest.fixture
def deployed(serving: World) -> World:
    """The team, after carol deployed churn@v1 and churn@v2 took its place."""
    carol = serving.carol
    carol.pull()
    pin = carol("trust", "fingerprint").out.strip()
    carol("deploy", "churn/production", "--to", serving.path / "served", "--yes", "--pin", pin)
    carol.share("Deployed")
    serving.promote("churn@v2")
    return serving


def test_a_source_leads_to_all_that_was_made_of_it_and_to_what_serves(deployed: World) -> None:
    """D9: also from a branch that has none of it, and from a bare clone."""
    alice = deployed.alice
    found = alice("impact", "raw", "--json").json()
    assert sorted(labels(found["retrain"])) == ["churn@v1", "churn@v2"]
    assert [one["label"] for one in found["review"] if one["type"] == "release"] == ["churn@v1", "churn@v2"]
    evaluations = [one["label"] for one in found["review"] if one["type"] == "evaluation"]
    assert sorted(evaluations) == ["holdout of churn@v1", "holdout of churn@v2"]
    serves, before = found["deployed"]
    assert (serves["release"], serves["in_effect"], serves["deployments"]) == ("churn@v2", True, [])
    assert (before["release"], before["in_effect"]) == ("churn@v1", False)
    assert [one["by"] for one in before["deployments"]] == [["carol"]]
    said = alice("impact", "raw").out
    assert "churn/production  churn@v2  in effect by churn/production/2" in said
    assert "by carol" in said
    alice.git("switch", "--quiet", "--detach", alice.git("rev-list", "--max-parents=0", "HEAD"))
    alice.git("checkout", "--quiet", "main", "--", ".gitprov/project.yaml")
    assert alice("impact", "--source", "raw", "--json").json()["deployed"] == found["deployed"]
    bare = alice.gitprov("impact", "raw", "--json", cwd=deployed.origin.path).json()
    assert bare["retrain"] == found["retrain"]
    assert bare["deployed"] == found["deployed"]


def test_code_leads_to_what_it_made_within_a_time(world: World) -> None:
    """D9: a run whose commit lacks the file did not use it; where nobody can tell, it counts."""
    alice = world.alice
    both = [alice("impact", "--code", path, "--json").json()["retrain"] for path in ("train.py", ".")]
    assert [sorted(labels(one)) for one in both] == [["churn@v1", "churn@v2"]] * 2
    alice.repo.write("extra.py", "x = 1\n")
    alice.repo.commit("More code")
    alice.release(3, auc=0.97)
    found = alice("impact", "--code", "extra.py", "--json").json()
    assert (labels(found["roots"]), labels(found["retrain"]), len(found["runs"])) == (["churn@v3"], ["churn@v3"], 1)
    assert found["unknown"] == []
    alice.repo.write("train.py", "# changed, not committed\n" + (alice.repo.path / "train.py").read_text())
    alice.train(4)
    assert len(alice("impact", "--code", "extra.py", "--json").json()["unknown"]) == 1
    assert "2 runs, 1 of them since nobody knows better, 2 artifacts" in alice("impact", "--code", "extra.py").out
    alice.repo.commit("Committed")
    assert found["deployed"] == []
    nothing = alice("impact", "--code", "train.py", "--to", "2001-01-01", "--json").json()
    assert (nothing["runs"], nothing["roots"], nothing["retrain"], nothing["review"]) == ([], [], [], [])
    assert len(alice("impact", "--code", "train.py", "--from", "2001-01-01", "--json").json()["runs"]) == 4
    of_time = alice("impact", "--from", "2001-01-01", "--json").json()
    assert len(of_time["roots"]) == 5
    assert sorted(labels(of_time["retrain"]))[1:] == ["churn@v1", "churn@v2", "churn@v3"]
    assert "nothing else came of it" in alice("impact", "--code", "train.py", "--to", "2001-01-01").out
    data = alice("impact", "--code", "data/raw.csv", status=2).err
    assert "GP-NAM-001" in data


@pytest.mark.parametrize(
    ("start", "end", "answer"),
    [
        (None, None, "yes"),
        (None, "11:59:59", "no"),
        (None, "12:00:00", "yes"),
        ("13:00:00", None, "yes"),
        ("13:00:01", None, "no"),
        ("12:30:00", "12:30:01", "yes"),
    ],
)
def test_a_time_meets_the_runs_that_went_on_in_it(start: str | None, end: str | None, answer: str) -> None:
    """D9: from when it began to when it ended, both included; nobody knows of a run without times."""
    timed = Run(step="s", actor="ann", outputs={}, started=at("12:00:00"), finished=at("13:00:00"))
    asked = Window(start and at(start), end and at(end))
    assert asked.meets(timed) == answer
    assert asked.meets(replace(timed, started=None, finished=None)) == ("yes" if start is end else "unknown")


def at(time: str) -> str:
    return f"2026-11-21T{time}Z"


def test_what_is_disposed_of_already_is_told_and_not_to_be_retrained(world: World) -> None:
    alice = world.alice
    known = {one["label"]: one["id"] for one in alice("impact", "raw", "--json").json()["retrain"]}
    gone = Event(kind=DISPOSAL, actor="alice", at=at("12:00:00"), subjects=(known["churn@v1"],), reason="asked to")
    alice.repo.write(store(gone).path, store(gone).data)
    alice.repo.commit("Disposed of churn@v1")
    found = alice("impact", "raw", "--json").json()
    assert (labels(found["retrain"]), labels(found["disposed"])) == (["churn@v2"], ["churn@v1"])
    assert "disposed of already: 1 artifact\n  churn@v1\n" in alice("impact", "raw").out


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        ((), "GP-USE-001"),
        (("raw", "--source", "raw"), "GP-USE-001"),
        (("raw", "--from", "2026-11-21"), "GP-USE-001"),
        (("--to", "2026-13-21"), "GP-USE-001"),
        (("--from", "yesterday"), "GP-USE-001"),
        (("--source", "nothing-like-it"), "GP-NAM-001"),
        (("--code", "nowhere.py"), "GP-NAM-001"),
        (("--code", "../elsewhere"), "GP-PTH-001"),
    ],
)
def test_what_names_no_one_thing_is_refused(arguments: tuple[str, ...], code: str, world: World) -> None:
    assert code in world.alice("impact", *arguments, status=2).err


def test_a_shallow_clone_cannot_say_what_serves(serving: World) -> None:
    origin = f"file://{serving.origin.path}"
    serving.alice.git("clone", "--quiet", "--depth", "1", origin, serving.path / "shallow")
    said = serving.gitprov("impact", "raw", cwd=serving.path / "shallow", status=None)
    assert (said.status, "GP-GIT-005" in said.err) == (3, True)
