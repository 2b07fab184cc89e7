"""A verifier that a stranger wrote from docs/format.md alone reads, writes and judges as gitprov does."""

import json
import subprocess
import sys
from pathlib import Path
from random import Random
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import given

from gitprov.doors.drill import MAIN
from gitprov.doors.tampering import FIRST, KINDS, MEMORY
from gitprov.errors import GitprovError
from gitprov.ids import canonical_json, normalize
from gitprov.records import (
    History,
    Identity,
    Person,
    Role,
    Roles,
    TrustRoot,
    emit,
    read,
    signature_path,
    store,
)
from gitprov.trust.bundles import to_sign, write_bundle
from gitprov.trust.statements import contents_of, statement
from tests.attacks.corpus.history import AFTER, write
from tests.attacks.corpus.honest import honest
from tests.attacks.corpus.matrix import judged as judged_by_doors
from tests.attacks.corpus.matrix import tampered
from tests.flows.promotion.world import make_serving
from tests.frozen.make import FOLDER, MANIFEST
from tests.frozen.promoted import ARTIFACTS
from tests.frozen.story import RELEASE
from tests.independent import verify as stranger
from tests.support import Gitprov, Repo
from tests.unit.documents import documents, mutants, random_document, strict, values

FROZEN = json.loads((FOLDER / MANIFEST).read_text("utf-8"))
TOGETHER = ("GP-GIT-006", "GP-HIS-", "GP-IMM-", "GP-SIG-", "GP-YML-")
"""The codes of what both judge: it reads neither references, nor attributes, nor what is in force."""


def judged(repository: Path, *arguments: str) -> tuple[int, dict[str, Any]]:
    """Runs it in a process of its own, in which nothing of gitprov can be imported."""
    command: list[str | Path] = [sys.executable, "-I", Path(stranger.__file__), repository, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


@pytest.mark.parametrize("seed", range(3))
def test_honest_history_has_no_fault(tmp_path: Path, seed: int) -> None:
    team = honest(f"stranger {seed}")
    move = write(team.commits, team.heads[2], team.head, tmp_path / "repo")
    assert judged(Path(move.scratch.path), AFTER, move.before) == (
        0,
        {"ref": AFTER, "commit": move.after, "findings": [], "warnings": [], "undecided": []},
    )


@pytest.mark.parametrize("kind", KINDS)
def test_it_finds_what_gitprov_finds(tmp_path: Path, kind: str) -> None:
    """With and without a head that is known."""
    move = tampered(kind, 0, tmp_path / "repo")
    refused = {door: codes for door, codes, _ in judged_by_doors(move)}
    for door, known in ((FIRST, None), (MEMORY, move.before)):
        found = stranger.verify(move.scratch.path, AFTER, known)
        assert bool(found["findings"]) == any(code.startswith(TOGETHER) for code in refused[door]), (door, found)
    if kind == "delete-then-readd":
        assert [one["restored"] for one in found["warnings"]] == [move.after]


def test_a_shallow_clone_decides_nothing(tmp_path: Path) -> None:
    team = honest("stranger shallow")
    move = write(team.commits, team.heads[2], team.head, tmp_path / "repo")
    Repo(tmp_path).git("clone", "--quiet", "--bare", "--depth=2", f"file://{move.scratch.path}", "shallow")
    assert judged(tmp_path / "shallow", MAIN)[0] == 3


def test_a_real_project_with_promotions_has_no_fault(tmp_path: Path, gitprov: Gitprov) -> None:
    """Releases, evaluations, runs with code, governance, a trust root and a promotion, signed by real people."""
    world = make_serving(tmp_path / "world", gitprov)
    status, found = judged(world.alice.repo.path, "refs/remotes/origin/main")
    assert (status, found["findings"], found["warnings"]) == (0, [], [])


def test_frozen_records_and_signatures_have_no_fault() -> None:
    rows = FROZEN["records"] | FROZEN["signatures"]
    verdict = {"commit": "", "findings": [], "warnings": []}
    stranger.check_files({row["path"]: (FOLDER / name).read_bytes() for name, row in rows.items()}, verdict)
    assert verdict == {"commit": "", "findings": [], "warnings": []}


@given(values)
def test_it_writes_canonical_json_alike(value: Any) -> None:
    assert stranger.jcs(normalize(value)).encode() == canonical_json(value)


@given(documents)
def test_it_reads_alike(value: dict[str, Any]) -> None:
    assert strict(stranger.read(emit(value))) == strict(normalize(value))


def test_it_refuses_alike() -> None:
    random = Random("stranger")
    refused = 0
    for data in [*mutants(random, 2000), *(emit(random_document(random)) for _ in range(300))]:
        try:
            found = strict(read(data))
        except GitprovError:
            refused += 1
            with pytest.raises(ValueError, match=r"."):
                stranger.read(data)
        else:
            assert strict(stranger.read(data)) == found
    assert refused > 500


WITNESSED = {path.name.partition(".")[0]: path for path in (FOLDER.parent / "witnessed").glob("*.sigstore.json")}
ED25519 = ed25519.Ed25519PrivateKey.from_private_bytes(bytes(range(32)))


def faults(data: bytes, key: str | None = None) -> list[str]:
    """Returns what it finds in a frozen project with another signature of its release, by a key that may be listed."""
    rows = FROZEN["records"] | FROZEN["signatures"]
    files = {row["path"]: (FOLDER / name).read_bytes() for name, row in rows.items()}
    if key is not None:
        root = TrustRoot(
            version=9, follows=RELEASE.id, history=History(commit="git:" + 40 * "0", size=0, root=RELEASE.id),
            ref="refs/heads/main", people={"eve": Person(identities=(Identity(key=key),))},
            roles=Roles(owner=Role(people=("eve",))),
        )  # fmt: skip
        files[store(root).path] = store(root).data
    verdict: dict[str, Any] = {"commit": "", "findings": [], "warnings": []}
    stranger.check_files(files | {signature_path(RELEASE.path, data): data}, verdict)
    return [one["what"] for one in (*verdict["findings"], *verdict["warnings"])]


@pytest.mark.parametrize("name", sorted(WITNESSED))
def test_it_passes_over_what_others_have_seen_of_a_signature(name: str) -> None:
    """And holds the file to its only form."""
    data = WITNESSED[name].read_bytes()
    assert not faults(data)
    assert faults(data.replace(b'"tlogEntries":[', b'"tlogEntries": ['))
    assert faults(data.replace(b"==", b"=", 1)) or faults(data.replace(b"=", b"", 1))


def test_it_takes_ed25519_keys() -> None:
    pem = ED25519.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    payload = statement(RELEASE, contents_of(RELEASE.record, ARTIFACTS))
    good = write_bundle(payload, ED25519.sign(to_sign(payload)), pem)
    assert not faults(good, pem)
    assert faults(good) == ["no trust root lists its key"]
    assert faults(write_bundle(payload, ED25519.sign(payload), pem), pem) == [
        "it is no good signature (InvalidSignature)"
    ]
