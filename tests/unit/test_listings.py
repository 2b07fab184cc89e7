"""Listings: RFC 8785 lines sorted by path, one form for one directory (docs/format.md, "Listings")."""

import json
import random
from typing import Any

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Md5, digest_hex, md5_of, sha256_of
from gitprov.ids.listings import (
    DIRECTORY,
    EXECUTABLE,
    FILE,
    SUBMODULE,
    SYMLINK,
    CodeEntry,
    Entry,
    dvc_directory,
    read_code_listing,
    read_listing,
    write_code_listing,
    write_listing,
)
from tests.unit.made import digests, hexes, md5s, paths, sizes

EMPTY = Entry("", DIRECTORY, sha256_of(b""), md5_of(b""), 0)

files = st.builds(
    Entry, path=paths, mode=st.sampled_from([FILE, EXECUTABLE, SYMLINK]), sha256=digests, md5=md5s, size=sizes
)
folders = paths.map(lambda path: Entry(path, DIRECTORY, EMPTY.sha256, EMPTY.md5, 0))
entries = st.lists(files | folders, max_size=5, unique_by=lambda entry: entry.path)
code_files = st.builds(CodeEntry, path=paths, mode=st.sampled_from([FILE, EXECUTABLE, SYMLINK]), sha256=digests)
submodules = st.builds(CodeEntry, path=paths, mode=st.just(SUBMODULE), commit=hexes(40) | hexes(64))
code_entries = st.lists(code_files | submodules, max_size=5, unique_by=lambda entry: entry.path)


def lines(rows: list[dict[str, Any]]) -> bytes:
    """Writes a listing by the library: sorted by UTF-16 code units, as RFC 8785 sorts keys."""
    rows = sorted(rows, key=lambda row: row["path"].encode("utf-16-be"))
    return b"".join(rfc8785.dumps(row) + b"\n" for row in rows)


@given(entries)
def test_a_listing_is_rfc_8785_line_by_line(rows: list[Entry]) -> None:
    expected = [{"path": e.path, "mode": e.mode, "sha256": e.sha256, "md5": e.md5, "size": e.size} for e in rows]
    assert write_listing(rows) == lines(expected)


@given(st.dictionaries(st.text(), md5s, max_size=5))
def test_dvc_s_listing_is_python_s_json(rows: dict[str, Md5]) -> None:
    """DVC names a directory by the MD5 of what `json.dumps` makes of it."""
    expected = [{"md5": digest_hex(md5), "relpath": path} for path, md5 in sorted(rows.items())]
    assert dvc_directory(rows) == json.dumps(expected).encode()


@given(code_entries)
def test_a_code_listing_is_rfc_8785_line_by_line(rows: list[CodeEntry]) -> None:
    expected = [
        {"path": e.path, "mode": e.mode, **({"sha256": e.sha256} if e.sha256 else {"commit": f"git:{e.commit}"})}
        for e in rows
    ]
    assert write_code_listing(rows) == lines(expected)


@given(st.randoms(use_true_random=False), entries, code_entries)
def test_what_is_written_is_read_in_any_order(rng: random.Random, rows: list[Entry], code: list[CodeEntry]) -> None:
    listing, code_listing = write_listing(rows), write_code_listing(code)
    assert set(read_listing(listing)) == set(rows)
    assert set(read_code_listing(code_listing)) == set(code)
    rng.shuffle(rows)
    rng.shuffle(code)
    assert write_listing(rows) == listing
    assert write_code_listing(code) == code_listing


@given(entries, entries)
def test_two_directories_have_two_listings(one: list[Entry], other: list[Entry]) -> None:
    assert (write_listing(one) == write_listing(other)) == (set(one) == set(other))


@given(st.lists(files, min_size=1, max_size=3, unique_by=lambda entry: entry.path), st.data())
def test_a_changed_byte_is_refused_or_is_another_directory(rows: list[Entry], data: st.DataObject) -> None:
    original = write_listing(rows)
    at = data.draw(st.integers(0, len(original) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != original[at]))
    changed = original[:at] + bytes([byte]) + original[at + 1 :]
    try:
        found = read_listing(changed)
    except GitprovError:
        return
    assert set(found) != set(rows)
    assert write_listing(found) == changed


ROW: dict[str, Any] = {"md5": md5_of(b"x"), "mode": FILE, "path": "a", "sha256": sha256_of(b"x"), "size": 1}
CODE_ROW: dict[str, Any] = {"mode": FILE, "path": "a", "sha256": sha256_of(b"x")}


def dumps(row: object) -> bytes:
    return json.dumps(row, sort_keys=True, separators=(",", ":")).encode() + b"\n"


def test_the_rows_of_these_tests_are_valid() -> None:
    assert read_listing(dumps(ROW))[0].path == "a"
    assert read_code_listing(dumps(CODE_ROW))[0].path == "a"


