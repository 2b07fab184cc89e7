"""The tests of a rule: small differences from base facts, and what the rule says of them. docs/policy.md."""

from collections.abc import Iterator, Mapping
from typing import Any

from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.policy.cel import activate, static_fault
from gitprov.policy.decide import judge
from gitprov.policy.facts import Facts
from gitprov.records.codec import from_data
from gitprov.records.policies import Case, Policy, Rule


def _digest(number: int) -> str:
    return f"sha256:{number:064x}"


def _release(version: int, artifact: int) -> dict[str, Any]:
    member = {
        "role": "model",
        "name": "fraud.churn",
        "kind": "model",
        "artifact": _digest(artifact),
        "content": _digest(artifact + 1),
        "assurance": "verified",
        "reproduced": True,
        "remade": True,
        "deprecated": False,
    }
    return {"version": version, "set": _digest(artifact + 2), "members": [member], "deprecated": False}


BASE: Mapping[str, Any] = {
    "now": "2026-07-01T12:00:00Z",
    "kind": "promote",
    "name": "fraud.churn",
    "stage": "production",
    "owner": "olga",
    "tags": ["tabular"],
    "release": _release(2, 0x20),
    "incumbent": _release(1, 0x10),
    "data": [
        {
            "name": "fraud.transactions",
            "content": _digest(0x30),
            "assurance": "verified",
            "cutoff": "2026-06-01T12:00:00Z",
            "observed": "2026-06-02T12:00:00Z",
            "age_days": 30,
        }
    ],
    "runs": [
        {
            "step": "train",
            "id": _digest(0x40),
            "makes_member": True,
            "code_reviewed": True,
            "dirty": False,
            "container": f"python@{_digest(0x41)}",
            "locks": ["uv.lock"],
            "seeded": True,
            "environment_observed": False,
            "inputs_changed": False,
            "unknown": [],
            "declared": [],
            "signed_by": ["paul"],
            "accepted": True,
        }
    ],
    "schemas": [{"role": "model", "candidate": _digest(0x50), "incumbent": _digest(0x50)}],
    "evaluations": [
        {
            "suite": "fairness",
            "subject": "artifact",
            "role": "model",
            "metrics": {"demographic_parity_ratio": 0.9},
            "by": ["eva"],
            "accepted": True,
            "evaluated": "2026-06-30T12:00:00Z",
        },
        {
            "suite": "holdout",
            "subject": "artifact",
            "role": "model",
            "metrics": {"auc": 0.9},
            "by": ["eva"],
            "accepted": True,
            "evaluated": "2026-06-30T12:00:00Z",
        },
    ],
    "metrics": {"fairness": {"demographic_parity_ratio": [0.9]}, "holdout": {"auc": [0.9]}},
    "incumbent_metrics": {"holdout": {"auc": [0.9]}},
    "candidates": 1,
    "sweeps": [],
    "people": {
        "requester": "rita",
        "producers": ["paul"],
        "evaluators": ["eva"],
        "authors": ["paul"],
        "owners": ["olga"],
    },
}
"""The facts that every case starts from: an ordinary promotion of version 2, which all starters allow."""


def case_facts(case: Case) -> Facts:
    """Returns the base facts with what a case says laid over them.

    Mappings are merged, null takes a key away (RFC 7396); each item of a list is laid over the first item of the base's
    list, so that a case names only what it is about.

    Raises:
        GitprovError: GP-SCH-002 for a fact that there is not, or of the wrong type.
    """
    return from_data(Facts, _laid_over(BASE, case.facts))


def _laid_over(base: Any, patch: Any) -> Any:
    if isinstance(patch, Mapping):
        below = base if isinstance(base, Mapping) else {}
        merged = {**below, **{key: _laid_over(below.get(key), item) for key, item in patch.items()}}
        return {key: item for key, item in merged.items() if item is not None}
    if isinstance(patch, list):
        first = base[0] if isinstance(base, list) and base else None
        return [_laid_over(first, item) for item in patch]
    return patch


def check_policy(policy: Policy, path: str, lines: Mapping[str, int]) -> Iterator[Finding]:
    """Yields every rule that cannot be evaluated, lacks a case on either side, or says something else in a case.

    Args:
        policy: The policy.
        path: Its file.
        lines: The line of each value in it, by the value's path (`rules.fresh.when`).
    """
    for name, rule in sorted(policy.rules.items()):
        where = f"rules.{name}"
        fault = static_fault(rule.when)
        if fault is not None:
            yield codes.POL_RULE.finding(
                path,
                f"{path}:{lines[f'{where}.when']}: rule {name} cannot be evaluated",
                why=fault,
                fix=f"edit {path}, then gitprov policy test",
            )
            continue
        for n, case in enumerate(rule.cases):
            came_out = _came_out(rule, case)
            if came_out is not None:
                yield codes.POL_CASE.finding(
                    path,
                    f"{path}:{lines[f'{where}.cases[{n}]']}: rule {name}, case {case.name!r}: {came_out[0]}",
                    why=came_out[1],
                    fix=f"edit the rule or the case in {path}, then gitprov policy test",
                )
        sides = {case.passes for case in rule.cases}
        for side, word in ((True, "passes"), (False, "denies")):
            if side not in sides:
                yield codes.POL_UNTESTED.finding(
                    path,
                    f"{path}:{lines[where]}: rule {name} has no case that it {word}",
                    fix=f"add a case with passes: {str(side).lower()} below cases of {name} in {path}",
                )


def _came_out(rule: Rule, case: Case) -> tuple[str, str] | None:
    """Returns what is wrong with a case, and why; None when the rule says what the case expects."""
    try:
        facts = case_facts(case)
    except GitprovError as error:
        return "its facts do not fit", error.what
    outcome, fault = judge(rule, activate(facts))
    if (outcome == "passed") == case.passes:
        return None
    expected = "passes" if case.passes else "denies"
    return f"expected that it {expected}, and it {'gave no verdict' if outcome == 'error' else outcome}", fault
