"""The settings of a work tree: `gitprov.ports.settings.Settings` over files."""

from functools import cache
from typing import TypeVar

from gitprov.adapters.settings.exclusions import exclusions
from gitprov.adapters.settings.reader import read_settings
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Value
from gitprov.ports.worktree import WorkTree
from gitprov.records.codec import from_data
from gitprov.records.settings import CatalogEntry, Project
from gitprov.records.stored import ROOT

S = TypeVar("S", Project, CatalogEntry)


class FileSettings:
    """Settings read from the files of a work tree; they are what people see, and no decision rests on them alone."""

    def __init__(self, worktree: WorkTree) -> None:
        self._worktree = worktree
        self.project = cache(self._project)

    def _project(self) -> Project:
        path = f"{ROOT}/project.yaml"
        data = self._worktree.read(path)
        return Project() if data is None else _decode(Project, data, path)

    def catalog(self, name: str) -> CatalogEntry | None:
        """Returns the catalog entry of a name, or None."""
        path = f"{ROOT}/catalog/{name}.yaml"
        data = self._worktree.read(path)
        return None if data is None else _decode(CatalogEntry, data, path)

    def values(self, data: bytes, name: str) -> dict[str, Value]:
        """Returns the mapping in a JSON or YAML file."""
        return read_settings(data, name)

    def exclusions(self) -> dict[str, bytes]:
        """Returns what formatters and scanners must be told."""
        return exclusions(self._worktree.read)

    def set_owner(self, name: str, person: str, *, kind: str | None = None) -> str:
        """Writes the owner of a name into its catalog entry."""
        path = f"{ROOT}/catalog/{name}.yaml"
        data = self._worktree.read(path)
        if data is None:
            lines = [f"schema: {CatalogEntry.schema}", *([f"kind: {kind}"] if kind else []), f"owner: {person}", ""]
            self._worktree.replace(path, "\n".join(lines).encode())
        else:
            _decode(CatalogEntry, data, path)
            self._worktree.replace(path, edit_settings(data, {"owner": person}))
        return path


def edit_settings(data: bytes, changes: dict[str, Value]) -> bytes:
    """Returns settings with top-level keys set, comments and order kept; the strict reader has passed them."""
    from io import BytesIO

    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = 4096
    document = yaml.load(data) or {}
    document.update(changes)
    out = BytesIO()
    yaml.dump(document, out)
    return out.getvalue()


def _decode(kind: type[S], data: bytes, path: str) -> S:
    fields = read_settings(data, path)
    schema = fields.pop("schema", kind.schema)
    if schema != kind.schema:
        raise codes.SCH_UNKNOWN.error(
            f"{path} has the schema {str(schema)[:80]!r}", why=f"this gitprov knows {kind.schema}"
        )
    try:
        return from_data(kind, fields)
    except GitprovError as error:
        raise error.code.error(f"{path}: {error.what}", why=error.why, fix=f"edit {path}") from None
