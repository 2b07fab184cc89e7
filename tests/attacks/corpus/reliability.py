"""`make reliability`: 50 histories for each way of tampering, 500 honest ones, through every door; writes the page."""

import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

from gitprov.doors.drill import DOORS
from gitprov.doors.tampering import KINDS
from tests.attacks.corpus.matrix import judged, listed_by_git, tampered, untouched

PAGE = Path(__file__).parents[3] / "docs" / "reliability.md"
TAMPERED, HONEST = 50, 500
GIT = "git log"
HEAD = """\
# Reliability

What each door catches, measured by `make reliability` on random histories in real repositories: {tampered} for each way
of tampering, {honest} honest ones (merges, squashes, fast-forwards, rebases, parallel branches, updated branches,
proposals thought better of, octopus merges, reverts). `gitprov drill` does the same on a copy of your own project, and
`--record` keeps the outcome.

A cell says in how many of the histories the door gave the code; a dash, that the change does not come by this door or
cannot be seen from it: who sees a history for the first time knows no earlier head (a remembered or signed one tells),
a pull request cannot take back what has landed, and a commit hook sees one commit. `delete-then-readd` is told and not
refused: the record is back, byte for byte. The last column is git's own `git log --diff-filter=MD BEFORE..AFTER --
.gitprov`, with its defaults.

"""


def rows() -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Yields each way of tampering, its code, and the doors that can see it."""
    for kind, one in KINDS.items():
        yield kind, one.code.id, one.doors


def attack(kind: str, seed: int) -> set[str]:
    """Returns which doors caught one tampering, and whether git's log lists it."""
    with TemporaryDirectory() as folder:
        move = tampered(kind, seed, Path(folder) / "clone")
        caught = {door for door, refused, told in judged(move) if KINDS[kind].code.id in refused | told}
        return caught | ({GIT} if listed_by_git(move) else set())


def work(seed: int) -> set[str]:
    """Returns which doors refused an honest history, and whether git's log lists something."""
    with TemporaryDirectory() as folder:
        move = untouched(seed, Path(folder) / "clone")
        alarms = {door for door, refused, _ in judged(move) if refused}
        return alarms | ({GIT} if listed_by_git(move) else set())


def main() -> int:
    """Runs everything, writes the page and returns 1 when a door missed something or raised a false alarm."""
    columns, faults = [*DOORS, GIT], list[str]()
    lines = [f"| tampering | code | {' | '.join(columns)} |", "|---" * (len(columns) + 2) + "|"]
    with ProcessPoolExecutor(2) as workers:
        for kind, code, doors in rows():
            found = Counter(one for caught in workers.map(attack, [kind] * TAMPERED, range(TAMPERED)) for one in caught)
            faults += [f"{kind}: {door} {found[door]}" for door in DOORS if found[door] != TAMPERED * (door in doors)]
            cells = [f"{found[one]}" if one in doors or one == GIT else "-" for one in columns]
            lines.append(f"| {kind} | {code} | {' | '.join(cells)} |")
            print(lines[-1], flush=True)
        alarms = Counter(one for found in workers.map(work, range(HONEST)) for one in found)
    faults += [f"false alarm: {door} {alarms[door]}" for door in DOORS if alarms[door]]
    lines.append(f"| honest, of {HONEST} | | {' | '.join(str(alarms[one]) for one in columns)} |")
    _, heading, crashes = PAGE.read_text("utf-8").partition("\n## ")  # which `make test-long` writes
    text = HEAD.format(tampered=TAMPERED, honest=HONEST) + "\n".join(lines) + "\n"
    PAGE.write_text(text + heading + crashes, "utf-8")
    print(lines[-1], *faults, sep="\n")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
