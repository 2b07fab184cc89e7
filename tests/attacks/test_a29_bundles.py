"""A29: whatever lies where a signature file would is refused with a code, at once, and raises nothing."""

import json
import time
from base64 import b64decode, b64encode
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gitprov.adapters.signing import SignatureVerifier
from gitprov.errors import GitprovError
from gitprov.ids import canonical_json
from gitprov.records import signature_path
from gitprov.trust.bundles import LIMIT, read_bundle, write_bundle
from gitprov.trust.judging import STEPS, Listed, judge
from gitprov.trust.roots import document_of, identity_id, key_id
from gitprov.trust.signatures import Signature
from gitprov.trust.statements import contents_of, statement
from tests.frozen.promoted import ARTIFACTS, SIGNER
from tests.frozen.story import RELEASE

FOLDER = Path(__file__).parents[1] / "frozen" / "keyless"
KEYLESS = (FOLDER / "person.sigstore.json").read_bytes()
KEYED = SIGNER.bundle(statement(RELEASE, contents_of(RELEASE.record, ARTIFACTS)))
_seen = read_bundle(KEYLESS)
WITNESSED = write_bundle(
    _seen.payload, read_bundle(KEYED).signature, SIGNER.pem, timestamp=_seen.timestamp, entry=_seen.entry
)
SAMPLES = {"keyed": KEYED, "keyless": KEYLESS, "witnessed": WITNESSED}
DIGEST, DOCUMENT = document_of(json.loads((FOLDER / "trusted-root.json").read_bytes()))
LISTED = Listed(
    keys={key_id(SIGNER.pem): SIGNER.pem},
    certified={identity_id("ada@example.org", "http://127.0.0.1:38800"): frozenset({DIGEST})},
    documents={DIGEST: DOCUMENT},
)
VERIFIER = SignatureVerifier()
VERIFIER.keyless(KEYLESS, VERIFIER.certified(_seen.certificate or b""), DOCUMENT)  # type: ignore[arg-type]
ACTS = {read_bundle(data).act for data in SAMPLES.values()}
QUICK = 0.5
"""Seconds of processor time; the slowest takes a hundredth of that on a machine that has nothing else to do."""


def judged(data: bytes) -> Signature:
    """Judges a file beside the release of the story, and expects that to take no time."""
    begun = time.process_time()
    found = judge(
        signature_path(RELEASE.path, data), data, RELEASE, artifacts=ARTIFACTS, listed=LISTED, verifier=VERIFIER
    )
    assert time.process_time() - begun < QUICK
    assert (found.code is None) is found.is_good
    assert found.code is None or found.code in STEPS
    return found


def code(data: bytes) -> str | None:
    """Returns the code of what refuses a file."""
    found = judged(data).code
    return found.id if found is not None else None


@pytest.mark.parametrize("name", SAMPLES)
def test_the_samples_are_good(name: str) -> None:
    """What a log and an authority say of another signature is no proof, and takes nothing away."""
    found = judged(SAMPLES[name])
    assert found.is_good
    assert (bool(found.proven), found.is_logged) == (name == "keyless", name == "keyless")


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_that_is_cut_off_is_refused_wherever(name: str) -> None:
    data = SAMPLES[name]
    assert {code(data[:end]) for end in range(len(data))} == {"GP-SIG-001"}


def edited(data: bytes, *path: str | int, to: Any) -> bytes:
    """Returns a bundle in canonical form with another value at a place."""
    found = json.loads(data)
    at = found
    for step in path[:-1]:
        at = at[step]
    at[path[-1]] = to
    return canonical_json(found)


ENTRY = ("verificationMaterial", "tlogEntries", 0)
DEEP = b'{"dsseEnvelope":' * 100_000
WIDE = canonical_json({str(number): number for number in range(20_000)})
HOSTILE = {
    "nothing": b"",
    "nesting": b"[" * 200_000,
    "nested mappings": DEEP,
    "nested to the end": DEEP + b"1" + b"}" * 100_000,
    "more than the limit": KEYED + b" " * LIMIT,
    "a number of many digits": KEYED.replace(b'"tlogEntries":[]', b'"tlogEntries":[' + b"9" * 200_000 + b"]"),
    "many fields": WIDE,
    "many signatures": edited(KEYED, "dsseEnvelope", "signatures", to=[{"sig": "AA=="}] * 10_000),
    "many entries": edited(KEYED, "verificationMaterial", "tlogEntries", to=[{}] * 10_000),
    "no number": KEYED.replace(b'"tlogEntries":[]', b'"tlogEntries":[NaN]'),
    "a lone surrogate": edited(KEYLESS, *ENTRY, "logIndex", to="x").replace(b'"x"', b'"\\ud800"'),
    "a name twice": KEYED.replace(b'{"dsse', b'{"mediaType":"x","dsse', 1),
    "UTF-16": KEYED.decode().encode("utf-16"),
    "version 0.1": edited(KEYED, "mediaType", to="application/vnd.dev.sigstore.bundle+json;version=0.1"),
    "version 0.2": edited(KEYED, "mediaType", to="application/vnd.dev.sigstore.bundle+json;version=0.2"),
    "version 0.4": edited(KEYED, "mediaType", to="application/vnd.dev.sigstore.bundle.v0.4+json"),
    "another payload type": edited(KEYED, "dsseEnvelope", "payloadType", to="application/vnd.in-toto+xml"),
    "a message signature": canonical_json({**json.loads(KEYED), "messageSignature": {}}),
    "a chain of certificates": edited(KEYLESS, "verificationMaterial", "x509CertificateChain", to={}),
    "a certificate that is none": edited(KEYLESS, "verificationMaterial", "certificate", "rawBytes", to="AAAA"),
    "two timestamps": edited(
        KEYLESS,
        "verificationMaterial",
        "timestampVerificationData",
        "rfc3161Timestamps",
        to=[{"signedTimestamp": "AA=="}] * 2,
    ),
}


