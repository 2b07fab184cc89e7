"""What is said of signatures that count for nothing, and which files are signatures at all."""

import json

import pytest

from gitprov.adapters.signing import SignatureVerifier
from gitprov.records import signature_path
from gitprov.trust.judging import Listed, signatures_of
from gitprov.trust.statements import APPROVAL, statement
from tests.frozen.promoted import REQUEST, SIGNATURES, signed
from tests.frozen.story import TRAINED
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


def test_what_lies_beside_no_record_is_passed_over() -> None:
    """The law of names tells it."""
    path, data = SIGNATURES["run.sigstore.json"]
    orphan = signature_path(REQUEST.path, data, approval=False)
    files = {path: data, orphan: data, TRAINED.path: TRAINED.data, "README.md": b""}
    found = signatures_of(files, {TRAINED.path: TRAINED}, {}, Listed(keys={}), SignatureVerifier())
    assert [one.path for one in found.of(TRAINED.id)] == [path]
    assert found.of(REQUEST.id) == ()
