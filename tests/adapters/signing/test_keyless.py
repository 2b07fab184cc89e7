"""Keyless signatures are verified by what was valid when they were made, or refused with the step that fails.

Real servers made tests/frozen/keyless (`python -m tests.real.sigstore.make_frozen`); what must be refused is made of
that here. Each such case names the one of github.com/sigstore/sigstore-conformance that it mirrors.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rfc3161_client import decode_timestamp_response

from gitprov.adapters.signing import SignatureVerifier
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import canonical_json
from gitprov.records import Stored, signature_path
from gitprov.trust.bundles import read_bundle
from gitprov.trust.judging import Listed, judge
from gitprov.trust.roots import document_of, identity_id
from gitprov.trust.signatures import Signature
from gitprov.trust.verifying import Certified
from tests.frozen.promoted import ARTIFACTS
from tests.frozen.story import RELEASE, TRAINED

FOLDER = Path(__file__).parents[2] / "frozen" / "keyless"
FILES = {path.name: path.read_bytes() for path in FOLDER.iterdir()}
BUNDLE, AGAIN, REQUEST, WORKFLOW, EXPIRED = (
    FILES[f"{name}.sigstore.json"] for name in ("person", "person-again", "person-request", "workflow", "expired")
)
ROOT, OTHER_ROOT = (json.loads(FILES[f"{name}-root.json"]) for name in ("trusted", "expired"))
ADA = Certified("ada@example.org", "http://127.0.0.1:38800")
TRAINING = Certified(f"{ADA.issuer}/ci/org/repo/train.yml@refs/heads/main", f"{ADA.issuer}/ci")
KINDS = ("certificateAuthorities", "ctlogs", "timestampAuthorities", "tlogs")
TIME = SignatureVerifier().keyless(BUNDLE, ADA, json.dumps(ROOT))

Edit = Callable[[Any], object]


def verified(data: bytes = BUNDLE, who: Certified = ADA, root: Any = ROOT) -> str:
    """Returns the time that verifying proves, or the step that refuses."""
    try:
        return SignatureVerifier().keyless(data, who, root if isinstance(root, str) else json.dumps(root))
    except GitprovError as error:
        return error.what.split()[1] if error.code is codes.SIG_CERTIFICATE and error.why else str(error)


def edited(document: bytes | Any, edit: Edit) -> Any:
    """Returns a copy of a bundle's bytes, or of a trusted root, in which something was edited."""
    copy = json.loads(document if isinstance(document, bytes) else json.dumps(document))
    edit(copy)
    return canonical_json(copy) if isinstance(document, bytes) else copy


def material(bundle: bytes | Any) -> Any:
    """Returns the verification material of a bundle, which can be edited where the bundle is not bytes."""
    found: Any = json.loads(bundle) if isinstance(bundle, bytes) else bundle
    return found["verificationMaterial"]


def entry(bundle: Any) -> Any:
    """Returns the log entry of a bundle."""
    return material(bundle)["tlogEntries"][0]


def window(instance: Any) -> Any:
    """Returns when an authority or a log in a trusted root is valid."""
    return instance.get("publicKey", instance)["validFor"]


def judged(data: bytes, stored: Stored, who: Certified) -> Signature:
    """Returns what a signature file is worth where the trusted root is listed for somebody."""
    digest, text = document_of(ROOT)
    listed = Listed(certified={identity_id(who.identity, who.issuer): frozenset({digest})}, documents={digest: text})
    path = signature_path(stored.path, data)
    return judge(path, data, stored, artifacts=ARTIFACTS, listed=listed, verifier=SignatureVerifier())


@pytest.mark.parametrize(
    ("data", "stored", "who"),
    [pytest.param(BUNDLE, RELEASE, ADA, id="person"), pytest.param(WORKFLOW, TRAINED, TRAINING, id="workflow")],
)
def test_a_frozen_signature_is_good(data: bytes, stored: Stored, who: Certified) -> None:
    """Conformance: rekor2-dsse-happy-path, intoto-with-custom-trust-root."""
    found = judged(data, stored, who)
    assert found.is_good
    assert list(found.proven.values()) == [verified(data, who)]
    assert found.is_logged


