"""The keys, certificates and client files of a private Sigstore that lives as long as its folder."""

import base64
import hashlib
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST = "127.0.0.1"
PORT = 38800
"""The first of nine ports. They are fixed: two stacks cannot share a network anyway, the timestamp server has a port of
its own choice (2112), and so issuers have the same addresses in every run."""


def _url(offset: int) -> str:
    return f"http://{HOST}:{PORT + offset}"


PEOPLE = _url(0)
"""The issuer of tokens for people, who are e-mail addresses."""
CI = f"{PEOPLE}/ci"
"""The issuer of tokens for workflows, which are addresses below it."""
FULCIO, REKOR, CT_LOG, TIMESTAMPS = _url(1), _url(4), _url(7), f"{_url(8)}/api/v1/timestamp"

CLIENT = "sigstore"
PASSWORD = "throw-away"  # noqa: S105 Fulcio and the timestamp server insist on one
AGE = timedelta(minutes=5)
LIFE = timedelta(days=3650)

FULCIO_CONFIG = f"""\
oidc-issuers:
  {PEOPLE}:
    issuer-url: {PEOPLE}
    client-id: {CLIENT}
    type: email
    contact: admin@example.org
    description: people
  {CI}:
    issuer-url: {CI}
    client-id: {CLIENT}
    type: uri
    subject-domain: {PEOPLE}
    contact: admin@example.org
    description: workflows
"""

Key = ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


def make(folder: Path, *, stamping: timedelta = LIFE) -> None:
    """Writes everything that the servers and their clients read into `folder`.

    Args:
        folder: Where.
        stamping: How long the certificate of the timestamp authority is valid from now on.
    """
    authority, timestamps = Authority("fulcio"), Authority("timestamps")
    signing = _p256()
    intermediate = authority.certify("fulcio-intermediate", signing, ca=True)
    stamper = _p256()
    leaf = timestamps.certify("timestamps-leaf", stamper, usage=ExtendedKeyUsageOID.TIME_STAMPING, life=stamping)
    ct_key, rekor_key = _p256(), ed25519.Ed25519PrivateKey.generate()
    write_key(folder / "ct-log.key", ct_key)
    write_key(folder / "rekor.key", rekor_key)
    write_key(folder / "issuer.key", _p256())
    ct_log, rekor = ct_key.public_key(), rekor_key.public_key()
    write_key(folder / "fulcio.key", signing, PASSWORD)
    write_key(folder / "timestamps.key", stamper, PASSWORD)
    write_chain(folder / "fulcio.pem", intermediate, authority.certificate)
    write_chain(folder / "timestamps.pem", leaf, timestamps.certificate)
    (folder / "ct-log.pub").write_bytes(ct_log.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo))
    (folder / "fulcio.yaml").write_text(FULCIO_CONFIG)
    root = {
        "mediaType": "application/vnd.dev.sigstore.trustedroot+json;version=0.1",
        # Rekor v2 calls itself by a note key id over its origin, which must be the host in its address.
        "tlogs": [_log(REKOR, rekor, "PKIX_ED25519", HOST.encode() + b"\n\x01" + rekor.public_bytes_raw())],
        "certificateAuthorities": [_authority(FULCIO, intermediate, authority.certificate)],
        "ctlogs": [_log(CT_LOG, ct_log, "PKIX_ECDSA_P256_SHA_256", spki(ct_log))],
        "timestampAuthorities": [_authority(TIMESTAMPS, leaf, timestamps.certificate)],
    }
    signing_config = {
        "mediaType": "application/vnd.dev.sigstore.signingconfig.v0.2+json",
        "caUrls": [_service(FULCIO)],
        "oidcUrls": [_service(PEOPLE)],
        "rekorTlogUrls": [_service(REKOR, 2)],
        "rekorTlogConfig": {"selector": "ANY"},
        "tsaUrls": [_service(TIMESTAMPS)],
        "tsaConfig": {"selector": "ANY"},
    }
    trust = {
        "mediaType": "application/vnd.dev.sigstore.clienttrustconfig.v0.1+json",
        "trustedRoot": root,
        "signingConfig": signing_config,
    }
    files = {"trusted-root": root, "signing-config": signing_config, "trust-config": trust}
    for name, document in files.items():
        (folder / f"{name}.json").write_text(json.dumps(document, indent=2) + "\n")


