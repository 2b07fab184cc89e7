"""`gitprov import mlflow` of what MLflow 3 made and of what its server answered, kept (issue 7, demand 40)."""

import json
import math
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

import gitprov as api
from gitprov.errors import catalogue as codes
from gitprov.lineage import Ledger
from gitprov.recording.ledger import open_ledger
from gitprov.records import Artifact, Evaluation, Event, ReferencedContent, Run
from gitprov.wiring.project import Project
from tests.flows.exchange.mlflow_frozen import frozen_answers, serving, write_store
from tests.real.sigstore.web import Answer, Request
from tests.support import Gitprov, Repo


@pytest.fixture
def commit(repo: Repo, gitprov: Gitprov) -> str:
    """A project with gitprov; the commit that MLflow saw."""
    gitprov("init")
    repo.write("train.py", "print('hello')\n")
    repo.write("requirements.txt", "numpy==2.1.0\n")
    return repo.commit("Train")


@pytest.fixture
def store(commit: str, tmp_path: Path) -> Path:
    """The file store."""
    return write_store(tmp_path / "mlflow", commit)


@pytest.fixture
def server(commit: str) -> Iterator[str]:
    """The address of the server."""
    with serving(frozen_answers(commit)) as address:
        yield address


def ledger() -> Ledger:
    return open_ledger(Project().git, Project().worktree)


def runs(known: Ledger) -> dict[str, Run]:
    """Returns the runs by what MLflow calls them."""
    found = {}
    for run in known.runs.values():
        for out in run.outputs.values():
            if out.path.endswith("/run.json"):
                data = Project().cache.objects(known.artifacts[out.artifact].content)[0]  # type: ignore[arg-type]
                found[json.loads(Project().cache.read(data))["name"]] = run
    return found


@pytest.mark.parametrize("source", ["store", "server"])
def test_what_mlflow_says_is_recorded_and_nothing_else(
    source: str, commit: str, request: pytest.FixtureRequest, gitprov: Gitprov
) -> None:
    """Runs and what they left, their numbers, logged models, data sets and versions, each looked at below."""
    done = gitprov("import", "mlflow", str(request.getfixturevalue(source)), "--json").json()
    known = ledger()
    told = runs(known)
    check_a_run(known, told["first try"], commit)
    check_numbers(known, told, math.inf if source == "store" else sys.float_info.max)
    check_what_is_newer(known, told["newer"])
    check_versions(known, told)
    assert [path.rpartition("/")[2] for path in done["unverified"]] == ["customers-8f1c2a07"]
    gitprov("verify")
    said = gitprov("seal", "churn-model", "--member", f"model={told['newer'].outputs['net'].artifact}", status=None)
    assert said.status != 0
    assert codes.BLB_UNVERIFIED.id in said.out + said.err
    assert "not a promotion" in gitprov("log", "churn-model.model").out


def check_a_run(known: Ledger, first: Run, commit: str) -> None:
    """What MLflow says is declared, what it does not know is unknown: nothing is invented."""
    assert first.step == "churn-model"
    assert first.actor == "unknown"
    assert first.command == ()
    assert first.params == {"layers": "[8, 4]", "note": "two\nlines", "rate": "0.1"}
    assert set(first.unknown) == {"actor", "dirty", "exit", "hardware", "inputs"}
    assert set(first.declared) == {"code", "locks", "params", "times"}
    assert first.started is not None
    assert first.finished is not None
    assert first.code is not None
    assert first.code.commit == f"git:{commit}"
    assert first.environment is not None
    assert [lock.path for lock in first.environment.locks or ()] == ["requirements.txt"]
    made = {role: known.artifacts[out.artifact] for role, out in first.outputs.items()}
    assert {role: (one.name, one.kind) for role, one in made.items()} == {
        "model": ("churn-model.model", "model"),
        "notes": ("churn-model.notes.txt", "artifact"),
        "plots": ("churn-model.plots", "artifact"),
        "run": ("churn-model.run", "report"),
    }
    assert not any(isinstance(one.content, ReferencedContent) for one in made.values())


def check_numbers(known: Ledger, told: dict[str, Run], infinite: float) -> None:
    """The last value of each metric, about the models of a run, else about what MLflow says of it.

    A database of MLflow's keeps the greatest float in the place of what is infinite.
    """
    found = {(one.name, one.evaluated): one for one in known.evaluations.values() if one.suite == "mlflow"}
    first = found["churn-model.model", str(told["first try"].finished)]
    nan, inf = ({"nonfinite": text, "value": None} for text in ("nan", "inf"))
    worst = inf if infinite == math.inf else infinite
    assert first.metrics == {"auc": 0.92, "loss/val": nan, "rows": 12, "worst": worst}
    assert first.actor == "unknown"
    assert first.source == told["first try"].outputs["run"].content
    assert found["churn-model.run", str(told["numbers only"].finished)].metrics == {"auc": 0.4}
    many = next(run for run in told.values() if run.step == "late-payers")  # its experiment has an e-mail address
    assert len(found["late-payers.run", str(many.finished)].metrics) == 40


