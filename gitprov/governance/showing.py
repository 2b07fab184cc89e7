"""`gitprov trust show` and `gitprov trust fingerprint`: who decides, and how that came to be believed."""

from collections.abc import Mapping

from gitprov.audit.trusted import How, trusted
from gitprov.errors import Finding
from gitprov.frozen import dataclass
from gitprov.governance.state import current, landed_now, versions
from gitprov.ports.workplace import Workplace
from gitprov.trust.words import lines


@dataclass(frozen=True, slots=True)
class TrustShown:
    """The trust root in force.

    Attributes:
        ref: The ref that was read.
        commit: Its commit.
        version: Number of the version in force.
        pin: `NNNN:sha256:…`.
        how: Why it is believed: `pinned`, `remembered` or `first use`.
        since: The commit from which on it is in force.
        says: People, roles, protected ref and expiry, each in words.
        proposed: Numbers that landed and are not in force, above that of the version in force.
        findings: What is wrong with trust versions.
        notes: What a person should know.
    """

    ref: str
    commit: str
    version: int
    pin: str
    how: How
    since: str
    says: Mapping[str, str]
    proposed: tuple[int, ...]
    findings: tuple[Finding, ...]
    notes: tuple[str, ...]


def show_trust(place: Workplace, pin: str | None = None) -> TrustShown:
    """Returns the trust root in force on the protected ref.

    Raises:
        GitprovError: GP-TRU-006 without one in force; GP-TRU-008 to -010 when a pin or memory says otherwise.
    """
    gathered = landed_now(place)
    chain, roots = gathered.landed.chain, gathered.landed.roots
    last = current(roots, "nobody decides yet")
    known = trusted(place, roots, pin)
    return TrustShown(
        chain.ref,
        chain.commits[chain.head],
        last.root.version,
        last.pin,
        known.how,
        chain.commits[last.step],
        lines(last.root),
        tuple(number for number in sorted(versions(gathered)) if number > last.root.version),
        gathered.trust,
        tuple(filter(None, (last.weakness, known.note))),
    )


def pin_here(place: Workplace, pin: str) -> None:
    """Pins a trust version for this clone, in git's configuration."""
    place.git.set_config("gitprov.pin", pin)
