"""Files that ship with gitprov: the git hooks and the templates.

In a wheel they lie inside the package; in a checkout (an editable install) they lie at its root, where people look
for them.
"""

from pathlib import Path

from gitprov.errors import catalogue as codes

_PACKAGE = Path(__file__).parents[1]
_ROOTS = (_PACKAGE / "_data", _PACKAGE.parent)


def read_resource(name: str) -> bytes:
    """Returns the bytes of a shipped file.

    Args:
        name: Its path from the root of a checkout, such as `templates/project.yaml`.

    Raises:
        GitprovError: GP-IO-001, the installation lacks the file.
    """
    for root in _ROOTS:
        if (root / name).is_file():
            return (root / name).read_bytes()
    raise codes.IO_FAILED.error(
        f"gitprov's own file {name} is not installed",
        why=f"it is neither in {_PACKAGE / '_data'} nor in {_PACKAGE.parent}",
        fix="pip install --force-reinstall gitprov",
    )


def list_resources(folder: str) -> list[str]:
    """Returns the shipped files in a folder, sorted, by their paths from the root of a checkout."""
    there = next((root / folder for root in _ROOTS if (root / folder).is_dir()), None)
    return sorted(f"{folder}/{path.name}" for path in there.iterdir()) if there else []
