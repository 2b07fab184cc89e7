"""Checks signatures: `gitprov.trust.verifying`. A library is imported when something is met that takes it."""

from typing import TYPE_CHECKING

from gitprov.trust.verifying import Certified

if TYPE_CHECKING:
    from gitprov.trust.bundles import Bundle


class SignatureVerifier:
    """Checks what keys, certificates, timestamp authorities and transparency logs signed."""

    def verify(self, pem: str, data: bytes, signature: bytes) -> bool:
        """Tells whether a key signed `data`; False for a key or a signature that cannot be read, too."""
        from gitprov.adapters.signing.ecdsa import verify

        return verify(pem, data, signature)

    def certified(self, certificate: bytes) -> Certified | None:
        """Returns whom a certificate (DER) names; None when it names nobody."""
        from gitprov.adapters.signing.certificates import certified

        return certified(certificate)

    def keyless(self, data: bytes, who: Certified, document: str, *, promised: bool = False) -> str:
        """Verifies a bundle with a certificate and returns when it was signed (RFC 3339, UTC).

        Raises:
            GitprovError: GP-SIG-008.
        """
        from gitprov.adapters.sigstore.verifying import verify_keyless

        return verify_keyless(data, who, document, promised=promised)

    def timestamp(self, signature: bytes, timestamp: bytes, document: str) -> str | None:
        """Returns the time (RFC 3339, UTC) that an RFC 3161 timestamp proves for a signature; None for nothing."""
        from gitprov.adapters.signing.witnesses import stamped

        return stamped(signature, timestamp, document)

    def is_logged(self, bundle: "Bundle", pem: str, document: str) -> bool:
        """Tells whether the transparency log entry of a bundle proves that its log has the signature of a key."""
        from gitprov.adapters.signing.logs import is_logged

        return is_logged(bundle, pem, document)
