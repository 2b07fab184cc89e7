"""The project around the current folder, as the command line opens it."""

from collections.abc import Callable
from functools import cache
from typing import TYPE_CHECKING

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.ledger import Serves
from gitprov.recording.ledger import open_ledger
from gitprov.wiring.project import Project

if TYPE_CHECKING:
    from gitprov.check.landed import Landed


def open_project() -> tuple[Project, Ledger]:
    """Returns the initialised project around the current folder, and its ledger.

    Raises:
        GitprovError: GP-GIT-001 outside a repository; GP-GIT-002 before `gitprov init`; GP-GIT-004 in a bare one.
    """
    project = Project()
    project.require_initialised()
    return project, open_ledger(project.git, project.worktree, serves=serves_of(project))


def open_reading(*, remember: bool = False) -> tuple[Project, Ledger]:
    """Returns the project and its ledger as `open_project` does; a bare repository will do.

    Args:
        remember: As for `Project`.

    Raises:
        GitprovError: GP-GIT-001 outside a repository; GP-GIT-002 before `gitprov init`.
    """
    project = Project(remember=remember)
    if project.git.is_bare:
        return project, open_ledger(project.git, None, serves=serves_of(project))
    project.require_initialised()
    return project, open_ledger(project.git, project.worktree, serves=serves_of(project))


def landed_of(project: Project) -> Callable[[], "Landed | None"]:
    """Returns what gathers, when it is first asked, what landed on the protected ref: None without a trust root."""

    @cache
    def landed() -> "Landed | None":
        from gitprov.audit.gather import gather  # read only when a record is signed for the second time

        try:
            return gather(project).landed
        except GitprovError as error:
            if error.code is codes.TRU_NONE:
                return None
            raise

    return landed


def serves_of(project: Project) -> Serves:
    """Returns what tells, when it is asked, which release is in effect at a stage."""

    def serves(name: str, stage: str) -> Digest | None:
        from gitprov.audit import in_effect  # read only when something is named NAME/STAGE

        return in_effect.serves(project, name, stage)

    return serves
