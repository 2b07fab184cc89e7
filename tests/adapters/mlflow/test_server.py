"""A tracking server that lies, one lie at a time: every answer is judged before it is used (issue 7, threats 6)."""

import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from gitprov.adapters.mlflow import MlflowServer, open_mlflow
from gitprov.adapters.mlflow.said import Said, UnreadableError
from gitprov.adapters.mlflow.web import Patience, Web, authorization
from gitprov.adapters.progress import Silence
from gitprov.errors import Code, Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ports.mlflow import MlflowStore, TrackedRun
from tests.flows.exchange.mlflow_frozen import frozen_answers, lying, serving
from tests.real.sigstore.web import Answer, Request

Lie = Callable[[Any], Any]


@contextmanager
def asking(answer: Callable[[Request], Answer], home: Path) -> Iterator[MlflowStore]:
    with serving(answer) as address:
        yield open_mlflow(address, variables={}, home=str(home))


def tracked(store: MlflowStore) -> list[TrackedRun]:
    return [one for one in store.runs() if isinstance(one, TrackedRun)]


def first(store: MlflowStore) -> TrackedRun:
    return next(run for run in tracked(store) if run.name == "first try")


SEARCHED: dict[str, tuple[str, Lie, Code]] = {
    "no JSON": ("experiments", lambda _: Answer(200, b"<html>"), codes.MLF_ANSWER),
    "a list": ("experiments", lambda _: [], codes.MLF_ANSWER),
    "nesting": ("experiments", lambda _: Answer(200, b"[" * 200_000), codes.MLF_ANSWER),
    "digits": ("experiments", lambda _: Answer(200, b"1" * 9000), codes.MLF_ANSWER),
    "another shape": ("experiments", lambda _: {"experiments": {"a": 1}}, codes.MLF_ANSWER),
    "a path for an id": (
        "experiments",
        lambda _: {"experiments": [{"experiment_id": "../1", "name": "x"}]},
        codes.MLF_ANSWER,
    ),
    "no such page": ("experiments", lambda _: Answer(404, b"<html>"), codes.MLF_NONE),
    "a failure": ("experiments", lambda _: Answer(500, b'{"message": "out of order"}'), codes.MLF_ANSWER),
    "a redirect to nowhere": ("experiments", lambda _: Answer(302, b"", {"Location": "http://["}), codes.MLF_ANSWER),
    "a place that is none": ("experiments", lambda _: Answer(409, b"", {"Location": "http://["}), codes.MLF_ANSWER),
    "no access": ("experiments", lambda _: Answer(401, b""), codes.IO_NETWORK),
    "the same page again": ("runs/search", lambda said: said | {"next_page_token": "again"}, codes.MLF_ANSWER),
    "empty pages": ("runs/search", lambda _: {"next_page_token": os.urandom(4).hex()}, codes.MLF_ANSWER),
}


@pytest.mark.parametrize("case", SEARCHED)
def test_an_answer_that_no_server_gives(case: str, tmp_path: Path) -> None:
    part, lie, code = SEARCHED[case]
    with asking(lying(part, lie), tmp_path) as store, pytest.raises(GitprovError) as refused:
        tracked(store)
    assert refused.value.code is code
    assert refused.value.fix


def test_nobody_is_led_to_another_server(tmp_path: Path) -> None:
    """A token is for one server only; a redirect is told, without what may be secret in it."""
    asked: list[str] = []

    def hear(other: Request) -> Answer:
        asked.append(other.path)
        return Answer(200, b"{}")

    with serving(hear) as there:
        place = f"http://ada:secret@{there.removeprefix('http://')}/x?token=secret"
        leads = Answer(302, b"", {"Location": place})
        with asking(lambda _: leads, tmp_path) as store, pytest.raises(GitprovError) as refused:
            tracked(store)
    assert refused.value.code is codes.MLF_ANSWER
    assert refused.value.fix.endswith(f"gitprov import mlflow {there}")
    assert "secret" not in f"{refused.value} {refused.value.fix}"
    assert asked == []


