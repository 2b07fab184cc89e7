"""Signature files: DSSE envelopes in Sigstore bundles, in one form only. docs/format.md, "Signatures"."""

import json
import re
from base64 import b64decode, b64encode
from dataclasses import dataclass

from gitprov.errors import catalogue as codes
from gitprov.ids import canonical_json, digest_hex
from gitprov.trust.roots import key_id
from gitprov.trust.signatures import KeyId

MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
LIMIT = 256 * 1024
"""Largest bundle, in bytes: room for the statement of the largest record in base64."""
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the group of P-256."""
_LONGEST = 72  # a DER sequence of two integers of 33 bytes
_is_hint = re.compile("[0-9a-f]{64}").fullmatch


@dataclass(frozen=True, slots=True)
class Bundle:
    """One signature file: what was signed, the DER signature, and the key that is said to have made it."""

    payload: bytes
    signature: bytes
    key: KeyId

    @property
    def signed(self) -> bytes:
        """The bytes under the signature."""
        return to_sign(self.payload)


def to_sign(payload: bytes) -> bytes:
    """Returns DSSE's pre-authentication encoding of a statement: the bytes that a key signs."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def write_bundle(payload: bytes, signature: bytes, pem: str) -> bytes:
    """Returns the bytes of a signature file.

    Args:
        payload: The statement.
        signature: Over `to_sign(payload)`, DER.
        pem: The public key.
    """
    return _write(Bundle(payload, signature, key_id(pem)))


def read_bundle(data: bytes) -> Bundle:
    """Returns the bundle in a signature file.

    It is read leniently and written again: what differs in a byte is refused, be it another order, space, escape, key,
    payload type, number of signatures, or padding.

    Raises:
        GitprovError: GP-SIG-001.
    """
    if len(data) > LIMIT:
        raise codes.SIG_BUNDLE.error("a bundle is too large", why=f"{len(data)} bytes, at most {LIMIT}")
    try:
        found = json.loads(data)
        envelope = found["dsseEnvelope"]
        payload, signature = (b64decode(text) for text in (envelope["payload"], envelope["signatures"][0]["sig"]))
        hint = found["verificationMaterial"]["publicKey"]["hint"]
        bundle = Bundle(payload, signature, KeyId(f"sha256:{hint}")) if _is_hint(hint) else None
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise codes.SIG_BUNDLE.error("this is no bundle", why=f"{type(error).__name__}: {str(error)[:80]}") from None
    if bundle is None or _write(bundle) != data:
        raise codes.SIG_BUNDLE.error("a bundle is not written in its only form")
    return bundle


def is_only_form(signature: bytes) -> bool:
    """Tells whether a signature is strict DER with a low s.

    (r, s) and (r, n-s) verify alike, and so may other encodings: one of them only is taken, so that nobody can land
    somebody else's signature again as a file that was not there before.
    """
    if not 8 <= len(signature) <= _LONGEST:
        return False
    length = signature[3]
    r, s = int.from_bytes(signature[4 : 4 + length]), int.from_bytes(signature[6 + length :])
    return 0 < r < ORDER and 0 < s <= ORDER // 2 and _der(r, s) == signature


def _der(*numbers: int) -> bytes:
    parts = [number.to_bytes(number.bit_length() // 8 + 1) for number in numbers]
    body = b"".join(b"\x02" + bytes([len(part)]) + part for part in parts)
    return b"\x30" + bytes([len(body)]) + body


def _write(bundle: Bundle) -> bytes:
    return canonical_json(
        {
            "dsseEnvelope": {
                "payload": b64encode(bundle.payload).decode(),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"sig": b64encode(bundle.signature).decode()}],
            },
            "mediaType": MEDIA_TYPE,
            "verificationMaterial": {"publicKey": {"hint": digest_hex(bundle.key)}, "tlogEntries": []},
        }
    )
