"""What judging asks of cryptography: answered by `gitprov.adapters.signing`."""

from typing import Protocol

from gitprov.frozen import dataclass
from gitprov.trust.bundles import Bundle


@dataclass(frozen=True, slots=True)
class Certified:
    """Whom a certificate names: an e-mail address or URI, and the issuer who vouched for it."""

    identity: str
    issuer: str


class Verifier(Protocol):
    """What checks signatures, without network and without any file of its own.

    A trusted root is given as its document: JSON text that a trust version lists.
    """

    def verify(self, pem: str, data: bytes, signature: bytes) -> bool:
        """Tells whether a key signed `data`; False for a key or a signature that cannot be read, too."""
        ...

    def certified(self, certificate: bytes) -> Certified | None:
        """Returns whom a certificate (DER) names, which is not proven by that; None when it names nobody."""
        ...

    def keyless(self, data: bytes, who: Certified, document: str, *, promised: bool = False) -> str:
        """Verifies a bundle with a certificate and returns when it was signed (RFC 3339, UTC).

        Args:
            data: The bundle's bytes.
            who: Whom the certificate must name.
            document: The trusted root.
            promised: Whether the time at which a log promised to log it will do, too.

        Raises:
            GitprovError: GP-SIG-008 says which step of docs/verification.md failed.
        """
        ...

    def timestamp(self, signature: bytes, timestamp: bytes, document: str) -> str | None:
        """Returns the time (RFC 3339, UTC) that an RFC 3161 timestamp proves for a signature; None for nothing."""
        ...

    def is_logged(self, bundle: Bundle, pem: str, document: str) -> bool:
        """Tells whether the transparency log entry of a bundle proves that its log has the signature of a key."""
        ...
