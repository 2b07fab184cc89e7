"""Trusted roots: what a Sigstore's authorities and logs are known by. docs/format.md, "Trusted root".

The names are Sigstore's (protobuf-specs, `sigstore_trustroot.proto`, as JSON). What is not named here is kept.
"""

from typing import Annotated, Literal

from gitprov.frozen import dataclass
from gitprov.records.codec import Part
from gitprov.records.rules import pattern_rule, time_rule

# ruff: noqa: N815 the names are Sigstore's

TimeText = Annotated[str, time_rule(9)]
BytesText = Annotated[
    str,
    pattern_rule("(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{4}|[A-Za-z0-9+/]{3}=|[A-Za-z0-9+/]{2}==)", "bytes in base64"),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Window(Part):
    """When something counts: from its start on, and up to its end where it has one, both included."""

    start: TimeText
    end: TimeText | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Certificate(Part):
    """A certificate, DER."""

    rawBytes: BytesText


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateChain(Part):
    """Certificates, each vouched for by the next one; the last one is the authority's root."""

    certificates: tuple[Certificate, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class DistinguishedName(Part):
    """What an authority calls itself."""

    organization: str
    commonName: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority(Part):
    """A certificate authority, or a timestamp authority."""

    subject: DistinguishedName
    uri: str | None = None
    certChain: CertificateChain
    validFor: Window


@dataclass(frozen=True, slots=True, kw_only=True)
class LogKey(Part):
    """A log's public key, DER."""

    rawBytes: BytesText
    keyDetails: str
    validFor: Window | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LogId(Part):
    """What entries call a log."""

    keyId: BytesText


@dataclass(frozen=True, slots=True, kw_only=True)
class TransparencyLog(Part):
    """A transparency log, or a certificate transparency log."""

    baseUrl: str
    hashAlgorithm: str
    publicKey: LogKey
    logId: LogId


@dataclass(frozen=True, slots=True, kw_only=True)
class TrustedRoot(Part):
    """A Sigstore trusted root document, which certificates, timestamps and log entries are held against.

    Attributes:
        mediaType: Sigstore's name of this form.
        tlogs: The transparency logs.
        certificateAuthorities: Who makes certificates.
        ctlogs: The logs of certificates.
        timestampAuthorities: Who says when something was signed.
    """

    mediaType: Literal["application/vnd.dev.sigstore.trustedroot+json;version=0.1"]
    tlogs: tuple[TransparencyLog, ...]
    certificateAuthorities: tuple[Authority, ...]
    ctlogs: tuple[TransparencyLog, ...]
    timestampAuthorities: tuple[Authority, ...]
