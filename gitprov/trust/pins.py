"""Pins: how people outside a repository name the trust version that they trust. docs/format.md, "Trust root"."""

import re

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, is_digest
from gitprov.trust.roots import Roots

_number = re.compile("[0-9]{4,15}").fullmatch
_DROP = {
    "GITPROV_PIN": "unset GITPROV_PIN  # gitprov trust fingerprint prints one",
    "git config gitprov.pin": "git config --unset gitprov.pin  # gitprov trust fingerprint prints one",
}
"""What takes a pin away that no command goes past."""


@dataclass(frozen=True, slots=True)
class Pin:
    """A trust version by number and id, written `NNNN:sha256:…`."""

    version: int
    id: Digest

    def __str__(self) -> str:
        return f"{self.version:04d}:{self.id}"


def read_pin(text: str, source: str) -> Pin:
    """Returns the pin that a text gives.

    Args:
        text: What people wrote.
        source: Where, for the error.

    Raises:
        GitprovError: GP-TRU-010.
    """
    number, _, digest = text.partition(":")
    if not _number(number) or not is_digest(digest) or str(pin := Pin(int(number), Digest(digest))) != text:
        raise codes.TRU_PIN.error(f"{text[:100]!r} is no pin", why=f"{source} gives it", fix=_DROP.get(source, ""))
    return pin


def require_pin(roots: Roots, pin: Pin, source: str) -> None:
    """Refuses trust versions in force of which a pin is none.

    Raises:
        GitprovError: GP-TRU-008 when they end before the pin's number; GP-TRU-009 when the number is another version.
    """
    if not roots.accepted or roots.accepted[-1].root.version < pin.version:
        last = f"version {roots.accepted[-1].root.version}" if roots.accepted else "none"
        raise codes.TRU_OLDER.error(f"{source} has trust version {pin.version}; in force here is {last}")
    if all((version.root.version, version.id) != (pin.version, pin.id) for version in roots.accepted):
        raise codes.TRU_OTHER.error(
            f"{source} has another trust version {pin.version} than is in force here", why=f"it should be {pin.id}"
        )
