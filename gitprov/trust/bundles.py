"""Signature files: DSSE envelopes in Sigstore bundles, in one form only. docs/format.md, "Signatures"."""

import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from functools import cache, lru_cache
from typing import Any

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, canonical_json, digest_hex, sha256_of
from gitprov.records.roots import is_ed25519
from gitprov.trust.roots import key_id
from gitprov.trust.signatures import KeyId

is_v03 = frozenset(
    {"application/vnd.dev.sigstore.bundle.v0.3+json", "application/vnd.dev.sigstore.bundle+json;version=0.3"}
).__contains__
MEDIA_TYPE = "application/vnd.dev.sigstore.bundle.v0.3+json"
PAYLOAD_TYPE = "application/vnd.in-toto+json"
LIMIT = 256 * 1024
"""Largest bundle, in bytes: room for the statement of the largest record in base64."""
ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
"""Order of the group of P-256."""
_LONGEST = 72  # a DER sequence of two integers of 33 bytes
_ED25519 = 64
_NEEDED = frozenset({"canonicalizedBody", "inclusionProof", "kindVersion", "logId", "logIndex"})
_ENTRY = (_NEEDED, _NEEDED | {"inclusionPromise", "integratedTime"})
"""Fields that a log entry must have, and may have."""
_FORM = (
    '{{"dsseEnvelope":{{"payload":"{payload}","payloadType":"'
    + PAYLOAD_TYPE
    + '","signatures":[{{"sig":"{signature}"}}]}},"mediaType":"'
    + MEDIA_TYPE
    + '","verificationMaterial":{{{by},{at}"tlogEntries":[{entry}]}}}}'
)
"""A signature file: JCS, in which only the log entry holds anything but base64 and hexadecimal digits."""
_HEAD, _TAIL = _FORM.format(payload="PAYLOAD", signature="SIGNATURE", by="BY", at="", entry="").split("PAYLOAD")
_is_hint = re.compile("[0-9a-f]{64}").fullmatch


@dataclass(frozen=True, slots=True)
class Bundle:
    """One signature file.

    Attributes:
        payload: What was signed.
        signature: The signature's bytes.
        key: The key that is said to have made it; None where a certificate says who did.
        certificate: DER; None where a key made it.
        timestamp: An RFC 3161 timestamp of the signature, DER.
        entry: Its entry in a transparency log, as Sigstore's bundles have it.
    """

    payload: bytes
    signature: bytes
    key: KeyId | None = None
    certificate: bytes | None = None
    timestamp: bytes | None = None
    entry: Mapping[str, Any] | None = None

    @property
    def signed(self) -> bytes:
        """The bytes under the signature."""
        return to_sign(self.payload)

    @property
    def act(self) -> Digest:
        """What it has in common with every other file that wraps the same act of signing.

        A key's signature has one encoding. A certificate is made for one act, whose signature others could write in two
        ways.
        """
        return sha256_of(self.certificate or self.signature)


def to_sign(payload: bytes) -> bytes:
    """Returns DSSE's pre-authentication encoding of a statement: the bytes that a key signs."""
    return b"DSSEv1 %d %s %d %s" % (len(PAYLOAD_TYPE), PAYLOAD_TYPE.encode(), len(payload), payload)


def write_bundle(
    payload: bytes,
    signature: bytes,
    pem: str,
    *,
    timestamp: bytes | None = None,
    entry: Mapping[str, Any] | None = None,
) -> bytes:
    """Returns the bytes of a signature file.

    Args:
        payload: The statement.
        signature: Over `to_sign(payload)`, in its only form.
        pem: The public key.
        timestamp: An RFC 3161 timestamp of the signature, DER.
        entry: Its entry in a transparency log.
    """
    return _write(Bundle(payload, signature, key_id(pem), timestamp=timestamp, entry=entry))


def rewrite_bundle(data: bytes, pem: str | None = None) -> bytes:
    """Returns the bytes of a signature file for a bundle that somebody else wrote.

    Args:
        data: The bundle, v0.3.
        pem: The public key that made it, whatever the bundle calls it; None where it has a certificate.

    Raises:
        GitprovError: GP-SIG-001.
    """
    return _write(_parse(data, pem))


def read_bundle(data: bytes, *, foreseen: bytes | None = None) -> Bundle:
    """Returns the bundle in a signature file.

    It is read leniently and written again: what differs in a byte is refused, be it another order, space, escape, key,
    payload type, number of signatures, timestamps or log entries, or padding.

    Args:
        data: The bytes of the file.
        foreseen: A payload that it may have, which is quicker to write than to read.

    Raises:
        GitprovError: GP-SIG-001.
    """
    if foreseen is not None and len(data) <= LIMIT:
        head = f"{_HEAD}{_base64(foreseen)}".encode()
        found = _after_payload().fullmatch(data, len(head)) if data.startswith(head) else None
        if found is not None and b64encode(signature := b64decode(found[1])) == found[1]:
            return Bundle(foreseen, signature, KeyId(Digest(f"sha256:{found[2].decode()}")))
    return _read(data)


