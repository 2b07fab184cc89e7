"""Finds what people name, with the work tree's help."""

from collections.abc import Sequence

from gitprov.errors import GitprovError
from gitprov.ids import Digest
from gitprov.lineage import Ledger, Target, resolve
from gitprov.ports.blobs import Cache
from gitprov.ports.git import GitStore
from gitprov.ports.worktree import WorkTree


def find(ledger: Ledger, text: str, git: GitStore, worktree: WorkTree | None, cache: Cache | None) -> Target:
    """Returns the record that `text` names; without a work tree, names and ids only.

    Raises:
        GitprovError: GP-NAM-* as `gitprov.lineage.resolve` does.
    """

    def snapshot(path: str) -> Digest | None:
        if worktree is None or cache is None or worktree.kind(path) not in ("file", "directory"):
            return None
        try:
            return cache.snapshot(path, keep=False).content.digest
        except GitprovError:
            return None  # what cannot be recorded is not what an artifact holds

    def holds(artifact: Digest) -> bool:
        content = ledger.artifacts[artifact].content.digest
        return any(snapshot(path) == content for path in ledger.paths_of(artifact))

    def at(path: str) -> Sequence[Digest] | None:
        if worktree is None:
            return None
        try:
            place = git.relative(path)
        except GitprovError:
            return None
        content = snapshot(place)
        recorded = ledger.at_path(place)
        if content is None:
            return recorded or (None if worktree.kind(place) is None else [])
        same = ledger.with_content(content)
        return [one for one in recorded if one in same] or same

    return resolve(ledger, text, holds=holds, at=at)
