"""Which settings are in force: those that the owners signed, whatever lies in the tree (docs/verification.md; A16)."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Any

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest

ReadSetting = Callable[[str, bytes], Any]
"""Path and bytes of a setting to what it says (Project, CatalogEntry, Policy); raises GitprovError."""


@dataclass(frozen=True, slots=True)
class InForce:
    """The settings in force over time.

    Attributes:
        changes: (step, path, digest or None) of each authorised change, ascending: in force after that step.
        blobs: Digest to bytes, as far as they were seen on the chain.
        read: What makes settings of bytes.
        seen: Digest to the step at which the chain first had its bytes; those that are left out were always there.
        waiting: Governance records that may still come into force.
    """

    changes: tuple[tuple[int, str, Digest | None], ...]
    blobs: Mapping[Digest, bytes]
    read: ReadSetting
    waiting: tuple[Digest, ...] = ()
    seen: Mapping[Digest, int] = field(default_factory=dict)
    _known: dict[tuple[str, Digest], Any] = field(default_factory=dict, repr=False)

    def at(self, step: int) -> dict[str, Digest]:
        """Returns the settings in force after a step: path to digest of the bytes."""
        found: dict[str, Digest] = {}
        for when, path, digest in self.changes:
            if when > step:
                break
            if digest is None:
                found.pop(path, None)
            else:
                found[path] = digest
        return found

    def setting(self, step: int, path: str) -> Any | None:
        """Returns what a setting in force after a step says, or None when there is none.

        Bytes that the chain did not have by then cannot be read, also if it has them now: no later commit changes what
        a step was judged by.

        Raises:
            GitprovError: GP-SCH-*, GP-YML-* when it cannot be read; GP-SET-001 when its bytes never were on the chain.
        """
        digest = self.at(step).get(path)
        if digest is None:
            return None
        if self.seen.get(digest, step) > step:
            raise codes.SET_UNSEEN.error(f"{path} was in force as {digest[:19]}, which no commit had by then")
        if (path, digest) not in self._known:
            self._known[path, digest] = self.read(path, self._bytes(path, digest))
        return self._known[path, digest]

    def _bytes(self, path: str, digest: Digest) -> bytes:
        if digest not in self.blobs:
            raise codes.SET_UNSEEN.error(f"{path} is in force as {digest[:19]}, which no commit here has")
        return self.blobs[digest]
