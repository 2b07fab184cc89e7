"""Counts what the jobs of the tour took, and fails when one took more than the product allows.

Reads the file that examples/demo.sh writes: one job a line, its name, the number of commands, the repository, and the
commits before and after, between tabs. Files and lines are git's own numbers, as a pull request would show them.
"""

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Budget:
    """What a job may take at most; None where nothing is promised.

    Attributes:
        commands: Commands typed.
        files: Files of the pull request.
        lines: Lines added.
        visible: Lines added that a pull request shows: those of files that are not linguist-generated.
    """

    commands: int | None = None
    files: int | None = None
    lines: int | None = None
    visible: int | None = None


BUDGETS = {
    "a training": Budget(files=5, lines=80),
    "a first recorded and shared training in a DVC repository": Budget(commands=5),
    "a promotion": Budget(files=3, visible=60),
}


def added(repository: str, base: str, head: str) -> tuple[int, int, int]:
    """Returns the files that differ between two commits, the lines that were added, and those that are shown."""
    rows = [row.split("\t") for row in git(repository, "diff", "--numstat", base, head).splitlines()]
    paths = [path for *_, path in rows]
    generated = git(repository, "check-attr", "linguist-generated", "--", *paths).splitlines()
    shown = [
        int(lines) for (lines, *_), row in zip(rows, generated, strict=True) if not row.endswith((": set", ": true"))
    ]
    return len(rows), sum(int(lines) for lines, *_ in rows), sum(shown)


def git(repository: str, *arguments: str) -> str:
    """Returns what git prints."""
    return subprocess.run(["git", "-C", repository, *arguments], capture_output=True, text=True, check=True).stdout


def main(jobs: Path) -> int:
    """Prints each job beside its budget; returns 1 when one is exceeded."""
    seen = set()
    exceeded = False
    for line in jobs.read_text().splitlines():
        name, commands, repository, base, head = line.split("\t")
        seen.add(name)
        print(name)
        files, lines, visible = added(repository, base, head)
        budget = BUDGETS[name]
        for unit, took, most in (
            ("commands", int(commands), budget.commands),
            ("files", files, budget.files),
            ("lines", lines, budget.lines),
            ("visible lines", visible, budget.visible),
        ):
            over = most is not None and took > most
            exceeded |= over
            allowed = "" if most is None else f"  of {most}{'  EXCEEDED' if over else ''}"
            print(f"  {took:4} {unit}{allowed}")
    if missing := BUDGETS.keys() - seen:
        print(f"not measured: {', '.join(sorted(missing))}")
    return int(exceeded or bool(missing))


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
