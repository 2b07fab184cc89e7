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

    def rebased(self, base: str, head: str) -> list[tuple[str, str]]:
        """Returns the commits, on no ref, that a rebase of one commit on another would land, oldest first.

        Each comes with the commit that it does again; one that already stands where it would land is itself. Merges are
        left out, as a rebase does.

        Raises:
            GitprovError: GP-GIT-011 when they conflict; GP-GIT-012 when this git is too old.
        """
        ...
