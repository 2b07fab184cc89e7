"""The project around the current folder, as the command line opens it."""

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