def check_what_is_newer(known: Ledger, newer: Run) -> None:
    """MLflow 3 keeps models beside runs; of data it has a digest that is none of bytes, so it is unverified."""
    assert known.artifacts[newer.outputs["net"].artifact].name == "churn-model.net"
    customers = known.artifacts[newer.inputs["customers"].artifact].content
    assert isinstance(customers, ReferencedContent)
    assert (customers.reference.kind, customers.reference.assurance) == ("mlflow-dataset", "asserted")


def check_versions(known: Ledger, told: dict[str, Run]) -> None:
    """Versions, stages and aliases are events, and never releases or promotions."""
    events = {
        (str(one.details["version"]), one.details["action"], one.details.get("stage")): one
        for one in known.events.values()
    }
    assert events.keys() == {
        ("1", "registered", None),
        ("1", "assigned", "Production"),
        ("1", "assigned", "champion"),
        ("2", "registered", None),
    }
    assert {one.kind for one in events.values()} == {"imported"}
    assert events["1", "registered", None].subjects == (told["first try"].outputs["model"].artifact,)
    assert events["2", "registered", None].subjects == (told["newer"].outputs["net"].artifact,)
    assert events["1", "assigned", "champion"].details["undated"] is True
    assert known.releases == {}


def test_a_model_of_which_all_is_known_can_be_sealed(store: Path, repo: Repo, gitprov: Gitprov) -> None:
    """As docs/migrating.md says: where MLflow saw a commit that is here, and the bytes are."""
    gitprov("import", "mlflow", store)
    repo.commit("Import")
    assert "dvc pull" not in gitprov("status").out
    gitprov("push", "--no-refs")
    gitprov("seal", "churn", "--member", "model=churn-model.model", "--owner", "ann")
    assert "command  unknown" in gitprov("why", "churn@v1").out
    gitprov("restore", "churn@v1", "--to", repo.path.parent / "out")
    assert [path.name for path in (repo.path.parent / "out").rglob("weights.bin")] == ["weights.bin"]


def test_parameters_that_a_record_has_no_room_for_are_an_input(store: Path, gitprov: Gitprov) -> None:
    """The longest are in a file, which is kept as other data is: no run is left out for them, and no parameter."""
    (rate,) = [path for path in store.glob("*/*/params/rate") if path.read_text() == "0.1"]
    for number in range(20):
        rate.with_name(f"p{number}").write_text(chr(97 + number) * 6000)
    said = {path.name: path.read_text() for path in rate.parent.iterdir()}
    assert gitprov("import", "mlflow", store, "--json").json()["findings"] == []
    known = ledger()
    first = runs(known)["first try"]
    source = known.artifacts[first.inputs["params"].artifact]
    assert source.name == "churn-model.params"
    assert first.inputs["params"].path == first.outputs["run"].path.replace("run.json", "params.json")
    long = json.loads(Project().cache.read(Project().cache.objects(source.content)[0]))  # type: ignore[arg-type]
    assert {**long, **(first.params or {})} == said
    assert "rate" in (first.params or {})
    assert not set(long) & set(first.params or {})
    assert gitprov("import", "mlflow", store, "--json").json()["recorded"] == []


def test_a_second_import_writes_nothing(store: Path, server: str, repo: Repo, gitprov: Gitprov) -> None:
    gitprov("import", "mlflow", store)
    repo.commit("Import")
    again = gitprov("import", "mlflow", store, "--json").json()
    assert again["recorded"] == [] == again["staged"]
    assert again["recorded_before"] == 4
    assert "everything is recorded" in gitprov("import", "mlflow", store).out
    assert repo.git("status", "--porcelain", "--", ".gitprov") == ""
    assert gitprov("import", "mlflow", server, "--json").json()["recorded"] != []  # it is another store
    assert gitprov("import", "mlflow", server, "--json").json()["recorded"] == []


def test_what_is_new_is_imported_and_what_went_on(store: Path, gitprov: Gitprov) -> None:
    """Incremental: a run that ended meanwhile, and one that somebody took up again."""
    gitprov("import", "mlflow", store)
    metas = [path for path in store.glob("*/*/meta.yaml") if "status: 1" in path.read_text()]
    assert len(metas) == 1
    (metas[0]).write_text(
        metas[0].read_text().replace("end_time: null", "end_time: 1800000000000").replace("status: 1", "status: 3")
    )
    told = runs(ledger())
    again = next(out.path for out in told["numbers only"].outputs.values()).split("/")
    with (store / again[1] / again[2] / "metrics/auc").open("a") as file:
        file.write("1800000000000 0.5 7\n")
    done = gitprov("import", "mlflow", store, "--json").json()
    assert sorted(one["type"] for one in done["recorded"]) == ["artifact", "artifact", "evaluation", "run", "run"]
    assert done["unfinished"] == 0


