"""Files of the work tree, written durably or not at all."""

from gitprov.adapters.worktree.files import FileWorkTree

__all__ = ["FileWorkTree"]
