"""Settings: the files under `.gitprov/` that people edit."""

from collections.abc import Mapping
from typing import Protocol

from gitprov.ids import Value
from gitprov.records.policies import Policy
from gitprov.records.settings import CatalogEntry, Project

AnySetting = Project | CatalogEntry | Policy


class SettingsReader(Protocol):
    """Makes settings of bytes, wherever these come from; needs no work tree.

    Every method raises GP-YML-006 or GP-SCH-002 with file and line for bytes that cannot be understood.
    """

    def read(self, path: str, data: bytes) -> AnySetting:
        """Returns what a file of settings says; its path tells which it is.

        Raises:
            GitprovError: GP-IMM-003 too, when no such setting lies at the path.
        """
        ...

    def lines(self, path: str, data: bytes) -> Mapping[str, int]:
        """Returns the line of each value in a file by the value's path in it: `rules.fresh.cases[0]`."""
        ...


class Settings(SettingsReader, Protocol):
    """The settings of the work tree.

    Every method raises GP-YML-006 or GP-SCH-002 with file and line for a file that cannot be understood.
    """

    def project(self) -> Project:
        """Returns project.yaml; the defaults when there is none."""
        ...

    def catalog(self, name: str) -> CatalogEntry | None:
        """Returns what the catalog says of a name, or None."""
        ...

    def values(self, data: bytes, name: str) -> dict[str, Value]:
        """Returns the mapping in a JSON or YAML file of the user's, such as a parameter file; `name` is for errors."""
        ...

    def exclusions(self) -> dict[str, bytes]:
        """Returns the settings of formatters and scanners that are here and do not leave `.gitprov/` alone yet.

        Path to the new bytes, comments kept: .prettierignore, .yamllint, .pre-commit-config.yaml, .secrets.baseline.
        """
        ...

    def set_owner(self, name: str, person: str, *, kind: str | None = None) -> str:
        """Writes the owner into the catalog entry of a name, keeping what people wrote there; returns its path.

        The entry is made when there is none.
        """
        ...
