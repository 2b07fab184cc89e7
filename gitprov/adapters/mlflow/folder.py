"""A file store of MLflow's: the folder `mlruns`, of which nothing is read that lies outside of it."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import PurePosixPath
from urllib.parse import unquote, urlsplit

from gitprov.adapters.blobs.scan import scan
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
from gitprov.adapters.settings.reader import read_settings
from gitprov.adapters.worktree import FileWorkTree
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids.urls import mask_user_info
from gitprov.ports.mlflow import Box, RegisteredVersion, TrackedRun
from gitprov.ports.progress import Progress

_META = "meta.yaml"
_REGISTRY = "models"


class MlflowFolder:
    """A file store: its folder, or the one that has it as `mlruns`."""

    def __init__(self, path: str) -> None:
        inner = os.path.join(path, "mlruns")
        self._root = os.path.realpath(inner if os.path.isdir(inner) else path)
        self._files = FileWorkTree(self._root, self._root)  # nothing here takes its lock

    @property
    def address(self) -> str:
        """The folder."""
        return self._root

    def runs(self, experiment: str | None = None, run: str | None = None) -> Iterator[TrackedRun | Finding]:
        """Implements `MlflowStore.runs`."""
        experiments = {one: self._meta(one) for one in self._folders("") if self._files.kind(f"{one}/{_META}")}
        if not experiments:
            raise codes.MLF_NONE.error(
                f"{self._root} is no file store of MLflow's", why="no folder in it has meta.yaml"
            )
        names: set[str] = set()
        is_found = False
        for folder, meta in experiments.items():
            if isinstance(meta, Finding):
                yield meta
                continue
            name, is_active = meta.text("name", folder), _is_active(meta)
            names |= {name} if is_active else set()
            if not is_active or experiment not in (None, name):
                continue
            for one in self._folders(folder):
                if run in (None, one) and self._files.kind(f"{folder}/{one}/{_META}"):
                    for found in self._run(f"{folder}/{one}", name):
                        is_found = True
                        yield found
        if experiment is not None and experiment not in names:
            known = ", ".join(sorted(names)[:20])
            raise codes.USE_ARGUMENT.error(f"{self._root} has no experiment {experiment!r}", why=f"it has: {known}")
        if run is not None and not is_found:
            raise codes.USE_ARGUMENT.error(f"{self._root} has no run {run!r}")

    def model(self, run: TrackedRun, model: str) -> Box:
        """Implements `MlflowStore.model`."""
        meta = self._meta(f"{run.experiment_id}/{_REGISTRY}/{model}")
        if isinstance(meta, Finding):
            raise meta.code.error(meta.what, why=meta.why)
        try:
            return model_box(meta, run)
        except UnreadableError as error:
            raise codes.MLF_FILE.error(f"the logged model {model} cannot be understood", why=str(error)) from None

    def versions(self) -> Iterator[RegisteredVersion | Finding]:
        """Implements `MlflowStore.versions`."""
        for name in self._folders(_REGISTRY):
            folder = f"{_REGISTRY}/{name}"
            said = [self._meta(f"{folder}/{one}") for one in self._folders(folder) if one.startswith("version-")]
            try:
                aliases = self._texts(f"{folder}/aliases")
                given = by_version((alias, version.strip()) for alias, version in aliases.items())
                yield from sorted(
                    (one if isinstance(one, Finding) else registered_version(one, given) for one in said),
                    key=lambda one: (0, "") if isinstance(one, Finding) else (len(one.version), one.version),
                )
            except (UnreadableError, GitprovError) as error:
                yield self._unreadable(folder, error)

    def files(self, box: Box) -> Mapping[str, int]:
        """Implements `MlflowStore.files`."""
        inside = self._place(box)
        if self._files.kind(inside) is None:
            return {}
        with disk_errors():
            found = scan(self._root, inside, "")
        if found is None:
            return {}
        sizes = {path: seen[2] for path, seen in found.files.items()} | dict.fromkeys((*found.links, *found.other), 0)
        return {path[len(inside) + 1 :]: sizes[path] for path in sorted(sizes)}

    @contextmanager
    def bring(self, box: Box, files: Mapping[str, int], progress: Progress) -> Iterator[str]:
        """Implements `MlflowStore.bring`: they are read where they are."""
        yield os.path.join(self._root, self._place(box))
        progress.advance(sum(files.values()))

    def _place(self, box: Box) -> str:
        """Returns the folder of a box, from the top of the store, if it is in it and no link leads to it.

        MLflow writes down where the store was made; whoever moved it took the artifacts along.
        """
        inside = box.path.removeprefix("mlruns/")
        parts = urlsplit(box.uri)
        is_own = not parts.scheme or (parts.scheme == "file" and unquote(parts.path).endswith(f"/{inside}"))
        if is_own and self._files.kind(inside) in ("directory", None):
            return inside
        raise codes.MLF_ELSEWHERE.error(
            f"what {box.owner} left is not in {self._root}",
            why=f"MLflow says that it is at {mask_user_info(box.uri)[:200]}",
        )

    def _run(self, folder: str, experiment: str) -> Iterator[TrackedRun | Finding]:
        """Yields a run, unless it is deleted."""
        info = self._meta(folder)
        if isinstance(info, Finding):
            yield info
            return
        if not _is_active(info):
            return
        try:
            inputs = [self._meta(f"{folder}/inputs/{one}") for one in self._folders(f"{folder}/inputs")]
            read = [one for one in inputs if isinstance(one, Said) and one.text("source_type") == "DATASET"]
            above = folder.partition("/")[0]
            datasets = [self._meta(f"{above}/datasets/{one.id('source_id')}") for one in read]
            yield tracked_run(
                info,
                experiment,
                params=self._texts(f"{folder}/params"),
                metrics={name: _last(text) for name, text in self._texts(f"{folder}/metrics").items()},
                tags=self._texts(f"{folder}/tags"),
                datasets=[dataset(one) for one in datasets if isinstance(one, Said)],
                models=self._folders(f"{folder}/outputs"),
            )
            yield from (one for one in (*inputs, *datasets) if isinstance(one, Finding))
        except (UnreadableError, GitprovError) as error:
            yield self._unreadable(folder, error)

    def _meta(self, folder: str) -> Said | Finding:
        """Returns what the meta.yaml of a folder says."""
        path = f"{folder}/{_META}"
        try:
            data = self._files.read(path)
            return Said(read_settings(data, path) if data is not None else None, path)
        except (UnreadableError, GitprovError) as error:
            return self._unreadable(path, error)

    def _texts(self, folder: str) -> dict[str, str]:
        """Returns the texts of the files in a folder by their paths in it, without the line end at their end."""
        found = {}
        for path in self._files.files(folder):
            try:
                found[path[len(folder) + 1 :]] = (self._files.read(path) or b"").decode().removesuffix("\n")
            except UnicodeDecodeError:
                raise UnreadableError(f"{path} is not UTF-8") from None
        return found

    def _folders(self, folder: str) -> list[str]:
        """Returns the names of the folders in a folder of the store, sorted; no link and nothing hidden."""
        if self._files.kind(folder or ".") != "directory":
            return []
        with disk_errors(), os.scandir(os.path.join(self._root, folder)) as found:
            names = [one.name for one in found if one.is_dir(follow_symlinks=False)]
        return sorted(name for name in names if not name.startswith(".") and PurePosixPath(name).name == name)

    @staticmethod
    def _unreadable(path: str, error: Exception) -> Finding:
        why = f"{error.what}: {error.why}" if isinstance(error, GitprovError) else str(error)
        return codes.MLF_FILE.finding(path, f"{path} is not imported: it cannot be understood", why=why)


def _is_active(meta: Said) -> bool:
    return meta.text("lifecycle_stage", "active") == "active"


def _last(text: str) -> float:
    """Returns the last value of a metric, of lines `TIME VALUE STEP`: that of the greatest step, then time."""
    found = []
    for line in text.splitlines():
        try:
            time, value, step, *_ = (*line.split(" "), "0")
            found.append((int(step), int(time), float(value)))
        except ValueError:
            raise UnreadableError(f"a metric has a line that is none: {line[:80]!r}") from None
    if not found:
        raise UnreadableError("a metric has no value")
    return max(found)[2]
