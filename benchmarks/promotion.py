"""P16: what serves, and whether it counts, beside importing the library that parses the command."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Bench, Claim
from docs.tutorial import follow

PAGE = Path(__file__).parents[1] / "docs" / "tutorial-promotion.md"
PEER = 'python -c "import click"'

GOAL = 12.5
"""0.5 s of processor time where the peer takes 0.04 s, as on a quiet machine."""


def measure(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Asks about the stage that the tutorial leaves behind: three promotions, three deployments.

    Raises:
        SystemExit: A command of the tutorial ended otherwise than it says.
    """
    for one in follow(PAGE.read_text("utf-8"), bench.top, bench.environment):
        if one.status != ("finding[" in one.shown):
            raise SystemExit(f"$ {one.command}\n{one.printed}")
    clone = bench.top / "work" / "ada"
    landed = len([path for path in (clone / ".gitprov").rglob("*") if path.suffix in (".yaml", ".json")])
    for verb in ("why", "verify"):
        for number in range(rounds):
            bench.side_by_side(
                verb,
                number,
                {
                    "gitprov": lambda verb=verb: bench.run(clone, "gitprov", verb, "leavers/production"),  # type: ignore[misc]
                    PEER: lambda: bench.run(bench.top, "python", "-c", "import click"),
                },
            )
        work = f"gitprov {verb} NAME/STAGE, {landed} files below .gitprov"
        yield bench.claim("P16", work, what=verb, ours="gitprov", peer=PEER, goal=GOAL)
