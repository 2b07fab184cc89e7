"""dvc.yaml: its stages and its `artifacts:`.

What is plain is read here. A file that uses variables, `foreach` or `matrix` is expanded by DVC's own resolver first.
"""

import io
import math
import os
import posixpath
from collections.abc import Callable, Mapping
from copy import deepcopy
from types import SimpleNamespace
from typing import Any

from gitprov.adapters.dvc.documents import At, Document, flatten, read_document
from gitprov.adapters.dvc.paths import is_outside, join
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.dvc import Declared

NAME = "dvc.yaml"
PARAMS_FILE = "params.yaml"
_TEMPLATED = ("foreach", "matrix", "vars")
_MATRIX_LIMIT = 10_000
"""How many stages one `matrix` may stand for."""


@dataclass(frozen=True, slots=True)
class Out:
    """An output as dvc.yaml writes it, and from the top of the work tree.

    Attributes:
        written, path: Where it is.
        cached: Whether DVC keeps it.
        persistent: Whether DVC leaves it where it is before it runs the stage.
    """

    written: str
    path: str
    cached: bool
    persistent: bool


@dataclass(frozen=True, slots=True)
class Definition:
    """A stage as dvc.yaml has it.

    Attributes:
        name: As in dvc.lock.
        folder: The folder of the dvc.yaml.
        cwd: Where the command runs; deps, outs and parameter files are relative to it.
        command: Text or a list of texts, as written.
        deps: As written, to the path from the top of the work tree.
        params: Parameter file as written, to the dotted names; no name means the whole file.
        outs: Outputs, metrics and plots.
        frozen: Whether DVC must not run it.
        always_changed: Whether DVC runs it every time.
    """

    name: str
    folder: str
    cwd: str
    command: str | list[str]
    deps: Mapping[str, str]
    params: Mapping[str, tuple[str, ...]]
    outs: tuple[Out, ...]
    frozen: bool
    always_changed: bool


@dataclass(frozen=True, slots=True)
class Pipeline:
    """One dvc.yaml: its stages, and path to what its `artifacts:` say."""

    stages: tuple[Definition, ...]
    artifacts: Mapping[str, Declared]


ReadFile = Callable[[str], bytes | None]
"""What reads a file of a commit by its path from the top; None when it has none."""


def read_pipeline(
    data: bytes, name: str, root: str, settings: Mapping[str, Any], read: ReadFile | None = None
) -> Pipeline:
    """Returns what a dvc.yaml says.

    Args:
        data: Its bytes.
        name: Its path from the top of the work tree.
        root: The top of the work tree.
        settings: DVC's configuration, whose `parsing` section says how variables become text.
        read: Where files with variables are read, when it is not the work tree.

    Raises:
        GitprovError: GP-DVC-001 with file and line; GP-DVC-004 when it is templated and dvc is not there.
    """
    folder = posixpath.dirname(name) or "."
    document = read_document(data, name)
    if _is_templated(document):
        document = _resolved(document, os.path.join(root, folder), settings, read)
    top = document.top()
    stages = tuple(_stage(key, at, folder) for key, at in top.get("stages").mapping().items())
    artifacts = {}
    for key, at in top.get("artifacts").mapping().items():
        kind = at.get("type")
        artifacts[join(folder, at.get("path").text())] = Declared(key, None if kind.value is None else kind.text())
    return Pipeline(stages, artifacts)


def _stage(name: str, at: At, folder: str) -> Definition:
    wdir = at.get("wdir")
    cwd = join(folder, "." if wdir.value is None else wdir.text())
    if is_outside(cwd):
        raise wdir.fault("lies outside the repository")
    command = at.get("cmd")
    outs: dict[str, Out] = {}
    for key in ("outs", "metrics", "plots"):
        for written, options in flatten(at.get(key).items()):
            # A plot may have several looks, none of which says where it is kept.
            plain = isinstance(options.value, list)
            cached = plain or options.get("cache").flag(default=True)
            persistent = not plain and options.get("persist").flag(default=False)
            outs[written] = Out(written, join(cwd, written), cached, persistent)
    return Definition(
        name=name,
        folder=folder,
        cwd=cwd,
        command=[line.text() for line in command.items()] if isinstance(command.value, list) else command.text(),
        deps={dep.text(): join(cwd, dep.text()) for dep in at.get("deps").items()},
        params=_params(at.get("params")),
        outs=tuple(outs.values()),
        frozen=at.get("frozen").flag(default=False),
        always_changed=at.get("always_changed").flag(default=False),
    )


def _params(at: At) -> dict[str, tuple[str, ...]]:
    named: dict[str, list[str]] = {}
    whole = set()
    for item in at.items():
        if isinstance(item.value, str):
            named.setdefault(PARAMS_FILE, []).append(item.value)
            continue
        for file, names in item.mapping().items():
            if not names.items():
                whole.add(file)
            named.setdefault(file, []).extend(name.text() for name in names.items())
    return {file: () if file in whole else tuple(dict.fromkeys(names)) for file, names in named.items()}


def _is_templated(document: Document) -> bool:
    top = document.top()
    stages = top.get("stages").mapping().values()
    for stage in stages:
        axes = stage.get("matrix").mapping().values()
        if math.prod(len(axis.value) for axis in axes if isinstance(axis.value, list)) > _MATRIX_LIMIT:
            raise stage.fault(f"stands for more than {_MATRIX_LIMIT} stages")
    return (
        "${" in document.text
        or "vars" in top.mapping()
        or any(key in stage.mapping() for stage in stages for key in _TEMPLATED)
    )


def _resolved(document: Document, folder: str, settings: Mapping[str, Any], read: ReadFile | None) -> Document:
    try:
        from dvc.exceptions import DvcException
        from dvc.fs import localfs
        from dvc.parsing import DataResolver
    except ImportError as error:
        raise codes.DVC_MISSING.error(f"{document.name} uses variables, which DVC expands", why=str(error)) from error
    # Of a repository the resolver asks for these two only; a whole one costs half a second and a lock.
    repository = SimpleNamespace(fs=_Files(read) if read else localfs, config=settings)
    try:
        resolver = DataResolver(repository, folder, deepcopy(document.data))
        data = {**resolver.resolve(), "artifacts": resolver.resolve_artifacts()}
    except DvcException as error:
        raise codes.DVC_FILE.error(f"{document.name} cannot be expanded", why=str(error)) from error
    except (AssertionError, AttributeError, IndexError, KeyError, RecursionError, TypeError, ValueError) as error:
        raise codes.DVC_FILE.error(
            f"{document.name} cannot be expanded", why=f"DVC's resolver fails on it: {type(error).__name__}: {error}"
        ) from error
    return Document(document.name, document.text, data)


class _Files:
    """The files of a commit, as DVC's resolver asks for them; paths are from the top."""

    join = staticmethod(posixpath.join)
    normpath = staticmethod(posixpath.normpath)

    def __init__(self, read: ReadFile) -> None:
        self._read = read

    def exists(self, path: str) -> bool:
        return self._read(path) is not None

    def isdir(self, _path: str) -> bool:
        return False

    def suffix(self, path: str) -> str:
        return posixpath.splitext(path)[1]

    def open(self, path: str, encoding: str) -> io.TextIOBase:
        return io.TextIOWrapper(io.BytesIO(self._read(path) or b""), encoding=encoding)
