"""The gate: every rule that judges a request, tried on its facts."""

import re
from collections.abc import Mapping
from typing import Literal

from gitprov.frozen import dataclass
from gitprov.policy.cel import Activation, activate, evaluate
from gitprov.policy.facts import Facts
from gitprov.records.policies import Policy, Rule, Severity

_placeholder = re.compile(r"\{(name|stage|candidate|incumbent)\}")
Outcome = Literal["passed", "denied", "warned", "error"]


@dataclass(frozen=True, slots=True)
class Tried:
    """A rule, and what came of it.

    Attributes:
        policy: Name of the policy, which is a file.
        rule: Name of the rule in it.
        severity: Whether it blocks.
        outcome: `passed`; else `warned` if the rule only warns; else `denied`, or `error` when it gave no verdict.
        message: What is wrong, in the rule's words; empty when it passed.
        remedy: What to do, in the rule's words, its placeholders filled in; empty when it passed.
        error: Why it gave no verdict; empty when it gave one.
    """

    policy: str
    rule: str
    severity: Severity
    outcome: Outcome
    message: str = ""
    remedy: str = ""
    error: str = ""


@dataclass(frozen=True, slots=True)
class Decision:
    """What the gate says: every rule tried, sorted by policy and rule."""

    tried: tuple[Tried, ...]

    @property
    def allowed(self) -> bool:
        """Tells whether nothing blocks."""
        return all(each.outcome in ("passed", "warned") for each in self.tried)


def decide(facts: Facts, policies: Mapping[str, Policy]) -> Decision:
    """Returns what the policies, by name, say of a request. Never raises: what cannot be judged is denied."""
    activation, known = activate(facts), _known(facts)
    return Decision(
        tuple(
            _try(policy, name, rule, activation, known)
            for policy in sorted(policies)
            for name, rule in sorted(policies[policy].rules.items())
            if rule.judges(kind=facts.kind, name=facts.name, stage=facts.stage)
        )
    )


def judge(rule: Rule, facts: Activation | str) -> tuple[Outcome, str]:
    """Returns what came of a rule, and why it gave no verdict if it gave none."""
    verdict = facts if isinstance(facts, str) else evaluate(rule.when, facts)
    error = verdict if isinstance(verdict, str) else ""
    if verdict is True:
        return "passed", ""
    if rule.severity == "warn":
        return "warned", error
    return ("error" if error else "denied"), error


def _known(facts: Facts) -> dict[str, str]:
    """Returns what the placeholders of a remedy stand for, as far as there is such a thing."""
    sides = {"candidate": facts.release, "incumbent": facts.incumbent}
    releases = {side: f"{facts.name}@v{one.version:.0f}" for side, one in sides.items() if one is not None}
    return {"name": facts.name, "stage": facts.stage, **releases}


def _try(policy: str, name: str, rule: Rule, facts: Activation | str, known: Mapping[str, str]) -> Tried:
    outcome, error = judge(rule, facts)
    if outcome == "passed":
        return Tried(policy, name, rule.severity, outcome)
    remedy = _placeholder.sub(lambda found: known.get(found[1], found[0]), rule.remedy)
    return Tried(policy, name, rule.severity, outcome, rule.message, remedy, error)