def test_the_time_is_what_the_timestamp_says() -> None:
    found = decode_timestamp_response(read_bundle(BUNDLE).timestamp or b"").tst_info.gen_time
    assert found.strftime("%Y-%m-%dT%H:%M:%SZ") == TIME


@pytest.mark.parametrize("kind", KINDS)
def test_an_end_that_is_the_time_itself_is_not_over(kind: str) -> None:
    """Conformance: trust-root-tlog-validity-end-inclusive, trust-root-tsa-validity-end-inclusive."""
    assert verified(root=edited(ROOT, lambda root: window(root[kind][0]).update(start=TIME, end=TIME))) == TIME


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(
    "edit",
    [
        pytest.param(lambda found: window(found).update(end="2026-01-01T00:00:00Z"), id="ended"),
        pytest.param(lambda found: window(found).update(start="2126-01-01T00:00:00Z"), id="not-begun"),
        pytest.param(lambda found: window(found).pop("start"), id="without-start"),
        pytest.param(lambda found: found.get("publicKey", found).pop("validFor"), id="without-window"),
    ],
)
def test_what_was_not_valid_then_vouches_for_nothing(kind: str, edit: Edit) -> None:
    """Conformance: trust-root-tlog-missing-validity-start_fail, intoto-expired-certificate_fail.

    And rekor2-timestamp-outside-trust-root-tsa-validity_fail. sigstore-python takes most of these.
    """
    assert verified(root=edited(ROOT, lambda root: edit(root[kind][0]))) == "K2"


@pytest.mark.parametrize("kind", KINDS)
def test_without_one_of_them_nothing_is_verified(kind: str) -> None:
    assert verified(root=edited(ROOT, lambda root: root[kind].clear())) == "K2"


@pytest.mark.parametrize(("kind", "step"), list(zip(KINDS, ("K4", "K5", "K3", "K7"), strict=True)), ids=KINDS)
def test_those_of_another_instance_vouch_for_nothing(kind: str, step: str) -> None:
    """Conformance: bundle-from-wrong-instance_fail, invalid-ct-key_fail, checkpoint-bad-keyhint_fail.

    And rekor2-timestamp-untrusted-tsa-with-embedded-cert_fail.
    """
    other = edited(OTHER_ROOT, lambda root: window(root[kind][0]).update(start=TIME))[kind]
    assert verified(root=edited(ROOT, lambda root: root.update({kind: other}))) == step
    assert verified(root=edited(ROOT, lambda root: root[kind].extend(other))) == TIME


@pytest.mark.parametrize("root", ["", "{}", "[]", "null"])
def test_what_is_no_trusted_root_verifies_nothing(root: str) -> None:
    assert verified(root=root) == "K2"


@pytest.mark.parametrize(
    "who",
    [
        Certified("ada@example.or", ADA.issuer),
        Certified("ADA@example.org", ADA.issuer),
        Certified(".*", ADA.issuer),
        Certified("", ADA.issuer),
        Certified(ADA.identity, ""),
        Certified(ADA.identity, TRAINING.issuer),
        Certified(ADA.identity, f"{ADA.issuer}/"),
        TRAINING,
    ],
)
def test_another_identity_or_issuer_is_refused(who: Certified) -> None:
    """Exactly both: no pattern, no prefix, and nothing that is left out."""
    assert verified(who=who) == "K6"


def checkpoint(old: str, new: str) -> Edit:
    """Returns an edit of the log's checkpoint."""

    def edit(bundle: Any) -> None:
        found = entry(bundle)["inclusionProof"]["checkpoint"]
        assert old in found["envelope"]
        found["envelope"] = found["envelope"].replace(old, new, 1)

    return edit


def without_lines(first: int, last: int) -> Edit:
    """Returns an edit that takes lines of the checkpoint away."""

    def edit(bundle: Any) -> None:
        found = entry(bundle)["inclusionProof"]["checkpoint"]
        lines = found["envelope"].splitlines(keepends=True)
        found["envelope"] = "".join(lines[:first] + lines[last:])

    return edit


