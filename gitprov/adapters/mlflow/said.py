"""What MLflow's JSON and YAML say, field by field, in our words. A file store and a server differ in few of them."""

import re
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from gitprov.ports.mlflow import Box, Dataset, RegisteredVersion, TrackedRun

COMMIT = "mlflow.source.git.commit"
_STATUSES = ("", "RUNNING", "SCHEDULED", "FINISHED", "FAILED", "KILLED")
"""As a server calls them; a file store has their places in this list."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

_is_id = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,255}").fullmatch
_is_commit = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}").fullmatch


class UnreadableError(ValueError):
    """Something that cannot be understood; its text says what, and has no more than a line of what was read."""


class Said:
    """A mapping that MLflow gave: each question says what is wrong if the answer does not fit."""

    def __init__(self, data: object, what: str) -> None:
        if not isinstance(data, Mapping):
            raise UnreadableError(f"{what} is no mapping")
        self._data: Mapping[Any, object] = data
        self._what = what

    def text(self, key: str, default: str | None = None) -> str:
        """Returns a text."""
        value = self._data.get(key)
        if isinstance(value, int | float) and not isinstance(value, bool):
            value = str(value)  # YAML and older servers have numbers for ids and versions
        if value is None and default is not None:
            return default
        if not isinstance(value, str) or not _is_unicode(value):
            raise UnreadableError(f"{self._what} has no text {key}")
        return value

    def id(self, key: str) -> str:
        """Returns what names something, and may stand in a path."""
        value = self.text(key)
        if not _is_id(value):
            raise UnreadableError(f"{self._what} has a {key} that is none: {value[:40]!r}")
        return value

    def time(self, key: str) -> str | None:
        """Returns a time that is given in milliseconds; None when it is not."""
        value = self._data.get(key)
        if value in (None, "", 0):
            return None
        try:
            text = (_EPOCH + timedelta(milliseconds=int(str(value)))).isoformat(timespec="milliseconds")
        except (ValueError, OverflowError):
            raise UnreadableError(f"{self._what} has a {key} that is no time: {str(value)[:40]!r}") from None
        return text.replace("+00:00", "Z")

    def number(self, key: str) -> float:
        """Returns a number, which may be none that is finite."""
        try:
            return float(self.text(key))
        except ValueError:
            raise UnreadableError(f"{self._what} has a {key} that is no number") from None

    def size(self, key: str) -> int:
        """Returns a number of bytes."""
        try:
            size = int(self.text(key, "0"))
        except ValueError:
            size = -1
        if size < 0:
            raise UnreadableError(f"{self._what} has a {key} that is no size")
        return size

    def flag(self, key: str) -> bool:
        """Tells whether something is said to be so."""
        return self._data.get(key) is True

    def part(self, key: str) -> "Said":
        """Returns a mapping in this one; an empty one when there is none."""
        value = self._data.get(key)
        return Said({} if value is None else value, f"{key} of {self._what}")

    def parts(self, key: str) -> "list[Said]":
        """Returns a list of mappings in this one; an empty one when there is none."""
        value = self._data.get(key)
        if value is not None and not isinstance(value, list):
            raise UnreadableError(f"{key} of {self._what} is no list")
        return [Said(one, f"{key} of {self._what}") for one in value or ()]

    def texts(self, key: str) -> dict[str, str]:
        """Returns a list of keys and values as a mapping."""
        return {one.text("key"): one.text("value", "") for one in self.parts(key)}

    def status(self) -> str:
        """Returns the status of a run."""
        value = self.text("status", "")
        found = _STATUSES[int(value)] if value.isdecimal() and int(value) < len(_STATUSES) else value
        if found not in _STATUSES:
            raise UnreadableError(f"{self._what} has a status that is none: {value[:40]!r}")
        return found


def _is_unicode(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return "\0" not in text


def tracked_run(
    info: Said,
    experiment: str,
    *,
    params: Mapping[str, str],
    metrics: Mapping[str, float],
    tags: Mapping[str, str],
    datasets: Iterable[Dataset],
    models: Iterable[str],
) -> TrackedRun:
    """Returns a run.

    Raises:
        UnreadableError: When it cannot be understood.
    """
    run, folder = info.id("run_id"), info.id("experiment_id")
    commit = tags.get(COMMIT, "")
    return TrackedRun(
        id=run,
        experiment_id=folder,
        experiment=experiment,
        name=info.text("run_name", "") or tags.get("mlflow.runName", ""),
        status=info.status(),
        started=info.time("start_time"),
        ended=info.time("end_time"),
        commit=commit if _is_commit(commit) else None,
        params=params,
        metrics=metrics,
        datasets=tuple(datasets),
        models=tuple(models),
        box=Box(run, f"mlruns/{folder}/{run}/artifacts", info.text("artifact_uri", "")),
    )


def model_box(info: Said, run: TrackedRun) -> Box:
    """Returns where a logged model is; a server and a file store call its place otherwise."""
    model = info.id("model_id")
    uri = info.text("artifact_uri", "") or info.text("artifact_location", "")
    path = f"mlruns/{run.experiment_id}/models/{model}/artifacts"
    return Box(model, path, uri, model=info.text("name", model))


def dataset(said: Said) -> Dataset:
    """Returns what a run says it read."""
    return Dataset(
        said.text("name", ""), said.text("digest", ""), said.text("source_type", ""), said.text("source", "")
    )


def registered_version(said: Said, aliases: Mapping[str, Iterable[str]]) -> RegisteredVersion:
    """Returns a registered version; `aliases` are by version."""
    version, stage = said.text("version"), said.text("current_stage", "None")
    stages = [] if stage == "None" else [stage]
    return RegisteredVersion(
        name=said.text("name"),
        version=version,
        created=said.time("creation_timestamp"),
        run=said.text("run_id", ""),
        source=said.text("source", ""),
        stages=tuple(dict.fromkeys([*stages, *sorted(aliases.get(version, ()))])),
    )


def by_version(aliases: Iterable[tuple[str, str]]) -> Mapping[str, list[str]]:
    """Returns the aliases of each version, of pairs of alias and version."""
    found: dict[str, list[str]] = {}
    for alias, version in aliases:
        found.setdefault(version, []).append(alias)
    return found
