"""Commits that come in: `gitprov.ports.incoming.Incoming` over git plumbing."""

import os
from dataclasses import replace

from gitprov.adapters.git.plumbing import Plumbing, discover, split
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes

_NAME = ("-c", "user.name=gitprov", "-c", "user.email=gitprov@localhost")


class GitIncoming:
    """The repository around a folder."""

    def __init__(self, start: str) -> None:
        """Finds the repository.

        Raises:
            GitprovError: GP-GIT-001 outside one.
        """
        place = discover(start)
        if place is None:
            raise codes.GIT_NONE.error(f"{start} is not inside a git repository")
        self._git = Plumbing(place)

    def default_ref(self) -> str | None:
        """Returns the ref of the default branch."""
        if self._git.place.work_tree is None:
            return self._symbolic("HEAD")
        for ref in (
            self._symbolic("refs/remotes/origin/HEAD"),
            "refs/remotes/origin/main",
            "refs/remotes/origin/master",
        ):
            if ref and self._git.read("for-each-ref", "--count=1", ref):
                return ref
        return None

    def merged(self, base: str, head: str) -> str:
        """Returns a new commit, on no ref, that lands `head` on `base`."""
        # As in a bare repository, where no .gitattributes says how files are merged.
        git = Plumbing(replace(self._git.place, work_tree=None))
        try:
            answer = git.read(
                *("-c", "core.bare=true", "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"),
                *(base, head),
                fine=(0, 1),
            )
        except GitprovError as error:
            if "usage: git merge-tree" in error.why:
                raise codes.GIT_OLD.error("this git cannot merge without a work tree", why=error.why) from error
            raise
        tree, *conflicts = split(answer)
        if conflicts:
            raise codes.GIT_CONFLICT.error(f"{head[:12]} conflicts with {base[:12]}", why=", ".join(conflicts))
        made = git.read(*_NAME, "commit-tree", "-p", base, "-p", head, "-m", "What a merge would land", tree)
        return made.decode().strip()

    def _symbolic(self, ref: str) -> str | None:
        return os.fsdecode(self._git.read("symbolic-ref", "--quiet", ref, fine=(0, 1))).removesuffix("\n") or None
