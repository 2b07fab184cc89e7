"""What this machine remembers of a project outside of its repository: what was seen may not be taken back."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import Protocol

from gitprov.frozen import dataclass
from gitprov.ids import Digest


@dataclass(frozen=True, slots=True)
class Seen:
    """What was last seen of a project's protected ref.

    Attributes:
        pin: The newest trust version, `NNNN:sha256:…`; None at first contact.
        head: The commit that the ref pointed to, in hex digits.
        deployed: NAME/STAGE to the sequence number of the request that was deployed last.
        size: How many leaves the log had there; None when nobody looked.
        root: Their root.
    """

    pin: str | None = None
    head: str | None = None
    deployed: Mapping[str, int] = field(default_factory=dict)
    size: int | None = None
    root: Digest | None = None


class Memory(Protocol):
    """Remembers by project and protected ref, never by host or address."""

    def recall(self, project: Digest, ref: str) -> Seen:
        """Returns what was last seen; nothing at first contact.

        Args:
            project: Id of the first trust version.
            ref: The protected ref as the trust root names it: `refs/heads/…`.

        Raises:
            GitprovError: GP-IO-001 when it cannot be read, which is no first contact.
        """
        ...

    def update(self, project: Digest, ref: str, change: Callable[[Seen], Seen]) -> Seen:
        """Replaces what was last seen by what `change` makes of it, whole or not at all; others wait meanwhile.

        When `change` raises, nothing is replaced.

        Raises:
            GitprovError: GP-IO-001.
        """
        ...
