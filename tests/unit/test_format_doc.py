"""docs/format.md says what the code does: its examples are computed again, and a verifier made from it agrees."""

import base64
import hashlib
import json
import random
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from docs.schemas import pages
from gitprov.errors import GitprovError
from gitprov.ids import Digest, canonical_json, normalize, sha256_of
from gitprov.records import decode, emit, path_of, read, signature_path, signed_path
from gitprov.records.emit import KEY_LIMIT, RECORD_LIMIT, emit_text
from gitprov.trust.bundles import LIMIT, read_bundle, to_sign, write_bundle
from gitprov.trust.notes import LogHead, origin_of, sign_head
from gitprov.trust.roots import key_id
from tests.frozen.make import FOLDER, MANIFEST
from tests.frozen.promoted import SIGNER, TRUST_1
from tests.unit import mini_verifier
from tests.unit.documents import documents, mutants, random_document, strict, values
from tests.unit.trust.test_log import ROOTS

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "format.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+) (\S+)\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
FROZEN = json.loads((FOLDER / MANIFEST).read_text("utf-8"))
FILES = {row["path"]: (FOLDER / name).read_bytes() for name, row in FROZEN["records"].items()}
WITNESSED = (FOLDER.parent / "witnessed" / "both.sigstore.json").read_bytes()
BUNDLE = read_bundle(WITNESSED)
ENTRY = dict(BUNDLE.entry or {})
WITNESSED_PARTS = {
    "T": json.dumps(base64.b64encode(BUNDLE.timestamp or b"").decode()),
    "E": canonical_json(ENTRY).decode(),
    "D": json.dumps(base64.b64encode(hashlib.sha256(BUNDLE.signed).digest()).decode()),
    "S": json.dumps(base64.b64encode(BUNDLE.signature).decode()),
    "K": json.dumps("".join(SIGNER.pem.splitlines()[1:-1])),
}
SIGNED = {row["path"]: (FOLDER / name).read_bytes() for name, row in FROZEN["signatures"].items()}


@pytest.mark.parametrize(("language", "says", "text"), BLOCKS, ids=[says[:40] for _, says, _ in BLOCKS])
def test_an_example_is_what_it_says(language: str, says: str, text: str) -> None:
    data = text.encode()
    if says == "canonical":
        assert emit(read(data)) == data
    elif says == "escaped":
        assert text == re.sub(" +", " ", text)
    elif says == "bundle":
        written = write_bundle(b"p", b"s", SIGNER.pem).decode()
        parts = {"P": "cA==", "S": "cw==", "H": key_id(SIGNER.pem)[7:]}
        assert written == re.sub(":([PSH])\\b", lambda match: f':"{parts[match[1]]}"', text.replace("\n", ""))
    elif says in ("witnesses", "logged"):
        shown = re.sub(r"(?<=[:[])[A-Z]\b", lambda match: WITNESSED_PARTS[match[0]], text.replace("\n", ""))
        assert shown in (WITNESSED if says == "witnesses" else base64.b64decode(ENTRY["canonicalizedBody"])).decode()
    elif says == "pae":
        assert to_sign(b"12345").decode() == re.sub("<length.*?>", "5", text).replace("<statement>\n", "12345")
    elif language == "yaml":
        record = decode(data)
        assert says == path_of(record, sha256_of(data))
        assert FILES[says] == data
    elif language == "json":
        assert canonical_json(json.loads(text)) == text.rstrip("\n").encode()
        assert says == sha256_of(text.rstrip("\n").encode())
    else:
        assert says == sha256_of(data)


def test_every_kind_of_example_is_there() -> None:
    assert {language for language, _, _ in BLOCKS} == {"json", "jsonl", "text", "yaml"}
    assert len(BLOCKS) == PAGE.count("\n```") / 2


def test_the_log_head_of_the_page_is_one_that_is_signed_so() -> None:
    head = LogHead(origin_of(TRUST_1.id, "refs/heads/main"), 8, Digest(f"sha256:{ROOTS[8]}"))
    note = sign_head(head, SIGNER.pem, SIGNER.sign).write()
    assert ("text", sha256_of(note), note.decode()) in BLOCKS


def test_digests_in_examples_follow_from_other_examples() -> None:
    """The recipe, the set, the reference, the environment and the statement of the page are those of its fixtures."""
    fixtures = b"".join(FILES.values()).decode()
    fixtures += " ".join(sha256_of(read_bundle(data).payload) for data in SIGNED.values())
    for language, says, _ in BLOCKS:
        assert language not in ("json", "jsonl") or says in fixtures


