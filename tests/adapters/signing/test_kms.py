"""Keys that never leave where they are: a token of software (SoftHSM), and AWS's service as moto has it.

Google's and Azure's services were not tried: they are reached by the same few lines.
"""

import os
import shutil
import subprocess
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import boto3
import pytest

from gitprov.adapters.signing import SignatureVerifier
from gitprov.adapters.signing.kms import KmsSigner
from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.trust.bundles import is_only_form, read_bundle
from tests.real.servers import S3, s3_server
from tests.support import Gitprov, Repo

PIN = "1234"
PASSPHRASE = "GITPROV_KEY_PASSPHRASE"  # noqa: S105 the name of a variable
MODULES = [
    *Path("/usr/lib").glob("**/softhsm/libsofthsm2.so"),
    *Path("/opt/homebrew/lib").glob("softhsm/libsofthsm2.so"),
]


@pytest.fixture(scope="module")
def tokens(tmp_path_factory: pytest.TempPathFactory) -> dict[int, str]:
    """The public keys in a token called team, by number; one for the process, which loads the module once."""
    if not MODULES or shutil.which("softhsm2-util") is None:
        pytest.skip("SoftHSM is not installed: make servers, as root")
    folder = tmp_path_factory.mktemp("softhsm")
    (folder / "tokens").mkdir()
    (folder / "softhsm.conf").write_text(f"directories.tokendir = {folder}/tokens\n")
    os.environ["SOFTHSM2_CONF"] = str(folder / "softhsm.conf")
    run("softhsm2-util", "--init-token", "--free", "--label", "team", "--so-pin", PIN, "--pin", PIN)
    return {number: put(folder, curve, number) for number, curve in ((2, "P-256"), (3, "P-384"), (7, "P-256"))}


@pytest.fixture
def token(tokens: dict[int, str], monkeypatch: pytest.MonkeyPatch) -> dict[int, str]:
    """The same, with what opens it."""
    monkeypatch.setenv("PYKCS11LIB", str(MODULES[0]))
    monkeypatch.setenv(PASSPHRASE, PIN)
    return tokens


def run(*command: str) -> None:
    """Runs a program that must succeed."""
    subprocess.run(command, check=True, capture_output=True)


def put(folder: Path, curve: str, number: int) -> str:
    """Makes a key, puts it into the token, and returns its public half in PEM."""
    key = folder / "key.pem"
    run("openssl", "genpkey", "-algorithm", "EC", "-pkeyopt", f"ec_paramgen_curve:{curve}", "-out", str(key))
    named = ["--label", "key", "--id", f"{number:02x}", "--token", "team", "--pin", PIN]
    run("softhsm2-util", "--import", str(key), *named)
    return subprocess.run(["openssl", "pkey", "-in", key, "-pubout"], check=True, capture_output=True).stdout.decode()


def refusal(address: str) -> Code:
    """Returns why nothing can be signed."""
    with pytest.raises(GitprovError) as refused:
        KmsSigner(address).sign(b"text")
    return refused.value.code


def check(signer: KmsSigner) -> None:
    """Holds what a key signs against what every signature is held against."""
    made = [signer.sign(b"text %d" % number) for number in range(8)]
    assert all(is_only_form(one, signer.pem) for one in made), "half of them had a high s"
    verify = SignatureVerifier().verify
    assert all(verify(signer.pem, b"text %d" % number, one) for number, one in enumerate(made))
    bundle = read_bundle(signer.bundle(b"{}"))
    assert (bundle.key, verify(signer.pem, bundle.signed, bundle.signature)) == (signer.id, True)
    assert not signer.repeats


@pytest.mark.parametrize("address", ["hsm:7?label=team", "hsm:7"])
def test_a_token_signs_in_the_only_form(token: dict[int, str], address: str) -> None:
    signer = KmsSigner(address)
    assert signer.pem == token[7]
    check(signer)


def test_a_token_that_does_not_sign_says_why(token: dict[int, str], monkeypatch: pytest.MonkeyPatch) -> None:
    assert KmsSigner("hsm:").pem == token[2], "the key for signing on cards that people log in with"
    assert refusal("hsm:3") is codes.KEY_UNUSABLE
    assert refusal("hsm:4?label=team") is codes.KEY_REFUSED
    assert refusal("hsm:2?label=others") is codes.KEY_REFUSED
    monkeypatch.setenv(PASSPHRASE, "0000")
    assert refusal("hsm:2") is codes.KEY_REFUSED
    monkeypatch.delenv(PASSPHRASE)
    assert refusal("hsm:2") is codes.KEY_PASSPHRASE
    monkeypatch.delenv("PYKCS11LIB")
    assert refusal("hsm:2") is codes.KEY_REFUSED


@pytest.mark.parametrize("address", ["file:key.pem", "hsm:one:two/three", "azurekms://vault", "awskmskey", "hsm:seven"])
def test_an_address_of_another_form_is_refused(address: str) -> None:
    assert refusal(address) in (codes.KEY_FORM, codes.KEY_REFUSED)


def test_a_library_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """As securesystemslib says it where python-pkcs11 is missing."""
    monkeypatch.setattr("securesystemslib.signer._hsm_signer.PKCS11_IMPORT_ERROR", "'python-pkcs11' required")
    assert refusal("hsm:2") is codes.KEY_EXTRA


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[S3]:
    """AWS, as moto has it."""
    with s3_server(tmp_path_factory.mktemp("aws")) as server:
        yield server


@pytest.mark.remotes
def test_a_service_signs_in_the_only_form(aws: S3, monkeypatch: pytest.MonkeyPatch) -> None:
    """moto hashes the digest that it is sent once more, so what it signs is looked for there."""
    monkeypatch.setenv("AWS_ENDPOINT_URL", aws.endpoint)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "key")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    client = boto3.client("kms")
    keys = {
        spec: client.create_key(KeyUsage="SIGN_VERIFY", KeySpec=spec)["KeyMetadata"]["KeyId"]
        for spec in ("ECC_NIST_P256", "RSA_2048")
    }
    signer = KmsSigner(f"awskms:{keys['ECC_NIST_P256']}")
    made = [signer.sign(b"text") for _ in range(8)]
    assert all(is_only_form(one, signer.pem) for one in made)
    assert all(SignatureVerifier().verify(signer.pem, sha256(b"text").digest(), one) for one in made)
    assert refusal(f"awskms:{keys['RSA_2048']}") is codes.KEY_UNUSABLE
    assert refusal("awskms:nothing") is codes.KEY_REFUSED


def test_a_token_signs_what_gitprov_writes(token: dict[int, str], repo: Repo, gitprov: Gitprov) -> None:
    """From choosing it to a signature that counts, and once for each record."""
    gitprov("init")
    assert "there is no trust root yet" in gitprov("keys", "use", "kms:hsm:7?label=team").out
    assert gitprov("keys", "export").out == token[7]
    repo.commit("Set up")
    gitprov("trust", "init", "--person", "ada")
    repo.commit("Begin the trust root")
    repo.write("raw", "data\n")
    (run,) = (one for one in gitprov("add", "raw", "--json").json()["recorded"] if one["type"] == "run")
    repo.commit("Add data")
    assert "already signed" in gitprov("sign", f"id:{run['id'][7:]}").out
    told = gitprov("verify", "--json").json()
    assert (told["findings"], told["signatures"]["people"]) == ([], {"ada": 3})