@pytest.mark.parametrize("what", HOSTILE)
def test_what_is_no_bundle_is_refused(what: str) -> None:
    assert code(HOSTILE[what]) == "GP-SIG-001"


def test_the_longest_statement_is_refused_by_what_it_says() -> None:
    assert code(edited(KEYED, "dsseEnvelope", "payload", to="A" * (LIMIT - 2_000))) == "GP-SIG-002"
    assert code(edited(KEYED, "dsseEnvelope", "payload", to=b64encode(b"[" * 100_000).decode())) == "GP-SIG-002"


WRONG = {
    "no timestamp": canonical_json(
        {
            **json.loads(KEYLESS),
            "verificationMaterial": {
                key: value
                for key, value in json.loads(KEYLESS)["verificationMaterial"].items()
                if key != "timestampVerificationData"
            },
        }
    ),
    "no entry": edited(KEYLESS, "verificationMaterial", "tlogEntries", to=[]),
    "an entry of numbers": edited(KEYLESS, *ENTRY, "inclusionProof", to=7),
    "a proof of many hashes": edited(KEYLESS, *ENTRY, "inclusionProof", "hashes", to=["AAAA"] * 5_000),
    "a tree of any size": edited(KEYLESS, *ENTRY, "inclusionProof", "treeSize", to="9" * 4_000),
    "a checkpoint of many lines": edited(
        KEYLESS, *ENTRY, "inclusionProof", "checkpoint", to={"envelope": "a\n1\nAA==\n\n" + "— a AAAAAA==\n" * 9_000}
    ),
    "a deep entry": edited(KEYLESS, *ENTRY, "logId", to=json.loads("[" * 15 + "]" * 15)),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_certificate_without_its_proofs_is_refused(what: str) -> None:
    assert code(WRONG[what]) == "GP-SIG-008"


@pytest.mark.parametrize("what", WRONG)
def test_proofs_that_are_none_take_nothing_from_a_key(what: str) -> None:
    """They are a key's own affair: it signs a file again without them, or with others."""
    material = json.loads(WRONG[what])["verificationMaterial"]
    material["publicKey"] = json.loads(KEYED)["verificationMaterial"]["publicKey"]
    del material["certificate"]
    found = judged(edited(KEYED, "verificationMaterial", to=material))
    assert found.is_good
    assert (found.proven, found.is_logged) == ({}, False)


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**70), 2**70) | st.floats() | st.text(max_size=20),
    lambda children: st.lists(children, max_size=3) | st.dictionaries(st.text(max_size=8), children, max_size=3),
    max_leaves=6,
)


def places(value: Any, *path: str | int) -> list[tuple[str | int, ...]]:
    """Returns where there is something in a document."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(found for key, item in inner for found in places(item, *path, key))]


@st.composite
def documents(draw: st.DrawFn) -> bytes:
    """Makes bundles in which anything stands anywhere, in canonical form where that can be."""
    data = draw(st.sampled_from(sorted(SAMPLES.values())))
    found = json.loads(data)
    for _ in range(draw(st.integers(1, 3))):
        path = draw(st.sampled_from([path for path in places(found) if path]))
        at = found
        for step in path[:-1]:
            at = at[step]
        old = at[path[-1]]
        if draw(st.booleans()):
            at[path[-1]] = draw(plain)
        elif isinstance(old, str):
            start = draw(st.integers(0, len(old)))
            at[path[-1]] = old[:start] + draw(st.text(max_size=3)) + old[start + draw(st.integers(0, 3)) :]
        elif isinstance(at, list):
            at.append(old)
        else:
            del at[path[-1]]
    try:
        return canonical_json(found)
    except GitprovError:
        return json.dumps(found).encode()


@st.composite
def encoded(draw: st.DrawFn) -> bytes:
    """Makes bundles whose certificate, timestamp, body or signature has other bytes, in the right form."""
    found = json.loads(draw(st.sampled_from(sorted(SAMPLES.values()))))
    binary = [path for path in places(found) if path and _is_binary(found, path)]
    path = draw(st.sampled_from(binary))
    at = found
    for step in path[:-1]:
        at = at[step]
    data = bytearray(b64decode(at[path[-1]]))
    for _ in range(draw(st.integers(1, 4))):
        place = draw(st.integers(0, len(data) - 1)) if data else 0
        data[place : place + draw(st.integers(0, 2))] = draw(st.binary(max_size=2))
    at[path[-1]] = b64encode(data).decode()
    return canonical_json(found)


def _is_binary(value: Any, path: tuple[str | int, ...]) -> bool:
    for step in path:
        value = value[step]
    try:
        return isinstance(value, str) and len(b64decode(value, validate=True)) > 24
    except ValueError:
        return False


@settings(max_examples=1_200)
@given(documents())
def test_anything_anywhere_in_a_bundle_is_refused_or_good(data: bytes) -> None:
    judged(data)


@settings(max_examples=1_200)
@given(encoded())
def test_any_bytes_in_a_certificate_or_proof_are_refused_or_say_the_same(data: bytes) -> None:
    found = judged(data)
    assert not found.is_good or found.act in ACTS


@settings(max_examples=600)
@given(st.binary(max_size=400) | plain.map(lambda value: json.dumps(value).encode()))
@example(b"null")
def test_anything_at_all_is_refused(data: bytes) -> None:
    assert code(data) == "GP-SIG-001"
