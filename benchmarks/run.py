"""The performance claims, side by side with their peers in one run.

`python -m benchmarks.run [--rounds N] [--only GROUP]... [--json FILE [--page FILE]]` prints each cost as it comes, then
a Markdown table of the medians. With --json the claims take their places in FILE, where those of groups that were not
measured stay as they are, each claim with its own time and commit; with --page the table of all that FILE has then goes
between the two marks of that page. It ends with status 1 when a claim that was measured does not hold.
"""

import argparse
import json
import os
import platform
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

from benchmarks import asking, audit, blobs, doors, importing, policy, promotion, signatures, startup
from benchmarks.measure import Bench, Claim

GROUPS: dict[str, Callable[[Bench, int], Iterator[Claim]]] = {
    "startup": startup.measure,
    "policy": policy.measure,
    "promotion": promotion.measure,
    "signatures": signatures.measure,
    "audit": audit.measure,
    "doors": doors.measure,
    "import": importing.measure,
    "asking": asking.measure,
    "small files": blobs.measure_small,
    "large file": blobs.measure_large,
    "S3": blobs.measure_s3,
}


Row = dict[str, Any]
"""A claim as JSON holds it."""

TOP = Path(__file__).parents[1]
BEGIN, END = "<!-- measured -->", "<!-- /measured -->"


def main() -> int:
    """Runs what was asked for; returns the exit status."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", action="append", choices=GROUPS, metavar="GROUP")
    parser.add_argument("--json", type=Path, metavar="FILE")
    parser.add_argument("--page", type=Path, metavar="FILE")
    asked = parser.parse_args()
    if asked.page and not asked.json:
        parser.error("--page shows what --json keeps: give both")
    new: dict[str, list[Row]] = {}
    with tempfile.TemporaryDirectory(prefix="gitprov-bench-") as folder:
        for name in asked.only or GROUPS:
            for claim in GROUPS[name](Bench(Path(folder).resolve()), asked.rounds):
                new.setdefault(name, []).append(as_row(claim, name, asked.rounds))
                print(shown(new[name][-1]), flush=True)
    measured = [row for rows in new.values() for row in rows]
    print("", *table(measured), sep="\n")
    if asked.json:
        kept = json.loads(asked.json.read_text())["claims"] if asked.json.exists() else []
        claims = merged(kept, new)
        data = {"claims": claims, "schema": "gitprov/benchmarks/v2"}
        asked.json.write_text(json.dumps(data, indent=2, sort_keys=True) + "\n")
        if asked.page:
            before, _, rest = asked.page.read_text().partition(BEGIN)
            lines = [BEGIN, *table(claims), END]
            asked.page.write_text(before + "\n".join(lines) + rest.partition(END)[2])
    return 0 if all(row["holds"] for row in measured) else 1


def merged(kept: Iterable[Row], new: Mapping[str, list[Row]]) -> list[Row]:
    """Returns the claims of all groups, in their order: the new ones of those that were measured now."""
    old = list(kept)
    return [row for name in GROUPS for row in new.get(name) or [one for one in old if one["group"] == name]]


def as_row(claim: Claim, group: str, rounds: int) -> Row:
    """Returns a claim with every cost, and with when and on what it was measured, as JSON holds it."""
    return {
        "commit": commit(),
        "cpus": os.cpu_count(),
        "dvc": version("dvc"),
        "goal": claim.goal,
        "group": group,
        "holds": claim.holds,
        "machine": platform.machine(),
        "metric": claim.metric,
        "number": claim.number,
        "ours": [[cost.user, cost.system] for cost in claim.ours],
        "peer": claim.peer,
        "python": platform.python_version(),
        "ratio": claim.ratio,
        "rounds": rounds,
        "theirs": [[cost.user, cost.system] for cost in claim.theirs],
        "time": datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "work": claim.work,
    }


def commit() -> str:
    """Returns the commit that is measured, with a + behind it when the code is not as committed."""
    done = subprocess.run(
        ["git", "describe", "--always", "--dirty=+", "--exclude=*"], cwd=TOP, capture_output=True, text=True, check=True
    )
    return done.stdout.strip()


def table(rows: Iterable[Row]) -> Iterator[str]:
    """Yields the claims as a Markdown table."""
    yield "| # | work | ours | peer | theirs | counted | ratio | goal | | measured |"
    yield "|---|---|---|---|---|---|---|---|---|---|"
    yield from map(shown, rows)


def shown(row: Row) -> str:
    """Returns a claim as a row of the table."""
    cells = [
        row["number"],
        row["work"],
        seconds(row["ours"]),
        row["peer"],
        seconds(row["theirs"]),
        "CPU" if row["metric"] == "cpu" else "user CPU",
        f"{row['ratio']:.2f}",
        f"≤ {row['goal']}",
        "holds" if row["holds"] else "does not hold",
        f"{row['time'][:10]}, {row['commit']}",
    ]
    return f"| {' | '.join(cells)} |"


def seconds(costs: Iterable[Sequence[float]]) -> str:
    """Returns the medians in words."""
    user, system = map(statistics.median, zip(*costs, strict=True))
    return f"{user:.2f} + {system:.2f}"


if __name__ == "__main__":
    sys.exit(main())
