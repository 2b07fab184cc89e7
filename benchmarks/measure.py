"""What every benchmark shares: running programs side by side, and comparing the medians."""

import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

MEMORY = 3 << 30
"""More bytes than any of the programs puts into the page cache."""

SHARED_MEMORY = Path("/dev/shm")  # noqa: S108 - memory is what is asked for

Metric = Literal["cpu", "user"]


@dataclass(frozen=True, slots=True)
class Cost:
    """What a program cost, with its children, in seconds."""

    user: float
    system: float

    @property
    def cpu(self) -> float:
        """Processor seconds."""
        return self.user + self.system


@dataclass(frozen=True, slots=True)
class Claim:
    """One performance claim and what was measured.

    Attributes:
        number: As in the table of docs/benchmarks.md: P3, …
        work: What is done, with sizes.
        peer: What does the same beside it in the same run.
        metric: What is compared: processor seconds, or those outside the kernel.
        goal: The ratio to the peer that is claimed; at most that much.
        ours, theirs: Seconds, one a round.
    """

    number: str
    work: str
    peer: str
    metric: Metric
    goal: float
    ours: tuple[Cost, ...]
    theirs: tuple[Cost, ...]

    @property
    def ratio(self) -> float:
        """The median of ours over the median of theirs."""
        return self.seconds(self.ours) / self.seconds(self.theirs)

    @property
    def holds(self) -> bool:
        """Tells whether the claim is true of this run."""
        return self.ratio <= self.goal

    def seconds(self, costs: Sequence[Cost]) -> float:
        """Returns the median."""
        return statistics.median(cost.user if self.metric == "user" else cost.cpu for cost in costs)


class Bench:
    """A folder to work in, and the costs by what was done and by whom."""

    def __init__(self, top: Path) -> None:
        self.top = top
        self.environment = _clean_environment(top / "home")
        self.costs: dict[tuple[str, str], list[Cost]] = {}

    def run(self, cwd: Path, *command: str | Path) -> Cost:
        """Runs a program to its end and returns what it cost.

        Raises:
            SystemExit: It failed.
        """
        words = [str(word) for word in command]
        log = self.top / "last.log"
        with log.open("wb") as output:
            process = subprocess.Popen(words, cwd=cwd, env=self.environment, stdout=output, stderr=subprocess.STDOUT)
            _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode != 0:
            raise SystemExit(f"{words} ended with {process.returncode} in {cwd}:\n{log.read_text()}")
        return Cost(used.ru_utime, used.ru_stime)

    def side_by_side(self, what: str, number: int, who: Mapping[str, Callable[[], Cost]]) -> None:
        """Lets everyone do the same once, in an order that changes with the number of the round."""
        names = list(who)
        for name in names[number % len(names) :] + names[: number % len(names)]:
            _settle()
            cost = who[name]()
            self.costs.setdefault((what, name), []).append(cost)
            print(f"  {what:<12} {name:<10} user {cost.user:7.2f} s  system {cost.system:7.2f} s", flush=True)

    def claim(
        self, number: str, work: str, *, what: str, ours: str, peer: str, goal: float, metric: Metric = "cpu"
    ) -> Claim:
        """Returns a claim over the costs of doing `what`."""
        return Claim(number, work, peer, metric, goal, tuple(self.costs[what, ours]), tuple(self.costs[what, peer]))


def _settle() -> None:
    """Gives everyone the same start: nothing waits to be written, and there is memory at hand for the page cache.

    A virtual machine fetches memory from its host when it is first used, which is charged to whoever comes first: up to
    3 s for 1 GiB, against 0.3 s after this.
    """
    os.sync()
    if SHARED_MEMORY.is_dir():
        with tempfile.TemporaryFile(dir=SHARED_MEMORY) as file:
            for _ in range(MEMORY >> 24):
                file.write(bytes(1 << 24))


def _clean_environment(home: Path) -> dict[str, str]:
    """Returns an environment in which nothing of the person's configuration takes part."""
    home.mkdir(parents=True, exist_ok=True)
    (home / ".gitconfig").write_text("[user]\n    name = Ada\n    email = ada@example.org\n[gc]\n    auto = 0\n")
    kept = {name: value for name, value in os.environ.items() if name in ("LANG", "LC_ALL", "TMPDIR")}
    return kept | {
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
        "HOME": str(home),
        "GIT_CONFIG_NOSYSTEM": "1",
        "DVC_NO_ANALYTICS": "1",
        "DVC_SITE_CACHE_DIR": str(home / "dvc-site-cache"),
        "AWS_EC2_METADATA_DISABLED": "true",
    }
