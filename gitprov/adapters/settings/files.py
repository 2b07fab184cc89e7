"""The settings of a work tree: `gitprov.ports.settings.Settings` over files."""

import json
from functools import lru_cache
from typing import TypeVar

from gitprov.adapters.settings.edit import edit_settings
from gitprov.adapters.settings.exclusions import exclusions
from gitprov.adapters.settings.reader import SETTINGS_LIMIT, read_settings, read_with_lines
from gitprov.check.files import is_setting
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Value
from gitprov.ids.names import check_name
from gitprov.ports.settings import AnySetting
from gitprov.ports.worktree import WorkTree
from gitprov.records.codec import from_data
from gitprov.records.policies import Policy
from gitprov.records.settings import CatalogEntry, Project
from gitprov.records.stored import ROOT

S = TypeVar("S", Project, CatalogEntry, Policy)


class StrictReader:
    """Settings read from bytes: of the work tree, of the index, or of a commit."""

    def read(self, path: str, data: bytes) -> AnySetting:
        """Returns what a file of settings says; its path tells which it is."""
        if is_setting(path):
            match path.split("/")[1:]:
                case ["project.yaml"]:
                    return _decode_project(data, path)
                case ["catalog", _]:
                    return _decode(CatalogEntry, data, path)
                case ["policies", _]:
                    return _decode(Policy, data, path)
        raise _foreign(path)

    def lines(self, path: str, data: bytes) -> dict[str, int]:
        """Returns the line of each value in a file by the value's path in it."""
        return read_with_lines(data, path)[1]


class FileSettings(StrictReader):
    """Settings read from the files of a work tree; they are what people see, and no decision rests on them alone."""

    def __init__(self, worktree: WorkTree, new_entry: bytes) -> None:
        """Takes the files, and what a new catalog entry looks like before its fields are set."""
        self._worktree = worktree
        self._new_entry = new_entry

    def project(self) -> Project:
        """Returns project.yaml; the defaults when there is none."""
        path = f"{ROOT}/project.yaml"
        data = self._worktree.read(path)
        return Project() if data is None else _decode_project(data, path)

    def catalog(self, name: str) -> CatalogEntry | None:
        """Returns what the catalog says of a name, or None."""
        path = _entry_path(name)
        data = self._worktree.read(path)
        return None if data is None else _decode(CatalogEntry, data, path)

    def values(self, data: bytes, name: str) -> dict[str, Value]:
        """Returns the mapping in a file of the user's: JSON if it is named so, else YAML."""
        return _read_json(data, name) if name.lower().endswith(".json") else read_settings(data, name)

    def exclusions(self) -> dict[str, bytes]:
        """Returns the settings of formatters and scanners that do not leave `.gitprov/` alone yet, mended."""
        return exclusions(self._worktree.read)

    def set_owner(self, name: str, person: str, *, kind: str | None = None) -> str:
        """Writes the owner into the catalog entry of a name, keeping what people wrote there; returns its path.

        `kind` is written where none is.
        """
        path = _entry_path(name)
        data = self._worktree.read(path) or self._new_entry
        changes: dict[tuple[str, ...], Value] = {("owner",): person}
        if kind is not None and _decode(CatalogEntry, data, path).kind is None:
            changes["kind",] = kind
        edited = edit_settings(data, changes, path)
        _decode(CatalogEntry, edited, path)
        self._worktree.replace(path, edited)
        return path


def _foreign(path: str) -> GitprovError:
    return codes.IMM_FOREIGN.error(
        f"{path} is no setting that this gitprov reads", fix=f"git rm --cached {path}  # then move the file away"
    )


def _entry_path(name: str) -> str:
    return f"{ROOT}/catalog/{check_name(name, 'a name in the catalog')}.yaml"


def _decode(kind: type[S], data: bytes, path: str) -> S:
    fields = read_settings(data, path)
    schema = fields.pop("schema", None)
    if schema is None:
        raise codes.SCH_FIELD.error(f"{path}:1: the schema is missing", fix=f"add the line schema: {kind.schema}")
    if schema != kind.schema:
        line = read_with_lines(data, path)[1]["schema"]
        raise codes.SCH_UNKNOWN.error(
            f"{path}:{line} has the schema {str(schema)[:80]!r}", why=f"this gitprov knows {kind.schema}"
        )
    try:
        return from_data(kind, fields)
    except GitprovError as error:
        lines = read_with_lines(data, path)[1]
        around = [where for where in lines if error.what.startswith(f"field {where} ")]
        line = lines[max(around, key=len)] if around else 1
        raise error.code.error(f"{path}:{line}: {error.what}", why=error.why, fix=f"edit {path}") from None


@lru_cache(maxsize=8)
def _decode_project(data: bytes, path: str) -> Project:
    return _decode(Project, data, path)


def _read_json(data: bytes, name: str) -> dict[str, Value]:
    def once(pairs: list[tuple[str, Value]]) -> dict[str, Value]:
        found = dict(pairs)
        if len(found) != len(pairs):
            raise ValueError("a key stands twice")
        return found

    if len(data) > SETTINGS_LIMIT:
        raise codes.YML_SETTINGS.error(f"{name}:1 cannot be read", why=f"it has more than {SETTINGS_LIMIT} bytes")
    try:
        found = json.loads(data, object_pairs_hook=once)
    except (ValueError, RecursionError) as error:
        line = getattr(error, "lineno", 1)
        raise codes.YML_SETTINGS.error(f"{name}:{line} cannot be read", why=str(error), fix="mend the JSON") from None
    if not isinstance(found, dict):
        raise codes.YML_SETTINGS.error(f"{name}:1 cannot be read", why="it is not a mapping")
    return found