def flipped(text: str) -> str:
    """Returns base64 of the same bytes but the last one."""
    data = b64decode(text)
    return b64encode(data[:-1] + bytes([data[-1] ^ 1])).decode()


def flip(place: Callable[[Any], Any], name: str | int) -> Edit:
    """Returns an edit that flips a bit of what lies under a name at a place."""

    def edit(bundle: Any) -> None:
        place(bundle)[name] = flipped(place(bundle)[name])

    return edit


def timestamped(data: bytes) -> Edit:
    """Returns an edit that puts another timestamp in place."""
    stamps = [{"signedTimestamp": b64encode(data).decode()}]
    return lambda bundle: material(bundle)["timestampVerificationData"].update(rfc3161Timestamps=stamps)


def taken(name: str, other: bytes) -> Edit:
    """Returns an edit that takes a part of the verification material from another bundle."""
    return lambda bundle: material(bundle).update({name: material(other)[name]})


def enveloped(other: bytes) -> Edit:
    """Returns an edit that takes what is signed, the signature and its timestamp from another bundle."""

    def edit(bundle: Any) -> None:
        bundle["dsseEnvelope"] = json.loads(other)["dsseEnvelope"]
        taken("timestampVerificationData", other)(bundle)

    return edit


def proof(bundle: Any) -> Any:
    """Returns the inclusion proof of a bundle."""
    return entry(bundle)["inclusionProof"]


ENVELOPE_OF = {"payload": json.loads(REQUEST)["dsseEnvelope"]["payload"]}


@pytest.mark.parametrize(
    ("edit", "step"),
    [
        pytest.param(lambda bundle: bundle.pop("verificationMaterial"), "K1", id="no-material"),
        pytest.param(lambda bundle: material(bundle).pop("certificate"), "K1", id="bundle-empty-certificate-chain"),
        pytest.param(lambda bundle: bundle.update(mediaType="v0.9"), "K1", id="bundle-unknown-version"),
        pytest.param(lambda bundle: entry(bundle).update(logIndex="-1"), "K1", id="bundle-negative-log-index"),
        pytest.param(
            lambda bundle: bundle["dsseEnvelope"]["signatures"][0].update(sig="%%%"),
            "K1",
            id="bundle-invalid-base64-signature",
        ),
        pytest.param(lambda bundle: entry(bundle).pop("inclusionProof"), "K1", id="rekor2-no-inclusion-proof"),
        pytest.param(lambda bundle: proof(bundle).pop("checkpoint"), "K1", id="no-checkpoint"),
        pytest.param(lambda bundle: material(bundle).update(tlogEntries=[]), "K1", id="no-entry"),
        pytest.param(lambda bundle: material(bundle).pop("timestampVerificationData"), "K1", id="rekor2-no-timestamp"),
        pytest.param(
            lambda bundle: material(bundle)["timestampVerificationData"]["rfc3161Timestamps"].extend(
                material(AGAIN)["timestampVerificationData"]["rfc3161Timestamps"]
            ),
            "K1",
            id="two-timestamps",
        ),
        pytest.param(timestamped(b"no timestamp"), "K1", id="timestamp-malformed"),
        pytest.param(taken("timestampVerificationData", AGAIN), "K3", id="rekor2-timestamp-payload-mismatch"),
        pytest.param(timestamped(FILES["late.tsr"]), "K4", id="rekor2-timestamp-with-incorrect-time"),
        pytest.param(taken("certificate", WORKFLOW), "K6", id="wrong-hashedrekord-cert-and-sig"),
        pytest.param(checkpoint("127.0.0.1\n", ""), "K7", id="rekor2-checkpoint-missing-origin"),
        pytest.param(without_lines(1, 2), "K7", id="rekor2-checkpoint-missing-size"),
        pytest.param(without_lines(2, 3), "K7", id="rekor2-checkpoint-missing-root-hash"),
        pytest.param(without_lines(4, 5), "K7", id="rekor2-checkpoint-missing-log-signature"),
        pytest.param(checkpoint("— 127.0.0.1", "— 127.0.0.2"), "K7", id="rekor2-checkpoint-no-matching-signature"),
        pytest.param(
            lambda bundle: proof(bundle).update(checkpoint=proof(json.loads(AGAIN))["checkpoint"]),
            "K7",
            id="checkpoint-wrong-roothash",
        ),
        pytest.param(
            lambda bundle: entry(bundle).update(inclusionProof=proof(json.loads(AGAIN))),
            "K7",
            id="invalid-inclusion-proof",
        ),
        pytest.param(flip(proof, "rootHash"), "K7", id="inclusion-proof-corrupted-hash"),
        pytest.param(flip(entry, "canonicalizedBody"), "K7", id="incorrect-public-key"),
        pytest.param(taken("tlogEntries", AGAIN), "K8", id="wrong-hashedrekord-entry"),
        pytest.param(taken("tlogEntries", REQUEST), "K8", id="intoto-log-entry-mismatch"),
        pytest.param(lambda bundle: bundle["dsseEnvelope"].update(ENVELOPE_OF), "K8", id="wrong-material"),
        pytest.param(enveloped(AGAIN), "K8", id="rekor2-dsse-mismatch-sig"),
        pytest.param(enveloped(REQUEST), "K8", id="rekor2-dsse-mismatch-envelope"),
        pytest.param(enveloped(WORKFLOW), "K8", id="rekor2-dsse-invalid-sig"),
    ],
)
def test_a_bundle_that_was_edited_is_refused(edit: Edit, step: str) -> None:
    """Conformance: the case of the same name, `_fail` at its end; those without a name of theirs are ours."""
    assert verified(edited(BUNDLE, edit)) == step