def test_a_part(store: Path, server: str, gitprov: Gitprov) -> None:
    told = gitprov("import", "mlflow", store, "--dry-run", "--json").json()
    only = gitprov("import", "mlflow", store, "--dry-run", "--json", "--experiment", "Churn Model").json()
    assert len(told["runs"]) == 4
    assert len(only["runs"]) == 3
    one = gitprov("import", "mlflow", store, "--dry-run", "--json", "--run", only["runs"][0]).json()
    assert one["runs"] == only["runs"][:1]
    other = next(run for run in told["runs"] if run not in only["runs"])
    assert gitprov("import", "mlflow", store, "--dry-run", "--json", "--run", other).json()["versions"] == []
    for place in (store, server):
        for words in (["--experiment", "Chrun"], ["--run", "abc"]):
            said = gitprov("import", "mlflow", place, *words, status=2)
            assert codes.USE_ARGUMENT.id in said.err
    assert "Churn Model" in gitprov("import", "mlflow", server, "--experiment", "Chrun", status=2).err


def test_a_dry_run_reads_and_writes_nothing(server: str, repo: Repo, gitprov: Gitprov) -> None:
    said = gitprov("import", "mlflow", server, "--dry-run").out
    assert "would import 4 runs, 6 files (2.0 kB), 2 registered versions" in said
    assert repo.git("status", "--porcelain", "--untracked-files=all") == ""


@pytest.mark.parametrize("source", ["store", "server"])
def test_without_artifacts_they_are_listed_and_unverified(
    source: str, request: pytest.FixtureRequest, gitprov: Gitprov
) -> None:
    place = str(request.getfixturevalue(source))
    done = gitprov("import", "mlflow", place, "--no-artifacts", "--json").json()
    assert {path.rpartition("/")[2] for path in done["unverified"]} >= {"model", "notes.txt", "plots"}
    assert done["size"] == 0
    known = ledger()
    model = known.artifacts[runs(known)["first try"].outputs["model"].artifact].content
    assert isinstance(model, ReferencedContent)
    assert model.reference.checks == {"files": 2, "size": 974}
    assert gitprov("import", "mlflow", place, "--no-artifacts", "--json").json()["recorded"] == []
    assert "unverified" in gitprov("verify").out
    after = gitprov("import", "mlflow", place, "--json").json()
    assert [one["type"] for one in after["recorded"]].count("run") == 2
    assert gitprov("import", "mlflow", place, "--json").json()["recorded"] == []
    assert "1 content unverified" in gitprov("verify").out  # the data set; the others have their bytes now


def test_an_import_that_is_cut_off_goes_on(commit: str, repo: Repo, gitprov: Gitprov) -> None:
    """What was read before the server gave up is recorded; the same command reads the rest."""
    answers, asked = frozen_answers(commit), list[str]()

    def gives_up(request: Request) -> Answer:
        asked.append(request.path)
        if sum("get-artifact" in path or "/files" in path for path in asked) == 5:
            return Answer(401, b"{}")
        return answers(request)

    with serving(gives_up) as address:
        said = gitprov("import", "mlflow", address, status=5)
        assert codes.IO_NETWORK.id in said.err
        some = repo.git("diff", "--cached", "--name-only")
        assert ".gitprov/runs/churn-model" in some
        asked.clear()
        gitprov("import", "mlflow", address)
        assert sum("get-artifact" in path or "/files" in path for path in asked) == 2
    assert gitprov("verify").status == 0


@pytest.mark.usefixtures("commit")
def test_credentials_are_shown_to_nobody(gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> None:
    said = gitprov("import", "mlflow", "http://ada:s3cr3t@127.0.0.1:1", status=2)
    assert codes.SEC_FOUND.id in said.err
    assert "s3cr3t" not in said.out + said.err
    monkeypatch.setenv("MLFLOW_TRACKING_TOKEN", "t0ken-of-mine")
    with serving(lambda _: Answer(403, b'{"message": "no"}')) as address:
        said = gitprov("import", "mlflow", address, status=5)
    assert "MLFLOW_TRACKING_TOKEN" in said.err
    assert "t0ken-of-mine" not in said.out + said.err


def test_python_has_it_too(store: Path) -> None:
    done = api.import_.mlflow(str(store), experiment="Churn Model", artifacts=False)
    kinds = {type(one.record) for one in done.outcome.records}
    assert kinds == {Artifact, Evaluation, Event, Run}


def test_a_store_in_the_repository_is_read_like_any_other(repo: Repo, store: Path, gitprov: Gitprov) -> None:
    shutil.move(store, repo.path / "mlruns")
    gitprov("import", "mlflow", ".")
    assert len(runs(ledger())) == 4
    gitprov("verify")
