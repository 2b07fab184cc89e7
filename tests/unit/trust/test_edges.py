"""What holds at the edges of standing: nobody, the first file of an act, the forms that others write."""

from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from gitprov.ids import Digest
from gitprov.trust.proofs import is_included
from gitprov.trust.roots import Roots
from gitprov.trust.signatures import Signatures
from gitprov.trust.ssh import ssh_key
from tests.unit.trust.facts import by, key, landed, root
from tests.unit.trust.test_standing import version

HISTORY = version(1, {"ann": ["a"]}, step=0, since=-1).root.history
ACT, OTHER = (Digest("sha256:" + digit * 64) for digit in "78")


def test_nobody_bears_a_key_without_a_trust_root() -> None:
    assert Roots().bearer(key("a"), 5) is None


def test_a_key_that_some_version_revoked_is_borne_by_nobody_from_then_on() -> None:
    first = version(1, {"ann": ["a"], "ben": ["b"]}, step=0, since=-1)
    second = version(2, {"ann": ["a"], "ben": ["b"]}, step=4, since=2, revoked=["b"])
    third = version(3, {"ann": ["a"], "ben": ["b"]}, step=8, since=6)
    roots = Roots((first, second, third))
    assert [roots.bearer(key("b"), step) for step in (-1, 0, 3, 4, 8)] == [None, "ben", "ben", None, None]
    assert [roots.bearer(key("a"), step) for step in (0, 4, 8)] == ["ann"] * 3
    assert roots.bearer(key("c"), 8) is None


def test_one_owner_is_said_to_be_one() -> None:
    alone = version(1, {"ann": ["a"], "ben": ["b"]}, step=0, since=-1)
    roles = alone.root.roles
    two = replace(alone.root, roles=replace(roles, owner=replace(roles.owner, people=("ann", "ben"))))
    assert alone.weakness == "two-person rule rests on one owner: ann"
    assert replace(alone, root=two).weakness == ""


def test_an_act_was_made_where_its_first_good_file_landed() -> None:
    """Threat A14: who wraps a signature again, with a later timestamp, does not make it anew."""
    stored = root(1, HISTORY, {"ann": ["a"]})
    files: dict[str, tuple[int, dict[str, Any]]] = {
        "first": (5, {"act": ACT}),
        "again": (9, {"act": ACT}),
        "bad": (2, {"act": ACT, "fault": "it is not signed by this key"}),
        "other": (7, {"act": OTHER}),
        "unknown": (8, {}),
    }
    judged = {name: replace(by("a", stored.id), path=name, **facts) for name, (_, facts) in files.items()}
    facts = landed([(stored, 1)], [], Roots(), other=[(name, step) for name, (step, _) in files.items()])
    facts = replace(facts, signatures=Signatures({stored.id: list(files)}, judged.__getitem__))
    assert {name: facts.made_by(one) for name, one in judged.items() if name != "bad"} == {
        "first": 5,
        "again": 5,
        "other": 7,
        "unknown": 8,
    }


def test_a_tree_of_one_has_no_second_leaf() -> None:
    leaf = b"\x01" * 32
    assert is_included(leaf, 0, 1, [], leaf)
    assert not is_included(leaf, 1, 1, [], leaf)
    assert not is_included(leaf, -1, 1, [], leaf)


@pytest.mark.parametrize("make", [lambda: ec.generate_private_key(ec.SECP256R1()), ed25519.Ed25519PrivateKey.generate])
def test_keys_are_written_as_openssh_writes_them(make: object) -> None:
    public = make().public_key()  # type: ignore[operator]
    pem = public.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert ssh_key(pem) == public.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
