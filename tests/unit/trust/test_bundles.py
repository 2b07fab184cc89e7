"""Bundles at their bounds: sizes, versions, fields, and the one form of a signature (threats A14, A29)."""

import json

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given
from hypothesis import strategies as st

from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.trust.bundles import ORDER, Bundle, is_only_form, read_bundle, rewrite_bundle, write_bundle
from gitprov.trust.roots import key_id
from tests.unit.trust.facts import pem

P256 = pem("a")
PAYLOAD, SIGNATURE = b'{"a":1}', b"a signature"
DATA = write_bundle(PAYLOAD, SIGNATURE, P256)


def ed25519() -> str:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32)).public_key()
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()


@pytest.mark.parametrize(
    ("r", "s", "yes"),
    [
        (1, 1, True),
        (ORDER - 1, ORDER // 2, True),
        (128, 255, True),
        (0, 1, False),
        (1, 0, False),
        (ORDER, 1, False),
        (1, ORDER // 2 + 1, False),
    ],
)
def test_a_signature_has_numbers_of_the_group_and_a_low_s(r: int, s: int, yes: bool) -> None:
    assert is_only_form(encode_dss_signature(r, s), P256) is yes


@pytest.mark.parametrize("signature", [b"", b"\x30\x06\x02\x01\x01\x02\x01", bytes(64), bytes(8), bytes(200)])
def test_other_bytes_are_no_signature_of_p256(signature: bytes) -> None:
    assert not is_only_form(signature, P256)
    good = encode_dss_signature(7, 9)
    assert not is_only_form(good + b"\0", P256)
    assert not is_only_form(b"\x30\x07\x02\x02\x00\x07\x02\x01\x09", P256), "a number with a zero too many"


def test_a_signature_of_ed25519_has_64_bytes() -> None:
    assert [is_only_form(bytes(size), ed25519()) for size in (63, 64, 65)] == [False, True, False]


def test_a_bundle_has_262144_bytes_at_most() -> None:
    largest = (262_144 - len(write_bundle(b"", SIGNATURE, P256))) // 4 * 3
    exact, larger = (write_bundle(b"x" * size, SIGNATURE, P256) for size in (largest, largest + 1))
    assert len(exact) == 262_144
    assert read_bundle(exact).signature == SIGNATURE
    with pytest.raises(GitprovError, match="too large"):
        read_bundle(larger)


def read(data: bytes, foreseen: bytes | None = None) -> Bundle | Code:
    """Returns a bundle, or the code that refuses it."""
    try:
        return read_bundle(data, foreseen=foreseen)
    except GitprovError as error:
        return error.code


def test_a_foreseen_payload_is_compared_and_not_read() -> None:
    largest = b"x" * ((262_144 - len(write_bundle(b"", SIGNATURE, P256))) // 4 * 3)
    for payload in (b"", PAYLOAD, largest):
        data = write_bundle(payload, SIGNATURE, P256)
        found = read_bundle(data, foreseen=payload)
        assert found.payload is payload
        assert found == read_bundle(data)
    assert read(write_bundle(largest + b"x", SIGNATURE, P256), largest + b"x") is codes.SIG_BUNDLE


@given(st.integers(0, len(DATA)), st.integers(0, 9), st.binary(max_size=9) | st.sampled_from([b'"', b"=", b" "]))
@example(DATA.index(b'"}]'), 0, b"YQ==")
@example(DATA.index(b'="}]') - 1, 1, b"V")
@example(DATA.index(b'"hint":"') + 8, 1, b"A")
@example(DATA.index(b'"tlogEntries"'), 0, b'"certificate":{"rawBytes":""},')
@example(len(DATA), 0, b" ")
def test_whatever_is_foreseen_a_bundle_is_read_alike(at: int, length: int, instead: bytes) -> None:
    """Threats A14, A29: being quicker to compare opens no other form."""
    data = DATA[:at] + instead + DATA[at + length :]
    assert read(data, PAYLOAD) == read(data)
    assert read(data, PAYLOAD + b" ") == read(data)


def nested(levels: int) -> object:
    return {"a": nested(levels - 1)} if levels else 1


def edited(**changes: object) -> bytes:
    return json.dumps({**json.loads(DATA), **changes}).encode()


@pytest.mark.parametrize(
    "version",
    ["application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.sigstore.bundle+json;version=0.3"],
)
def test_what_others_wrote_is_written_again_in_our_form(version: str) -> None:
    """By the key that made it, whatever the bundle calls it."""
    assert rewrite_bundle(edited(mediaType=version)) == DATA
    other = write_bundle(PAYLOAD, SIGNATURE, pem("b"))
    assert rewrite_bundle(edited(mediaType=version), pem("b")) == other
    assert rewrite_bundle(edited(verificationMaterial={"tlogEntries": []}), P256) == DATA


@pytest.mark.parametrize("version", ["application/vnd.dev.sigstore.bundle+json;version=0.2", "", 3, None, []])
def test_other_versions_are_refused(version: object) -> None:
    with pytest.raises(GitprovError, match="GP-SIG-001"):
        rewrite_bundle(edited(mediaType=version))


@pytest.mark.parametrize("hint", [None, 7, "", "ab", "AB" * 32, "ab" * 33])
def test_a_hint_is_a_digest(hint: object) -> None:
    with pytest.raises(GitprovError, match="GP-SIG-001"):
        rewrite_bundle(edited(verificationMaterial={"publicKey": {"hint": hint}, "tlogEntries": []}))


NEEDED: dict[str, object] = {
    "canonicalizedBody": "", "inclusionProof": {}, "kindVersion": {}, "logId": {}, "logIndex": "1"
}  # fmt: skip
MORE: dict[str, object] = {"inclusionPromise": {}, "integratedTime": "0"}


def with_entry(entry: object) -> bytes:
    material = {**json.loads(DATA)["verificationMaterial"], "tlogEntries": [entry]}
    return edited(verificationMaterial=material)


@pytest.mark.parametrize(
    "entry",
    [
        {}, [], "x", {"logIndex": "1"}, NEEDED | {"note": ""},
        NEEDED | {"logIndex": 2**53}, NEEDED | {"kindVersion": nested(21)},
    ],
)  # fmt: skip
def test_a_log_entry_has_the_fields_that_it_needs_and_values_that_a_record_can_hold(entry: object) -> None:
    with pytest.raises(GitprovError, match="GP-SIG-001"):
        rewrite_bundle(with_entry(entry))


@pytest.mark.parametrize("entry", [NEEDED, NEEDED | MORE, NEEDED | {"kindVersion": nested(20)}])
def test_a_log_entry_is_kept_as_it_is(entry: object) -> None:
    assert read_bundle(rewrite_bundle(with_entry(entry))).entry == entry


def test_an_act_of_signing_is_known_by_its_certificate_else_by_its_signature() -> None:
    key = Bundle(PAYLOAD, SIGNATURE, key_id(P256))
    assert key.act == sha256_of(SIGNATURE)
    assert Bundle(PAYLOAD, SIGNATURE, None, b"certificate").act == sha256_of(b"certificate")