@cache  # made when a signature is met: most commands meet none
def _after_payload() -> "re.Pattern[bytes]":
    """Returns what follows the payload where a key signed and nobody saw it."""
    return re.compile(
        re.escape(_TAIL)
        .replace("SIGNATURE", "((?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?)")
        .replace("BY", '"publicKey":{"hint":"([0-9a-f]{64})"}')
        .encode()
    )


@lru_cache(maxsize=1)  # judging one by a certificate reads it twice
def _read(data: bytes) -> Bundle:
    bundle = _parse(data)
    if _write(bundle) != data:
        raise codes.SIG_BUNDLE.error("a bundle is not written in its only form")
    return bundle


def _parse(data: bytes, pem: str | None = None) -> Bundle:
    if len(data) > LIMIT:
        raise codes.SIG_BUNDLE.error("a bundle is too large", why=f"{len(data)} bytes, at most {LIMIT}")
    import orjson  # noqa: PLC0415 - takes more with it than most commands need

    try:
        found = orjson.loads(data)
        envelope, material = found["dsseEnvelope"], found["verificationMaterial"]
        payload, signature = (b64decode(text) for text in (envelope["payload"], envelope["signatures"][0]["sig"]))
        timestamps = material.get("timestampVerificationData", {}).get("rfc3161Timestamps", [])
        timestamp = b64decode(timestamps[0]["signedTimestamp"]) if timestamps else None
        entry = material["tlogEntries"][0] if material["tlogEntries"] else None
        certificate = b64decode(material["certificate"]["rawBytes"]) if "certificate" in material else None
        hint = material["publicKey"]["hint"] if certificate is None and pem is None else None
        version = found["mediaType"]
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise codes.SIG_BUNDLE.error("this is no bundle", why=f"{type(error).__name__}: {str(error)[:80]}") from None
    if not isinstance(version, str) or not is_v03(version):
        raise codes.SIG_BUNDLE.error("this is no bundle of version 0.3", why=str(version)[:80])
    if entry is not None and not (isinstance(entry, dict) and _ENTRY[0] <= entry.keys() <= _ENTRY[1]):
        raise codes.SIG_BUNDLE.error("this is no bundle", why="its log entry has other fields")
    if pem is not None:
        return Bundle(payload, signature, key_id(pem), timestamp=timestamp, entry=entry)
    if certificate is None and not (isinstance(hint, str) and _is_hint(hint)):
        raise codes.SIG_BUNDLE.error("this is no bundle", why="the hint is no SHA-256 in hexadecimal digits")
    key = KeyId(f"sha256:{hint}") if certificate is None else None
    return Bundle(payload, signature, key, certificate, timestamp, entry)


def is_only_form(signature: bytes, pem: str) -> bool:
    """Tells whether a signature has the form that those of a key have: for P-256 strict DER with a low s.

    (r, s) and (r, n-s) verify alike, and so may other encodings: one of them only is taken, so that nobody can land
    somebody else's signature again as a file that was not there before. An Ed25519 signature has one form anyway.
    """
    if is_ed25519(pem):
        return len(signature) == _ED25519
    if not 8 <= len(signature) <= _LONGEST:
        return False
    length = signature[3]
    r, s = int.from_bytes(signature[4 : 4 + length]), int.from_bytes(signature[6 + length :])
    return 0 < r < ORDER and 0 < s <= ORDER // 2 and _der(r, s) == signature


def _der(r: int, s: int) -> bytes:
    first, second = (number.to_bytes(number.bit_length() // 8 + 1) for number in (r, s))
    length = len(first) + len(second) + 4
    return b"\x30%c\x02%c%b\x02%c%b" % (length, len(first), first, len(second), second)


def _write(bundle: Bundle) -> bytes:
    if bundle.key is not None:
        by = f'"publicKey":{{"hint":"{digest_hex(bundle.key)}"}}'
    else:
        by = f'"certificate":{{"rawBytes":"{_base64(bundle.certificate or b"")}"}}'
    at = entry = ""
    if bundle.timestamp is not None:
        stamp = f'{{"signedTimestamp":"{_base64(bundle.timestamp)}"}}'
        at = f'"timestampVerificationData":{{"rfc3161Timestamps":[{stamp}]}},'
    if bundle.entry is not None:
        try:
            entry = canonical_json(bundle.entry, depth=4).decode()
        except GitprovError as error:
            raise codes.SIG_BUNDLE.error("this is no bundle", why=f"its log entry: {error.what}") from None
    return _FORM.format(
        by=by, at=at, entry=entry, payload=_base64(bundle.payload), signature=_base64(bundle.signature)
    ).encode()


def _base64(data: bytes) -> str:
    return b64encode(data).decode()
