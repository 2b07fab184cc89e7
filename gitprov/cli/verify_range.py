"""How `gitprov verify A..B` answers."""

from typing import Any

from gitprov.audit.changes import gather_change
from gitprov.check.engine import Verdict, check
from gitprov.cli.render import show_answer
from gitprov.cli.verdict import lines, show_sarif
from gitprov.errors import Exit
from gitprov.ports.workplace import Workplace


def commits_of(place: Workplace, text: str) -> tuple[str, str] | None:
    """Returns the two commits of a range, or None when the text is none."""
    start, dots, end = text.partition("..")
    old, new = (place.git.commit_of(one) if dots and one else None for one in (start, end))
    return (old, new) if old is not None and new is not None else None


def show_range(
    place: Workplace, text: str, old: str, new: str, attributes: bytes, *, as_json: bool, as_sarif: bool
) -> Exit:
    """Prints what moving a protected ref from one commit to another would do, and returns the exit status."""
    found = check(gather_change(place, old, new, ref=text, attributes=attributes))
    if as_sarif:
        show_sarif(found.findings, found.warnings, found.undecided, found.acknowledged)
    else:
        show_answer("verify-range", _answer(found, old, new), lines(found), as_json=as_json)
    return found.exit


def _answer(found: Verdict, old: str, new: str) -> dict[str, Any]:
    return {
        "acknowledged": found.acknowledged,
        "findings": found.findings,
        "new": new,
        "old": old,
        "undecided": found.undecided,
        "warnings": found.warnings,
    }
