"""Who people and workflows are: two OIDC issuers with one key, and the logging in that a browser leads through."""

import base64
import hashlib
import secrets
import time
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlencode

import jwt

from tests.real.sigstore.pki import CI, CLIENT, PEOPLE, read_key, spki
from tests.real.sigstore.web import Answer, Request

ADA = "ada@example.org"
"""Who is logged in at the issuer."""
WORKFLOW = f"{CI}/org/repo/train.yml@refs/heads/main"
SECONDS = 600
OUT_OF_BAND = "urn:ietf:wg:oauth:2.0:oob"


class Issuer:
    """Makes tokens, and serves what Fulcio and browsers ask for."""

    def __init__(self, folder: Path) -> None:
        self._key = read_key(folder / "issuer.key")
        self._name = hashlib.sha256(spki(self._key.public_key())).hexdigest()[:16]
        self._challenges: dict[str, str] = {}

    def person(self, email: str = ADA, *, seconds: int = SECONDS) -> str:
        """Returns a token that says who a person is; for fewer seconds than none it has expired."""
        return self._token(PEOPLE, seconds, sub=email, email=email, email_verified=True)

    def workflow(self, uri: str = WORKFLOW, *, seconds: int = SECONDS) -> str:
        """Returns a token that says which workflow is running."""
        return self._token(CI, seconds, sub=uri)

    def answer(self, request: Request) -> Answer:
        """Answers a request: discovery, keys, and the authorization code flow with PKCE (RFC 6749, RFC 7636)."""
        match request.path:
            case "/jwks":
                return Answer.of({"keys": [self._public()]})
            case "/.well-known/openid-configuration" | "/ci/.well-known/openid-configuration" as path:
                return Answer.of(_discovery(path.startswith("/ci")))
            case "/auth":
                return self._log_in(request.query)
            case "/ambient":  # where a job of a forge asks
                return Answer.of({"value": self.workflow()})
            case "/token":
                return self._redeem(_first(parse_qs(request.body.decode())))
        return Answer.of({"error": "there is nothing here"}, 404)

    def _token(self, issuer: str, seconds: int, **claims: Any) -> str:
        now = int(time.time())
        times = {"iat": now - SECONDS, "nbf": now - SECONDS, "exp": now + seconds}
        return jwt.encode(
            {"aud": CLIENT, "iss": issuer, **times, **claims}, self._key, "ES256", headers={"kid": self._name}
        )

    def _public(self) -> dict[str, Any]:
        public = jwt.algorithms.ECAlgorithm.to_jwk(self._key.public_key(), as_dict=True)
        return {**public, "alg": "ES256", "use": "sig", "kid": self._name}

    def _log_in(self, query: dict[str, str]) -> Answer:
        code = secrets.token_urlsafe(16)
        self._challenges[code] = query["code_challenge"]
        if query["redirect_uri"] == OUT_OF_BAND:
            return Answer.of({"code": code})
        return Answer(
            302, b"", {"Location": f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}"}
        )

    def _redeem(self, form: dict[str, str]) -> Answer:
        proof = base64.urlsafe_b64encode(hashlib.sha256(form["code_verifier"].encode()).digest()).rstrip(b"=").decode()
        if self._challenges.pop(form["code"], None) != proof:
            return Answer.of({"error": "invalid_grant"}, 400)
        token = self.person()
        return Answer.of({"access_token": token, "id_token": token, "token_type": "Bearer"})


def _first(form: dict[str, list[str]]) -> dict[str, str]:
    return {name: values[0] for name, values in form.items()}


def _discovery(is_ci: bool) -> dict[str, Any]:
    return {
        "issuer": CI if is_ci else PEOPLE,
        "jwks_uri": f"{PEOPLE}/jwks",
        "authorization_endpoint": f"{PEOPLE}/auth",
        "token_endpoint": f"{PEOPLE}/token",
        "response_types_supported": ["code", "id_token"],
        "subject_types_supported": ["public"],
        "id_token_signing_alg_values_supported": ["ES256"],
    }