class Authority:
    """A self-signed certificate and its key, which sign others."""

    def __init__(self, name: str) -> None:
        self.key = _p256()
        self.certificate = self.certify(name, self.key, ca=True, path=1)

    def certify(
        self,
        name: str,
        key: ec.EllipticCurvePrivateKey,
        *,
        ca: bool = False,
        path: int = 0,
        usage: x509.ObjectIdentifier = ExtendedKeyUsageOID.CODE_SIGNING,
        life: timedelta = LIFE,
    ) -> x509.Certificate:
        """Returns a certificate for a key: a certificate authority's, or one for timestamps."""
        subject, now = _name(name), datetime.now(UTC)
        builder = (
            x509.CertificateBuilder(_name(name) if key is self.key else self.certificate.subject, subject)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - AGE)
            .not_valid_after(now + life)
            .add_extension(x509.BasicConstraints(ca, path if ca else None), critical=True)
            .add_extension(_usage(ca=ca), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        )
        if key is not self.key:
            above = x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key())
            builder = builder.add_extension(above, critical=False)
            builder = builder.add_extension(x509.ExtendedKeyUsage([usage]), critical=not ca)
        return builder.sign(self.key, hashes.SHA256())


def spki(key: CertificatePublicKeyTypes) -> bytes:
    """Returns a public key as DER."""
    return key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def write_key(path: Path, key: Key, password: str = "") -> None:
    """Writes a private key as PKCS#8."""
    lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    path.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock))


def read_key(path: Path) -> ec.EllipticCurvePrivateKey:
    """Returns the private key in a file."""
    key = load_pem_private_key(path.read_bytes(), None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    return key


def write_chain(path: Path, *chain: x509.Certificate) -> None:
    """Writes certificates, the one that signs first."""
    path.write_bytes(b"".join(_bytes(chain, Encoding.PEM)))


def b64(data: bytes) -> str:
    """Returns standard base64."""
    return base64.b64encode(data).decode()


def _bytes(chain: Iterable[x509.Certificate], encoding: Encoding) -> list[bytes]:
    return [one.public_bytes(encoding) for one in chain]


def _p256() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def _name(common: str) -> x509.Name:
    return x509.Name(
        [x509.NameAttribute(NameOID.ORGANIZATION_NAME, "example"), x509.NameAttribute(NameOID.COMMON_NAME, common)]
    )


def _usage(*, ca: bool) -> x509.KeyUsage:
    names = ("content_commitment", "key_encipherment", "data_encipherment", "key_agreement", "encipher_only")
    unused = dict.fromkeys((*names, "decipher_only"), False)
    return x509.KeyUsage(digital_signature=not ca, key_cert_sign=ca, crl_sign=ca, **unused)


def _valid_for() -> dict[str, str]:
    return {"start": (datetime.now(UTC) - AGE).strftime("%Y-%m-%dT%H:%M:%SZ")}


def _log(url: str, key: CertificatePublicKeyTypes, kind: str, named: bytes) -> dict[str, Any]:
    return {
        "baseUrl": url,
        "hashAlgorithm": "SHA2_256",
        "publicKey": {"rawBytes": b64(spki(key)), "keyDetails": kind, "validFor": _valid_for()},
        "logId": {"keyId": b64(hashlib.sha256(named).digest())},
    }


def _authority(url: str, *chain: x509.Certificate) -> dict[str, Any]:
    return {
        "subject": {"organization": "example", "commonName": chain[-1].subject.rfc4514_string()},
        "uri": url,
        "certChain": {"certificates": [{"rawBytes": b64(one)} for one in _bytes(chain, Encoding.DER)]},
        "validFor": _valid_for(),
    }


def _service(url: str, version: int = 1) -> dict[str, Any]:
    return {"url": url, "majorApiVersion": version, "validFor": _valid_for(), "operator": "example"}
