"""Whom a certificate of Sigstore's names, without the sigstore package."""

from cryptography import x509
from cryptography.hazmat import asn1

from gitprov.trust.verifying import Certified

ISSUER = x509.ObjectIdentifier("1.3.6.1.4.1.57264.1.8")
"""Who vouched for the identity: Fulcio's extension, a UTF8String in DER."""


def certified(certificate: bytes) -> Certified | None:
    """Returns whom a certificate (DER) names, which is not proven by that; None when it names nobody, or several."""
    try:
        extensions = x509.load_der_x509_certificate(certificate).extensions
        names = list(extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
        issuer = extensions.get_extension_for_oid(ISSUER).value
    except (ValueError, x509.DuplicateExtension, x509.ExtensionNotFound, x509.UnsupportedGeneralNameType):
        return None
    match names, issuer:
        case [x509.RFC822Name() | x509.UniformResourceIdentifier() as name], x509.UnrecognizedExtension():
            return _named(name.value, issuer.value)
    return None


def _named(identity: str, issuer: bytes) -> Certified | None:
    try:
        return Certified(identity, asn1.decode_der(str, issuer))
    except ValueError:
        return None
