"""Keys in files: made once, read by their owner alone, and used by nobody who cannot open them."""

import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat

from gitprov.adapters.signing import DEFAULT, FileKeys, SignatureVerifier
from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.trust.roots import key_id

PASSPHRASE = "GITPROV_KEY_PASSPHRASE"  # noqa: S105 the name of a variable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where keys lie."""
    return tmp_path / "config" / "keys"


@pytest.fixture
def keys(folder: Path) -> FileKeys:
    """The keys of somebody who has none yet."""
    return FileKeys(str(folder))


def refusal(keys: FileKeys) -> Code:
    """Returns why nothing can be signed."""
    with pytest.raises(GitprovError) as refused:
        keys.signer()
    return refused.value.code


def test_a_key_is_made_when_there_is_none_and_then_stays(keys: FileKeys, folder: Path) -> None:
    assert keys.all() == ()
    signer = keys.signer()
    assert signer.pem == keys.signer().pem
    (key,) = keys.all()
    assert (key.name, key.pem, key.id, key.is_default) == (DEFAULT, signer.pem, key_id(signer.pem), True)
    assert SignatureVerifier().verify(key.pem or "", b"text", signer.sign(b"text"))
    assert folder.stat().st_mode & 0o777 == 0o700
    assert Path(key.path or "").stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in folder.iterdir()) == ["default.pem", "default.pub"]


def test_openssl_reads_the_key(keys: FileKeys) -> None:
    """PKCS#8, as other tools have it; the public key that it finds is ours."""
    key = keys.new("work")
    done = subprocess.run(["openssl", "pkey", "-in", key.path or "", "-pubout"], capture_output=True, check=True)
    assert done.stdout.decode() == key.pem


def test_openssl_verifies_what_the_key_signed(keys: FileKeys, folder: Path) -> None:
    """Another implementation takes our signatures: nothing about them is ours alone."""
    signer = keys.signer()
    (folder / "signature").write_bytes(signer.sign(b"text"))
    for data, status in ((b"text", 0), (b"test", 1)):
        command: list[str | Path] = [
            "openssl",
            "dgst",
            "-sha256",
            "-verify",
            folder / "default.pub",
            "-signature",
            folder / "signature",
        ]
        assert subprocess.run(command, input=data, capture_output=True, check=False).returncode == status


def test_the_chosen_key_signs(keys: FileKeys, folder: Path) -> None:
    work = keys.new("work")
    assert not work.is_default
    chosen = FileKeys(str(folder), "work")
    assert chosen.signer().pem == work.pem
    assert [key.name for key in chosen.all() if key.is_default] == ["work"]


def test_a_chosen_key_that_is_not_there_is_not_made(folder: Path) -> None:
    assert refusal(FileKeys(str(folder), "wrok")) is codes.KEY_UNKNOWN
    assert not folder.exists()


def test_a_chosen_name_that_leaves_the_folder_is_refused(folder: Path) -> None:
    assert refusal(FileKeys(str(folder), "../../id")) is codes.SCH_NAME


def test_no_key_is_made_twice(keys: FileKeys) -> None:
    first = keys.new("work")
    with pytest.raises(GitprovError) as refused:
        keys.new("work")
    assert refused.value.code is codes.KEY_EXISTS
    assert keys.all() == (first,)


def test_a_name_that_leaves_the_folder_is_refused(keys: FileKeys) -> None:
    with pytest.raises(GitprovError) as refused:
        keys.new("../work")
    assert refused.value.code is codes.SCH_NAME


def test_two_first_signatures_use_one_key(folder: Path) -> None:
    found: list[str] = []
    threads = [threading.Thread(target=lambda: found.append(FileKeys(str(folder)).signer().pem)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    assert len(set(found)) == 1


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o660])
def test_a_key_that_others_can_read_is_not_used(keys: FileKeys, mode: int) -> None:
    path = Path(keys.new(DEFAULT).path or "")
    path.chmod(mode)
    with pytest.raises(GitprovError) as refused:
        keys.signer()
    assert refused.value.code is codes.KEY_READABLE
    assert refused.value.fix == f"chmod 600 {path}"
    path.chmod(0o600)
    assert keys.signer().pem == keys.all()[0].pem


