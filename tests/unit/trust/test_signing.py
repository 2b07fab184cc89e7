"""What a signature says follows from its record, and nothing else counts: every other byte, place or key is refused."""

import json
from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature
from hypothesis import given
from hypothesis import strategies as st
from sigstore_models.bundle.v1 import Bundle as TheirBundle

from gitprov.adapters.signing import SignatureVerifier
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import canonical_json, sha256_of
from gitprov.records import (
    RECORD_LIMIT,
    Artifact,
    Evaluation,
    Evidence,
    Request,
    Run,
    Stored,
    signature_path,
    signed_path,
    store,
)
from gitprov.trust.bundles import LIMIT, ORDER, PAYLOAD_TYPE, is_only_form, read_bundle, to_sign, write_bundle
from gitprov.trust.judging import Listed, judge, listed_by, signatures_of
from gitprov.trust.roots import key_id
from gitprov.trust.signatures import Signature
from gitprov.trust.statements import (
    APPROVAL,
    COUNTERSIGNATURE,
    approval,
    contents_of,
    countersignature,
    is_signed,
    statement,
)
from tests.frozen.promoted import ARTIFACTS, OTHER, PROMOTED, REQUEST, SIGNATURES, SIGNER, TRUST_1, signed
from tests.frozen.story import CAPTURE, MEASURED, MEASURED_SET, RECORDS, RELEASE, TRAINED
from tests.unit.documents import texts
from tests.unit.made import digests, records

STORY = {stored.path: stored for stored in (RECORDS | PROMOTED).values()}
KEYS = Listed(keys={key_id(SIGNER.pem): SIGNER.pem})
MEANS = {"approval": "approves", "rejection": "rejects", "countersignature": "countersigns"}
VERIFIER = SignatureVerifier()


def judged(path: str, data: bytes, listed: Listed = KEYS) -> Signature:
    """Judges a file by the story's records and keys."""
    stored = STORY[signed_path(path) or ""]
    return judge(path, data, stored, artifacts=ARTIFACTS, listed=listed, verifier=VERIFIER)


def signs(stored: Stored, payload: bytes) -> Signature:
    """Judges what the story's key signed, whatever it is, beside a record."""
    return judged(*signed(stored, payload))


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_signature_is_good_and_says_what_it_says(name: str) -> None:
    path, data = SIGNATURES[name]
    found = judged(path, data)
    assert (found.fault, found.code, found.is_good) == ("", None, True)
    assert found.means == MEANS.get(name.partition(".")[0], "signs")
    assert found.record == STORY[signed_path(path) or ""].id
    assert found.key == key_id(SIGNER.pem)
    assert found.trust == (TRUST_1.id if found.means == "countersigns" else None)
    assert found.reason == ("too slow" if found.means == "rejects" else "")


@given(st.sampled_from(sorted(SIGNATURES)), st.data())
def test_a_changed_byte_is_never_good(name: str, data: st.DataObject) -> None:
    """Under its old name, and under the one that its new bytes give it."""
    path, bundle = SIGNATURES[name]
    changed = bytearray(bundle)
    changed[data.draw(st.integers(0, len(bundle) - 1))] ^= data.draw(st.integers(1, 255))
    stored = STORY[signed_path(path) or ""]
    approves = "/approvals/" in path
    for place in (path, signature_path(stored.path, bytes(changed), approval=approves)):
        found = judged(place, bytes(changed))
        assert not found.is_good
        assert found.code is not None
        assert found.code.id.startswith("GP-SIG-")


@pytest.mark.parametrize("name", SIGNATURES)
def test_a_signature_counts_beside_no_other_record(name: str) -> None:
    """Threat A09: an approval or a signature replayed for another record, or in another place."""
    path, data = SIGNATURES[name]
    for stored in STORY.values():
        for approves in (False, True):
            place = signature_path(stored.path, data, approval=approves)
            if place != path and signed_path(place) is not None:
                found = judge(place, data, stored, artifacts=ARTIFACTS, listed=KEYS, verifier=VERIFIER)
                assert (found.is_good, found.code) == (False, codes.SIG_STATEMENT), place


def test_the_other_s_is_refused() -> None:
    """ECDSA is malleable: whoever has a signature can make its twin, which verifies and would be a new file."""
    path, data = SIGNATURES["run.sigstore.json"]
    bundle = read_bundle(data)
    r, s = decode_dss_signature(bundle.signature)
    twin = encode_dss_signature(r, ORDER - s)
    assert VERIFIER.verify(SIGNER.pem, bundle.signed, twin)
    again = write_bundle(bundle.payload, twin, SIGNER.pem)
    found = judged(signature_path(TRAINED.path, again), again)
    assert (found.is_good, found.code) == (False, codes.SIG_INVALID)
    assert path != found.path


