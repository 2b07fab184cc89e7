"""What signs, by one setting: a key in a file, in an SSH agent or in a KMS, or certificates of a Sigstore."""

import json
import os
from functools import cache

from gitprov.adapters.signing.keyed import KeySigner
from gitprov.adapters.signing.keys import FileKeys
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids.names import is_name
from gitprov.ports.signing import Key, Signer

_FORMS = "NAME, ssh-agent, ssh-agent:FINGERPRINT, ssh-agent:COMMENT, sigstore, sigstore:TRUST-CONFIG, kms:ADDRESS"
_ALONE = ("ssh-agent", "sigstore")  # what may stand without a colon
_SIGSTORE = "sigstore"
"""What a trust version is to call the trusted root of whoever signs by certificates."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What the environment and git's configuration say of signing.

    Attributes:
        key: What signs; None for the key `default`.
        timestamps: The address of a timestamp authority that is asked about each signature by a key.
        log: The address of a transparency log that gets each signature by a key.
    """

    key: str | None = None
    timestamps: str | None = None
    log: str | None = None


class ChosenKeys:
    """The keys of whoever uses this machine; methods raise GitprovError as the port says."""

    def __init__(self, files: FileKeys, choice: Choice, top: str) -> None:
        """Takes the keys in files, what was chosen, and the folder that the path of a TRUST-CONFIG begins at."""
        self._files = files
        self._choice = choice
        self._top = top

    def new(self, name: str, *, protect: bool = False) -> Key:
        """Makes a key in a file."""
        if _parts(name)[0]:
            raise codes.KEY_FORM.error(f"no key is called {name}: that says what signs", fix="gitprov keys new NAME")
        return self._files.new(name, protect=protect)

    def all(self) -> tuple[Key, ...]:
        """Returns the keys in files, sorted by name, and what signs if it is none of them."""
        chosen = self._choice.key
        elsewhere = [_elsewhere(chosen, is_default=True)] if chosen is not None and _parts(chosen)[0] else []
        return (*self._files.all(), *elsewhere)

    def find(self, key: str | None = None) -> Key:
        """Returns a key, by default the one that signs; an agent and a KMS are asked for it."""
        wanted = key or self._choice.key
        kind = _parts(wanted)[0]
        if wanted is None or not kind:
            return self._files.find(key)
        signer = None if kind == "sigstore" else self.signer(wanted)
        return _elsewhere(wanted, signer, is_default=wanted == self._choice.key)

    @cache  # noqa: B019 one for each command, and an agent is asked once for its keys
    def signer(self, key: str | None = None) -> Signer:
        """Returns what signs with a key, by default with the chosen one."""
        kind, which = _parts(key or self._choice.key)
        found: KeySigner
        match kind:
            case "ssh-agent":
                from gitprov.adapters.signing.agent import AgentSigner

                found = AgentSigner(which)
            case "kms":
                from gitprov.adapters.signing.kms import KmsSigner

                found = KmsSigner(which)
            case "sigstore":
                from gitprov.adapters.sigstore.signer import KeylessSigner

                return KeylessSigner(_SIGSTORE, self._read(which) if which else None)
            case _:
                found = self._files.signer(key) if self._choice.log is None else self._files.signer(key).anew()
        if self._choice.timestamps is None and self._choice.log is None:
            return found
        from gitprov.adapters.signing.witnessed import WitnessedSigner

        return WitnessedSigner(found, timestamps=self._choice.timestamps, log=self._choice.log)

    def _read(self, path: str) -> str:
        """Returns a client trust configuration, which is read as such only when something is signed by it."""
        try:
            with open(os.path.join(self._top, os.path.expanduser(path)), encoding="utf-8") as file:
                text = file.read()
            _ = {**json.loads(text)}["trustedRoot"]
        except (OSError, ValueError, LookupError, TypeError, RecursionError) as error:
            raise codes.KEY_UNUSABLE.error(
                f"{path} is no client trust configuration of a Sigstore",
                why=f"{type(error).__name__}: {error}; paths begin at {self._top}",
                fix="gitprov keys use sigstore:FILE",
            ) from None
        return text


def _parts(key: str | None) -> tuple[str, str]:
    """Returns the kind of a key and which it is; the kind of one in a file is "".

    Raises:
        GitprovError: GP-KEY-008.
    """
    kind, colon, which = (key or "default").partition(":")
    if colon and which and kind in (*_ALONE, "kms"):
        return kind, which
    if not colon and kind in _ALONE:
        return kind, ""
    if not colon and is_name(kind):
        return "", kind
    raise codes.KEY_FORM.error(f"{key} does not say what signs", why=f"there are: {_FORMS}")


def _elsewhere(name: str, signer: Signer | None = None, *, is_default: bool) -> Key:
    key, pem = (signer.id, signer.pem) if signer is not None else (None, None)
    return Key(name, key, pem, None, is_default)
