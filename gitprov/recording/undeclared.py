"""Files that a command read and nobody declared: seen while it ran, and told."""

import json
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import SCRIPTS
from gitprov.recording.plan import UNDECLARED_ROOM, Plan
from gitprov.recording.secrets import secrets_of
from gitprov.recording.stages import StageFacts
from gitprov.records import Run

MOST = 50
"""How many undeclared files a run lists; with more, the last line says how many there were."""

_is_rest = re.compile(r"and [0-9]+ more").fullmatch


def undeclared_files(
    place: Workplace, plan: Plan, opened: tuple[str, ...], facts: StageFacts | None
) -> tuple[str, ...] | None:
    """Returns the opened files that nobody declared: in the repository from its top, elsewhere absolute.

    The value of a secret in a path is left out: the command has succeeded, and nothing of it is refused any more.
    """
    declared = [used.path for used in plan.inputs.values()] + [out.path for out in plan.request.outputs.values()]
    declared += [entry.path for entry in plan.code.entries]
    declared += [lock.path for lock in (plan.run.environment.locks or ())] if plan.run.environment else []
    declared += [*facts.deps, *facts.params_files] if facts is not None else []
    known = set(declared)
    found = set()
    for path in opened:
        try:
            inside = place.git.relative(path)
        except GitprovError:
            found.add(path)
            continue
        parents = {str(parent) for parent in PurePosixPath(inside).parents}
        if inside in known or parents & known or inside.split("/")[0] in (".git", ".gitprov", ".dvc"):
            continue
        found.add(inside)
    secrets = secrets_of(place, plan.request.secrets)
    return _shorten([_as_text(_without(path, secrets)) for path in found])


def that_matter(run: Run) -> list[str]:
    """Returns the undeclared files that may decide what came out: those of the repository, and scripts anywhere."""
    return [path for path in run.undeclared or () if _matters(path) and not _is_rest(path)]


def said(run: Run) -> tuple[str, ...]:
    """Returns what to tell people of undeclared files."""
    found = that_matter(run)
    more = f" and {len(found) - 3} more" if len(found) > 3 else ""
    return (
        (f"the command read {', '.join(found[:3])}{more}, which nobody declared (--input or --code)",) if found else ()
    )


def _matters(path: str) -> bool:
    return not path.startswith("/") or PurePosixPath(path).suffix in SCRIPTS


def _without(path: str, secrets: Mapping[str, str]) -> str:
    for name, value in secrets.items():
        path = path.replace(value, f"${name}")
    return path


def _as_text(path: str) -> str:
    """Returns a path as a record can hold it: bytes that are no text are written as escapes."""
    return path.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def _shorten(found: Sequence[str]) -> tuple[str, ...] | None:
    """Returns as many of the undeclared files as a run record has room for, those that matter first."""
    shown: list[str] = []
    room = UNDECLARED_ROOM - 500
    for path in sorted(found, key=lambda path: (not _matters(path), path)):
        room -= len(json.dumps(path)) + 6
        if len(shown) == MOST or room < 0:
            break
        shown.append(path)
    more = len(found) - len(shown)
    return (*sorted(shown), f"and {more} more") if more else tuple(shown) or None
