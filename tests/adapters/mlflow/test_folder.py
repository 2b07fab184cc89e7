"""File stores that lead elsewhere, or are broken: told, and the rest is read (issue 7, threats A22, A23)."""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.adapters.mlflow import MlflowFolder
from gitprov.adapters.progress import Silence
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ports.mlflow import TrackedRun
from tests.flows.exchange.mlflow_frozen import write_store


@pytest.fixture
def store(tmp_path: Path) -> Path:
    return write_store(tmp_path / "mlflow")


def first(store: Path) -> Path:
    """Returns the folder of the run that has a model."""
    return next(path.parent for path in store.glob("*/*/artifacts") if (path / "notes.txt").is_file())


def tracked(store: Path) -> list[TrackedRun]:
    return [one for one in MlflowFolder(str(store)).runs() if isinstance(one, TrackedRun)]


def run_of(store: Path) -> TrackedRun:
    return next(run for run in tracked(store) if run.name == "first try")


def write(run: Path, folder: str, meta: str) -> None:
    (run / folder).mkdir(parents=True)
    (run / folder / "meta.yaml").write_text(meta)


BROKEN: dict[str, Callable[[Path], object]] = {
    "no YAML": lambda run: (run / "meta.yaml").write_text("{a: [\n"),
    "no mapping": lambda run: (run / "meta.yaml").write_text("- 1\n"),
    "an alias": lambda run: (run / "meta.yaml").write_text("a: &a [*a]\n"),
    "a tag": lambda run: (run / "meta.yaml").write_text("run_id: !!python/object:os.system x\n"),
    "nothing": lambda run: (run / "meta.yaml").write_text(""),
    "another id": lambda run: (run / "meta.yaml").write_text("run_id: ../x\nexperiment_id: '1'\n"),
    "a giant": lambda run: os.truncate(run / "params/rate", 65 << 20),
    "no metric": lambda run: (run / "metrics/auc").write_text("soon\n"),
    "an empty metric": lambda run: (run / "metrics/auc").write_text(""),
    "no text": lambda run: (run / "params/rate").write_bytes(b"\xff"),
    "a data set that is not there": lambda run: write(run, "inputs/x", "source_id: gone\nsource_type: DATASET\n"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_what_cannot_be_understood_is_a_finding(case: str, store: Path) -> None:
    """And the others are read."""
    BROKEN[case](first(store))
    found = list(MlflowFolder(str(store)).runs())
    assert {one.code for one in found if isinstance(one, Finding)} == {codes.MLF_FILE}
    assert {one.name for one in found if isinstance(one, TrackedRun)} >= {"numbers only", "newer", "goes on"}


def test_a_version_that_cannot_be_understood_is_a_finding(store: Path) -> None:
    (store / "models/Churn/version-1/meta.yaml").unlink()
    found = list(MlflowFolder(str(store)).versions())
    assert [one.code for one in found if isinstance(one, Finding)] == [codes.MLF_FILE]
    assert len(found) == 2
    (store / "models/Churn/aliases/champion").write_bytes(b"\xff")
    assert {one.code for one in MlflowFolder(str(store)).versions() if isinstance(one, Finding)} == {codes.MLF_FILE}


def test_a_file_in_a_link_is_not_read(store: Path, tmp_path: Path) -> None:
    """Neither a run, nor a parameter, nor a version is taken from outside of the store."""
    run = first(store)
    (tmp_path / "out").mkdir()
    run.rename(tmp_path / "out/run")
    run.symlink_to(tmp_path / "out/run")
    assert "first try" not in {one.name for one in tracked(store)}
    run.unlink()
    (tmp_path / "out/run").rename(run)
    (tmp_path / "out/secret").write_text("secret")
    (run / "params/rate").unlink()
    (run / "params/rate").symlink_to(tmp_path / "out/secret")
    assert "rate" not in run_of(store).params


ELSEWHERE = ["s3://bucket/x", "file:///etc", "mlflow-artifacts:/1/x/artifacts", "file:///srv/mlflow/mlruns/../etc"]


@pytest.mark.parametrize("uri", ELSEWHERE)
def test_artifacts_that_are_elsewhere_are_not_looked_for(uri: str, store: Path) -> None:
    """What a store says of another place of this machine is not believed: that might be anybody's folder."""
    meta = first(store) / "meta.yaml"
    lines = [line for line in meta.read_text().splitlines() if not line.startswith("artifact_uri")]
    meta.write_text("\n".join([*lines, f"artifact_uri: {uri}", ""]))
    with pytest.raises(GitprovError) as refused:
        MlflowFolder(str(store)).files(run_of(store).box)
    assert refused.value.code is codes.MLF_ELSEWHERE


def test_artifacts_that_are_a_link_are_not_followed(store: Path, tmp_path: Path) -> None:
    kept = first(store) / "artifacts"
    kept.rename(tmp_path / "out")
    kept.symlink_to(tmp_path / "out")
    with pytest.raises(GitprovError) as refused:
        MlflowFolder(str(store)).files(run_of(store).box)
    assert refused.value.code is codes.MLF_ELSEWHERE


def test_files_are_read_where_they_are(store: Path) -> None:
    folder, box = MlflowFolder(str(store)), run_of(store).box
    files = folder.files(box)
    assert files == {"model/MLmodel": 74, "model/weights.bin": 900, "notes.txt": 5, "plots/roc/notes.txt": 5}
    with folder.bring(box, files, Silence()) as there:
        assert Path(there) == first(store) / "artifacts"
    for path in (first(store) / "artifacts").rglob("*"):
        if path.is_file():
            path.unlink()
    assert MlflowFolder(str(store)).files(box) == {}


def test_the_last_value_is_that_of_the_greatest_step(store: Path) -> None:
    """As MLflow has it, whatever the order of the lines."""
    (first(store) / "metrics/auc").write_text("5 0.1 3\n9 0.7 2\n6 0.2 3\n")
    assert run_of(store).metrics["auc"] == 0.2
    (first(store) / "metrics/auc").write_text("5 0.1\n9 0.7\n")
    assert run_of(store).metrics["auc"] == 0.7


@pytest.mark.parametrize("folder", ["", "mlruns"])
def test_a_folder_without_experiments_is_no_store(folder: str, tmp_path: Path) -> None:
    (tmp_path / folder).mkdir(exist_ok=True)
    with pytest.raises(GitprovError) as refused:
        tracked(tmp_path)
    assert refused.value.code is codes.MLF_NONE
