"""The derived log is the tree of RFC 6962 over what landed."""

import hashlib
from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.ids import sha256_of
from gitprov.records import History
from gitprov.trust.log import EMPTY, Log, Tree, history_fault
from tests.unit.trust.facts import commit, history, step_of

# The reference leaves and roots of certificate-transparency (merkletree/merkle_tree_test.cc).
LEAVES = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
landings = st.lists(
    st.tuples(st.integers(0, 9), st.sampled_from(["a", "b/c", "b-c", "é", "z"]), st.binary(max_size=3)),
    unique_by=lambda leaf: leaf[:2],
)


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_reference_vectors(size: int) -> None:
    tree = Tree()
    for leaf in LEAVES[:size]:
        tree.add(bytes.fromhex(leaf))
    assert (tree.size, tree.root) == (size, f"sha256:{ROOTS[size]}")


def naive_root(leaves: Sequence[bytes]) -> bytes:
    """RFC 6962, section 2.1, word by word."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    if len(leaves) == 1:
        return hashlib.sha256(b"\0" + leaves[0]).digest()
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return hashlib.sha256(b"\1" + naive_root(leaves[:split]) + naive_root(leaves[split:])).digest()


@given(landings, st.integers(-2, 11))
def test_the_log_at_a_step_is_the_tree_of_what_had_landed(leaves: list[tuple[int, str, bytes]], step: int) -> None:
    """design: leaf = SHA-256(0x00 || path || 0x00 || bytes), sorted by path within a step."""
    ordered = sorted((at, path.encode(), data) for at, path, data in leaves if at <= step)
    expected = naive_root([path + b"\0" + data for _, path, data in ordered])
    assert Log(leaves).history_at(step) == (len(ordered), f"sha256:{expected.hex()}")


@given(landings)
def test_every_size_has_the_root_of_its_first_leaves(leaves: list[tuple[int, str, bytes]]) -> None:
    """Sizes within a step too, which somebody may have signed or seen (A03, A37); and every path knows its leaf."""
    ordered = [(path, path.encode() + b"\0" + data) for _, path, data in sorted(leaves)]
    log = Log(leaves)
    for size in range(len(ordered) + 1):
        assert log.root_at(size) == f"sha256:{naive_root([leaf for _, leaf in ordered[:size]]).hex()}"
    assert log.index == {path: n for n, (path, _) in enumerate(ordered)}


def test_a_history_is_right_only_for_the_chain_that_was_there() -> None:
    """Law F: commit, size and root must be the chain's, before the step that lands the record."""
    log = Log([(0, "a", b"1"), (2, "b", b"2")])
    assert history_fault(history(log, None), 5, step_of, log) is None
    assert history_fault(history(log, 2), 5, step_of, log) is None
    assert "does not have git:" in str(history_fault(history(log, 5), 5, step_of, log)), "nobody knows their own commit"
    elsewhere = History(commit=f"git:{commit(100)}", size=0, root=EMPTY)
    assert "does not have git:" in str(history_fault(elsewhere, 5, step_of, log))
    size, root = log.history_at(2)
    for wrong in (size + 1, root), (size, sha256_of(b"")), log.history_at(0):
        fault = history_fault(History(commit=f"git:{commit(2)}", size=wrong[0], root=wrong[1]), 5, step_of, log)
        assert fault is not None
        assert f"the log has {size} leaves" in fault
    assert history_fault(History(size=1, root=root), 5, step_of, log) == "it names leaves and no commit"
