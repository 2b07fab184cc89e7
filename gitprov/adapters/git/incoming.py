"""Commits that come in: `gitprov.ports.incoming.Incoming` over git plumbing."""

import os
from dataclasses import replace

from gitprov.adapters.git.plumbing import Place, Plumbing, split, too_old
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes

_MERGES = (2, 38)
"""The first version of git that merges without a work tree."""
_NAME = ("-c", "user.name=gitprov", "-c", "user.email=gitprov@localhost")


class GitIncoming:
    """A repository."""

    def __init__(self, place: Place) -> None:
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
        tree = self._merge(base, head, f"{head[:12]} conflicts with {base[:12]}", f"git merge {base[:12]}")
        return self._commit(tree, base, head)

    def rebased(self, base: str, head: str) -> list[tuple[str, str]]:
        """Returns the commits of `head` as they would be on top of `base`, oldest first, with what each was made of."""
        walk = ("rev-list", "--reverse", "--topo-order", "--no-merges", "--parents", head, f"^{base}")
        made: list[tuple[str, str]] = []
        for line in self._git.read(*walk).decode().splitlines():
            commit, *parents = line.split()
            onto = made[-1][0] if made else base
            made.append(
                (
                    commit if parents == [onto] else self._picked(commit, parents, onto, f"git rebase {base[:12]}"),
                    commit,
                )
            )
        return made

    def _picked(self, commit: str, parents: list[str], onto: str, fix: str) -> str:
        """Returns a new commit, on no ref, that does on top of another what a commit did."""
        before = f"{parents[0]}^{{tree}}" if parents else self._git.read("mktree", given=b"").decode().strip()
        start = self._commit(before)  # what merge-tree takes for the common ancestor; its --merge-base is younger
        tree = self._merge(
            self._commit(f"{onto}^{{tree}}", start),
            self._commit(f"{commit}^{{tree}}", start),
            f"{commit[:12]} conflicts with what comes before it",
            fix,
        )
        return self._commit(tree, onto)

    def _merge(self, ours: str, theirs: str, conflict: str, fix: str) -> str:
        """Returns the tree in which two commits are merged, or raises an error of those words."""
        # As in a bare repository, where no .gitattributes says how files are merged.
        git = Plumbing(replace(self._git.place, work_tree=None))
        try:
            answer = git.read(
                *("-c", "core.bare=true", "merge-tree", "--write-tree", "-z", "--name-only", "--no-messages"),
                *(ours, theirs),
                fine=(0, 1),
            )
        except GitprovError as error:
            raise too_old(_MERGES, error.why) or error from None
        tree, *conflicts = split(answer)
        if conflicts:
            raise codes.GIT_CONFLICT.error(
                conflict, why=", ".join(conflicts), fix=f"{fix}  # resolve, commit, and push again"
            )
        return tree

    def _commit(self, tree: str, *parents: str) -> str:
        """Returns a new commit, on no ref."""
        named = [word for parent in parents for word in ("-p", parent)]
        return self._git.read(*_NAME, "commit-tree", *named, "-m", "What would land", tree).decode().strip()

    def _symbolic(self, ref: str) -> str | None:
        return os.fsdecode(self._git.read("symbolic-ref", "--quiet", ref, fine=(0, 1))).removesuffix("\n") or None
