"""Keys in files: PKCS#8 PEM that only their owner reads, with the public key beside each."""

import os
import shlex
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from secrets import token_hex

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)

from gitprov.adapters.durable import sync_folders
from gitprov.adapters.signing.ecdsa import EcdsaSigner
from gitprov.adapters.signing.passphrases import ask_passphrase
from gitprov.errors import catalogue as codes
from gitprov.ids.names import check_name, is_name
from gitprov.ports.signing import Key
from gitprov.trust.roots import key_id

DEFAULT = "default"
_PRIVATE, _PUBLIC = ".pem", ".pub"
_COSIGN = (b"ENCRYPTED SIGSTORE PRIVATE KEY", b"ENCRYPTED COSIGN PRIVATE KEY")


class FileKeys:
    """The keys in one folder."""

    def __init__(self, folder: str, chosen: str | None = None) -> None:
        """Takes the folder, which is made with the first key, and the name of the default key if people chose one."""
        self._folder = folder
        self._chosen = chosen

    def new(self, name: str, *, protect: bool = False) -> Key:
        """Makes a key; with `protect` its file takes a passphrase.

        Raises:
            GitprovError: GP-KEY-004 when the passphrase cannot be asked for; GP-KEY-005 when there is one of this name;
                GP-SCH-003 for a name; GP-IO-001.
        """
        path = self._path(check_name(name, "a key"))
        if os.path.lexists(path) or not self._make(name, ask_passphrase(path, twice=True).encode() if protect else b""):
            raise codes.KEY_EXISTS.error(f"there is a key {name} already", why=path)
        return self._key(name)

    def all(self) -> tuple[Key, ...]:
        """Returns the keys, sorted by name.

        Raises:
            GitprovError: GP-KEY-* as the port says.
        """
        with _translated(self._folder):
            files = os.listdir(self._folder) if os.path.isdir(self._folder) else []
        names = sorted(file.removesuffix(_PRIVATE) for file in files if file.endswith(_PRIVATE))
        return tuple(self._key(name) for name in names if is_name(name))

    def find(self, key: str | None = None) -> Key:
        """Returns a key by name, by default the one that signs; errors are those of `signer`."""
        return self._key(self._there(key))

    def signer(self, key: str | None = None) -> EcdsaSigner:
        """Returns what signs with a key, by default the chosen one; without a choice it is made when it is not there.

        Raises:
            GitprovError: GP-KEY-001 when there is no such key; GP-SCH-003 for its name; GP-KEY-* as the port says.
        """
        return self._load(self._there(key))

    def _there(self, key: str | None) -> str:
        """Returns the name of a key that is there, or made."""
        name = check_name(key or self._chosen or DEFAULT, "a key")
        if not os.path.exists(self._path(name)):
            if key is not None or self._chosen is not None:
                raise codes.KEY_UNKNOWN.error(f"there is no key {name}", fix=f"gitprov keys new {name}")
            self._make(name, b"")
        return name

    def _path(self, name: str) -> str:
        return os.path.join(self._folder, name + _PRIVATE)

    def _make(self, name: str, passphrase: bytes) -> bool:
        """Makes a key; returns False when somebody else made one of this name meanwhile."""
        key = ec.generate_private_key(ec.SECP256R1())
        lock = BestAvailableEncryption(passphrase) if passphrase else NoEncryption()
        with _translated(self._folder):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            made = _write_new(self._path(name), key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, lock), 0o600)
            if made:
                self._publish(name, EcdsaSigner(key).pem)
                folder = os.path.abspath(self._folder)
                sync_folders({folder, os.path.dirname(folder)})  # what it signs must not outlast it
        return made

    def _publish(self, name: str, pem: str) -> None:
        _write_new(os.path.join(self._folder, name + _PUBLIC), pem.encode(), 0o644)

    def _key(self, name: str) -> Key:
        public = os.path.join(self._folder, name + _PUBLIC)
        if not os.path.exists(public):
            self._publish(name, self._load(name).pem)
        with _translated(public), open(public, encoding="ascii", errors="replace") as file:
            pem = file.read()
        return Key(name, key_id(pem), pem, self._path(name), is_default=name == (self._chosen or DEFAULT))

    def _load(self, name: str) -> EcdsaSigner:
        path = self._path(name)
        data = _read_private(path)
        if any(mark in data for mark in _COSIGN):
            raise codes.KEY_UNUSABLE.error(
                f"{path} is encrypted in cosign's own way",
                fix="gitprov keys new NAME && gitprov keys use NAME  # cosign import-key-pair takes it, too",
            )
        is_locked = b"BEGIN ENCRYPTED" in data
        passphrase = ask_passphrase(path).encode() if is_locked else None
        try:
            key = load_pem_private_key(data, passphrase)
        except ValueError as error:
            if is_locked:
                raise codes.KEY_PASSPHRASE.error(f"the passphrase does not open {path}") from None
            raise codes.KEY_UNUSABLE.error(f"{path} is no private key in PEM", why=str(error)[:200]) from None
        if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
            raise codes.KEY_UNUSABLE.error(
                f"{path} is no ECDSA key on P-256", why="signatures are made with these only"
            )
        return EcdsaSigner(key)


def _read_private(path: str) -> bytes:
    with _translated(path), open(path, "rb") as file:
        mode = stat.S_IMODE(os.fstat(file.fileno()).st_mode)
        if mode & 0o077:
            raise codes.KEY_READABLE.error(
                f"others can read {path}", why=f"its mode is {mode:04o}", fix=f"chmod 600 {shlex.quote(path)}"
            )
        return file.read()


def _write_new(path: str, data: bytes, mode: int) -> bool:
    """Writes a file that must not exist, whole and on disk before it has its name; returns False when it exists."""
    temporary = f"{path}.{token_hex(8)}"
    file = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    try:
        with open(file, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(file)
        os.link(temporary, path)
    except FileExistsError:
        return False
    finally:
        os.unlink(temporary)
    return True


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise codes.IO_FAILED.error(f"{path} cannot be read or written", why=error.strerror or str(error)) from error
