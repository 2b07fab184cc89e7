"""Who decides: `gitprov trust`."""

from collections.abc import Mapping, Sequence

from gitprov.governance import begin as _begin
from gitprov.governance import proposing as _proposing
from gitprov.governance import showing as _showing
from gitprov.governance.state import Rooted
from gitprov.governance.wishes import Delegated, Wish, rotation
from gitprov.ids import Value
from gitprov.wiring.opening import open_project
from gitprov.wiring.project import Project

__all__ = [
    "Delegated",
    "Wish",
    "delegate",
    "fingerprint",
    "init",
    "propose",
    "revoke",
    "rotate",
    "show",
    "sign",
    "use_sigstore",
]


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


def rotate(
    person: str,
    pem: str,
    *,
    old: str = "",
    until: str | None = None,
    reason: str | None = None,
    dry_run: bool = False,
) -> Rooted:
    """Proposes another key (PEM) in the place of a person's, or of one of them, as `gitprov trust rotate` does."""
    return propose(rotation(person, pem, old=old, until=until, reason=reason), dry_run=dry_run)


def revoke(person: str, reason: str, *, key: str = "", dry_run: bool = False) -> Rooted:
    """Proposes that a person's keys, or one of them, count no more, as `gitprov trust revoke` does."""
    return propose(Wish(revoke={person: key}, reason=reason), dry_run=dry_run)


def delegate(prefix: str, held: Delegated | None, *, dry_run: bool = False) -> Rooted:
    """Proposes who holds roles below a prefix, None for nobody in particular, as `gitprov trust delegate` does."""
    wish = Wish(delegate={prefix: held}) if held is not None else Wish(undelegate=(prefix,))
    return propose(wish, dry_run=dry_run)


def use_sigstore(name: str, trusted_root: Mapping[str, Value], *, dry_run: bool = False) -> Rooted:
    """Proposes that a Sigstore says who signed, and when, as `gitprov trust use-sigstore` does."""
    return propose(Wish(trusted_roots={name: trusted_root}), dry_run=dry_run)


def sign(version: int | None = None, *, dry_run: bool = False) -> Rooted:
    """Signs a trust version, by default the newest that is not in force, as `gitprov trust sign` does."""
    return _proposing.sign_version(open_project()[0], version, dry_run=dry_run)


def show(*, pin: str | None = None) -> _showing.TrustShown:
    """Returns who decides, and why that is believed, as `gitprov trust show` does."""
    return _showing.show_trust(Project(), pin)


def fingerprint(*, pin: str | None = None) -> str:
    """Returns the pin of the trust version in force, as `gitprov trust fingerprint` does."""
    return show(pin=pin).pin