@given(st.binary(max_size=200))
def test_signatures_are_made_in_their_only_form(data: bytes) -> None:
    signature = SIGNER.sign(data)
    assert is_only_form(signature, SIGNER.pem)
    assert signature == SIGNER.sign(data)
    assert VERIFIER.verify(SIGNER.pem, data, signature)
    assert not VERIFIER.verify(OTHER.pem, data, signature)
    assert not VERIFIER.verify(SIGNER.pem, data + b".", signature)


@given(st.binary(max_size=80) | st.binary(max_size=70).map(b"\x30\x44\x02\x20".__add__))
def test_no_bytes_are_taken_for_a_signature(data: bytes) -> None:
    assert not is_only_form(data, SIGNER.pem) or decode_dss_signature(data)[1] <= ORDER // 2


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (b'"tlogEntries":[]', b'"tlogEntries":[ ]'),
        (b'"tlogEntries":[]', b'"tlogEntries":[{}]'),
        (b'"tlogEntries":[]', b'"certificate":{},"tlogEntries":[]'),
        (b'"signatures":[', b'"signatures":[{"sig":"MA=="},'),
        (b'"sig":"', b'"keyid":"","sig":"'),
        (b"v0.3+json", b"v0.2+json"),
        (PAYLOAD_TYPE.encode(), b"text/plain"),
        (b"==", b"="),
        (b'"payload":"', b'"payload":" '),
        (b'"payload"', b'"payl\\u006fad"'),
        (b'"hint":"', b'"hint":"A'),
    ],
)
def test_a_bundle_has_one_form(old: bytes, new: bytes) -> None:
    """Another payload type, a second signature, space, escapes, padding, fields that mean nothing: all are refused."""
    data = next(data for _, data in SIGNATURES.values() if old in data)
    with pytest.raises(GitprovError) as refused:
        read_bundle(data.replace(old, new, 1))
    assert refused.value.code is codes.SIG_BUNDLE


trees = st.recursive(
    st.none() | st.integers() | st.text(max_size=9), lambda inner: st.lists(inner) | st.dictionaries(texts, inner)
)


@given(
    st.binary(max_size=300)
    | trees.map(lambda value: json.dumps({"dsseEnvelope": value, "verificationMaterial": value}).encode())
)
def test_hostile_bytes_are_refused_with_a_code(data: bytes) -> None:
    """Threat A30."""
    with pytest.raises(GitprovError) as refused:
        read_bundle(data)
    assert refused.value.code is codes.SIG_BUNDLE


def test_what_is_too_large_or_too_deep_is_refused() -> None:
    for data in (b" " * (LIMIT + 1), b"[" * 100_000, b'{"dsseEnvelope":' * 10_000, b"9" * 10_000):
        with pytest.raises(GitprovError) as refused:
            read_bundle(data)
        assert refused.value.code is codes.SIG_BUNDLE


@given(st.binary(max_size=60) | trees.map(lambda value: json.dumps(value).encode()))
def test_whatever_is_signed_instead_of_the_statement_counts_for_nothing(payload: bytes) -> None:
    found = signs(REQUEST, payload)
    assert (found.is_good, found.code) == (False, codes.SIG_STATEMENT)


def rewritten(payload: bytes, **changes: object) -> bytes:
    """Returns a statement with other fields."""
    return canonical_json({**json.loads(payload), **changes})


def test_a_statement_holds_nothing_beyond_its_record() -> None:
    right = statement(REQUEST, {})
    predicate = json.loads(right)["predicate"]
    assert signs(REQUEST, right).is_good
    for payload in (
        rewritten(right, predicateType="urn:gitprov:deployment:v1"),
        rewritten(right, predicateType=APPROVAL),
        rewritten(right, predicateType=COUNTERSIGNATURE, predicate={"trust": "latest"}),
        rewritten(right, predicate={**predicate, "note": "and I approve"}),
        rewritten(right, _type="https://in-toto.io/Statement/v0.1"),
        rewritten(right, note=1),
        rewritten(right, subject=[*json.loads(right)["subject"], {"digest": {"sha256": "0" * 64}, "name": "x"}]),
        json.dumps(json.loads(right)).encode(),
    ):
        assert signs(REQUEST, payload).code is codes.SIG_STATEMENT


def test_an_approval_lies_with_approvals_and_nothing_else_does() -> None:
    yes = approval(REQUEST, "approve", "")
    assert signs(REQUEST, yes).code is codes.SIG_STATEMENT
    for payload in (
        statement(REQUEST, {}),
        countersignature(REQUEST, {}, TRUST_1.id),
        rewritten(yes, predicate={"decision": "maybe", "reason": ""}),
        rewritten(yes, predicate={"decision": "approve"}),
        rewritten(yes, predicate={"decision": "approve", "reason": "", "until": 1}),
    ):
        assert judged(*signed(REQUEST, payload, approves=True)).code is codes.SIG_STATEMENT