def test_a_passphrase_opens_its_key(keys: FileKeys, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PASSPHRASE, "correct horse")
    key = keys.new(DEFAULT, protect=True)
    assert b"BEGIN ENCRYPTED PRIVATE KEY" in Path(key.path or "").read_bytes()
    assert keys.signer().pem == key.pem
    monkeypatch.setenv(PASSPHRASE, "wrong")
    assert refusal(keys) is codes.KEY_PASSPHRASE
    monkeypatch.setenv(PASSPHRASE, "")
    assert refusal(keys) is codes.KEY_PASSPHRASE
    monkeypatch.delenv(PASSPHRASE)
    assert refusal(keys) is codes.KEY_PASSPHRASE
    assert keys.all() == (key,)


def typed(command: str, home: Path, *answers: bytes) -> tuple[int, bytes]:
    """Runs `gitprov` on a terminal of its own, types answers when asked, and returns its status and what it showed."""
    terminal, theirs = pty.openpty()
    command_line = [sys.executable, "-m", "gitprov", *command.split()]
    child = subprocess.Popen(command_line, cwd=home, stdin=theirs, stdout=theirs, stderr=theirs, start_new_session=True)
    os.close(theirs)
    shown, asked = b"", list(answers)
    while True:
        try:
            part = os.read(terminal, 1024)
        except OSError:  # how Linux says that nobody is there any more
            part = b""
        if not part:
            break
        shown += part
        if part.rstrip().endswith(b":") and asked:
            os.write(terminal, asked.pop(0) + b"\n")
    os.close(terminal)
    return child.wait(), shown


def test_a_passphrase_is_asked_for_on_a_terminal(home: Path) -> None:
    subprocess.run(["git", "init", "--quiet", home], check=True)
    assert typed("keys new --passphrase", home, b"one", b"two")[0] == codes.KEY_PASSPHRASE.exit
    status, shown = typed("keys new --passphrase", home, b"one", b"one")
    assert (status, b"one" in shown) == (0, False)
    (key,) = FileKeys(str(home / ".config" / "gitprov" / "keys")).all()
    assert b"ENCRYPTED" in Path(key.path or "").read_bytes()


def private(key: ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey) -> bytes:
    """Returns a private key as a file has it."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing\n",
        b"-----BEGIN ENCRYPTED SIGSTORE PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED SIGSTORE PRIVATE KEY-----\n",
        b"-----BEGIN ENCRYPTED COSIGN PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED COSIGN PRIVATE KEY-----\n",
        private(ec.generate_private_key(ec.SECP384R1())),
        private(ed25519.Ed25519PrivateKey.generate()),
    ],
    ids=["empty", "text", "cosign", "old-cosign", "p384", "ed25519"],
)
def test_what_cannot_sign_is_refused(keys: FileKeys, data: bytes) -> None:
    path = Path(keys.new(DEFAULT).path or "")
    path.write_bytes(data)
    assert refusal(keys) is codes.KEY_UNUSABLE


def test_a_lost_public_key_is_written_again(keys: FileKeys, folder: Path) -> None:
    key = keys.new("work")
    (folder / "work.pub").unlink()
    assert keys.all() == (key,)
    assert (folder / "work.pub").read_text() == key.pem


def test_a_disk_that_refuses_is_no_crash(tmp_path: Path) -> None:
    (tmp_path / "keys").write_bytes(b"a file where a folder should be")
    keys = FileKeys(str(tmp_path / "keys"))
    assert refusal(keys) is codes.IO_FAILED


@pytest.mark.parametrize("pem", ["", "text", private(ec.generate_private_key(ec.SECP256R1())).decode()])
def test_a_key_that_cannot_be_read_verifies_nothing(pem: str) -> None:
    assert not SignatureVerifier().verify(pem, b"text", b"signature")


def test_a_key_of_another_kind_verifies_nothing() -> None:
    key = ec.generate_private_key(ec.SECP384R1())
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
    assert not SignatureVerifier().verify(pem, b"text", key.sign(b"text", ec.ECDSA(hashes.SHA256())))
