"""The derived log: everything that landed, as one RFC 6962 tree that nobody stores and anybody computes again.

Leaves are the record and signature files that the steps of the protected ref add, sorted by path within a step; leaf =
SHA-256(0x00 || path || 0x00 || bytes). docs/format.md, "Log"; law F.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
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
        self.add_hash(leaf_hash(leaf))

    def add_hash(self, node: bytes) -> None:
        """Appends a leaf by its hash."""
        count = 1
        while self._whole and self._whole[-1][0] == count:
            node = node_hash(self._whole.pop()[1], node)
            count *= 2
        self._whole.append((count, node))
        self.size += 1

    @property
    def root(self) -> Digest:
        """The root of the leaves so far."""
        if not self._whole:
            return EMPTY
        root = reduce(lambda right, left: node_hash(left, right), (node for _, node in reversed(self._whole)))
        return Digest("sha256:" + root.hex())


class Log:
    """The log at every step of the chain.

    Attributes:
        leaves: The hash of every leaf, in order.
        index: Path of every file to the number of its leaf, from 0 on.
    """

    def __init__(self, leaves: Iterable[tuple[int, str, bytes]]) -> None:
        """Takes what landed: step, path and bytes of every file, in any order."""
        self._steps: list[int] = []
        self._heads: list[tuple[int, Digest]] = []
        self.leaves: list[bytes] = []
        self.index: dict[str, int] = {}
        tree = Tree()
        for step, added in groupby(sorted(leaves, key=lambda leaf: (leaf[0], leaf[1].encode())), key=itemgetter(0)):
            for _, path, data in added:
                self.index[path] = tree.size
                self.leaves.append(leaf_hash(path.encode() + b"\0" + data))
                tree.add_hash(self.leaves[-1])
            self._steps.append(step)
            self._heads.append((tree.size, tree.root))

    def history_at(self, step: int) -> tuple[int, Digest]:
        """Returns how many leaves the log has after a step, and its root."""
        at = bisect_right(self._steps, step)
        return self._heads[at - 1] if at else (0, EMPTY)

    @property
    def size(self) -> int:
        """How many leaves there are."""
        return len(self.leaves)

    def root_at(self, size: int) -> Digest:
        """Returns the root of the first leaves; of a size that some step had without computing it again."""
        at = bisect_left(self._heads, size, key=itemgetter(0))
        if at < len(self._heads) and self._heads[at][0] == size:
            return self._heads[at][1]
        return Digest("sha256:" + tree_hash(self.leaves[:size]).hex()) if size else EMPTY


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


def leaf_hash(leaf: bytes) -> bytes:
    """Returns the hash of a leaf."""
    return sha256(b"\0" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Returns the hash of an inner node."""
    return sha256(b"\1" + left + right).digest()


def tree_hash(leaves: Sequence[bytes]) -> bytes:
    """Returns the root of the tree of some leaf hashes, of which there is one at least."""
    nodes = list(leaves)
    while len(nodes) > 1:  # level by level; what has no sibling goes up as it is
        paired = [node_hash(left, right) for left, right in zip(nodes[::2], nodes[1::2], strict=False)]
        nodes = [*paired, *nodes[len(paired) * 2 :]]
    return nodes[0]
