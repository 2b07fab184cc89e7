"""Keys in memory, and what checks signatures by keys.

ECDSA on P-256: one signature for one text (RFC 6979, low s), so that nothing is signed twice in other bytes.
"""

from functools import lru_cache

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key

from gitprov.adapters.signing.keyed import KeySigner, in_low_s

_SHA256 = ec.ECDSA(hashes.SHA256())


class EcdsaSigner(KeySigner):
    """A private key in memory."""

    def __init__(self, key: ec.EllipticCurvePrivateKey, *, repeats: bool = True) -> None:
        """Takes the key, and whether nonces follow from it and what is signed, as they do but for a log."""
        self._key = key
        self._repeats = repeats

    @property
    def pem(self) -> str:
        """The public key: SubjectPublicKeyInfo in PEM."""
        return self._key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    @property
    def repeats(self) -> bool:
        """Tells whether it signs the same statement in the same bytes again."""
        return self._repeats

    def sign(self, data: bytes) -> bytes:
        """Returns the one signature of `data`, or another one each time."""
        return in_low_s(self._key.sign(data, ec.ECDSA(hashes.SHA256(), deterministic_signing=self._repeats)))

    def anew(self) -> "EcdsaSigner":
        """Returns the key for a log, which takes no signature that it has already: each is another one."""
        return EcdsaSigner(self._key, repeats=False)


def verify(pem: str, data: bytes, signature: bytes) -> bool:
    """Tells whether a key signed `data`; False for a key or a signature that cannot be read, too."""
    try:
        match _public_key(pem):
            case ec.EllipticCurvePublicKey(curve=ec.SECP256R1()) as key:
                key.verify(signature, data, _SHA256)
            case ed25519.Ed25519PublicKey() as key:
                key.verify(signature, data)
            case _:
                return False
    except (InvalidSignature, UnsupportedAlgorithm, ValueError):
        return False
    return True


@lru_cache(maxsize=256)
def _public_key(pem: str) -> object:
    """Returns a key, which is read once however much it signed."""
    return load_pem_public_key(pem.encode())
