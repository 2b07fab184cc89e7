"""Keys and signatures: what makes them and what checks them. Which key counts for whom, the trust root says."""

from typing import Protocol

from gitprov.frozen import dataclass
from gitprov.records import Identity
from gitprov.trust.judging import Listed
from gitprov.trust.signatures import KeyId
from gitprov.trust.verifying import Certified, Verifier

__all__ = ["Certified", "Key", "Keys", "Signer", "Verifier"]


@dataclass(frozen=True, slots=True)
class Key:
    """A key of whoever uses this machine.

    Attributes:
        name: What its file is called here; no part of the format.
        id: What signatures call it.
        pem: The public key, as the trust root lists it.
        path: Where the private key lies.
        is_default: Whether commands sign with it.
    """

    name: str
    id: KeyId
    pem: str
    path: str
    is_default: bool


class Signer(Protocol):
    """Who signs, wherever the private key is kept: a file, an agent, a device, or nowhere for longer than a moment."""

    @property
    def id(self) -> KeyId:
        """What signatures call it."""
        ...

    @property
    def identity(self) -> Identity:
        """What a trust version lists."""
        ...

    @property
    def listed(self) -> Listed:
        """What its signatures are judged by right after they were made."""
        ...

    @property
    def repeats(self) -> bool:
        """Tells whether it signs the same statement in the same bytes again."""
        ...

    @property
    def pem(self) -> str:
        """The public key.

        Raises:
            GitprovError: GP-KEY-006 where certificates say who signs.
        """
        ...

    def sign(self, data: bytes) -> bytes:
        """Returns a signature of `data` in its only form: ECDSA with SHA-256 on P-256, low s, DER; or Ed25519.

        Raises:
            GitprovError: GP-KEY-006 where certificates say who signs; GP-KEY-* when the key cannot be used.
        """
        ...

    def bundle(self, payload: bytes) -> bytes:
        """Signs a statement and returns the bytes of the signature file.

        Raises:
            GitprovError: GP-KEY-* when the key cannot be used; GP-IO-* when an authority or a log cannot be asked.
        """
        ...


class Keys(Protocol):
    """The keys of whoever uses this machine.

    Methods raise GitprovError GP-KEY-002 for a private key that others can read, GP-KEY-003 for one that cannot be
    used, GP-KEY-004 when its passphrase is wrong or cannot be asked for, GP-IO-001.
    """

    def new(self, name: str, *, protect: bool = False) -> Key:
        """Makes a key; with `protect` its file takes a passphrase.

        Raises:
            GitprovError: GP-KEY-005 when there is one of this name; GP-SCH-003 for a name.
        """
        ...

    def all(self) -> tuple[Key, ...]:
        """Returns the keys, sorted by name."""
        ...

    def signer(self) -> Signer:
        """Returns what signs with the default key: `git config gitprov.key`, else the key `default`.

        That one is made when it is not there.

        Raises:
            GitprovError: GP-KEY-001 when the key that git's configuration names is not there.
        """
        ...
