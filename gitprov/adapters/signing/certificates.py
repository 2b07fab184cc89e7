"""Whom a certificate of a Sigstore authority names: its one subject alternative name, and the issuer behind it."""

from functools import lru_cache

from cryptography import x509
from cryptography.x509.oid import ExtensionOID

from gitprov.trust.verifying import Certified

_ISSUER = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
_ISSUER_OLD = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.1")


@lru_cache(maxsize=1)  # verifying a signature asks twice
def certified(certificate: bytes) -> Certified | None:
    """Returns whom a certificate (DER) names; None when it cannot be read, or names nobody or several."""
    try:
        extensions = x509.load_der_x509_certificate(certificate).extensions
        names = extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME).value
        issuer = _issuer(extensions)
    except (ValueError, x509.ExtensionNotFound, x509.DuplicateExtension):
        return None
    if not isinstance(names, x509.SubjectAlternativeName) or not issuer:
        return None
    found = [*names.get_values_for_type(x509.RFC822Name), *names.get_values_for_type(x509.UniformResourceIdentifier)]
    return Certified(found[0], issuer) if len(found) == len(list(names)) == 1 else None


def _issuer(extensions: x509.Extensions) -> str:
    """Returns the issuer: a DER UTF8String, or in certificates of old the bare text."""
    for oid in (_ISSUER, _ISSUER_OLD):
        try:
            value = extensions.get_extension_for_oid(oid).value
        except x509.ExtensionNotFound:
            continue
        if isinstance(value, x509.UnrecognizedExtension):
            data = value.value
            return (data if oid == _ISSUER_OLD else _utf8(data)).decode("ascii")
    return ""


def _utf8(data: bytes) -> bytes:
    """Returns the text of a DER UTF8String that holds at most 65,535 bytes."""
    if len(data) > 2 and data[0] == 0x0C:
        size, start = (data[1], 2) if data[1] < 0x80 else (int.from_bytes(data[2 : 2 + data[1] - 0x80]), data[1] - 0x7E)
        if len(data) == start + size:
            return data[start:]
    raise ValueError("no UTF8String")
