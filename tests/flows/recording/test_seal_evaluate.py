"""`gitprov evaluate` and `gitprov seal` (demands 5, 6)."""

import json
import sys

import pytest

from gitprov.records import Evaluation, Release, decode, set_digest
from tests.flows.recording.conftest import Train
from tests.support import Gitprov, Repo


def test_metrics_are_recorded_flat(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train()
    project.write("metrics.json", '{"auc": 0.91, "segment": {"b": 1.0}, "loss": NaN}')
    gitprov("evaluate", "churn", "--metrics", "metrics.json", "--data", "raw", "--suite", "holdout")
    (path,) = (project.path / ".gitprov/evaluations/churn").glob("*/*.yaml")
    record = decode(path.read_bytes())
    assert isinstance(record, Evaluation)
    assert record.metrics == {"auc": 0.91, "loss": {"nonfinite": "nan", "value": None}, "segment.b": 1}
    assert record.data is not None
    assert record.suite == "holdout"


@pytest.mark.parametrize("text", ["", "[]", "{}", "{'a': 1}", '{"a": {"b": 1}, "a.b": 2}'])
def test_metrics_that_are_none_are_refused(project: Repo, train: Train, gitprov: Gitprov, text: str) -> None:
    train()
    project.write("metrics.json", text)
    assert "GP-VAL-002" in gitprov("evaluate", "churn", "--metrics", "metrics.json", status=2).err


def test_seal_lists_everything_that_is_missing(project: Repo, train: Train, gitprov: Gitprov) -> None:
    """Demand 6: data, code, environment and artifacts must all resolve."""
    train()
    refused = gitprov("seal", "churn", "--json", status=1)
    found = refused.json()["findings"]
    assert {one["code"] for one in found} >= {"GP-SEA-002", "GP-BLB-002"}
    assert all(one["fix"] for one in found)
    assert not (project.path / ".gitprov/releases").exists()


def test_seal_makes_numbered_releases(project: Repo, train: Train, gitprov: Gitprov) -> None:
    train()
    project.commit("first training")
    gitprov("push", "--no-refs")
    gitprov("seal", "churn", "--owner", "ann")
    project.commit("seal")
    assert "owner: ann" in (project.path / ".gitprov/catalog/churn.yaml").read_text()
    release = decode((project.path / ".gitprov/releases/churn/1.yaml").read_bytes())
    assert isinstance(release, Release)
    assert release.set_ == set_digest(release.members)
    assert "GP-SEA-003" in gitprov("seal", "churn", status=2).err
    train(lr=0.2)
    gitprov("push", "--no-refs")
    gitprov("seal", "churn")
    assert (project.path / ".gitprov/releases/churn/2.yaml").is_file()


def test_members_come_from_the_catalog_and_the_command_line(project: Repo, train: Train, gitprov: Gitprov) -> None:
    project.write("prompt.txt", "hello\n")
    gitprov("add", "prompt.txt", "--name", "greeting", "--kind", "prompt")
    train()
    project.commit()
    gitprov("push", "--no-refs")
    gitprov("seal", "assistant", "--member", "model=churn", "--member", "prompt=greeting", "--owner", "ann")
    release = decode((project.path / ".gitprov/releases/assistant/1.yaml").read_bytes())
    assert isinstance(release, Release)
    assert set(release.members) == {"model", "prompt"}


def test_an_observed_environment_cannot_be_sealed(project: Repo, gitprov: Gitprov) -> None:
    project.git("rm", "-q", "requirements.txt")
    script = "open('m.txt','w').write('x')"
    gitprov("run", "--step", "fit", "--output", "model=m.txt:loose", "--keep", "--", sys.executable, "-c", script)
    project.commit()
    gitprov("push", "--no-refs")
    found = gitprov("seal", "loose", "--owner", "ann", "--json", status=1).json()["findings"]
    assert any("environment" in one["what"] for one in found), json.dumps(found)
