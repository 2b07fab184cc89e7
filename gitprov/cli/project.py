"""What every command opens first: the project, and its records."""

from gitprov.lineage import Ledger
from gitprov.recording.ledger import open_ledger
from gitprov.wiring.project import Project


def open_project() -> tuple[Project, Ledger]:
    """Returns the initialised project around the current folder, and its ledger.

    Raises:
        GitprovError: GP-GIT-001 outside a repository; GP-GIT-002 before `gitprov init`; GP-GIT-004 in a bare one.
    """
    project = Project()
    project.require_initialised()
    return project, open_ledger(project.git, project.worktree)


def open_reading() -> tuple[Project, Ledger]:
    """Returns the project and its ledger as `open_project` does; a bare repository will do.

    Raises:
        GitprovError: GP-GIT-001 outside a repository; GP-GIT-002 before `gitprov init`.
    """
    project = Project()
    if project.git.is_bare:
        return project, open_ledger(project.git, None)
    project.require_initialised()
    return project, open_ledger(project.git, project.worktree)


def paths_from_top(project: Project, paths: tuple[str, ...]) -> list[str]:
    """Returns paths as people type them as paths from the top of the work tree."""
    return [project.git.relative(path) for path in paths]


def pairs(values: tuple[str, ...], option: str) -> dict[str, str]:
    """Returns `KEY=VALUE` options as a mapping.

    Raises:
        GitprovError: GP-USE-001 for one without `=`, or a key that stands twice.
    """
    from gitprov.errors import catalogue as codes

    found: dict[str, str] = {}
    for text in values:
        key, equals, value = text.partition("=")
        if not equals or not key or not value:
            raise codes.USE_ARGUMENT.error(f"{option} {text!r} is not {option} NAME=VALUE", fix=f"{option} NAME=VALUE")
        if key in found:
            raise codes.USE_ARGUMENT.error(f"{option} {key} stands twice", fix=f"give {option} {key} once")
        found[key] = value
    return found
