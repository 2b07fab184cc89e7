"""What commands make of their arguments."""

from gitprov.errors import catalogue as codes
from gitprov.wiring.project import Project


def paths_from_top(project: Project, paths: tuple[str, ...]) -> list[str]:
    """Returns paths as people type them as paths from the top of the work tree."""
    return [project.git.relative(path) for path in paths]


def pairs(values: tuple[str, ...], option: str, form: str) -> dict[str, str]:
    """Returns `KEY=VALUE` options, which people know in this form, as a mapping.

    Raises:
        GitprovError: GP-USE-001 for one without `=`, or a key that stands twice.
    """
    found: dict[str, str] = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not equals or not key or not value:
            raise codes.USE_ARGUMENT.error(f"{option} {text!r} has not the form {form}", fix=f"{option} {form}")
        if key in found:
            raise codes.USE_ARGUMENT.error(f"{option} {key} stands twice", fix=f"give {option} {key} once")
        found[key] = value
    return found
