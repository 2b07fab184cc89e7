"""P2: how long it takes until a command has been understood, beside importing the library that parses it."""

from collections.abc import Iterator

from benchmarks.measure import Bench, Claim

TIMES = 20
"""How often a program is started for one cost: one start is too short to be told from noise."""

GOAL = 2.0


def measure(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Starts gitprov, and Python with click, many times each."""

    def repeated(command: str) -> list[str]:
        return ["sh", "-ec", f"for _ in $(seq {TIMES}); do {command}; done"]

    peer = 'python -c "import click"'
    for words in ("--help", "--version"):
        for number in range(rounds):
            bench.side_by_side(
                words,
                number,
                {
                    "gitprov": lambda words=words: bench.run(bench.top, *repeated(f"gitprov {words}")),  # type: ignore[misc]
                    peer: lambda: bench.run(bench.top, *repeated(peer)),
                },
            )
        yield bench.claim("P2", f"gitprov {words}, {TIMES} times", what=words, ours="gitprov", peer=peer, goal=GOAL)
