"""Keyless signatures by real servers: who signs, where the token comes from, what happens when a service is away."""

import json
import os
import pty
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gitprov.adapters.signing import SignatureVerifier
from gitprov.adapters.sigstore.signer import KeylessSigner
from gitprov.errors import Exit, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.records import Identity, signature_path
from gitprov.trust.bundles import read_bundle
from gitprov.trust.judging import judge
from gitprov.trust.statements import statement
from gitprov.trust.verifying import Certified
from tests.frozen.story import TRAINED
from tests.real.sigstore.conftest import ROOT, SignerOf
from tests.real.sigstore.issuer import ADA, WORKFLOW
from tests.real.sigstore.network import no_network
from tests.real.sigstore.pki import CI, PEOPLE
from tests.real.sigstore.stack import Stack

pytestmark = pytest.mark.sigstore

PAYLOAD = statement(TRAINED, {})


def certificate_of(data: bytes) -> Certified | None:
    """Returns whom the certificate in a signature file names."""
    return SignatureVerifier().certified(read_bundle(data).certificate or b"")


def refusal(signer: KeylessSigner) -> GitprovError:
    """Returns why nothing is signed."""
    with pytest.raises(GitprovError) as refused:
        signer.bundle(PAYLOAD)
    return refused.value


@pytest.mark.parametrize(
    ("token", "who"),
    [
        pytest.param(lambda stack: stack.issuer.person(), Certified(ADA, PEOPLE), id="person"),
        pytest.param(lambda stack: stack.issuer.workflow(), Certified(WORKFLOW, CI), id="workflow"),
    ],
)
def test_a_token_is_all_it_takes(
    stack: Stack, signer_of: SignerOf, token: Callable[[Stack], str], who: Certified
) -> None:
    """Demand 31: no key; the signature is judged good by what its signer says it is to be judged by."""
    signer = signer_of(token(stack))
    data = signer.bundle(PAYLOAD)
    assert signer.identity == Identity(identity=who.identity, issuer=who.issuer, trusted_root=ROOT)
    found = judge(
        signature_path(TRAINED.path, data),
        data,
        TRAINED,
        artifacts={},
        listed=signer.listed,
        verifier=SignatureVerifier(),
    )
    assert found.is_good
    assert found.key == signer.id
    assert found.is_logged
    assert read_bundle(data).payload == PAYLOAD


def test_every_signature_has_a_certificate_of_its_own(stack: Stack, signer_of: SignerOf) -> None:
    signer = signer_of(stack.issuer.person())
    assert not signer.repeats
    made = [read_bundle(signer.bundle(PAYLOAD)) for _ in range(2)]
    assert len({one.certificate for one in made}) == len({one.act for one in made}) == 2


