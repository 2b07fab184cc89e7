"""A tracking server, asked by MLflow's REST API 2.0, as servers of MLflow 2 and 3 answer it."""

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

from gitprov.adapters.blobs.objects import staging
from gitprov.adapters.failures import disk_errors
from gitprov.adapters.mlflow.said import (
    Said,
    UnreadableError,
    by_version,
    dataset,
    model_box,
    registered_version,
    tracked_run,
)
from gitprov.adapters.mlflow.web import Web
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids.names import path_fault
from gitprov.ports.mlflow import Box, RegisteredVersion, TrackedRun
from gitprov.ports.progress import Progress

_API = "api/2.0/mlflow"
_FILES = "ajax-api/2.0/mlflow/logged-models"
"""Where the pages of MLflow itself get the files of logged models; get-artifact is where they get those of runs."""
_RUNS, _OTHERS = 100, 200
"""How many are asked for at once; a run has up to a few hundred kB of parameters."""
_POSTED = ("experiments", "runs")
_PAGES = 100_000
_ENDLESS = "page follows page, and none of them brings anything new"
_MOST, _LONGEST = 1_000_000, 1000
"""How many files and folders a box may have, and how many bytes their paths."""


class MlflowServer:
    """A server.

    Args:
        web: How it is asked.
        home: A folder, absolute, for files that were downloaded and are not in the cache yet.
    """

    def __init__(self, web: Web, home: str) -> None:
        self._web = web
        self._home = home

    @property
    def address(self) -> str:
        """Where it is."""
        return self._web.address

    def runs(self, experiment: str | None = None, run: str | None = None) -> Iterator[TrackedRun | Finding]:
        """Implements `MlflowStore.runs`."""
        names = self._experiments()
        if run is not None:
            yield self._run(self._asked(run), names)
            return
        chosen = [one for one, name in names.items() if experiment in (None, name)]
        if experiment is not None and not chosen:
            known = ", ".join(sorted(names.values())[:20])
            raise codes.USE_ARGUMENT.error(f"{self.address} has no experiment {experiment!r}", why=f"it has: {known}")
        for one in sorted(chosen):
            asked = {"experiment_ids": [one], "order_by": ["attributes.start_time ASC"]}
            for said in self._search("runs", asked):
                yield self._run(said, names)

    def model(self, run: TrackedRun, model: str) -> Box:
        """Implements `MlflowStore.model`."""
        try:
            said = self._web.get(f"{_API}/logged-models/{model}", {}).part("model").part("info")
            return model_box(said, run)
        except UnreadableError as error:
            raise codes.MLF_FILE.error(f"the logged model {model} cannot be understood", why=str(error)) from None

    def versions(self) -> Iterator[RegisteredVersion | Finding]:
        """Implements `MlflowStore.versions`."""
        aliases: dict[str, Mapping[str, list[str]]] = {}
        for one in self._search("registered-models"):
            with self._understood("registered-models"):
                given = [(each.text("alias"), each.text("version")) for each in one.parts("aliases")]
                aliases[one.text("name")] = by_version(given)
        found = []
        for said in self._search("model-versions"):
            try:
                found.append(registered_version(said, aliases.get(said.text("name"), {})))
            except UnreadableError as error:
                yield codes.MLF_FILE.finding(self.address, "a registered version cannot be understood", why=str(error))
        yield from sorted(found, key=lambda one: (one.name, len(one.version), one.version))

    def files(self, box: Box) -> Mapping[str, int]:
        """Implements `MlflowStore.files`."""
        found: dict[str, int | None] = {}
        folders = [""]
        while folders:
            for path, size in self._listed(box, folders.pop()):
                if path in found or len(found) >= _MOST or len(path.encode()) > _LONGEST:
                    why = f"{path[:80]} is named twice, or more than {_MOST} files, or longer than {_LONGEST}"
                    raise self._web.wrong("artifacts/list", why)
                found[path] = size
                if size is None:
                    folders.append(path)
        return {path: size for path, size in found.items() if size is not None}

    @contextmanager
    def bring(self, box: Box, files: Mapping[str, int], progress: Progress) -> Iterator[str]:
        """Implements `MlflowStore.bring`."""
        with disk_errors():
            os.makedirs(self._home, exist_ok=True)
        with staging(self._home) as folder:
            for name, size in files.items():
                path = os.path.join(folder, *name.split("/"))
                with disk_errors():
                    os.makedirs(os.path.dirname(path), exist_ok=True)
                    file = open(path, "xb")  # noqa: SIM115 - what the server does has errors of its own
                with file:
                    if box.model is None:
                        place, query = "get-artifact", {"run_uuid": box.owner, "path": name}
                    else:
                        place, query = f"{_FILES}/{box.owner}/artifacts/files", {"artifact_file_path": name}
                    self._web.copy(place, query, size, file, progress.advance)
            yield folder

    def _experiments(self) -> dict[str, str]:
        """Returns the names of all experiments that are not deleted, by id."""
        with self._understood("experiments/search"):
            return {one.id("experiment_id"): one.text("name") for one in self._search("experiments")}

    def _asked(self, run: str) -> Said:
        with self._understood("runs/get"):
            try:
                said = self._web.get(f"{_API}/runs/get", {"run_id": run}).part("run")
            except GitprovError as error:
                if error.code is codes.MLF_NONE:
                    raise codes.USE_ARGUMENT.error(f"{self.address} has no run {run!r}", why=error.why) from None
                raise
            if said.part("info").text("lifecycle_stage", "active") != "active":
                raise codes.USE_ARGUMENT.error(f"{self.address} has no run {run!r}", why="it is deleted")
            return said

    def _run(self, said: Said, names: Mapping[str, str]) -> TrackedRun | Finding:
        name = "a run"
        try:
            info, data = said.part("info"), said.part("data")
            name = f"run {info.id('run_id')}"
            outputs = said.part("outputs").parts("model_outputs")
            return tracked_run(
                info,
                names.get(info.id("experiment_id"), info.id("experiment_id")),
                params=data.texts("params"),
                metrics={one.text("key"): one.number("value") for one in data.parts("metrics")},
                tags=data.texts("tags"),
                datasets=[dataset(one.part("dataset")) for one in said.part("inputs").parts("dataset_inputs")],
                models=[one.id("model_id") for one in outputs],
            )
        except UnreadableError as error:
            return codes.MLF_FILE.finding(name, f"{name} is not imported: it cannot be understood", why=str(error))

    def _search(self, what: str, asked: Mapping[str, object] | None = None) -> Iterator[Said]:
        """Yields what is on all pages of a search; a server that says no end of them is refused."""
        path, key = f"{_API}/{what}/search", what.replace("-", "_")
        query = {"max_results": _RUNS if what == "runs" else _OTHERS, **(asked or {})}
        seen: set[str] = set()
        while len(seen) < _PAGES:
            with self._understood(path):
                if what in _POSTED:
                    reply = self._web.post(path, query)
                else:
                    reply = self._web.get(path, {name: str(value) for name, value in query.items()})
                some, token = reply.parts(key), reply.text("next_page_token", "")
            yield from some
            if not token:
                return
            if token in seen or not some:
                break
            seen.add(token)
            query["page_token"] = token
        raise self._web.wrong(path, _ENDLESS)

    def _listed(self, box: Box, folder: str) -> list[tuple[str, int | None]]:
        """Returns what lies right in a folder of a box: files with their sizes, and folders."""
        token, seen, found = "", set[str](), []
        while True:
            query = {"path": folder} if folder else {}
            query |= {"page_token": token} if token else {}
            try:
                if box.model is None:
                    reply = self._web.get(f"{_API}/artifacts/list", {"run_id": box.owner, **query})
                else:
                    query |= {"artifact_directory_path": query.pop("path")} if folder else {}
                    reply = self._web.get(f"{_API}/logged-models/{box.owner}/artifacts/directories", query)
                some, token = list(_files(reply.parts("files"), folder)), reply.text("next_page_token", "")
            except UnreadableError as error:
                raise self._web.wrong("artifacts/list", str(error)) from None
            except GitprovError as error:
                if error.code in (codes.MLF_NONE, codes.MLF_ANSWER):
                    raise codes.MLF_ELSEWHERE.error(
                        f"{self.address} cannot list what {box.owner} left", why=error.why
                    ) from None
                raise
            found += some
            if not token:
                return found
            if token in seen or not some:
                raise self._web.wrong("artifacts/list", _ENDLESS)
            seen.add(token)

    @contextmanager
    def _understood(self, path: str) -> Iterator[None]:
        try:
            yield
        except UnreadableError as error:
            raise self._web.wrong(path, str(error)) from None


def _files(said: Iterable[Said], folder: str) -> Iterator[tuple[str, int | None]]:
    for one in said:
        path = one.text("path")
        around, _, name = path.rpartition("/")
        if around != folder or not name or path_fault(path):
            raise UnreadableError(f"{path[:80]!r} is no name of a file in {folder or 'the artifacts'}")
        yield path, None if one.flag("is_dir") else one.size("file_size")
