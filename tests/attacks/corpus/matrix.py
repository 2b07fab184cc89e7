"""What each door says of tampered and of honest histories, beside git's own log."""

from collections.abc import Iterator
from contextlib import chdir
from pathlib import Path
from random import Random

from gitprov.doors.drill import DOORS, Move, codes_of
from gitprov.doors.tampering import KINDS
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource
from tests.attacks.corpus.history import write
from tests.attacks.corpus.honest import honest
from tests.support import Repo


def tampered(kind: str, seed: int, path: Path) -> Move:
    """Writes a history that somebody has tampered with."""
    story = honest(f"{kind} {seed}").story()
    return write(story.commits, story.head, KINDS[kind].do(story), path)


def untouched(seed: int, path: Path) -> Move:
    """Writes an honest history that goes on from some earlier head."""
    team = honest(f"honest {seed}")
    before = Random(seed).choice(team.heads[2:-1])
    return write(team.commits, before, team.head, path)


def judged(move: Move) -> Iterator[tuple[str, set[str], set[str]]]:
    """Yields each door, the codes that it refuses the move with, and those that it only tells."""
    attributes = read_resource("templates/gitattributes")
    with chdir(move.scratch.path):
        for door in DOORS:
            yield door, *codes_of(Project(), door, move, attributes)


def listed_by_git(move: Move) -> bool:
    """Tells whether git's log, with its defaults, lists what the move changed or removed of records."""
    options = ("--diff-filter=MD", "--format=%H", f"{move.before}..{move.after}", "--", ".gitprov")
    return bool(Repo(Path(move.scratch.path)).git("log", *options))
