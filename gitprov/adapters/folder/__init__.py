"""A folder of the file system: `gitprov.ports.folder`."""

from gitprov.adapters.folder.plain import PlainFolder

__all__ = ["PlainFolder"]
