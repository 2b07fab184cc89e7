"""Records of every released version of the format are read for ever, and mean what they meant."""

import json
import shutil
from pathlib import Path

import pytest

from gitprov.adapters.signing import SignatureVerifier
from gitprov.errors import GitprovError
from gitprov.ids import digest_hex, sha256_of
from gitprov.ids.listings import read_code_listing, read_listing, write_code_listing, write_listing
from gitprov.records import Artifact, Release, decode, encode, path_of, reference_digest, set_digest, signed_path
from gitprov.records.types import ReferencedContent
from gitprov.trust.judging import Listed, judge
from gitprov.trust.roots import key_id
from tests.frozen.make import FOLDER, MANIFEST, freeze
from tests.frozen.promoted import ARTIFACTS, PROMOTED, SIGNATURES, SIGNER
from tests.frozen.story import RECORDS

FROZEN = json.loads((FOLDER / MANIFEST).read_text("utf-8"))


@pytest.mark.parametrize("name", FROZEN["records"])
def test_a_frozen_record_is_read_and_written_alike(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    record = decode(data, name=name)
    assert encode(record) == data
    assert FROZEN["records"][name] == {"id": sha256_of(data), "path": path_of(record, sha256_of(data))}


@pytest.mark.parametrize("name", [name for name in FROZEN["records"] if name.startswith(("artifact", "release"))])
def test_the_digests_in_a_frozen_record_still_follow(name: str) -> None:
    match decode((FOLDER / name).read_bytes()):
        case Artifact(content=content, recipe=recipe):
            assert recipe.id == (recipe.expected_id() or content.digest)
            if isinstance(content, ReferencedContent):
                assert content.digest == reference_digest(content.reference)
        case Release(members=members, set_=set_):
            assert set_ == set_digest(members)


@pytest.mark.parametrize("name", FROZEN["listings"])
def test_a_frozen_listing_is_read_and_written_alike(name: str) -> None:
    data = (FOLDER / name).read_bytes()
    assert FROZEN["listings"][name] == {"digest": sha256_of(data)}
    if name.startswith("code"):
        assert write_code_listing(read_code_listing(data)) == data
    else:
        assert write_listing(read_listing(data)) == data


@pytest.mark.parametrize("name", FROZEN["signatures"])
def test_a_frozen_signature_is_good(name: str) -> None:
    """And it is the one that is made today: keys sign the same in the same bytes for ever."""
    path, data = FROZEN["signatures"][name]["path"], (FOLDER / name).read_bytes()
    stored = next(one for one in (RECORDS | PROMOTED).values() if one.path == signed_path(path))
    listed = Listed(keys={key_id(SIGNER.pem): SIGNER.pem})
    assert judge(path, data, stored, artifacts=ARTIFACTS, listed=listed, verifier=SignatureVerifier()).is_good
    assert SIGNATURES[name] == (path, data)


@pytest.mark.parametrize("name", FROZEN["refused"])
def test_what_was_refused_is_refused(name: str) -> None:
    with pytest.raises(GitprovError) as refused:
        decode((FOLDER / name).read_bytes())
    assert refused.value.code.id == FROZEN["refused"][name]["code"]


def test_every_file_is_in_the_manifest() -> None:
    files = {path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*") if path.is_file()}
    assert files == {MANIFEST, *(name for section in FROZEN.values() for name in section)}


def test_nothing_is_left_to_freeze(tmp_path: Path) -> None:
    copy = shutil.copytree(FOLDER, tmp_path / "v1")
    assert freeze(copy) == []
    assert (copy / MANIFEST).read_bytes() == (FOLDER / MANIFEST).read_bytes()


def test_a_missing_fixture_is_made_and_a_frozen_one_is_left(tmp_path: Path) -> None:
    name, other = "artifact-source.yaml", "run-train.yaml"
    copy = shutil.copytree(FOLDER, tmp_path / "v1")
    (copy / name).write_bytes(b"changed\n")
    (copy / other).unlink()
    manifest = json.loads((copy / MANIFEST).read_text("utf-8"))
    del manifest["records"][other]
    (copy / MANIFEST).write_text(json.dumps(manifest), "utf-8")
    assert freeze(copy) == [f"{name} is frozen and would change: give the new case a new name"]
    assert (copy / name).read_bytes() == b"changed\n"
    assert (copy / other).read_bytes() == (FOLDER / other).read_bytes()


def test_names_are_ids() -> None:
    """`sha256sum` alone checks a named record."""
    for name, row in FROZEN["records"].items():
        if not name.startswith(("evidence", "release", "request", "trust")):
            assert row["path"].endswith(f"/{digest_hex(row['id'])}.yaml")
