"""Coded errors and findings: what happened, why, and the command that mends it.

Every refusal carries a stable code from `gitprov.errors.catalogue`; `docs/errors.md` is generated from that
catalogue. This package imports nothing of gitprov.
"""

from gitprov.errors.base import Code, Exit, Finding, GitprovError

__all__ = ["Code", "Exit", "Finding", "GitprovError"]
