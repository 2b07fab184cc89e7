"""What is said of signatures that count for nothing, and which files are signatures at all."""

import json
from dataclasses import replace

import pytest

from gitprov.adapters.signing import SignatureVerifier
from gitprov.errors import catalogue as codes
from gitprov.records import History, TrustRoot, signature_path
from gitprov.records.codec import to_data
from gitprov.trust.judging import Listed, listed_by, signatures_of
from gitprov.trust.log import EMPTY
from gitprov.trust.roots import document_of
from gitprov.trust.statements import APPROVAL, approval, statement
from tests.frozen.promoted import REQUEST, SIGNATURES, signed
from tests.frozen.story import TRAINED
from tests.unit.trust.facts import OWN, OWN_DIGEST, by, key, pem, root, trusted_root
from tests.unit.trust.test_signing import judged, rewritten, signs

RIGHT = statement(REQUEST, {})
OTHER = [{"digest": {"sha256": "0" * 64}, "name": "x"}]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        (b"no JSON", "it signs no statement"),
        (b"[]", "it signs no statement"),
        (b"[" * 99999, "it signs no statement"),
        (rewritten(RIGHT, predicateType=None), "it signs no statement"),
        (rewritten(RIGHT, subject=OTHER), "it signs another record, or other contents than its members have"),
        (rewritten(RIGHT, predicateType=APPROVAL), f"it signs another kind of statement ({APPROVAL})"),
        (rewritten(RIGHT, predicateType="x" * 99), f"it signs another kind of statement ({'x' * 80})"),
        (rewritten(RIGHT, note=1), "it signs another statement than the one that follows from its record"),
        (
            json.dumps(json.loads(RIGHT)).encode(),
            "it signs another statement than the one that follows from its record",
        ),
    ],
)
def test_it_is_said_what_was_signed_instead(payload: bytes, said: str) -> None:
    assert signs(REQUEST, payload).fault == said


def test_among_approvals_it_is_said_that_it_is_none() -> None:
    assert judged(*signed(REQUEST, RIGHT, approves=True)).fault == "it neither approves nor rejects a request"


@pytest.mark.parametrize("approves", [True, False])
def test_a_signature_over_nothing_says_nothing(*, approves: bool) -> None:
    found = judged(*signed(REQUEST, b"", approves=approves))
    assert (found.is_good, found.code) == (False, codes.SIG_STATEMENT)


def test_an_approval_of_another_kind_is_none() -> None:
    payload = rewritten(approval(REQUEST, "approve", "so"), predicateType="urn:gitprov:approval:v2")
    assert judged(*signed(REQUEST, payload, approves=True)).fault == "it neither approves nor rejects a request"


def test_of_what_cannot_be_read_no_key_is_listed() -> None:
    path = signature_path(TRAINED.path, b"{}", approval=False)
    found = judged(path, b"{}")
    assert (found.listed, found.code, found.fault) == (
        False,
        codes.SIG_BUNDLE,
        "this is no bundle: KeyError: 'dsseEnvelope'",
    )
    spaced = SIGNATURES["run.sigstore.json"][1] + b" "
    found = judged(signature_path(TRAINED.path, spaced, approval=False), spaced)
    assert (found.listed, found.fault) == (False, "a bundle is not written in its only form")


def test_what_any_version_lists_a_signature_can_be_judged_by() -> None:
    """A certificate is held against each trusted root that some version names for it: B4 and K1 to K8."""
    first = root(1, History(size=0, root=EMPTY), {"ann": ["a", "ann@example.org"]}, revoked=["a"]).record
    assert isinstance(first, TrustRoot)
    other = trusted_root("other")
    digest, text = document_of(to_data(other))
    found = listed_by([first, replace(first, trusted_roots={"team": other})])
    assert found.keys == {key("a"): pem("a")}
    assert found.certified == {key("ann@example.org"): {OWN_DIGEST, digest}}
    assert found.documents == {OWN_DIGEST: document_of(to_data(OWN))[1], digest: text}


def test_what_nobody_has_made_yet_is_worth_what_is_said() -> None:
    path = signature_path(TRAINED.path, b"to be", approval=False)
    foreseen = by("a", TRAINED.id)
    known = [replace(foreseen, path=path)]
    found = signatures_of({path: b""}, {TRAINED.path: TRAINED}, {}, Listed(), SignatureVerifier(), known=known)
    assert found.of(TRAINED.id) == (*known,)


def test_what_lies_beside_no_record_is_passed_over() -> None:
    """The law of names tells it."""
    path, data = SIGNATURES["run.sigstore.json"]
    orphan = signature_path(REQUEST.path, data, approval=False)
    files = {path: data, orphan: data, TRAINED.path: TRAINED.data, "README.md": b""}
    found = signatures_of(files, {TRAINED.path: TRAINED}, {}, Listed(keys={}), SignatureVerifier())
    assert [one.path for one in found.of(TRAINED.id)] == [path]
    assert found.of(REQUEST.id) == ()
