"""Who decides: `gitprov trust`."""

from collections.abc import Sequence

from gitprov.governance import begin as _begin
from gitprov.governance import proposing as _proposing
from gitprov.governance import showing as _showing
from gitprov.governance.state import Rooted
from gitprov.governance.wishes import Wish
from gitprov.wiring.opening import open_project
from gitprov.wiring.project import Project

__all__ = ["Wish", "fingerprint", "init", "propose", "show", "sign"]


def init(
    *,
    person: str | None = None,
    ref: str = "refs/heads/main",
    stage: str | None = None,
    approvers: Sequence[str] = (),
    threshold: int = 1,
    dry_run: bool = False,
) -> Rooted:
    """Begins the trust root, with you as its owner, as `gitprov trust init` does."""
    project, _ = open_project()
    return _begin.begin(
        project, person=person, ref=ref, stage_name=stage, approvers=approvers, threshold=threshold, dry_run=dry_run
    )


def propose(wish: Wish, *, dry_run: bool = False) -> Rooted:
    """Proposes the next trust version, as `gitprov trust propose` does."""
    return _proposing.propose_version(open_project()[0], wish, dry_run=dry_run)


def sign(version: int | None = None, *, dry_run: bool = False) -> Rooted:
    """Signs a trust version, by default the newest that is not in force, as `gitprov trust sign` does."""
    return _proposing.sign_version(open_project()[0], version, dry_run=dry_run)


def show(*, pin: str | None = None) -> _showing.TrustShown:
    """Returns who decides, and why that is believed, as `gitprov trust show` does."""
    return _showing.show_trust(Project(), pin)


def fingerprint(*, pin: str | None = None) -> str:
    """Returns the pin of the trust version in force, as `gitprov trust fingerprint` does."""
    return show(pin=pin).pin
