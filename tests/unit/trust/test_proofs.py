"""Proofs are those of RFC 6962 and check as RFC 9162 says; every other proof, leaf, place, size or root fails."""

from base64 import b64decode
from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.trust.log import Tree, leaf_hash, node_hash, tree_hash
from gitprov.trust.proofs import consistency, inclusion, is_consistent, is_included
from tests.unit.trust.test_log import LEAVES, ROOTS

HASHES = [leaf_hash(bytes.fromhex(leaf)) for leaf in LEAVES]

# transparency-dev/merkle, testdata/{inclusion,consistency}/*/happy-path.json, over the same leaves.
INCLUSION = {
    (0, 1): [],
    (0, 8): [
        "lqKW0iTyhcZ77pPDD4owkVfw2qNdxbh+QQt4YwoJz8c=",
        "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
        "a0eq8p7jwq+a+Im8H7klTavTEXfxYjLdaqsDXKOb9uQ=",
    ],
    (5, 8): [
        "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
        "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
    (2, 3): ["+sVCA+fMaWzw38tCySodnbr3CtnmIfS9jZhmLwDjwSU="],
    (1, 5): [
        "bjQLnP+zepicpUTmu3gKLHiQHT+zNzh2hRGjBhevoB0=",
        "Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=",
        "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms=",
    ],
}
CONSISTENCY = {
    (1, 1): [],
    (1, 8): INCLUSION[0, 8],
    (2, 5): ["Xwg/ChozygdqlSeYMlgNs+DvRYS9/x9UyKNg9Q3jAx4=", "vBoGQ7EuTS18d5GPROD095qDi2z57FtcKD4fTYhZnms="],
    (6, 8): [
        "DrxdNDf74tsVi58Sah0RjjCBgQMdCpSfje3t68VY72o=",
        "yoVOoSjtBQtBs1/8G4e46yveRh6eO1WW7Oa51ZdaCuA=",
        "037kGJdt2VdTwcc4Yrk5j6Kiz5tP8P3+izDNlSCWFLc=",
    ],
}
trees = st.lists(st.binary(max_size=2).map(leaf_hash), min_size=1, max_size=70)


def root(size: int) -> bytes:
    """The published root of the first leaves."""
    return bytes.fromhex(ROOTS[size])


@pytest.mark.parametrize(("index", "size"), INCLUSION)
def test_inclusion_proofs_are_the_published_ones(index: int, size: int) -> None:
    proof = tuple(map(b64decode, INCLUSION[index, size]))
    assert inclusion(HASHES[:size], index) == proof
    assert is_included(HASHES[index], index, size, proof, root(size))


@pytest.mark.parametrize(("first", "second"), CONSISTENCY)
def test_consistency_proofs_are_the_published_ones(first: int, second: int) -> None:
    proof = tuple(map(b64decode, CONSISTENCY[first, second]))
    assert consistency(HASHES[:second], first) == proof
    assert is_consistent(first, second, proof, root(first), root(second))


@given(trees)
def test_a_tree_has_the_root_that_it_has_when_it_grows(leaves: list[bytes]) -> None:
    tree = Tree()
    for leaf in leaves:
        tree.add_hash(leaf)
    assert tree.root == f"sha256:{tree_hash(leaves).hex()}"


@given(trees, st.data())
def test_every_inclusion_proof_holds_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    size, top = len(leaves), tree_hash(leaves)
    index = data.draw(st.integers(0, size - 1))
    proof, leaf = inclusion(leaves, index), leaves[index]
    assert is_included(leaf, index, size, proof, top)
    assert not is_included(_flipped(leaf, data), index, size, proof, top)
    assert not is_included(leaf, index, size, proof, _flipped(top, data))
    assert not is_included(leaf, index, size, (*proof, leaf), top)
    assert not is_included(leaf, index, index, proof, top), "there is no such leaf"
    assert not is_included(leaf, -1, size, proof, top)
    if proof:
        assert not is_included(leaf, index, size, _one_flipped(proof, data), top)
        assert not is_included(leaf, index, size, proof[1:], top)
        assert not is_included(leaf, index, size, proof[:-1], top)
        assert not is_included(leaf, index ^ 1, size, proof, top) or proof[0] == leaf


@given(trees, st.data())
def test_every_consistency_proof_holds_and_no_other(leaves: list[bytes], data: st.DataObject) -> None:
    second = len(leaves)
    first = data.draw(st.integers(1, second))
    proof, old, new = consistency(leaves, first), tree_hash(leaves[:first]), tree_hash(leaves)
    assert is_consistent(first, second, proof, old, new)
    assert not is_consistent(first, second, proof, _flipped(old, data), new)
    assert not is_consistent(first, second, proof, old, _flipped(new, data))
    assert not is_consistent(first, second, (*proof, old), old, new)
    assert not is_consistent(0, second, proof, old, new) or not proof
    assert is_consistent(0, second, consistency(leaves, 0), sha256().digest(), new)
    assert not is_consistent(0, second, (), _flipped(sha256().digest(), data), new)
    assert not is_consistent(0, second, (old,), sha256().digest(), new)
    assert not is_consistent(-1, second, (), sha256().digest(), new)
    assert not is_consistent(second + 1, second, proof, old, new)
    if proof:
        assert not is_consistent(first, second, _one_flipped(proof, data), old, new)
        assert not is_consistent(first, second, proof[1:], old, new)
        assert not is_consistent(first, second, proof[:-1], old, new)
        assert not is_consistent(first, first, proof, old, old)


def test_every_leaf_and_every_size_of_small_trees_has_its_proof() -> None:
    for size in range(1, 18):
        leaves = [leaf_hash(bytes([n])) for n in range(size)]
        top = tree_hash(leaves)
        for n in range(size):
            assert is_included(leaves[n], n, size, inclusion(leaves, n), top)
            assert is_consistent(n + 1, size, consistency(leaves, n + 1), tree_hash(leaves[: n + 1]), top)


def test_a_proof_is_as_long_as_the_sizes_say() -> None:
    """Whoever chooses the root as well cannot pass a part of a tree, or a node above it, for the tree (A03, A38)."""
    a, b, c, d, *_ = HASHES
    assert not is_included(a, 0, 1, (b,), node_hash(b, a)), "one level too many"
    assert not is_included(a, 0, 4, (b,), node_hash(a, b)), "one too few"
    ab = node_hash(a, b)
    three, four = node_hash(ab, c), node_hash(ab, node_hash(c, d))
    assert is_consistent(3, 4, (c, d, ab), three, four)
    assert not is_consistent(3, 4, (c, d, ab, a), node_hash(a, three), node_hash(a, four))
    assert not is_consistent(3, 8, (c, d, ab), three, four)


def test_no_proof_is_made_of_what_is_not_there() -> None:
    for index in (-1, 3):
        with pytest.raises(ValueError, match="no leaf"):
            inclusion(HASHES[:3], index)
    for size in (-1, 4):
        with pytest.raises(ValueError, match="no size"):
            consistency(HASHES[:3], size)
    assert not is_consistent(3, 5, (), root(3), root(5))


def _flipped(value: bytes, data: st.DataObject) -> bytes:
    changed = bytearray(value)
    changed[data.draw(st.integers(0, len(value) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    return bytes(changed)


def _one_flipped(proof: tuple[bytes, ...], data: st.DataObject) -> tuple[bytes, ...]:
    at = data.draw(st.integers(0, len(proof) - 1))
    return (*proof[:at], _flipped(proof[at], data), *proof[at + 1 :])