def test_a_token_is_read_from_a_file_when_it_is_used(
    stack: Stack, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Files of this kind are written anew before their token expires, and so is what holds one too long."""
    file = tmp_path / "token"
    file.write_text(stack.issuer.person("bob@example.org", seconds=3) + "\n")
    monkeypatch.setenv("SIGSTORE_ID_TOKEN_FILE", str(file))
    signer = KeylessSigner(ROOT, stack.trust_config.read_text())
    signer.bundle(PAYLOAD)
    file.write_text(stack.issuer.person("bob@example.org"))
    time.sleep(4)
    assert certificate_of(signer.bundle(PAYLOAD)) == Certified("bob@example.org", PEOPLE)


def test_who_has_a_token_needs_no_issuer_in_the_configuration(stack: Stack, signer_of: SignerOf) -> None:
    config = json.loads(stack.trust_config.read_text())
    del config["signingConfig"]["oidcUrls"]
    signer_of(stack.issuer.workflow())
    assert certificate_of(KeylessSigner(ROOT, json.dumps(config)).bundle(PAYLOAD)) == Certified(WORKFLOW, CI)


def test_a_job_asks_its_forge_for_a_token(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """As GitHub's runner offers it: an address and a secret in the environment."""
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_URL", f"{PEOPLE}/ambient")
    monkeypatch.setenv("ACTIONS_ID_TOKEN_REQUEST_TOKEN", "of the job")
    data = KeylessSigner(ROOT, stack.trust_config.read_text()).bundle(PAYLOAD)
    assert certificate_of(data) == Certified(WORKFLOW, CI)


IDENTITY = f"""\
from gitprov.adapters.sigstore.tokens import find_token
print("signs:", find_token(lambda: {PEOPLE!r}).identity)
"""


@pytest.mark.usefixtures("stack")
def test_a_browser_leads_through_the_log_in() -> None:
    """The issuer answers as when somebody is logged in already."""
    assert "signs: ada@example.org" in on_a_terminal({"BROWSER": "curl -sLo /dev/null %s"})


def test_an_issuer_that_is_away_loses_nothing() -> None:
    away = IDENTITY.replace(PEOPLE, "http://127.0.0.1:1")
    assert "GP-IO-002: the issuer of tokens cannot be reached" in on_a_terminal({}, script=away)


@pytest.mark.usefixtures("stack")
def test_without_a_browser_the_code_is_typed() -> None:
    def code(shown: str) -> str:
        link = shown.split("browser:")[1].split(maxsplit=1)[0]
        return str(json.loads(subprocess.run(["curl", "-s", link], capture_output=True, check=True).stdout)["code"])

    assert "signs: ada@example.org" in on_a_terminal({"BROWSER": "false"}, code)


def on_a_terminal(environment: dict[str, str], answer: Callable[[str], str] = str, script: str = IDENTITY) -> str:
    """Looks for a token on a terminal, types an answer when asked for one, and returns what was shown."""
    terminal, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-c", script], env=os.environ | environment, stdin=theirs, stdout=theirs, stderr=theirs
    )
    os.close(theirs)
    shown = ""
    while True:
        try:
            part = os.read(terminal, 4096).decode()
        except OSError:  # how Linux says that nobody is there any more
            part = ""
        if not part:
            break
        shown += part
        if shown.endswith("code: "):
            os.write(terminal, f"{answer(shown)}\n".encode())
    os.close(terminal)
    child.wait()
    return shown


@pytest.mark.parametrize(
    ("claims", "why"),
    [({"seconds": -10}, "expired"), ({"email": "nobody"}, "processing the identity token")],
    ids=["expired", "refused"],
)
def test_a_token_that_nobody_takes_is_refused(
    stack: Stack, signer_of: SignerOf, claims: dict[str, Any], why: str
) -> None:
    error = refusal(signer_of(stack.issuer.person(**claims)))
    assert error.code is codes.KEY_TOKEN
    assert why in f"{error.what} {error.why}"


@pytest.mark.parametrize("service", ["caUrls", "rekorTlogUrls", "tsaUrls"])
def test_a_service_that_is_away_loses_nothing(stack: Stack, signer_of: SignerOf, service: str) -> None:
    """Status 5, after which the same command does it: sigstore-python itself goes on without a timestamp."""
    config = json.loads(stack.trust_config.read_text())
    config["signingConfig"][service][0]["url"] = "http://127.0.0.1:1"
    signer_of(stack.issuer.person())
    error = refusal(KeylessSigner(ROOT, json.dumps(config)))
    assert error.code is codes.IO_NETWORK
    assert error.code.exit is Exit.OUTSIDE


def test_a_signature_that_the_trusted_root_does_not_vouch_for_is_not_written(stack: Stack, signer_of: SignerOf) -> None:
    """Verified right after signing: here the log is not the one that the trusted root has."""
    config = json.loads(stack.trust_config.read_text())
    config["trustedRoot"]["tlogs"][0]["publicKey"]["validFor"]["end"] = "2020-01-01T00:00:00Z"
    signer_of(stack.issuer.person())
    error = refusal(KeylessSigner(ROOT, json.dumps(config)))
    assert error.code is codes.SIG_CERTIFICATE
    assert "keys use sigstore:FILE" in error.fix


PUBLIC = """\
from gitprov.adapters.sigstore.signer import KeylessSigner
from gitprov.errors import GitprovError
try:
    KeylessSigner("public").bundle(b"{}")
except GitprovError as error:
    print(error.code.id)
"""


@pytest.mark.skipif(not no_network(), reason="the network cannot be taken away here, and nobody bothers the public one")
def test_the_public_sigstore_is_asked_where_none_is_named() -> None:
    done = subprocess.run([*no_network(), sys.executable, "-c", PUBLIC], capture_output=True, text=True, check=True)
    assert done.stdout == "GP-IO-002\n"
