"""Policies: the rules that a promotion must satisfy, as people write them. docs/policy.md."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar, Literal

from gitprov.frozen import dataclass
from gitprov.records.codec import NameField, Setting
from gitprov.records.promotions import Move

Severity = Literal["deny", "warn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case(Setting):
    """A test of a rule: what it must say of some facts.

    Attributes:
        name: What the case shows, in words.
        facts: What differs from the base facts of docs/policy.md.
        passes: Whether the rule must pass.
    """

    name: str
    facts: Mapping[str, Any] = field(default_factory=dict)
    passes: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Setting):
    """One condition.

    Attributes:
        when: When the rule passes: an expression in CEL over the facts. Anything but true denies.
        message: What is wrong when it does not pass.
        severity: Whether it then blocks, or only warns.
        remedy: What to do then; a command if there is one. `{name}`, `{stage}`, `{candidate}` and `{incumbent}` stand
            for those of the request.
        scope: Names that it is about, with all below each: `fraud` covers fraud.churn, too. All when left out.
        stages: Stages that it guards; all when left out.
        applies_to: Kinds of request that it judges.
        cases: Its tests; at least one that passes and one that does not.
    """

    when: str
    message: str
    severity: Severity = "deny"
    remedy: str
    scope: tuple[NameField, ...] = ()
    stages: tuple[NameField, ...] = ()
    applies_to: tuple[Move, ...] = ("promote",)
    cases: tuple[Case, ...] = ()

    def fault(self) -> str | None:
        """Returns a fault when the rule judges nothing, which nobody would notice."""
        return None if self.applies_to else "applies to no kind of request"

    def judges(self, *, kind: Move, name: str, stage: str) -> bool:
        """Tells whether a request of this kind, for this name and stage, is judged by the rule."""
        return (
            kind in self.applies_to
            and (not self.stages or stage in self.stages)
            and (not self.scope or any(f"{name}.".startswith(f"{above}.") for above in self.scope))
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy(Setting):
    """policies/NAME.yaml: rules under their names.

    Attributes:
        description: In words.
        rules: Rule name to rule.
    """

    schema: ClassVar[str] = "gitprov/policy/v1"
    description: str | None = None
    rules: Mapping[NameField, Rule] = field(default_factory=dict)
