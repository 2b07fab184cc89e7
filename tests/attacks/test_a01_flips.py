"""Ten thousand single bits: of records, signatures, listings and blobs (threats A01, A05, A14; section 6).

Many a flipped record is still canonical YAML of a known schema, so its form alone tells nothing: names and law G do.
"""

import json
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from gitprov.adapters.blobs.reading import Copy, copy_objects
from gitprov.adapters.signing import SignatureVerifier
from gitprov.check.changes import PLAIN, Edge, FileChange
from gitprov.check.engine import check
from gitprov.check.seen import Change
from gitprov.ids import md5_of, sha256_of
from gitprov.ids.listings import FILE, Entry, write_listing
from gitprov.ports.blobs import Object
from gitprov.records import Artifact, Stored, TrustRoot, decode, signature_path, signed_path
from gitprov.records.stored import is_approval
from gitprov.trust.judging import listed_by, signatures_of
from tests.frozen.make import FOLDER, MANIFEST

ROWS = json.loads((FOLDER / MANIFEST).read_text("utf-8"))
RECORDS = {row["path"]: (FOLDER / name).read_bytes() for name, row in ROWS["records"].items()}
SIGNATURES = {row["path"]: (FOLDER / name).read_bytes() for name, row in ROWS["signatures"].items()}
STORED = {path: Stored(sha256_of(data), path, data, decode(data, name=path)) for path, data in RECORDS.items()}
ARTIFACTS = {one.id: one.record for one in STORED.values() if isinstance(one.record, Artifact)}
KEYS = listed_by(one.record for one in STORED.values() if isinstance(one.record, TrustRoot))
FORM = ("GP-YML", "GP-SCH", "GP-IMM-001", "GP-IMM-002", "GP-PTH", "GP-NAM")
COUNT = {"records": 5000, "signatures": 2500, "blobs": 3000}


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def flips(random: Random, files: dict[str, bytes], count: int) -> Iterator[tuple[str, bytes]]:
    """Yields so many bits, spread over the files."""
    paths = sorted(files)
    for number in range(count):
        path = paths[number % len(paths)]
        yield path, flipped(files[path], random.randrange(8 * len(files[path])))


def codes_of(path: str, data: bytes) -> set[str]:
    """Returns what the engine says of a step that gives a file other bytes."""
    step = Edge("b" * 40, "a" * 40, (FileChange(path, "M", PLAIN, "2" * 40, PLAIN, "1" * 40),))
    about = signed_path(path)
    change = Change(
        ref="main",
        head="b" * 40,
        known="a" * 40,
        edges=(step,),
        blobs={"2" * 40: data},
        there=frozenset({".gitprov/.gitattributes", *([about] if about else [])}),
    )
    return {finding.code.id for finding in check(change).findings}


def test_every_bit_of_a_record_counts() -> None:
    valid = 0
    for path, data in flips(Random("records"), RECORDS, COUNT["records"]):
        found = codes_of(path, data)
        assert "GP-IMM-007" in found, (path, data)
        other = found - {"GP-IMM-007"}
        assert all(code.startswith(FORM) for code in other)
        assert other or path.split("/")[1] in ("promotions", "releases", "trust"), (path, data)  # named by numbers
        valid += not any(code.startswith(("GP-YML", "GP-SCH")) for code in other)
    assert valid > COUNT["records"] // 10  # the form does not tell these


def test_every_bit_of_a_signature_counts() -> None:
    for path, data in flips(Random("signatures"), SIGNATURES, COUNT["signatures"]):
        assert codes_of(path, data) == {"GP-IMM-007", "GP-SIG-005"}, path
        renamed = signature_path(signed_path(path) or "", data, approval=is_approval(path))
        judged = signatures_of({renamed: data}, STORED, ARTIFACTS, KEYS, SignatureVerifier())
        assert not any(one.is_good for record in STORED.values() for one in judged.of(record.id)), path


@pytest.mark.parametrize("kind", ["blob", "listing"])
def test_every_bit_of_an_object_counts(tmp_path: Path, kind: str) -> None:
    """As each reader of the cache and of remotes judges what it reads: by SHA-256, never by MD5 alone."""
    data = Random(kind).randbytes(1000)
    if kind == "listing":
        entries = [Entry(f"part-{n}.csv", FILE, sha256_of(b"%d" % n), md5_of(b"%d" % n), 1) for n in range(5)]
        data = write_listing(entries)
    item = Object(md5=md5_of(data), size=len(data), sha256=sha256_of(data))
    file = tmp_path / "object"
    file.write_bytes(data)
    assert copy_objects([Copy(item, str(file))], None, lambda _: None)[0].problem is None
    for _, changed in flips(Random(kind), {"": data}, COUNT["blobs"] // 2):
        file.write_bytes(changed)
        assert copy_objects([Copy(item, str(file))], None, lambda _: None)[0].problem == "mismatch"


def test_there_are_ten_thousand() -> None:
    assert sum(COUNT.values()) >= 10_000
