"""A log of certificates as far as Fulcio and verifiers ask for one: timestamps of RFC 6962, and no Merkle tree.

The certificate timestamps are real: Fulcio and every verifier checks them. Nobody here audits the log, and a whole one
(TesseraCT) needs versions of its modules that were never released.
"""

import base64
import hashlib
import json
import struct
import time
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from tests.real.sigstore.pki import b64, read_key, spki
from tests.real.sigstore.web import Answer, Request


class CtLog:
    """Signs that it has seen a certificate that is about to be issued."""

    def __init__(self, folder: Path) -> None:
        self._key = read_key(folder / "ct-log.key")

    def answer(self, request: Request) -> Answer:
        """Answers add-pre-chain (RFC 6962, 4.2)."""
        if not request.path.endswith("/ct/v1/add-pre-chain"):
            return Answer.of({"error": "there is nothing here"}, 404)
        chain = [x509.load_der_x509_certificate(base64.b64decode(one)) for one in json.loads(request.body)["chain"]]
        chain[0].verify_directly_issued_by(chain[1])
        return Answer.of(self._timestamp(chain[0], chain[1]))

    def _timestamp(self, draft: x509.Certificate, issuer: x509.Certificate) -> dict[str, str | int]:
        """Returns a signed certificate timestamp (RFC 6962, 3.2)."""
        milliseconds = int(time.time() * 1000)
        entry = _to_be_signed(draft)
        signed = struct.pack("!BBQH", 0, 0, milliseconds, 1) + hashlib.sha256(spki(issuer.public_key())).digest()
        signed += len(entry).to_bytes(3) + entry + b"\0\0"
        signature = self._key.sign(signed, ec.ECDSA(hashes.SHA256()))
        return {
            "sct_version": 0,
            "id": b64(hashlib.sha256(spki(self._key.public_key())).digest()),
            "timestamp": milliseconds,
            "extensions": "",
            "signature": b64(struct.pack("!BBH", 4, 3, len(signature)) + signature),
        }


def _to_be_signed(draft: x509.Certificate) -> bytes:
    """Returns what a log signs of a draft: its fields without the poison that keeps it from being used."""
    builder = (
        x509.CertificateBuilder(draft.issuer, draft.subject, draft.public_key(), draft.serial_number)
        .not_valid_before(draft.not_valid_before_utc)
        .not_valid_after(draft.not_valid_after_utc)
    )
    for one in draft.extensions:
        if not isinstance(one.value, x509.PrecertPoison):
            builder = builder.add_extension(one.value, one.critical)
    anybody = ec.generate_private_key(ec.SECP256R1())  # whose signature is not looked at
    return builder.sign(anybody, hashes.SHA256()).tbs_certificate_bytes
