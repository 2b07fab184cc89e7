"""Remembers which keyless signatures held, so that asking again takes no sigstore: half a second, and 3 ms for each.

Only what held is kept, and only for people who ask (`gitprov.wiring.project`): never in CI, at a door or to deploy.
Whoever can write into a clone's git folder can have its git run anything: that folder is believed as its owner is.
"""

import os
import re
from contextlib import suppress
from functools import cached_property
from importlib.metadata import version

from gitprov.adapters.signing.verifier import SignatureVerifier
from gitprov.ids import Digest, digest_of, sha256_of
from gitprov.trust.verifying import Certified

_line = re.compile(rb"(sha256:[0-9a-f]{64}) (\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ)").fullmatch


class RememberingVerifier(SignatureVerifier):
    """Checks signatures, and keyless ones once."""

    def __init__(self, path: str) -> None:
        """Takes the file that remembers; what cannot be read there, or written, is verified again."""
        self._path = path

    def keyless(self, data: bytes, who: Certified, document: str, *, promised: bool = False) -> str:
        """Returns when a bundle with a certificate was signed, as it was verified now or before.

        Raises:
            GitprovError: GP-SIG-008.
        """
        asked = [who.identity, who.issuer, promised, sha256_of(document.encode()), sha256_of(data)]
        key = digest_of([*self._versions, *asked])
        if key not in self._known:
            self._known[key] = super().keyless(data, who, document, promised=promised)
            self._append(f"{key} {self._known[key]}\n".encode())
        return self._known[key]

    @cached_property
    def _versions(self) -> tuple[str, ...]:
        """Of what verifies: another one verifies again."""
        return tuple(version(name) for name in ("gitprov", "sigstore", "cryptography", "rfc3161-client"))

    @cached_property
    def _known(self) -> dict[Digest, str]:
        """Digest of what was verified to the time that was proven."""
        lines: list[bytes] = []
        with suppress(OSError), open(self._path, "rb") as file:
            lines = file.read().splitlines()
        return {Digest(found[1].decode()): found[2].decode() for line in lines if (found := _line(line))}

    def _append(self, line: bytes) -> None:
        with suppress(OSError):
            os.makedirs(os.path.dirname(self._path), exist_ok=True)
            with open(self._path, "ab", buffering=0) as file:
                file.write(line)