@pytest.mark.parametrize("data", [b"", b"{", BUNDLE[:-10], b"[" * 100_000], ids=["nothing", "brace", "cut", "deep"])
def test_what_is_no_bundle_is_refused(data: bytes) -> None:
    """Conformance: bundle-malformed-json_fail."""
    assert verified(data) == "K1"


def test_a_timestamp_by_an_authority_whose_certificate_had_ended_is_refused() -> None:
    """Conformance: rekor2-timestamp-outside-tsa-cert-validity_fail."""
    assert verified(EXPIRED, root=OTHER_ROOT) == "K3"


@pytest.mark.parametrize("lines", ["— witness.example {}\n", "— 127.0.0.1 {}\n"], ids=["witness", "same-name"])
@pytest.mark.parametrize("first", [True, False], ids=["before", "after"])
def test_what_others_sign_on_a_checkpoint_changes_nothing(lines: str, first: bool) -> None:
    """Conformance: rekor2-checkpoint-cosigned, -origin-not-first, -two-sigs-from-origin, -multiple-cosigs."""
    line = lines.format(b64encode(b"\1\2\3\4" + b"signature" * 7).decode())

    def edit(bundle: Any) -> None:
        found = proof(bundle)["checkpoint"]
        text, _, signatures = found["envelope"].partition("\n\n")
        found["envelope"] = f"{text}\n\n{line}{signatures}" if first else f"{text}\n\n{signatures}{line}"

    assert verified(edited(BUNDLE, edit)) == TIME


def test_a_signature_of_another_record_is_not_one_of_this() -> None:
    """Threat A09."""
    assert verified(REQUEST) > TIME[:10]
    assert judged(REQUEST, RELEASE, ADA).code is codes.SIG_STATEMENT


def test_whom_nobody_lists_is_named() -> None:
    found = judged(BUNDLE, RELEASE, TRAINING)
    assert found.code is codes.SIG_UNLISTED
    assert ADA.identity in found.fault


@given(place=st.integers(0, len(BUNDLE) - 1), bit=st.integers(0, 7))
def test_a_flipped_bit_is_refused_or_says_the_same(place: int, bit: int) -> None:
    """Threat A01, and A14: of what nobody signs, such as the log's index, another writing is the same act."""
    data = BUNDLE[:place] + bytes([BUNDLE[place] ^ 1 << bit]) + BUNDLE[place + 1 :]
    found = verified(data)
    assert found in {f"K{step}" for step in range(1, 9)} or read_bundle(data).act == read_bundle(BUNDLE).act
