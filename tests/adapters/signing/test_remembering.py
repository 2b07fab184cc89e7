"""What is remembered of keyless signatures changes how fast an answer comes, and never the answer."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from gitprov.adapters.signing.remembering import RememberingVerifier
from gitprov.adapters.signing.verifier import SignatureVerifier
from gitprov.errors import GitprovError
from gitprov.trust.verifying import Certified
from gitprov.wiring.project import Project
from tests.adapters.signing.test_keyless import ADA, AGAIN, BUNDLE, EXPIRED, OTHER_ROOT, ROOT, TIME
from tests.support import Repo

DOCUMENT = json.dumps(ROOT)
TOP = Path(__file__).parents[3]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Where it is remembered: in a folder that is not there yet."""
    return tmp_path / "gitprov" / "verified"


def asked(file: Path, data: bytes = BUNDLE, who: Certified = ADA, document: str = DOCUMENT) -> str:
    """Returns what a new process would be told: a time, or the code of the refusal."""
    try:
        return RememberingVerifier(str(file)).keyless(data, who, document)
    except GitprovError as error:
        return error.code.id


WITHOUT_SIGSTORE = """
import sys
sys.modules["sigstore"] = None  # importing it fails
from gitprov.adapters.signing.remembering import RememberingVerifier
from gitprov.trust.verifying import Certified
folder, identity, issuer = sys.argv[1:]
read = lambda name: open(f"{folder}/{name}", "rb").read()
verifier, who = RememberingVerifier(f"{folder}/verified"), Certified(identity, issuer)
print(verifier.keyless(read("bundle"), who, read("root").decode()))
"""


def test_what_held_once_is_answered_without_sigstore(tmp_path: Path) -> None:
    (tmp_path / "bundle").write_bytes(BUNDLE)
    (tmp_path / "root").write_text(DOCUMENT)
    command = [sys.executable, "-c", WITHOUT_SIGSTORE, str(tmp_path), ADA.identity, ADA.issuer]
    assert subprocess.run(command, capture_output=True, check=False).returncode != 0
    assert asked(tmp_path / "verified") == TIME
    assert subprocess.run(command, capture_output=True, check=True, text=True).stdout == f"{TIME}\n"


def test_only_what_held_is_remembered(file: Path) -> None:
    assert asked(file, EXPIRED) == "GP-SIG-008"
    assert not file.exists()
    asked(file)
    asked(file)
    (line,) = file.read_text().splitlines()
    assert re.fullmatch(rf"sha256:[0-9a-f]{{64}} {TIME}", line)


@pytest.mark.parametrize(
    ("data", "who", "document"),
    [
        (EXPIRED, ADA, DOCUMENT),
        (BUNDLE.replace(b'"sig":"ME', b'"sig":"MF'), ADA, DOCUMENT),
        (BUNDLE, Certified("eve@example.org", ADA.issuer), DOCUMENT),
        (BUNDLE, Certified(ADA.identity, "https://elsewhere.example"), DOCUMENT),
        (BUNDLE, ADA, json.dumps(OTHER_ROOT)),
    ],
    ids=["another bundle", "a changed bundle", "another identity", "another issuer", "another trusted root"],
)
def test_what_is_remembered_is_of_one_bundle_one_signer_and_one_trusted_root(
    file: Path, data: bytes, who: Certified, document: str
) -> None:
    asked(file)
    assert asked(file, data, who, document) == "GP-SIG-008"
    assert asked(file, AGAIN) == SignatureVerifier().keyless(AGAIN, ADA, DOCUMENT)


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"\0" * 4096,
        b"sha256:" + b"0" * 64 + b" 2026-01-01T00:00:00Z\n",
        b"verified\n" * 1000,
        "…\n".encode("utf-16"),
        None,
    ],
    ids=["nothing", "zeros", "another's", "foreign", "another encoding", "torn"],
)
def test_a_damaged_file_changes_no_answer(file: Path, damage: bytes | None) -> None:
    asked(file)
    file.write_bytes(file.read_bytes()[:-9] if damage is None else damage)
    assert asked(file) == TIME
    assert asked(file, EXPIRED) == "GP-SIG-008"
    assert asked(file) == TIME


def test_a_file_that_cannot_be_read_or_written_changes_no_answer(file: Path) -> None:
    file.mkdir(parents=True)
    assert asked(file) == TIME
    assert asked(file / "below" / "a" / "file", EXPIRED) == "GP-SIG-008"
    file.rmdir()
    file.parent.rmdir()
    file.parent.write_text("in the way")
    assert asked(file) == TIME


def test_it_serves_people_who_ask_and_never_ci(repo: Repo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("CI", raising=False)
    verifier = Project(remember=True).verifier
    assert isinstance(verifier, RememberingVerifier)
    verifier.keyless(BUNDLE, ADA, DOCUMENT)
    assert (repo.path / ".git" / "gitprov" / "verified").exists()
    assert type(Project().verifier) is SignatureVerifier
    monkeypatch.setenv("CI", "true")
    assert type(Project(remember=True).verifier) is SignatureVerifier


def test_only_questions_of_people_remember() -> None:
    """Not deploy, ci check, audit, hooks, and nothing that signs."""
    remembering = {path for path in (TOP / "gitprov").rglob("*.py") if "remember=True" in path.read_text("utf-8")}
    assert remembering == {
        TOP / "gitprov" / "cli" / f"{name}.py" for name in ("history", "impact", "status", "verify", "why")
    }