@pytest.mark.parametrize(
    "data",
    [
        b"\n",
        dumps(ROW)[:-1],
        dumps(ROW) + b"\n",
        b"\n" + dumps(ROW),
        dumps(ROW) * 2,
        dumps({**ROW, "path": "b"}) + dumps(ROW),
        json.dumps(ROW).encode() + b"\n",
        dumps([]),
        dumps(None),
        dumps(1),
        dumps({}),
        b"{\n",
        b"\xff\n",
        b"[" * 200_000 + b"\n",
        dumps(ROW).decode().encode("utf-16"),
        b"\xef\xbb\xbf" + dumps(ROW),
        dumps(ROW).replace(b"\n", b"\r\n"),
        dumps({**ROW, "extra": 1}),
        dumps({k: v for k, v in ROW.items() if k != "mode"}),
        dumps({**ROW, "size": True}),
        dumps({**ROW, "size": -1}),
        dumps({**ROW, "size": 1.0}),
        dumps({**ROW, "size": "1"}),
        dumps({**ROW, "size": 2**53}),
        dumps({**ROW, "size": None}),
        b'{"size":' + b"9" * 5000 + b"}\n",
        dumps({**ROW, "mode": "100600"}),
        dumps({**ROW, "mode": SUBMODULE}),
        dumps({**ROW, "mode": 100644}),
        dumps({**ROW, "sha256": "0" * 64}),
        dumps({**ROW, "md5": "0" * 32}),
        dumps({**ROW, "sha256": ROW["sha256"].upper()}),
        dumps({**ROW, "path": "\ud800"}),
        dumps({**ROW, "path": ["a"]}),
        dumps({**ROW, "path": "é"}),
        dumps({**ROW, "mode": DIRECTORY}),
        dumps({**ROW, "mode": DIRECTORY, "size": 0}),
        dumps(ROW).replace(b'"size":1', b'"size":1,"size":1'),
    ],
)
def test_what_is_no_listing_is_refused(data: bytes) -> None:
    with pytest.raises(GitprovError) as refused:
        read_listing(data)
    assert refused.value.code == codes.SCH_FIELD


@pytest.mark.parametrize(
    "row",
    [
        ROW,
        {**CODE_ROW, "mode": DIRECTORY},
        {**CODE_ROW, "mode": SUBMODULE},
        {**CODE_ROW, "sha256": None},
        {"commit": "git:" + "0" * 40, "mode": FILE, "path": "a"},
        {"commit": "0" * 40, "mode": SUBMODULE, "path": "a"},
        {"commit": "git:" + "0" * 41, "mode": SUBMODULE, "path": "a"},
        {**CODE_ROW, "path": "\udc80"},
        {"commit": 'git:","x":"', "mode": SUBMODULE, "path": "a"},
    ],
)
def test_what_is_no_code_listing_is_refused(row: dict[str, Any]) -> None:
    with pytest.raises(GitprovError) as refused:
        read_code_listing(dumps(row))
    assert refused.value.code == codes.SCH_FIELD
    with pytest.raises(GitprovError):
        read_code_listing(dumps(CODE_ROW) * 2)


def test_hostile_listings_raise_nothing_but_our_errors() -> None:
    rng = random.Random("listings")
    original = write_listing([Entry(f"a{n}", FILE, sha256_of(b"x"), md5_of(b"x"), n) for n in range(3)])
    pieces = [
        b"{",
        b"}",
        b"[",
        b'"',
        b"\\u",
        b"\\ud800",
        b"\xff",
        b"\x00",
        b"\n",
        b"NaN",
        b"1e999",
        b"-0",
        b"null",
        b",",
    ]
    refused = 0
    for _ in range(3000):
        data = bytearray(original)
        for _ in range(rng.randrange(1, 4)):
            at = rng.randrange(len(data))
            data[at : at + rng.randrange(3)] = rng.choice([*pieces, bytes([rng.randrange(256)])])
        for parse in (read_listing, read_code_listing):
            try:
                parse(bytes(data))
            except GitprovError:
                refused += 1
    assert refused > 3000


def test_a_directory_is_its_listing() -> None:
    """Demand 3: the same directory gives the same digest on every machine; a rename or a bit gives another."""

    def digest(**changes: Any) -> Digest:
        fields = {"path": "a", "mode": FILE, "sha256": sha256_of(b"x"), "md5": md5_of(b"x"), "size": 1, **changes}
        return sha256_of(write_listing([Entry(**fields)]))

    changes: list[dict[str, Any]] = [
        {"path": "b"},
        {"mode": EXECUTABLE},
        {"mode": SYMLINK},
        {"sha256": sha256_of(b"y")},
    ]
    assert len({digest(), *(digest(**change) for change in changes)}) == 5
    assert write_listing([]) == b""
    assert write_listing([EMPTY]) != b""
