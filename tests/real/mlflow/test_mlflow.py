"""`gitprov import mlflow` of what MLflow itself made: by its servers and file stores, versions 2 and 3 (issue 7)."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gitprov.ids import digest_hex
from gitprov.lineage import Ledger
from gitprov.recording.ledger import open_ledger
from gitprov.records import Content, Run
from gitprov.wiring.project import Project
from tests.real.mlflow.servers import VERSIONS, running, script
from tests.support import Gitprov, Repo

pytestmark = pytest.mark.mlflow


@contextmanager
def store(version: str, kind: str, folder: Path) -> Iterator[str]:
    if kind == "server":
        with running(version, folder) as address:
            yield address
    else:
        yield f"file:{folder}/mlruns"


def files_of(ledger: Ledger, run: Run, mlflow_id: str) -> dict[str, str]:
    """Returns the digests of the files that a run left, as MLflow names them."""
    found = {}
    cache = Project().cache
    for out in run.outputs.values():
        content = ledger.artifacts[out.artifact].content
        assert isinstance(content, Content)
        above, _, entry = out.path.partition("/artifacts")
        if not entry and not out.path.endswith("/artifacts"):
            continue  # run.json
        top = "" if above.endswith(mlflow_id) else above.rpartition("/")[2]
        if content.listing is None:
            found[entry.removeprefix("/")] = digest_hex(content.digest)
        for one in cache.entries(content):
            found[f"{top}{entry}/{one.path}".removeprefix("/")] = digest_hex(one.sha256)
    return found


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("kind", ["server", "folder"])
def test_everything_that_mlflow_says_is_recorded(
    version: str, kind: str, repo: Repo, gitprov: Gitprov, tmp_path: Path
) -> None:
    """Demand 40: parameters, metrics and the bytes of every artifact are those that MLflow's own client gives."""
    gitprov("init")
    commit = repo.commit("Set up")
    there = tmp_path / "mlflow"
    there.mkdir()
    with store(version, kind, there) as address:
        (there / "work").mkdir()
        script(version, "story.py", address, commit, there / "work", folder=there)
        told: dict[str, Any] = json.loads(script(version, "told.py", address, folder=there))
        done = gitprov("import", "mlflow", address, "--json").json()
        again = gitprov("import", "mlflow", address, "--json").json()
    assert done["findings"] == []
    assert again["recorded"] == [] == again["staged"]
    ledger = open_ledger(Project().git, Project().worktree)
    runs = {
        out.path.split("/")[2]: run
        for run in ledger.runs.values()
        for out in run.outputs.values()
        if out.path.endswith("/run.json")
    }
    ended = {one for one, said in told.items() if said["status"] in ("FINISHED", "FAILED")}
    assert runs.keys() == ended
    assert len(told) - len(ended) == done["unfinished"] == 1
    for one, run in runs.items():
        said = told[one]
        assert dict(run.params or {}) == said["params"]
        assert files_of(ledger, run, one) == said["files"]
        assert numbers(ledger, run) == said["metrics"]
    assert {run.code.digest == "unknown" for run in runs.values() if run.code} == {True, False}
    gitprov("verify")


def numbers(ledger: Ledger, run: Run) -> dict[str, str]:
    """Returns the metrics of the evaluation of a run, as Python writes floats."""
    found: dict[str, str] = {}
    for out in run.outputs.values():
        for one in ledger.evaluations_of(out.artifact):
            if ledger.evaluations[one].evaluated == run.finished:
                for name, value in ledger.evaluations[one].metrics.items():
                    found[name] = value["nonfinite"] if isinstance(value, dict) else repr(float(value))
    return found
