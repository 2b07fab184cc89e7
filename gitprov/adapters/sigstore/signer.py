"""Signs without a key of one's own: a certificate, made for one signature, says who signs."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

import requests
from cryptography.hazmat.primitives.serialization import Encoding
from sigstore._internal.fulcio.client import FulcioClientError
from sigstore._internal.rekor import RekorClientError
from sigstore.dsse import Statement
from sigstore.errors import Error
from sigstore.models import ClientTrustConfig, InvalidBundle
from sigstore.oidc import IdentityToken
from sigstore.sign import Signer, SigningContext

from gitprov.adapters.signing.certificates import certified
from gitprov.adapters.sigstore.tokens import find_token
from gitprov.adapters.sigstore.verifying import verify_keyless
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.records import Identity
from gitprov.trust.bundles import rewrite_bundle
from gitprov.trust.judging import Listed
from gitprov.trust.roots import document_of, identity_id
from gitprov.trust.signatures import KeyId
from gitprov.trust.verifying import Certified


class KeylessSigner:
    """Whoever an identity token names, by a Sigstore: the public one, or that of a team.

    Methods raise GitprovError GP-KEY-007 without a token that it takes, GP-KEY-003 for a configuration that cannot be
    read, GP-IO-002 when a service of it cannot be reached or answers what does not fit: nothing is lost then.
    """

    def __init__(self, trusted_root: str, config: str | None = None) -> None:
        """Takes what the trust root calls the Sigstore, and its client trust configuration (JSON).

        Without one it is the public Sigstore, where everybody can read for ever who signed something.
        """
        self._trusted_root = trusted_root
        self._given = config
        self._held: IdentityToken | None = None

    @property
    def id(self) -> KeyId:
        """What signatures call it."""
        return identity_id(self._who.identity, self._who.issuer)

    @property
    def identity(self) -> Identity:
        """What a trust version lists."""
        return Identity(identity=self._who.identity, issuer=self._who.issuer, trusted_root=self._trusted_root)

    @property
    def listed(self) -> Listed:
        """What its signatures are judged by."""
        digest, text = document_of(json.loads(self._document))
        return Listed(certified={self.id: frozenset({digest})}, documents={digest: text})

    @property
    def repeats(self) -> bool:
        """False: every signature has a key and a certificate of its own."""
        return False

    @property
    def is_dated(self) -> bool:
        """True: a certificate holds for minutes, so that a timestamp must say when it was used."""
        return True

    @property
    def pem(self) -> str:
        """Refuses."""
        raise _no_key()

    def sign(self, data: bytes) -> bytes:  # noqa: ARG002 the port's
        """Refuses."""
        raise _no_key()

    def bundle(self, payload: bytes) -> bytes:
        """Signs a statement and returns the bytes of the signature file, verified as everybody will verify it."""
        with _asking():
            signed = self._certificate().sign_dsse(Statement(payload)).to_json()
        data = rewrite_bundle(signed.encode())
        try:
            verify_keyless(data, self._who, self._document)
        except GitprovError as error:
            raise error.code.error(
                "what the Sigstore made does not hold by its own trusted root",
                why=f"{error.what}: {error.why}",
                fix="ask whoever runs it for its client trust configuration, then: gitprov keys use sigstore:FILE",
            ) from None
        return data

    @cached_property
    def _config(self) -> ClientTrustConfig:
        if self._given is None:
            with _asking():
                return ClientTrustConfig.production()
        try:
            return ClientTrustConfig.from_json(self._given)
        except ValueError as error:
            why = " ".join(str(error).split())[:200]
            raise codes.KEY_UNUSABLE.error("this is no client trust configuration of a Sigstore", why=why) from None

    @property
    def _document(self) -> str:
        return self._config.trusted_root._inner.to_json()  # noqa: SLF001 it has no other name

    @cached_property
    def _who(self) -> Certified:
        """Whom certificates will name, which no token says for sure: one is made to see."""
        with _asking():
            made = self._certificate()._signing_cert()  # noqa: SLF001 likewise
        who = certified(made.public_bytes(Encoding.DER))
        if who is None:
            raise codes.IO_NETWORK.error("the certificate authority made a certificate that names nobody")
        return who

    def _certificate(self) -> Signer:
        """Returns what signs once, with a new key and a new certificate for it."""
        if self._held is None or not self._held.in_validity_period():
            self._held = find_token(self._config.signing_config.get_oidc_url)
        return Signer(self._held, SigningContext.from_trust_config(self._config))


@contextmanager
def _asking() -> Iterator[None]:
    """Turns what goes wrong with a service into an error with a way out."""
    try:
        yield
    except InvalidBundle as error:
        raise codes.IO_NETWORK.error("the timestamp authority gave no timestamp", why=str(error)) from None
    except FulcioClientError as error:
        answer = getattr(error.__cause__, "response", None)
        if answer is not None and answer.status_code < requests.codes.server_error:
            raise codes.KEY_TOKEN.error(
                "the certificate authority does not take the token", why=answer.text[:200]
            ) from None
        raise _unreachable(error.__cause__ or error) from None
    except (requests.RequestException, RekorClientError, Error, ValueError) as error:
        raise _unreachable(error) from None


def _unreachable(error: BaseException) -> GitprovError:
    why = " ".join(str(error).split())[:200]
    return codes.IO_NETWORK.error("a service of the Sigstore cannot be reached or does not answer right", why=why)


def _no_key() -> GitprovError:
    return codes.KEY_NONE.error("there is no key: certificates say who signs")
