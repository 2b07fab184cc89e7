"""Git: trusted reads by plumbing, bulk reads by pygit2, porcelain by GitPython (docs/architecture.md)."""

from gitprov.adapters.git.repository import GitRepository

__all__ = ["GitRepository"]
