"""The derived log: everything that landed, as one RFC 6962 tree that nobody stores and anybody computes again.

Leaves are the record and signature files that the steps of the protected ref add, sorted by path within a step; leaf =
SHA-256(0x00 || path || 0x00 || bytes). docs/format.md, "History"; law F.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable
from hashlib import sha256
from itertools import groupby
from operator import itemgetter

from gitprov.ids import Digest, sha256_of
from gitprov.records.roots import History

EMPTY = sha256_of(b"")
"""The root of the tree without leaves."""

StepOf = Callable[[str | None], int | None]
"""A recorded commit (`git:…`) to its step on the chain; None when it is not there."""


class Log:
    """The log at every step of the chain."""

    def __init__(self, leaves: Iterable[tuple[int, str, bytes]]) -> None:
        """Takes what landed: step, path and bytes of every file, in any order."""
        self._steps: list[int] = []
        self._heads: list[tuple[int, Digest]] = []
        whole: list[tuple[int, bytes]] = []  # (leaves, hash) of the complete subtrees, largest first
        size = 0
        for step, added in groupby(sorted(leaves, key=lambda leaf: (leaf[0], leaf[1].encode())), key=itemgetter(0)):
            for _, path, data in added:
                count, node = 1, sha256(b"\0" + path.encode() + b"\0" + data).digest()
                while whole and whole[-1][0] == count:
                    node = _parent(whole.pop()[1], node)
                    count *= 2
                whole.append((count, node))
                size += 1
            self._steps.append(step)
            self._heads.append((size, _root(whole)))

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


def _root(whole: list[tuple[int, bytes]]) -> Digest:
    node = whole[-1][1]
    for _, left in reversed(whole[:-1]):
        node = _parent(left, node)
    return Digest("sha256:" + node.hex())
