"""The project as questions open it that decide nothing: by way of the index."""

from gitprov.lineage import Ledger
from gitprov.recording.indexed import open_indexed
from gitprov.wiring.opening import serves_of
from gitprov.wiring.project import Project


def open_asking(*, remember: bool = False) -> tuple[Project, Ledger]:
    """Returns the project and its ledger as `gitprov.wiring.opening.open_reading` does.

    Args:
        remember: As for `Project`.

    Raises:
        GitprovError: GP-GIT-001 outside a repository; GP-GIT-002 before `gitprov init`.
    """
    project = Project(remember=remember)
    worktree = None
    if not project.git.is_bare:
        project.require_initialised()
        worktree = project.worktree
    return project, open_indexed(
        project.git,
        worktree,
        project.index,
        project.blobs,
        progress=project.progress,
        serves=serves_of(project),
    )
