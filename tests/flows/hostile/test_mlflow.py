"""MLflow servers and stores of which parts lie: told, the rest is imported, and nothing leads outside (issue 7).

Each lie by itself: tests/adapters/mlflow.
"""

import json
from pathlib import Path
from typing import Any

import pytest

from gitprov.errors import catalogue as codes
from tests.flows.exchange.mlflow_frozen import frozen_answers, lying, serving, write_store
from tests.real.sigstore.web import Answer, Request
from tests.support import Gitprov, Repo


@pytest.fixture
def project(repo: Repo, gitprov: Gitprov) -> Repo:
    gitprov("init")
    repo.commit("Set up")
    return repo


def imported(gitprov: Gitprov, place: str | Path) -> tuple[set[str], list[str]]:
    """Imports twice; returns the codes of what was found, and which records were made, with nothing new at the end."""
    done = gitprov("import", "mlflow", place, "--json").json()
    assert gitprov("import", "mlflow", place, "--json").json()["recorded"] == []
    assert "s3cr3t" not in json.dumps(done)
    gitprov("verify")
    return {one["code"] for one in done["findings"]}, [one["type"] for one in done["recorded"]]


def test_a_server_of_which_parts_lie(project: Repo, gitprov: Gitprov) -> None:
    """Half a file, secrets in short and long parameters, a model and a registry that are not there: in one import."""

    def lies(asked: Request) -> Answer:
        true = frozen_answers()(asked)
        if "get-artifact" in asked.path:
            return Answer(200, true.body[:-1])
        if "logged-models" in asked.path or "registered-models" in asked.path:
            return Answer(404, b"{}")
        if "runs/search" not in asked.path:
            return true
        said: Any = json.loads(true.body)
        for run in said.get("runs", ()):
            if run["info"]["run_name"] == "numbers only":
                run["data"]["params"] = [{"key": "db", "value": "https://ada:s3cr3t@db.example/"}]
            if run["info"]["experiment_id"] == "2":
                long = "https://ada:s3cr3t@db.example/" + "x" * 6000
                run["data"]["params"] = [{"key": f"p{one}", "value": long} for one in range(20)]
        return Answer.of(said)

    with serving(lies) as address:
        found, made = imported(gitprov, address)
    assert found == {codes.MLF_ANSWER.id, codes.SEC_FOUND.id, codes.MLF_NONE.id}
    assert made.count("run") == 2  # the one that did not lie, and the data set that it read
    assert project.git("status", "--porcelain", "--untracked-files=all").count("??") == 0


def test_a_server_that_cannot_read_its_artifacts(project: Repo, gitprov: Gitprov) -> None:
    """Then nobody knows which there are: all of a run's are one thing that is unverified."""
    with serving(lying("artifacts/list", lambda _: Answer(500, b"{}"))) as address:
        found, made = imported(gitprov, address)
    assert found == {codes.MLF_ELSEWHERE.id}
    assert made.count("run") == 5
    assert "name: churn-model.artifacts" in project.git("diff", "--cached")


def test_a_store_of_which_parts_lead_elsewhere(project: Repo, tmp_path: Path, gitprov: Gitprov) -> None:
    """Links and pipes in artifacts leave these unverified; the others are read."""
    store = write_store(tmp_path / "mlflow")
    (tmp_path / "outside.txt").write_text("s3cr3t\n")
    there = next(path for path in store.glob("*/*/artifacts") if (path / "notes.txt").is_file())
    (there / "notes.txt").unlink()
    (there / "notes.txt").symlink_to(tmp_path / "outside.txt")
    (there / "model/away").symlink_to(tmp_path / "outside.txt")
    (there / "back\\slash").write_text("x")
    found, made = imported(gitprov, store)
    assert found == {codes.PTH_KIND.id, codes.PTH_LINK.id, codes.PTH_NAME.id}
    assert made.count("run") == 5
    objects = [path for path in (project.path / ".dvc/cache").rglob("*") if path.is_file()]
    assert not any(b"s3cr3t" in path.read_bytes() for path in objects)
