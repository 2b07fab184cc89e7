"""Settings: the files under `.gitprov/` that people edit."""

from typing import Protocol

from gitprov.ids import Value
from gitprov.records.settings import CatalogEntry, Project


class Settings(Protocol):
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
