"""What all signers with a key have in common, wherever the private half is."""

from abc import ABC, abstractmethod

from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature, encode_dss_signature

from gitprov.records import Identity
from gitprov.trust.bundles import ORDER, to_sign, write_bundle
from gitprov.trust.judging import Listed
from gitprov.trust.roots import key_id
from gitprov.trust.signatures import KeyId


class KeySigner(ABC):
    """Signs with one key."""

    @property
    @abstractmethod
    def pem(self) -> str:
        """The public key: SubjectPublicKeyInfo in PEM."""

    @property
    @abstractmethod
    def repeats(self) -> bool:
        """Tells whether it signs the same statement in the same bytes again."""

    @abstractmethod
    def sign(self, data: bytes) -> bytes:
        """Returns a signature of `data` in its only form."""

    @property
    def id(self) -> KeyId:
        """What signatures call it."""
        return key_id(self.pem)

    @property
    def identity(self) -> Identity:
        """What a trust version lists."""
        return Identity(key=self.pem)

    @property
    def listed(self) -> Listed:
        """What its signatures are judged by."""
        return Listed(keys={self.id: self.pem})

    @property
    def is_dated(self) -> bool:
        """False: nothing proves when a key signed."""
        return False

    def bundle(self, payload: bytes) -> bytes:
        """Signs a statement and returns the bytes of the signature file."""
        return write_bundle(payload, self.sign(to_sign(payload)), self.pem)


def low_s(r: int, s: int) -> bytes:
    """Returns the only form of an ECDSA signature on P-256, which takes no key: (r, s) and (r, n-s) verify alike."""
    return encode_dss_signature(r, min(s, ORDER - s))


def in_low_s(signature: bytes) -> bytes:
    """Returns the only form of a signature in DER.

    Raises:
        ValueError: It is none.
    """
    return low_s(*decode_dss_signature(signature))
