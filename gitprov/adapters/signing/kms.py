"""Keys that a key management service or a hardware token keeps, through securesystemslib: `gitprov[kms]`."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache, cached_property
from urllib.parse import parse_qsl, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_public_key
from securesystemslib.exceptions import UnsupportedLibraryError
from securesystemslib.signer import AWSSigner, AzureSigner, GCPSigner, HSMSigner, Signer, SSlibKey

from gitprov.adapters.signing.keyed import KeySigner, in_low_s
from gitprov.adapters.signing.passphrases import ask_passphrase
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes

FORMS = "awskms:KEY, azurekms://VAULT.vault.azure.net/keys/KEY, gcpkms:KEY-VERSION, hsm:KEY?label=TOKEN"


class KmsSigner(KeySigner):
    """A key by its address.

    Methods raise GitprovError GP-KEY-003 for a key that is not ECDSA on P-256; GP-KEY-004 when a PIN cannot be asked
    for; GP-KEY-008 for another form of address; GP-KEY-010 when the service or the device does not answer right;
    GP-KEY-011 without the library that it takes.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._pin = cache(lambda _: ask_passphrase(address))  # a device asks each time

    @property
    def pem(self) -> str:
        """The public key."""
        return self._opened[0]

    @property
    def repeats(self) -> bool:
        """False: a device takes another nonce each time."""
        return False

    def sign(self, data: bytes) -> bytes:
        """Returns a signature of `data` in its only form."""
        with self._asking():
            return in_low_s(bytes.fromhex(self._opened[1].sign(data).signature))

    @cached_property
    def _opened(self) -> tuple[str, Signer]:
        with self._asking():
            address, public = self._public()
            key = load_pem_public_key(public.keyval["public"].encode())
            if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, ec.SECP256R1):
                raise codes.KEY_UNUSABLE.error(
                    f"{self._address} is no ECDSA key on P-256",
                    why="signatures are made with these only",
                    fix="make one there: its usage is to sign and verify, its curve P-256",
                )
            pem = key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()
            return pem, Signer.from_priv_key_uri(address, public, self._pin)

    def _public(self) -> tuple[str, SSlibKey]:
        """Returns the whole address, and the public key."""
        kind, _, key = self._address.partition(":")
        url = urlsplit(self._address)
        match kind, [part for part in url.path.split("/") if part]:
            case "awskms", _:
                return AWSSigner.import_(key)
            case "gcpkms", _:
                return GCPSigner.import_(key)
            case "azurekms", ["keys", name, *_]:
                return AzureSigner.import_(url.netloc.partition(".")[0], name)
            case "hsm", ([] | [_]) as number:
                label = dict(parse_qsl(url.query)).get("label")
                return HSMSigner.import_(int(number[0]) if number else None, label, self._pin)
        raise codes.KEY_FORM.error(f"{self._address} is no address of a key", why=f"there are: {FORMS}")

    @contextmanager
    def _asking(self) -> Iterator[None]:
        try:
            yield
        except GitprovError:
            raise
        except UnsupportedLibraryError as error:
            raise codes.KEY_EXTRA.error(f"{self._address} takes a library", why=str(error)) from None
        except Exception as error:  # noqa: BLE001 each service's library raises its own
            why = " ".join(str(error).split())[:200] or type(error).__name__
            raise codes.KEY_REFUSED.error(f"{self._address} does not sign", why=why) from None
