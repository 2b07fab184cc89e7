"""Merkle proofs over the log: that a leaf is in it, and that it continues an earlier one. RFC 6962 and RFC 9162.

A proof is checked without the log: leaves, sizes and roots are enough. docs/format.md, "Log heads".
"""

from base64 import b64encode
from collections.abc import Sequence
from hashlib import sha256

from gitprov.trust.log import node_hash, tree_hash

_PROOF = "c2sp.org/tlog-proof@v1"


def inclusion(leaves: Sequence[bytes], index: int) -> tuple[bytes, ...]:
    """Returns the proof that a leaf is in the tree of these leaf hashes (RFC 6962, 2.1.1), its sibling first."""
    if not 0 <= index < len(leaves):
        raise ValueError(f"the tree has no leaf {index}")
    if len(leaves) == 1:
        return ()
    split = _split(len(leaves))
    if index < split:
        return (*inclusion(leaves[:split], index), tree_hash(leaves[split:]))
    return (*inclusion(leaves[split:], index - split), tree_hash(leaves[:split]))


def consistency(leaves: Sequence[bytes], size: int) -> tuple[bytes, ...]:
    """Returns the proof that the tree of these leaf hashes continues that of the first `size` (RFC 6962, 2.1.2).

    Every tree continues the one without leaves: of that the proof is empty.
    """
    if not 0 <= size <= len(leaves):
        raise ValueError(f"the tree had no size {size}")
    return _subproof(leaves, size, whole=True) if size else ()


def is_included(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Tells whether a proof shows that a leaf hash is in the tree of a size and root (RFC 9162, 2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for one in proof:
        if last == 0:
            return False
        if at % 2 or at == last:
            found = node_hash(one, found)
            while at and not at % 2:
                at, last = at >> 1, last >> 1
        else:
            found = node_hash(found, one)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(first: int, second: int, proof: Sequence[bytes], old: bytes, new: bytes) -> bool:
    """Tells whether a proof shows that one tree, by size and root, continues another (RFC 9162, 2.1.4.2)."""
    if not 0 <= first <= second:
        return False
    if first == 0:
        return not proof and old == sha256().digest()
    if first == second:
        return not proof and old == new
    path = list(proof) if first & (first - 1) else [old, *proof]
    if not path:
        return False
    at, last = first - 1, second - 1
    while at % 2:
        at, last = at >> 1, last >> 1
    before = after = path[0]
    for one in path[1:]:
        if last == 0:
            return False
        if at % 2 or at == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while at and not at % 2:
                at, last = at >> 1, last >> 1
        else:
            after = node_hash(after, one)
        at, last = at >> 1, last >> 1
    return last == 0 and (before, after) == (old, new)


def write_inclusion(index: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """Returns a proof that a leaf is in the log of a signed head, as C2SP has it (tlog-proof)."""
    return _written([_PROOF, f"index {index}"], proof, note)


def write_consistency(size: int, proof: Sequence[bytes], note: bytes) -> bytes:
    """Returns a proof that the log of a signed head continues an earlier one, as witnesses take it (tlog-witness)."""
    return _written([f"old {size}"], proof, note)


def _subproof(leaves: Sequence[bytes], size: int, *, whole: bool) -> tuple[bytes, ...]:
    if size == len(leaves):
        return () if whole else (tree_hash(leaves),)
    split = _split(len(leaves))
    if size <= split:
        return (*_subproof(leaves[:split], size, whole=whole), tree_hash(leaves[split:]))
    return (*_subproof(leaves[split:], size - split, whole=False), tree_hash(leaves[:split]))


def _split(size: int) -> int:
    """Returns the largest power of two below a size of at least two."""
    return 1 << (size - 1).bit_length() - 1


def _written(head: Sequence[str], proof: Sequence[bytes], note: bytes) -> bytes:
    lines = [*head, *(b64encode(one).decode() for one in proof), "", ""]
    return "\n".join(lines).encode() + note
