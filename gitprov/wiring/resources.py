"""Files that ship with gitprov: the git hooks and the templates.

In a wheel they lie inside the package; in a checkout (an editable install) they lie at its root, where people look
for them.
"""

import os

from gitprov.errors import catalogue as codes

_PACKAGE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
_ROOTS = (f"{_PACKAGE}/_data", os.path.dirname(_PACKAGE))


def read_resource(name: str) -> bytes:
    """Returns the bytes of a shipped file.

    Args:
        name: Its path from the root of a checkout, such as `templates/project.yaml`.

    Raises:
        GitprovError: GP-IO-001, the installation lacks the file.
    """
    for root in _ROOTS:
        if os.path.isfile(f"{root}/{name}"):
            with open(f"{root}/{name}", "rb") as file:
                return file.read()
    raise codes.IO_FAILED.error(
        f"gitprov's own file {name} is not installed",
        why=f"it is neither in {_ROOTS[0]} nor in {_ROOTS[1]}",
        fix="pip install --force-reinstall gitprov",
    )


def list_resources(folder: str) -> list[str]:
    """Returns the shipped files in a folder, sorted, by their paths from the root of a checkout."""
    there = next((f"{root}/{folder}" for root in _ROOTS if os.path.isdir(f"{root}/{folder}")), None)
    return sorted(f"{folder}/{name}" for name in os.listdir(there)) if there else []
