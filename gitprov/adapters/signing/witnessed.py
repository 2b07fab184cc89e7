"""A signer by key who lets others see what it signs: a timestamp authority when, a transparency log that it did.

What they answer is held against what they were asked, and goes into the signature file. Whether they are to be believed
a trusted root says, when the signature is judged.
"""

import json
import urllib.request
from base64 import b64decode
from hashlib import sha256
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError

from rfc3161_client import HashAlgorithm, TimestampRequestBuilder, decode_timestamp_response

from gitprov.adapters.signing.keyed import KeySigner
from gitprov.adapters.signing.logs import KIND, body_of, hashed
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.records.roots import is_ed25519
from gitprov.trust.bundles import Bundle, to_sign, write_bundle

_SECONDS = 30  # a log answers when the entry is in its tree, which takes a second or two
_LIMIT = 64 * 1024
_KEPT = ("canonicalizedBody", "inclusionProof", "kindVersion", "logId", "logIndex")


class WitnessedSigner(KeySigner):
    """A key, whose signatures get a timestamp, an entry in a log, or both.

    Its methods raise what the key's do, and `bundle` GP-IO-002 when an authority or a log cannot be asked: nothing is
    written then, and without a timestamp nothing is logged.
    """

    def __init__(self, signer: KeySigner, *, timestamps: str | None, log: str | None) -> None:
        """Takes what signs, and the addresses of a timestamp authority (RFC 3161) and of a log (Rekor v2).

        Raises:
            GitprovError: GP-KEY-008 for an address that is none.
        """
        self._signer = signer
        self._timestamps = timestamps
        self._log = log
        for name, address in (("timestamp", timestamps), ("log", log)):
            if address is not None and not address.startswith(("https://", "http://")):
                raise codes.KEY_FORM.error(
                    f"{address} is no address of the web",
                    why=f"git config gitprov.{name} has it",
                    fix=f"git config --unset gitprov.{name}",
                )

    @property
    def pem(self) -> str:
        """The public key."""
        return self._signer.pem

    @property
    def repeats(self) -> bool:
        """False: no two timestamps, and no two entries, are the same."""
        return False

    @property
    def is_dated(self) -> bool:
        """Tells whether a timestamp authority is asked."""
        return self._timestamps is not None

    def sign(self, data: bytes) -> bytes:
        """Returns the key's signature of `data`, which nobody else sees."""
        return self._signer.sign(data)

    def bundle(self, payload: bytes) -> bytes:
        """Signs a statement and returns the bytes of the signature file."""
        signature = self.sign(to_sign(payload))
        timestamp = _timestamp(self._timestamps, signature) if self._timestamps is not None else None
        entry = _entry(self._log, Bundle(payload, signature), self.pem) if self._log is not None else None
        return write_bundle(payload, signature, self.pem, timestamp=timestamp, entry=entry)


def _timestamp(url: str, signature: bytes) -> bytes:
    """Returns an authority's timestamp of a signature, DER."""
    asked = TimestampRequestBuilder().data(signature).hash_algorithm(HashAlgorithm.SHA256).nonce(nonce=True).build()
    answer = _post(url, asked.as_bytes(), "application/timestamp-query")
    try:
        info = decode_timestamp_response(answer).tst_info
    except ValueError as error:
        raise _wrong(url, str(error)) from None
    if info.message_imprint.message != sha256(signature).digest() or info.nonce != asked.nonce:
        raise _wrong(url, "its timestamp is of something else")
    return answer


def _entry(url: str, bundle: Bundle, pem: str) -> dict[str, Any]:
    """Returns a log's entry for a signature, as bundles have it."""
    if is_ed25519(pem):
        raise codes.KEY_UNUSABLE.error(
            "an Ed25519 key's signatures cannot be logged",
            why="Rekor takes ECDSA of this format only",
            fix="git config --unset gitprov.log",
        )
    asked = json.dumps({"hashedRekordRequestV002": hashed(bundle, pem)}).encode()
    answer = _post(f"{url.rstrip('/')}/api/v2/log/entries", asked, "application/json")
    try:
        entry = json.loads(answer)
        fits = b64decode(entry["canonicalizedBody"]) == body_of(bundle, pem) and entry["kindVersion"] == KIND
        found = {name: entry.get(name, "0") for name in _KEPT}  # protobuf leaves a zero out
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise _wrong(url, f"its entry cannot be read: {type(error).__name__}") from None
    if not fits:
        raise _wrong(url, "its entry is about something else")
    return found


def _post(url: str, data: bytes, kind: str) -> bytes:
    request = urllib.request.Request(url, data, {"Content-Type": kind})  # noqa: S310 its scheme was looked at
    try:
        with urllib.request.urlopen(request, timeout=_SECONDS) as answer:  # noqa: S310 likewise
            found: bytes = answer.read(_LIMIT)
    except HTTPError as error:
        with error:
            why = f"{error}: {error.read(200).decode(errors='replace').strip()}"
        raise codes.IO_NETWORK.error(f"{url} refuses", why=why) from None
    except (OSError, HTTPException) as error:
        raise codes.IO_NETWORK.error(f"{url} cannot be asked", why=str(error) or type(error).__name__) from None
    return found


def _wrong(url: str, why: str) -> GitprovError:
    return codes.IO_NETWORK.error(f"{url} does not answer right", why=why)
