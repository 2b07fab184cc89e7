"""The derived log: everything that landed, as one RFC 6962 tree that nobody stores and anybody computes again.

Leaves are the record and signature files that the steps of the protected ref add, sorted by path within a step; leaf =
SHA-256(0x00 || path || 0x00 || bytes). docs/format.md, "Log"; law F.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from functools import reduce
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from gitprov.ids import Digest, sha256_of
from gitprov.records.roots import History

EMPTY = sha256_of(b"")
"""The root of the tree without leaves."""

StepOf = Callable[[str | None], int | None]
"""A recorded commit (`git:…`) to its step on the chain; None when it is not there."""


class Tree:
    """A Merkle tree of RFC 6962 that grows; it keeps its complete subtrees only."""

    def __init__(self) -> None:
        self.size = 0
        self._whole: list[tuple[int, bytes]] = []  # how many leaves and which hash, largest first

    def add(self, leaf: bytes) -> None:
        """Appends a leaf."""
        count, node = 1, sha256(b"\0" + leaf).digest()
        while self._whole and self._whole[-1][0] == count:
            node = _parent(self._whole.pop()[1], node)
            count *= 2
        self._whole.append((count, node))
        self.size += 1

    @property
    def root(self) -> Digest:
        """The root of the leaves so far."""
        if not self._whole:
            return EMPTY
        root = reduce(lambda right, left: _parent(left, right), (node for _, node in reversed(self._whole)))
        return Digest("sha256:" + root.hex())


class Log:
    """The log at every step of the chain."""

    def __init__(self, leaves: Iterable[tuple[int, str, bytes]]) -> None:
        """Takes what landed: step, path and bytes of every file, in any order."""
        self._steps: list[int] = []
        self._heads: list[tuple[int, Digest]] = []
        tree = Tree()
        for step, added in groupby(sorted(leaves, key=lambda leaf: (leaf[0], leaf[1].encode())), key=itemgetter(0)):
            for _, path, data in added:
                tree.add(path.encode() + b"\0" + data)
            self._steps.append(step)
            self._heads.append((tree.size, tree.root))

    def history_at(self, step: int) -> tuple[int, Digest]:
        """Returns how many leaves the log has after a step, and its root."""
        at = bisect_right(self._steps, step)
        return self._heads[at - 1] if at else (0, EMPTY)


def history_fault(history: History, landing: int, step_of: StepOf, log: Log) -> str | None:
    """Returns why a signed history is not what the chain had before the step where its record landed, or None."""
    if history.commit is None:
        return None if (history.size, history.root) == (0, EMPTY) else "it names leaves and no commit"
    step = step_of(history.commit)
    if step is None or step >= landing:
        return f"the chain does not have {history.commit[:16]} before it landed"
    if (history.size, history.root) != log.history_at(step):
        size, root = log.history_at(step)
        return f"at {history.commit[:16]} the log has {size} leaves and the root {root[:19]}, which it does not say"
    return None


def _parent(left: bytes, right: bytes) -> bytes:
    return sha256(b"\1" + left + right).digest()
