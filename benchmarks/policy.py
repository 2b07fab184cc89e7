"""P14: six policies tried on one release, beside the millisecond that this may take.

`python -m benchmarks.policy` is what is measured: it tries them TIMES times.
"""

from collections.abc import Iterator
from pathlib import Path

from benchmarks.measure import Bench, Claim, Cost
from gitprov.adapters.settings import StrictReader
from gitprov.policy import decide
from gitprov.policy.cases import case_facts
from gitprov.records.policies import Case, Policy

TOP = Path(__file__).parents[1]
SIX = ("data-age", "fairness", "not-worse", "roles-kept", "schema-change", "two-person")
TIMES = 2_000
"""How often they are tried for one cost, so that starting Python counts for little."""

BUDGET = "1 ms each"

RELEASE = Case(
    name="ten sources, ten runs, five members, three evaluations each",
    passes=True,
    facts={
        "data": [{"name": f"source-{n}"} for n in range(10)],
        "runs": [{"step": f"step-{n}"} for n in range(10)],
        "release": {"members": [{"role": f"role-{n}"} for n in range(5)]},
        "incumbent": {"members": [{"role": f"role-{n}"} for n in range(5)]},
        "metrics": {
            "fairness": {"demographic_parity_ratio": [0.9, 0.9, 0.95]},
            "holdout": {"auc": [0.93, 0.92, 0.91]},
        },
        "incumbent_metrics": {"holdout": {"auc": [0.9, 0.91, 0.89]}},
    },
)


def measure(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Tries six starters on one release, many times."""
    for number in range(rounds):
        bench.side_by_side(
            "policies",
            number,
            {
                "gitprov": lambda: bench.run(TOP, "python", "-m", "benchmarks.policy"),
                BUDGET: lambda: Cost(TIMES / 1000, 0.0),
            },
        )
    work = f"six policies on one release, {TIMES:,} times, with the start"
    yield bench.claim("P14", work, what="policies", ours="gitprov", peer=BUDGET, goal=1.0)


def main() -> None:
    """Tries the policies, each time from the facts on.

    Raises:
        SystemExit: A rule did not pass.
    """
    policies: dict[str, Policy] = {}
    for name in SIX:
        data = (TOP / "templates" / "policies" / f"{name}.yaml").read_bytes()
        policy = StrictReader().read(f".gitprov/policies/{name}.yaml", data)
        if isinstance(policy, Policy):
            policies[name] = policy
    facts = case_facts(RELEASE)
    for _ in range(TIMES):
        decision = decide(facts, policies)
        if not decision.allowed or len(decision.tried) != len(SIX):
            raise SystemExit(f"not every rule passed: {decision}")


if __name__ == "__main__":
    main()
