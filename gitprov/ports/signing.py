"""Keys and signatures: what makes them and what checks them. Which key counts for whom, the trust root says."""

from dataclasses import dataclass
from typing import Protocol

from gitprov.trust.signatures import KeyId


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
    """A private key, wherever it is kept."""

    @property
    def pem(self) -> str:
        """The public key, as the trust root lists it."""
        ...

    def sign(self, data: bytes) -> bytes:
        """Returns the one signature of `data`: ECDSA with SHA-256 on P-256, RFC 6979, low s, DER."""
        ...


class Verifier(Protocol):
    """What checks signatures."""

    def verify(self, pem: str, data: bytes, signature: bytes) -> bool:
        """Tells whether a key signed `data`; False for a key or a signature that cannot be read, too."""
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
