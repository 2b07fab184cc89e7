"""The performance claims, side by side with their peers in one run.

`python -m benchmarks.run [--rounds N] [--only MODULE]... [--json FILE]` prints each cost as it comes, then a Markdown
table of the medians; with --json the same goes to FILE. It ends with status 1 when a claim does not hold.
"""

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import blobs, startup
from benchmarks.measure import Bench, Claim

MODULES: dict[str, Callable[[Bench, int], Iterator[Claim]]] = {"startup": startup.measure, "blobs": blobs.measure}


def main() -> int:
    """Runs what was asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=MODULES, metavar="MODULE")
    parser.add_argument("--json", type=Path, metavar="FILE")
    asked = parser.parse_args()
    claims: list[Claim] = []
    with tempfile.TemporaryDirectory(prefix="gitprov-bench-") as folder:
        for name in asked.only or MODULES:
            for claim in MODULES[name](Bench(Path(folder).resolve()), asked.rounds):
                claims.append(claim)
                print(row(claim), flush=True)
    print()
    print(*table(claims), sep="\n")
    if asked.json:
        asked.json.write_text(json.dumps(as_data(claims, asked.rounds), indent=2, sort_keys=True) + "\n")
    return 0 if all(claim.holds for claim in claims) else 1


def table(claims: Iterable[Claim]) -> Iterator[str]:
    """Yields the claims as a Markdown table."""
    yield "| # | work | ours | peer | theirs | counted | ratio | goal | |"
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from map(row, claims)


def row(claim: Claim) -> str:
    """Returns a claim as a row of the table; seconds are medians."""
    cells = [
        claim.number,
        claim.work,
        f"{claim.seconds(claim.ours):.2f} s",
        claim.peer,
        f"{claim.seconds(claim.theirs):.2f} s",
        "CPU" if claim.metric == "cpu" else "user CPU",
        f"{claim.ratio:.2f}",
        f"≤ {claim.goal}",
        "holds" if claim.holds else "does not hold",
    ]
    return f"| {' | '.join(cells)} |"


def as_data(claims: Iterable[Claim], rounds: int) -> dict[str, Any]:
    """Returns the claims with every cost, and the machine, as JSON holds them."""
    return {
        "claims": [
            {
                "goal": claim.goal,
                "holds": claim.holds,
                "metric": claim.metric,
                "number": claim.number,
                "ours": [[cost.user, cost.system] for cost in claim.ours],
                "peer": claim.peer,
                "ratio": claim.ratio,
                "theirs": [[cost.user, cost.system] for cost in claim.theirs],
                "work": claim.work,
            }
            for claim in claims
        ],
        "cpus": os.cpu_count(),
        "dvc": version("dvc"),
        "gitprov": version("gitprov"),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "rounds": rounds,
        "schema": "gitprov/benchmarks/v1",
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
    }


if __name__ == "__main__":
    sys.exit(main())
