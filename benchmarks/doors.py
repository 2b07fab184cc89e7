"""P1: the hook of every commit in a large repository, beside `git status` there; and a push through a server's hook."""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.audit import WIDE, make, record
from benchmarks.measure import Bench, Claim, Cost

SMALL = (10, 100)
"""Commits, and records that each lands, of the repository beside which it is seen whether the hook grows."""
PUSHED = 100
"""How many records a push brings."""
BUDGET = 0.5
"""Seconds that it may cost, git's own work on both sides included."""


def measure(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Asks about one staged record where 100,000 are, and pushes a hundred to a server that has as many."""
    wide, small = (make(bench.top / f"doors-{name}", *shape) for name, shape in (("wide", WIDE), ("small", SMALL)))
    server, plain = bench.top / "server.git", bench.top / "plain.git"
    for bare in (server, plain):
        bench.run(bench.top, "git", "clone", "--quiet", "--bare", wide, bare)
    bench.run(server, "gitprov", "hooks", "install")
    count = WIDE[0] * WIDE[1]
    for where in (wide, small):
        _add(bench, where, count, 1)
        bench.run(where, "git", "write-tree")  # as `git commit` does before it calls the hook
    for number in range(rounds):
        bench.side_by_side(
            "pre-commit",
            number,
            {
                "hook": lambda: bench.run(wide, "gitprov", "hook", "pre-commit"),
                "git status": lambda: bench.run(wide, "git", "status", "--porcelain"),
                "hook of 1,000": lambda: bench.run(small, "gitprov", "hook", "pre-commit"),
            },
        )
    push = ("git", "push", "--quiet")
    for number in range(rounds):
        _add(bench, wide, count + 1 + number * PUSHED, PUSHED)
        bench.run(wide, "git", "commit", "--quiet", "--message", "Add records")
        bench.side_by_side(
            "push",
            number,
            {
                "push": lambda: bench.run(wide, *push, server, "HEAD:refs/heads/main"),
                "without the hook": lambda: bench.run(wide, *push, plain, "HEAD:refs/heads/main"),
                "0.5 s": lambda: Cost(BUDGET, 0.0),
            },
        )
    work = f"pre-commit of one record where {count:,} are"
    yield bench.claim("P1", work, what="pre-commit", ours="hook", peer="git status", goal=0.6)
    yield bench.claim("P1", work, what="pre-commit", ours="hook", peer="hook of 1,000", goal=1.1)
    work = f"push of {PUSHED} records through pre-receive where {count:,} are"
    yield bench.claim("P1", work, what="push", ours="push", peer="0.5 s", goal=1.0)
    yield bench.claim("P1", work, what="push", ours="push", peer="without the hook", goal=2.0)


def _add(bench: Bench, where: Path, first: int, count: int) -> None:
    """Stages records that nobody has yet."""
    for number in range(first, first + count):
        path, data = record(number)
        (where / path).parent.mkdir(parents=True, exist_ok=True)
        (where / path).write_bytes(data)
    bench.run(where, "git", "add", ".gitprov")