def test_credentials_are_those_of_the_environment(tmp_path: Path) -> None:
    """As MLflow's client has it: a user and a password before a token."""
    assert authorization({}) == {}
    token = {"MLFLOW_TRACKING_TOKEN": "t"}
    assert authorization(token) == {"Authorization": "Bearer t"}
    user = {"MLFLOW_TRACKING_USERNAME": "ada", "MLFLOW_TRACKING_PASSWORD": "p"}
    assert authorization(token | user) == {"Authorization": "Basic YWRhOnA="}
    for address, code in (
        ("http://ada:hidden@127.0.0.1", codes.SEC_FOUND),
        ("postgresql://ada:hidden@127.0.0.1/db", codes.MLF_NONE),
    ):
        with pytest.raises(GitprovError) as refused:
            open_mlflow(address, variables={}, home=str(tmp_path))
        assert refused.value.code is code
        assert "hidden" not in f"{refused.value} {refused.value.fix}"
    store = open_mlflow("http://127.0.0.1:1", variables={"MLFLOW_TRACKING_TOKEN": "hidden\n"}, home=str(tmp_path))
    with pytest.raises(GitprovError) as refused:
        tracked(store)
    assert "hidden" not in f"{refused.value} {refused.value.fix}"


def of_runs(change: Callable[[Any], object]) -> Lie:
    """Returns a lie about the first run of an answer that has any."""

    def lie(said: Any) -> Any:
        for run in said.get("runs", ())[:1]:
            change(run)
        return said

    return lie


RUNS: dict[str, Callable[[Any], object]] = {
    "without an id": lambda run: run["info"].pop("run_id"),
    "with a path for an id": lambda run: run["info"].update(run_id="../../x"),
    "with a lone surrogate": lambda run: run["info"].update(run_name="\ud800"),
    "with a time without end": lambda run: run["info"].update(end_time=10**30),
    "with a status that is none": lambda run: run["info"].update(status="WON"),
    "with text for a number": lambda run: run["data"].update(metrics=[{"key": "auc", "value": "good"}]),
    "with a mapping for parameters": lambda run: run["data"].update(params={"rate": "0.1"}),
    "with a path for a model": lambda run: run.update(outputs={"model_outputs": [{"model_id": "../x"}]}),
}


@pytest.mark.parametrize("case", RUNS)
def test_a_run_that_cannot_be_understood_is_a_finding(case: str, tmp_path: Path) -> None:
    """And the others are read."""
    with asking(lying("runs/search", of_runs(RUNS[case])), tmp_path) as store:
        found = list(store.runs())
    assert {one.code for one in found if isinstance(one, Finding)} == {codes.MLF_FILE}
    assert len([one for one in found if isinstance(one, TrackedRun)]) == 3


def listed(**file: object) -> Lie:
    return lambda _: {"files": [file]}


LISTED: dict[str, tuple[Lie, Code]] = {
    "up": (listed(path="../x", file_size=1), codes.MLF_ANSWER),
    "from the root": (listed(path="/etc/passwd", file_size=1), codes.MLF_ANSWER),
    "in another folder": (listed(path="a/b", file_size=1), codes.MLF_ANSWER),
    "nowhere": (listed(path="", is_dir=True), codes.MLF_ANSWER),
    "git's own folder": (listed(path=".git", is_dir=True), codes.MLF_ANSWER),
    "of a size below zero": (listed(path="x", file_size=-1), codes.MLF_ANSWER),
    "named twice": (lambda _: {"files": [{"path": "x"}, {"path": "x", "is_dir": True}]}, codes.MLF_ANSWER),
    "again and again": (lambda _: {"files": [], "next_page_token": os.urandom(4).hex()}, codes.MLF_ANSWER),
    "in a store that it cannot read": (lambda _: Answer(500, b"{}"), codes.MLF_ELSEWHERE),
}


