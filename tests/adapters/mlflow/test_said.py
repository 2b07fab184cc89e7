"""Whatever MLflow's JSON or YAML says is understood or refused, and nothing else comes of it (issue 7)."""

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from gitprov.adapters.mlflow.said import Said, UnreadableError, model_box, registered_version, tracked_run
from gitprov.exchange.mlflow_records import said_of, said_path, step_of
from gitprov.ids.names import is_name, path_fault
from gitprov.ports.mlflow import TrackedRun

LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["../x", "1", "m-1"])
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))
FIELDS = (
    "artifact_uri", "creation_timestamp", "current_stage", "end_time", "experiment_id", "lifecycle_stage", "model_id",
    "name", "run_id", "run_name", "source", "start_time", "status", "version",
)  # fmt: skip
MAPPINGS = st.dictionaries(st.sampled_from(FIELDS), VALUES)


def run_of(data: dict[str, Any], experiment: str) -> TrackedRun:
    said = Said({"run_id": "a1", "experiment_id": "7"} | data, "it")
    return tracked_run(said, experiment, params={}, metrics={}, tags={}, datasets=(), models=())


@given(MAPPINGS, st.text())
def test_a_run_is_understood_or_refused(data: dict[str, Any], experiment: str) -> None:
    """Its ids can stand in a path, and its experiment becomes the name of a step."""
    try:
        run = run_of(data, experiment)
    except UnreadableError:
        return
    assert path_fault(said_path(run)) is None
    assert path_fault(run.box.path) is None
    assert is_name(step_of(run))
    assert step_of(run) != "add"
    assert path_fault(model_path(run, data)) is None


def model_path(run: TrackedRun, data: dict[str, Any]) -> str:
    try:
        return model_box(Said(data, "it"), run).path
    except UnreadableError:
        return "none"


@given(MAPPINGS)
def test_a_version_is_understood_or_refused(data: dict[str, Any]) -> None:
    try:
        found = registered_version(Said(data, "it"), {})
    except UnreadableError:
        return
    assert all(isinstance(one, str) for one in (found.name, found.version, found.run, found.source, *found.stages))


@given(st.dictionaries(st.text(), st.text()), st.dictionaries(st.text(), st.floats()))
def test_what_mlflow_says_has_one_form(params: dict[str, str], metrics: dict[str, float]) -> None:
    """Whatever the order in which it is said; by that a run is known again."""
    backwards = dict(sorted(params.items(), reverse=True)), dict(sorted(metrics.items(), reverse=True))
    said = Said({"run_id": "a1", "experiment_id": "7", "status": "3", "end_time": 1}, "it")
    runs = [
        tracked_run(said, "x", params=one, metrics=two, tags={}, datasets=(), models=())
        for one, two in ((params, metrics), backwards)
    ]
    assert said_of(runs[0]) == said_of(runs[1])
    assert json.loads(said_of(runs[0]))["params"] == params
