"""Statements of other tools, byte for byte, and keys as OpenSSH has them."""

import json
from base64 import b64encode
from dataclasses import replace
from hashlib import sha256

import pytest

from gitprov.errors import GitprovError
from gitprov.ids import digest_hex, sha256_of
from gitprov.records import Run, TrustRoot, store
from gitprov.trust.bundles import Bundle
from gitprov.trust.foreign import Attested, oms, read_attestation, slsa
from gitprov.trust.log import Log
from gitprov.trust.ssh import allowed_signers, ssh_key
from tests.frozen.story import MADE, TRAINED
from tests.unit.trust.facts import history, pem, root

A, B, C = (sha256_of(name) for name in (b"a", b"b", b"c"))
EVERY = "https://in-toto.io/Statement/v1"


def test_a_model_is_signed_as_model_signing_does() -> None:
    """Files by path, what git keeps at the top left out, and the digest of all digests as the subject."""
    files = {"z.bin": A, "a/.gitignore": C, ".gitignore": B, ".git/config": B, ".github/x": B, ".gitattributes": B}
    whole = sha256(b"".join(bytes.fromhex(digest_hex(one)) for one in (C, A))).hexdigest()
    assert json.loads(oms("churn", files)) == {
        "_type": EVERY,
        "predicate": {
            "resources": [
                {"algorithm": "sha256", "digest": digest_hex(C), "name": "a/.gitignore"},
                {"algorithm": "sha256", "digest": digest_hex(A), "name": "z.bin"},
            ],
            "serialization": {"allow_symlinks": False, "hash_type": "sha256", "ignore_paths": [], "method": "files"},
        },
        "predicateType": "https://model_signing/signature/v1.0",
        "subject": [{"digest": {"sha256": whole}, "name": "churn"}],
    }


def test_provenance_is_about_the_files_and_of_a_run() -> None:
    found = json.loads(slsa({"b": B, "a": A}, TRAINED))
    assert (found["_type"], found["predicateType"]) == (EVERY, "https://slsa.dev/provenance/v1")
    assert found["subject"] == [
        {"digest": {"sha256": digest_hex(A)}, "name": "a"},
        {"digest": {"sha256": digest_hex(B)}, "name": "b"},
    ]
    assert found["predicate"].keys() == {"buildDefinition", "runDetails"}
    with pytest.raises(TypeError):
        slsa({"a": A}, MADE)


def test_the_deepest_run_has_provenance() -> None:
    deep: object = 1
    for _ in range(22):
        deep = {"a": deep}
    assert isinstance(TRAINED.record, Run)
    found = json.loads(slsa({"a": A}, store(replace(TRAINED.record, params={"deep": deep}))))
    assert found["predicate"]["buildDefinition"]["externalParameters"]["params"] == {"deep": deep}


def attestation(**fields: object) -> Bundle:
    """Returns a bundle around an in-toto statement about a file."""
    said: dict[str, object] = {"_type": EVERY, "predicateType": "https://example.org/x", "subject": [subject()]}
    return Bundle(json.dumps(said | fields).encode(), b"")


def subject(digest: object = digest_hex(A), **fields: object) -> dict[str, object]:
    return {"digest": {"sha256": digest}, **fields}


def test_an_attestation_is_about_the_files_that_it_names() -> None:
    assert read_attestation(attestation()) == Attested("https://example.org/x", {A: ""})
    both = [subject(name="a"), subject(digest_hex(B), name="b")]
    for kind in (EVERY, "https://in-toto.io/Statement/v0.1"):
        assert read_attestation(attestation(_type=kind, subject=both)).subjects == {A: "a", B: "b"}


@pytest.mark.parametrize(
    "bundle",
    [
        Bundle(b"{", b""),
        Bundle(b"[]", b""),
        Bundle(b"[" * 99999, b""),
        attestation(_type="https://in-toto.io/Statement/v9"),
        attestation(_type=None),
        attestation(predicateType=None),
        attestation(predicateType=7),
        attestation(subject=7),
        attestation(subject=[7]),
        attestation(subject=[{"digest": {"sha512": "00"}}]),
        attestation(subject=[subject("00")]),
        attestation(subject=[subject(), subject("00")]),
    ],
)
def test_what_is_no_statement_about_a_file_attests_nothing(bundle: Bundle) -> None:
    with pytest.raises(GitprovError, match="GP-ATT-001"):
        read_attestation(bundle)


def test_keys_are_those_that_ssh_has() -> None:
    """A P-256 key is type, curve and point (RFC 5656)."""
    der = b"".join((b"\0\0\0\x13ecdsa-sha2-nistp256", b"\0\0\0\x08nistp256", b"\0\0\0\x41"))
    kind, _, encoded = ssh_key(pem("a")).partition(" ")
    assert kind == "ecdsa-sha2-nistp256"
    assert encoded.startswith(b64encode(der[:39]).decode())


def test_people_are_the_principals_and_revoked_keys_are_left_out() -> None:
    people = {"ann": ["a", "a2"], "ben": ["ben@example.org", "b"]}
    windows = {"b": ("2026-01-01T00:00:00Z", "2026-02-01T00:00:00Z")}
    stored = root(1, history(Log([]), None), people, revoked=("a2",), windows=windows)
    assert isinstance(stored.record, TrustRoot)
    assert list(allowed_signers(stored.record)) == [
        f'ann namespaces="git" {ssh_key(pem("a"))}',
        f'ben namespaces="git",valid-after="20260101000000Z",valid-before="20260201000000Z" {ssh_key(pem("b"))}',
    ]
