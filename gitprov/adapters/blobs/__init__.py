"""The DVC cache and DVC remotes, written and read in DVC's own layout."""

from gitprov.adapters.blobs.cache import DvcCache
from gitprov.adapters.blobs.remotes import open_remote

__all__ = ["DvcCache", "open_remote"]