def test_a_reason_that_is_no_text_is_refused() -> None:
    payload = approval(REQUEST, "reject", "a reason").replace(b"a reason", b"\\ud800")
    assert judged(*signed(REQUEST, payload, approves=True)).code is codes.SIG_STATEMENT
    with pytest.raises(GitprovError):
        approval(REQUEST, "reject", "\ud800")


def test_the_name_is_the_digest_of_the_bytes() -> None:
    path, data = SIGNATURES["run.sigstore.json"]
    mark = path.split(".")[-3]
    assert mark == sha256_of(data)[7:23]
    assert judged(path.replace(mark, "0" * 16), data).code is codes.SIG_NAME


def test_a_key_that_nobody_lists_is_told_from_a_wrong_signature() -> None:
    """Threat A15: an unlisted key says nothing for anybody, and can be told from a forgery."""
    path, data = SIGNATURES["run.sigstore.json"]
    unlisted = judged(path, data, Listed(keys={key_id(OTHER.pem): OTHER.pem}))
    assert (unlisted.listed, unlisted.is_good, unlisted.code) == (False, False, codes.SIG_UNLISTED)
    bundle = read_bundle(data)
    forged = write_bundle(bundle.payload, OTHER.sign(bundle.signed), SIGNER.pem)
    found = judged(signature_path(TRAINED.path, forged), forged)
    assert (found.listed, found.is_good, found.code) == (True, False, codes.SIG_INVALID)


def test_the_signature_of_a_release_covers_what_its_members_hold() -> None:
    """Another file under the same artifact id, whatever made it so, is another statement."""
    path, data = SIGNATURES["release.sigstore.json"]
    subjects = json.loads(read_bundle(data).payload)["subject"]
    assert [one["name"] for one in subjects] == [RELEASE.path, "features", "model"]
    first, *_ = ARTIFACTS
    others = {**ARTIFACTS, first: next(one for key, one in ARTIFACTS.items() if key != first)}
    for artifacts in (others, {}):
        found = judge(path, data, RELEASE, artifacts=artifacts, listed=KEYS, verifier=VERIFIER)
        assert (found.is_good, found.code) == (False, codes.SIG_STATEMENT)


@given(records, records, digests, texts)
def test_statements_tell_records_apart(one: object, other: object, trust: str, reason: str) -> None:
    """Injective: two different things are never said with the same bytes."""
    said: dict[bytes, object] = {}
    for record in (one, other):
        stored = store(record)  # type: ignore[arg-type]
        if not is_signed(stored.record):
            with pytest.raises(GitprovError) as refused:
                statement(stored, {})
            assert refused.value.code is codes.SIG_KIND
            continue
        contents = dict.fromkeys(getattr(stored.record, "members", {}), trust)
        statements = [
            (statement(stored, contents), "signs"),  # type: ignore[arg-type]
            (countersignature(stored, contents, trust), "countersigns"),  # type: ignore[arg-type]
        ]
        if isinstance(stored.record, Request):
            statements += [(approval(stored, d, reason), d) for d in ("approve", "reject")]
        for payload, kind in statements:
            assert said.setdefault(payload, (stored.id, kind)) == (stored.id, kind)
            assert stored.id[7:].encode() in payload
            assert len(payload) < LIMIT


@pytest.mark.parametrize("stored", [s for s in STORY.values() if isinstance(s.record, Artifact | Evidence)])
def test_what_others_name_is_not_signed(stored: Stored) -> None:
    with pytest.raises(GitprovError) as refused:
        statement(stored, {})
    assert refused.value.code is codes.SIG_KIND
    with pytest.raises(GitprovError) as refused:
        countersignature(stored, {}, TRUST_1.id)
    assert refused.value.code is codes.SIG_KIND


@pytest.mark.parametrize("stored", [one for one in STORY.values() if not isinstance(one.record, Request)])
def test_only_requests_are_approved(stored: Stored) -> None:
    with pytest.raises(GitprovError) as refused:
        approval(stored, "approve", "")
    assert refused.value.code is codes.SIG_KIND


