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
    """What can sign for whoever uses this machine.

    Attributes:
        name: What people call it: a name, or where it is: `ssh-agent:…`, `kms:…`, `sigstore:…`.
        id: What signatures call it; None where that is not known without asking somebody.
        pem: The public key, as the trust root lists it; None likewise, and where certificates say who signs.
        path: The file of the private key; None where it lies in no file of ours.
        is_default: Whether commands sign with it.
        identity: Whom certificates name; None for a key.
        issuer: Who vouches for them; likewise.
    """

    name: str
    id: KeyId | None
    pem: str | None
    path: str | None
    is_default: bool
    identity: str | None = None
    issuer: str | None = None


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
        """Tells whether it signs the same statement in the same bytes again.

        Another one is asked for a signature only when that is sure to be written: a service bills for it, and a log
        keeps it for ever.
        """
        ...

    @property
    def is_dated(self) -> bool:
        """Tells whether its signatures come with a proof of when they were made."""
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

    One setting chooses what signs, `GITPROV_KEY` or `git config gitprov.key`: the NAME of a key in a file, `ssh-agent`,
    `sigstore` or `kms:` with what follows. Methods raise GitprovError GP-KEY-001 when there is no such key, GP-KEY-002
    for a private key that others can read, GP-KEY-003 for one that cannot be used, GP-KEY-004 when its passphrase is
    wrong or cannot be asked for, GP-KEY-008 for a setting in no known form, GP-KEY-009 when the SSH agent cannot be
    asked, GP-KEY-010 when an agent, a device or a service refuses, GP-KEY-011 without the library for it, GP-IO-001.
    """

    def new(self, name: str, *, protect: bool = False) -> Key:
        """Makes a key in a file; with `protect` it takes a passphrase.

        Raises:
            GitprovError: GP-KEY-005 when there is one of this name; GP-SCH-003 for a name.
        """
        ...

    def all(self) -> tuple[Key, ...]:
        """Returns the keys in files, sorted by name, and what signs if it is none of these; nobody is asked."""
        ...

    def find(self, key: str | None = None) -> Key:
        """Returns a key, by default what signs; where certificates say who signs, nobody is asked who that is."""
        ...

    def signer(self, key: str | None = None) -> Signer:
        """Returns what signs with a key, by default with what was chosen, else with the key `default`.

        That one is made when it is not there.
        """
        ...
