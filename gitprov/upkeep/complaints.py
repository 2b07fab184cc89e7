"""What is wrong with a clone, and what mends it."""

from collections.abc import Callable

from gitprov.errors import Finding
from gitprov.frozen import dataclass


@dataclass(frozen=True, slots=True)
class Complaint:
    """One finding, and what mends it here; None where a person has to. The lock is held while it mends."""

    finding: Finding
    mend: Callable[[], object] | None = None