def test_every_record_that_fits_can_be_signed() -> None:
    """The deepest ones, in signs that Python sorts otherwise too, and the largest ones in the forms that grow most."""
    run = TRAINED.record
    assert isinstance(run, Run)
    fields = {name: getattr(run, name) for name in ("step", "actor", "outputs")}
    for sign in ("a", "\U0001f600"):
        deep = json.loads('{"a":' * 22 + json.dumps(sign) + "}" * 22)
        assert signs_anything(store(Run(**fields, params={"deep": deep})))
    many = RECORD_LIMIT // 7
    for undeclared in (("\x01" * (RECORD_LIMIT // 4 - 400),), tuple("a" for _ in range(many))):
        stored = store(Run(**fields, undeclared=undeclared))
        assert len(stored.data) > RECORD_LIMIT * 3 // 4
        assert signs_anything(stored)


def signs_anything(stored: Stored) -> bool:
    """Tells whether a record's signature is good."""
    path, data = signed(stored, statement(stored, {}))
    return judge(path, data, stored, artifacts={}, listed=KEYS, verifier=VERIFIER).is_good


def test_an_evaluation_passes_by_its_truth_values_only() -> None:
    """Numbers are no verdict: who reads `result` alone must not take a bad model for a tested one."""
    results = [json.loads(statement(one, {}))["predicate"] for one in (MEASURED, MEASURED_SET)]
    assert [(one["result"], one["passedTests"], one["failedTests"]) for one in results] == [
        ("PASSED", ["ok"], []),
        ("FAILED", [], ["loss", "worst"]),
    ]


@pytest.mark.parametrize(
    ("metrics", "result", "failed"),
    [
        ({"auc": 0.9}, "WARNED", []),
        ({"auc": 0.9, "ok": True}, "PASSED", []),
        ({"fair": False, "ok": True}, "FAILED", ["fair"]),
        ({"loss": {"nonfinite": "nan", "value": None}, "ok": True}, "FAILED", ["loss"]),
        ({"ok": {"nested": True}}, "WARNED", []),
    ],
)
def test_without_truth_values_an_evaluation_only_warns(
    metrics: dict[str, object], result: str, failed: list[str]
) -> None:
    record = MEASURED.record
    assert isinstance(record, Evaluation)
    said = json.loads(statement(store(replace(record, metrics=metrics)), {}))
    assert (said["predicate"]["result"], said["predicate"]["failedTests"]) == (result, failed)


def test_provenance_has_where_a_run_was_started_and_no_time_that_nobody_knows() -> None:
    said = json.loads(statement(CAPTURE, {}))["predicate"]
    assert said["buildDefinition"]["externalParameters"]["cwd"] == "old/project"
    assert "cwd" not in said["buildDefinition"]["internalParameters"]
    assert said["runDetails"]["metadata"] == {"invocationId": CAPTURE.id}


def test_a_commit_is_no_subject() -> None:
    """Sigstore refuses a subject whose digest is git's."""
    said = json.loads(statement(TRAINED, {}))
    assert [list(one["digest"]) for one in said["subject"]] == [["sha256"]]
    dependencies = said["predicate"]["buildDefinition"]["resolvedDependencies"]
    assert {"digest": {"gitCommit": "0a" * 20}, "name": "code"} in dependencies


def test_signatures_are_found_beside_their_records_and_judged_once() -> None:
    others = {"notes.sigstore.json": b"", **{path: stored.data for path, stored in STORY.items()}}
    files = dict(SIGNATURES.values()) | others
    asked: list[bytes] = []

    class Counting(SignatureVerifier):
        def verify(self, pem: str, data: bytes, signature: bytes) -> bool:
            asked.append(signature)
            return super().verify(pem, data, signature)

    found = signatures_of(files, STORY, ARTIFACTS, listed_by([TRUST_1.record]), Counting())  # type: ignore[list-item]
    assert asked == []
    assert [one.means for one in found.of(TRAINED.id)] == ["signs", "countersigns"]
    assert sorted(one.means for one in found.of(REQUEST.id)) == ["approves", "rejects", "signs"]
    assert len(found.of(TRAINED.id)) == 2
    assert len(asked) == 5
    assert contents_of(RELEASE.record, ARTIFACTS) == {
        role: ARTIFACTS[member.artifact].content.digest
        for role, member in RELEASE.record.members.items()  # type: ignore[union-attr]
    }


@pytest.mark.parametrize("name", SIGNATURES)
def test_sigstore_reads_our_bundles(name: str) -> None:
    """Interoperability: Sigstore's own model takes them, and has the same payload, signature and hint."""
    data = SIGNATURES[name][1]
    theirs, ours = TheirBundle.from_json(data), read_bundle(data)
    assert theirs.dsse_envelope is not None
    assert theirs.verification_material.public_key is not None
    assert theirs.dsse_envelope.payload_type == PAYLOAD_TYPE
    assert theirs.dsse_envelope.payload == ours.payload
    assert [one.sig for one in theirs.dsse_envelope.signatures] == [ours.signature]
    assert f"sha256:{theirs.verification_material.public_key.hint}" == ours.key
    assert to_sign(ours.payload).startswith(b"DSSEv1 28 application/vnd.in-toto+json ")
