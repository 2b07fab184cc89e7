"""What doors ask git that nobody else does: which branch is the default, and what a merge would make."""

from typing import Protocol


class Incoming(Protocol):
    """Commits that come into a repository. Methods raise GitprovError GP-GIT-003 when git fails."""

    def default_ref(self) -> str | None:
        """Returns the ref of the default branch: that of `origin`, in a bare repository the one that HEAD names."""
        ...

    def merged(self, base: str, head: str) -> str:
        """Returns a new commit, on no ref, that lands one commit on another as a forge's merge button does.

        Its parents are `base` and `head`. No attribute, driver or hook of either takes part.

        Raises:
            GitprovError: GP-GIT-011 when they conflict; GP-GIT-012 when this git is too old.
        """
        ...
