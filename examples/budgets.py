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
    """What a job may take at most; None where nothing is promised."""

    commands: int | None = None
    files: int | None = None
    lines: int | None = None


BUDGETS = {
    "a training": Budget(files=5, lines=80),
    "a first recorded and shared training in a DVC repository": Budget(commands=5),
}


def added(repository: str, base: str, head: str) -> tuple[int, int]:
    """Returns the files that differ between two commits, and the lines that were added."""
    command = ["git", "-C", repository, "diff", "--numstat", base, head]
    rows = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    return len(rows), sum(int(row.split("\t")[0]) for row in rows)


def main(jobs: Path) -> int:
    """Prints each job beside its budget; returns 1 when one is exceeded."""
    seen = set()
    exceeded = False
    for line in jobs.read_text().splitlines():
        name, commands, repository, base, head = line.split("\t")
        seen.add(name)
        print(name)
        files, lines = added(repository, base, head)
        budget = BUDGETS[name]
        for unit, took, most in (
            ("commands", int(commands), budget.commands),
            ("files", files, budget.files),
            ("lines", lines, budget.lines),
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
