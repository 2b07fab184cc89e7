"""The machine: its hardware, its Python environments, and commands run on it."""

from gitprov.adapters.host.local import LocalHost

__all__ = ["LocalHost"]