def test_the_table_of_escaped_characters() -> None:
    ((_, _, table),) = [block for block in BLOCKS if block[1] == "escaped"]
    escaped: set[int] = set()
    for entry in table.split():
        low, _, high = entry.partition("-")
        escaped.update(range(int(low, 16), int(high or low, 16) + 1))
    points = [point for point in range(0x110000) if not 0xD800 <= point < 0xE000]
    assert {point for point in points if "\\" in emit_text(f"-{chr(point)}")} == escaped | {ord("\\")}
    assert table.split() == mini_verifier.ESCAPED.split()


def test_limits_and_schemas_are_named() -> None:
    assert f"at most {RECORD_LIMIT:,} bytes" in PAGE
    assert f"at most {KEY_LIMIT:,} characters" in PAGE
    assert f"At most {LIMIT:,} bytes" in PAGE
    for path, text in pages():
        schema = json.loads(text)
        kind, _, version = schema["title"].removeprefix("gitprov/").partition("/")
        page = PAGE + (ROOT / "docs" / "clusters.md").read_text("utf-8") if kind in ("ticket", "emitted") else PAGE
        assert (f"{kind}-{version}.json" in page) or f"### {kind.capitalize()}" in page, path
        keys = {key for part in (schema, *schema["$defs"].values()) for key in part["properties"]}
        assert (
            kind in ("catalog", "policy", "project")
            or [key for key in keys if not re.search(rf"[`.]{key}`", page)] == []
        )


def test_every_link_in_the_page_leads_somewhere() -> None:
    anchors = {re.sub(r"[^a-z0-9 -]", "", head.lower()).replace(" ", "-") for head in re.findall("(?m)^#+ (.*)$", PAGE)}
    for target in re.findall(r"\]\(([^)]+)\)", PAGE):
        path, _, anchor = target.partition("#")
        assert anchor in anchors if not path else (ROOT / "docs" / path).exists(), target


def test_the_mini_verifier_finds_nothing_wrong_with_frozen_records(tmp_path: Path) -> None:
    """Alone in its own process, as a stranger runs it."""
    for path, data in (FILES | SIGNED).items():
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(data)
    command: list[str | Path] = [sys.executable, "-I", ROOT / "tests" / "unit" / "mini_verifier.py", tmp_path]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "nothing is wrong\n", "")
    (tmp_path / path).write_bytes(data.replace(b"e", b"f", 1))  # a signature, the last of them
    assert subprocess.run(command, capture_output=True, check=False).returncode == 1


@pytest.mark.parametrize("name", [name for name, row in FROZEN["refused"].items() if "-YML-" in row["code"]])
def test_the_mini_verifier_refuses_what_is_not_canonical(name: str) -> None:
    with pytest.raises(ValueError, match="not"):
        mini_verifier.read((FOLDER / name).read_bytes())


@pytest.mark.parametrize("path", FILES)
def test_the_mini_verifier_sees_every_changed_digit(path: str) -> None:
    """A digit in a digest is changed: by its name, or by what follows from it or refers to it, it is found."""
    digits = [match.start() for match in re.finditer(rb"(?<=[0-9a-f]{20})[0-9a-f](?=[0-9a-f]{20})", FILES[path])]
    for at in digits[::29]:
        changed = bytearray(FILES[path])
        changed[at] = ord("0") if changed[at] != ord("0") else ord("1")
        assert mini_verifier.verify({**FILES, **SIGNED, path: bytes(changed)}) != []


@pytest.mark.parametrize("path", SIGNED)
def test_the_mini_verifier_judges_signatures_alike(path: str) -> None:
    """A byte of the statement, of the signature, of the rest; under its name and under the one of its new bytes."""
    assert mini_verifier.verify({**FILES, path: SIGNED[path]}) == []
    for at in range(0, len(SIGNED[path]), 131):
        changed = bytearray(SIGNED[path])
        changed[at] ^= 1
        about = signed_path(path) or ""
        for name in (path, signature_path(about, bytes(changed), approval="/approvals/" in path)):
            assert len(mini_verifier.verify({**FILES, name: bytes(changed)})) == 1


@given(values)
def test_the_mini_verifier_writes_canonical_json_alike(value: Any) -> None:
    assert mini_verifier.jcs(normalize(value)).encode() == canonical_json(value)


@given(documents)
def test_the_mini_verifier_reads_alike(value: dict[str, Any]) -> None:
    assert strict(mini_verifier.read(emit(value))) == strict(normalize(value))


def test_the_mini_verifier_judges_the_form_alike() -> None:
    rng = random.Random("mini")
    accepted = 0
    for data in [*mutants(rng, 3000), *(emit(random_document(rng)) for _ in range(500))]:
        try:
            found = strict(read(data))
        except GitprovError:
            with pytest.raises(ValueError, match="not"):
                mini_verifier.read(data)
        else:
            accepted += 1
            assert strict(mini_verifier.read(data)) == found
    assert accepted > 600
