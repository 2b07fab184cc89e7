"""The gate: rules that people write, tried on the facts of a request. Pure, and CEL's engine is all it imports."""

from gitprov.policy.decide import Decision, Tried, decide
from gitprov.policy.facts import Facts

__all__ = ["Decision", "Facts", "Tried", "decide"]