@pytest.mark.parametrize("case", LISTED)
def test_artifacts_that_are(case: str, tmp_path: Path) -> None:
    lie, code = LISTED[case]
    with asking(lying("artifacts/list", lie), tmp_path) as store:
        run = first(store)
        with pytest.raises(GitprovError) as refused:
            store.files(run.box)
    assert refused.value.code is code


def test_folders_in_folders_without_end(tmp_path: Path) -> None:
    def answer(asked: Request) -> Answer:
        if "artifacts/list" not in asked.path:
            return frozen_answers()(asked)
        folder = asked.query.get("path", "")
        return Answer.of({"files": [{"path": f"{folder}/a".removeprefix("/"), "is_dir": True}]})

    with asking(answer, tmp_path) as store:
        run = first(store)
        with pytest.raises(GitprovError) as refused:
            store.files(run.box)
    assert refused.value.code is codes.MLF_ANSWER


@pytest.mark.parametrize("lie", [lambda data: data[:-1], lambda data: data + b"x", lambda _: b""])
def test_a_file_of_another_size_than_was_said(lie: Callable[[bytes], bytes], tmp_path: Path) -> None:
    """Nothing of it stays: neither half a file nor the folder that it was to wait in."""
    with asking(lying("get-artifact", lambda data: Answer(200, lie(data))), tmp_path / "home") as store:
        run = first(store)
        files = store.files(run.box)
        with pytest.raises(GitprovError) as refused, store.bring(run.box, files, Silence()):
            pass
    assert refused.value.code is codes.MLF_ANSWER
    assert list((tmp_path / "home").iterdir()) == []


def slow(_: Request) -> Answer:
    time.sleep(0.3)
    return Answer(200, b"{}")


PATIENCE: dict[str, tuple[Patience, Callable[[Request], Answer], Code]] = {
    "too large": (Patience(size=1 << 20), lambda _: Answer(200, b" " * (3 << 20)), codes.MLF_ANSWER),
    "too slow": (Patience(reply=-1), frozen_answers(), codes.MLF_ANSWER),
    "silent": (Patience(silence=0.05), slow, codes.IO_NETWORK),
}


@pytest.mark.parametrize("case", PATIENCE)
def test_a_server_is_not_waited_for_when_it_is(case: str, tmp_path: Path) -> None:
    patience, answer, code = PATIENCE[case]
    with serving(answer) as address, pytest.raises(GitprovError) as refused:
        tracked(MlflowServer(Web(address, {}, patience), str(tmp_path)))
    assert refused.value.code is code


def test_a_registry_that_says_wrong_things(tmp_path: Path) -> None:
    def lie(said: Any) -> Any:
        return {"model_versions": [{"name": "Churn"}, *said["model_versions"]]}

    with asking(lying("model-versions", lie), tmp_path) as store:
        found = list(store.versions())
    assert [one.code for one in found if isinstance(one, Finding)] == [codes.MLF_FILE]
    assert len(found) == 3


@pytest.mark.parametrize("address", ["nowhere", "sqlite:///mlflow.db", "http://[", "http://127.0.0.1:99999", "http://"])
def test_what_is_no_mlflow(address: str, tmp_path: Path) -> None:
    with pytest.raises(GitprovError) as refused:
        open_mlflow(address, variables={}, home=str(tmp_path))
    assert refused.value.code is codes.MLF_NONE


def test_a_server_that_is_not_there(tmp_path: Path) -> None:
    store = open_mlflow("http://127.0.0.1:1", variables={}, home=str(tmp_path))
    assert isinstance(store, MlflowServer)
    with pytest.raises(GitprovError) as refused:
        tracked(store)
    assert refused.value.code is codes.IO_NETWORK


@pytest.mark.parametrize("value", [None, [], {}, True, "\0", "\ud800"])
def test_what_is_no_text_is_none(value: object) -> None:
    with pytest.raises(UnreadableError):
        Said({"x": value}, "it").text("x")
