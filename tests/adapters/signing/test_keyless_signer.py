"""What keyless signing refuses before any server is asked; tests/real/sigstore signs with real ones."""

import json
import time
from collections.abc import Callable
from pathlib import Path
from threading import Thread

import jwt
import pytest

from gitprov.adapters.sigstore.signer import KeylessSigner
from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from tests.real.sigstore.issuer import ADA
from tests.real.sigstore.pki import CLIENT, PEOPLE
from tests.real.sigstore.web import Answer, server

FROZEN = Path(__file__).parents[2] / "frozen" / "keyless" / "trusted-root.json"
NOWHERE = "http://127.0.0.1:1"


def config(url: str = NOWHERE) -> str:
    """Returns the client trust configuration of a Sigstore whose services are all at one address."""
    service = {"url": url, "majorApiVersion": 1, "validFor": {"start": "2020-01-01T00:00:00Z"}, "operator": "team"}
    signing = {
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        **{key: [service] for key in ("caUrls", "oidcUrls", "rekorTlogUrls", "tsaUrls")},
        **{key: {"selector": "ANY"} for key in ("rekorTlogConfig", "tsaConfig")},
    }
    kind = "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json"
    return json.dumps({"mediaType": kind, "trustedRoot": json.loads(FROZEN.read_bytes()), "signingConfig": signing})


def token(*, seconds: int = 600, audience: str = CLIENT) -> str:
    """Returns an identity token; only who issues certificates asks whose signature it has."""
    now = int(time.time())
    claims = {"iss": PEOPLE, "sub": ADA, "email": ADA, "aud": audience, "iat": now - 600, "exp": now + seconds}
    return jwt.encode(claims, "nobody's key, of thirty-two bytes", "HS256")


def refusal(signer: KeylessSigner) -> tuple[Code, str]:
    """Returns why nothing is signed."""
    with pytest.raises(GitprovError) as refused:
        signer.bundle(b"{}")
    return refused.value.code, f"{refused.value.what} {refused.value.why}"


def test_without_a_token_nobody_signs() -> None:
    """In a script that no forge runs there is nobody to ask."""
    code, why = refusal(KeylessSigner("team", config()))
    assert code is codes.KEY_TOKEN
    assert "SIGSTORE_ID_TOKEN" in why


@pytest.mark.parametrize(
    ("given", "why"),
    [
        pytest.param(lambda: token(seconds=-10), "expired", id="expired"),
        pytest.param(lambda: token(audience="another"), "Audience", id="audience"),
        pytest.param(lambda: "word", "segments", id="malformed"),
    ],
)
def test_a_token_that_cannot_be_used_is_refused(
    given: Callable[[], str], why: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", given())
    code, found = refusal(KeylessSigner("team", config()))
    assert code is codes.KEY_TOKEN
    assert why in found


def test_a_job_that_may_not_have_a_token_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    code, why = refusal(KeylessSigner("team", config()))
    assert code is codes.KEY_TOKEN
    assert "permission" in why


def test_a_token_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SIGSTORE_ID_TOKEN_FILE", str(tmp_path / "token"))
    code, why = refusal(KeylessSigner("team", config()))
    assert code is codes.IO_FAILED
    assert str(tmp_path / "token") in why


def test_a_sigstore_that_cannot_be_reached_loses_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", token())
    assert refusal(KeylessSigner("team", config()))[0] is codes.IO_NETWORK


@pytest.mark.parametrize(
    ("answer", "code"),
    [
        pytest.param(Answer.of({"message": "not you"}, 400), codes.KEY_TOKEN, id="refuses"),
        pytest.param(Answer.of({"message": "the log is away"}, 503), codes.IO_NETWORK, id="fails"),
        pytest.param(Answer.of({"signedCertificateEmbeddedSct": {}}), codes.IO_NETWORK, id="leaves-out"),
        pytest.param(Answer(200, b"<html>"), codes.IO_NETWORK, id="is-something-else"),
    ],
)
def test_an_authority_that_gives_no_certificate_loses_nothing(
    answer: Answer, code: Code, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A token is to blame for what is refused, and nobody here for what fails."""
    monkeypatch.setenv("SIGSTORE_ID_TOKEN", token())
    with server("http://127.0.0.1:0", lambda _: answer) as authority:
        Thread(target=authority.serve_forever, daemon=True).start()
        found = refusal(KeylessSigner("team", config(f"http://127.0.0.1:{authority.server_port}")))
        authority.shutdown()
    assert found[0] is code


@pytest.mark.parametrize("text", ["", "{}", "[1]", FROZEN.read_text()], ids=["empty", "nothing", "list", "root-only"])
def test_what_is_no_trust_configuration_is_refused(text: str) -> None:
    assert refusal(KeylessSigner("team", text))[0] is codes.KEY_UNUSABLE


def test_there_is_no_key_to_sign_other_things_with() -> None:
    signer = KeylessSigner("team", config())
    with pytest.raises(GitprovError, match="GP-KEY-006"):
        signer.sign(b"a log head")
    with pytest.raises(GitprovError, match="GP-KEY-006"):
        assert signer.pem
