"""An SSH agent, for every test here."""

from tests.agents import agent

__all__ = ["agent"]
