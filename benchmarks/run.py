"""The performance claims, side by side with their peers in one run.

`python -m benchmarks.run [--rounds N] [--only MODULE]... [--json FILE] [--page FILE]` prints each cost as it comes,
then a Markdown table of the medians. With --json all of it goes to FILE; with --page the table goes into FILE, between
its two marks. It ends with status 1 when a claim does not hold.
"""

import argparse
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import audit, blobs, doors, policy, promotion, startup
from benchmarks.measure import Bench, Claim, Cost

MODULES: dict[str, Callable[[Bench, int], Iterator[Claim]]] = {
    "startup": startup.measure,
    "policy": policy.measure,
    "promotion": promotion.measure,
    "audit": audit.measure,
    "doors": doors.measure,
    "blobs": blobs.measure,
}


BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def main() -> int:
    """Runs what was asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=MODULES, metavar="MODULE")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--page", type=Path, metavar="FILE")
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
    if asked.page:
        before, _, rest = asked.page.read_text().partition(BEGIN)
        lines = [BEGIN, machine(asked.rounds), "", *table(claims), END]
        asked.page.write_text(before + "\n".join(lines) + rest.partition(END)[2])
    return 0 if all(claim.holds for claim in claims) else 1


def machine(rounds: int) -> str:
    """Returns on what the claims were measured."""
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    return (
        f"{day}, {os.cpu_count()} × {platform.machine()}, Python {platform.python_version()}, DVC {version('dvc')}: "
        f"medians of {rounds} rounds, seconds outside the kernel + in it."
    )


def table(claims: Iterable[Claim]) -> Iterator[str]:
    """Yields the claims as a Markdown table."""
    yield "| # | work | ours | peer | theirs | counted | ratio | goal | |"
    yield "|---|---|---|---|---|---|---|---|---|"
    yield from map(row, claims)


def row(claim: Claim) -> str:
    """Returns a claim as a row of the table."""
    cells = [
        claim.number,
        claim.work,
        seconds(claim.ours),
        claim.peer,
        seconds(claim.theirs),
        "CPU" if claim.metric == "cpu" else "user CPU",
        f"{claim.ratio:.2f}",
        f"≤ {claim.goal}",
        "holds" if claim.holds else "does not hold",
    ]
    return f"| {' | '.join(cells)} |"


def seconds(costs: Sequence[Cost]) -> str:
    """Returns the medians in words."""
    user, system = (statistics.median(values) for values in zip(*((c.user, c.system) for c in costs), strict=True))
    return f"{user:.2f} + {system:.2f}"


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
