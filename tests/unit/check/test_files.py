"""Where records and signatures may lie: every type has its place, and nothing near it is one."""

import pytest
from hypothesis import given

from gitprov.check.files import check_layout, check_signature_files, is_kept, is_record, is_setting, is_signature
from gitprov.errors import catalogue as codes
from gitprov.records import Record, Request, signature_path, signed_path, store
from tests.frozen.promoted import REQUEST, SIGNATURES
from tests.frozen.story import TRAINED
from tests.unit.made import records

MARK = "0123456789abcdef"
HEX = "ab" + "0" * 62


@given(records)
def test_every_record_and_its_signatures_have_a_place(record: Record) -> None:
    path = store(record).path
    assert is_record(path)
    assert not is_signature(path)
    for approval in (False, True) if isinstance(record, Request) else (False,):
        place = signature_path(path, b"a bundle", approval=approval)
        assert signed_path(place) == path
        assert is_signature(place)
        assert not is_record(place)
        assert is_kept(place)
        assert not is_setting(place)


@pytest.mark.parametrize(
    "path",
    [
        "trust/1.yaml",
        "trust/0000.yaml",
        "trust/00001.yaml",
        "trust/0001.yml",
        "trust/a/0001.yaml",
        "promotions/churn/production/request.yaml",
        "promotions/churn/production/1/request.yaml",
        "promotions/churn/production/0001/approval.yaml",
        "promotions/churn/Production/0001/request.yaml",
        f"promotions/churn/ab/{HEX}.yaml",
        f"deployments/churn/ab/{HEX}.yaml",
        f"deployments/churn/production/cd/{HEX}.yaml",
        f"runs/train/production/ab/{HEX}.yaml",
        "releases/churn/0001.yaml",
        f"trust/0001.{MARK}.sigstore.yaml",
        f"trust/0001.{MARK[1:]}.sigstore.json",
        f"trust/0001.{MARK.upper()}.sigstore.json",
        f"trust/0001.yaml.{MARK}.sigstore.json",
        f"trust/approvals/0001.{MARK}.sigstore.json",
        f"trust/approvals/request.{MARK}.sigstore.json",
        f"catalog/churn.{MARK}.sigstore.json",
        f"promotions/churn/production/0001/approvals/evidence.{MARK}.sigstore.json",
        f"promotions/churn/production/0001/approvals/approvals/request.{MARK}.sigstore.json",
    ],
)
def test_nothing_else_is_kept(path: str) -> None:
    assert not is_kept(f".gitprov/{path}")
    (finding,) = check_layout({f".gitprov/{path}": "100644"})
    assert finding.code is codes.IMM_FOREIGN


def test_a_signature_is_a_plain_file() -> None:
    path, _ = SIGNATURES["run.sigstore.json"]
    assert list(check_layout({path: "100644"})) == []
    assert [finding.code for finding in check_layout({path: "100755"})] == [codes.IMM_MODE]


def test_signatures_are_named_by_their_bytes_and_lie_beside_records() -> None:
    path, data = SIGNATURES["run.sigstore.json"]
    yes, bundle = SIGNATURES["approval.sigstore.json"]
    there = {TRAINED.path, REQUEST.path}
    assert list(check_signature_files({path: data, yes: bundle}, there)) == []
    found = {(one.subject, one.code) for one in check_signature_files({path: bundle, yes: bundle}, {TRAINED.path})}
    assert found == {(path, codes.SIG_NAME), (yes, codes.SIG_ORPHAN)}
