"""Where trust and settings stand: on the protected ref, and as they would be if what is staged landed now."""

from pathlib import PurePosixPath

from gitprov.audit.gather import gather, propose
from gitprov.check.landed import Gathered
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.workplace import Workplace
from gitprov.recording.writing import Outcome
from gitprov.records import History, Stored, TrustRoot
from gitprov.records.stored import ROOT
from gitprov.trust.roots import Accepted, Roots
from gitprov.trust.words import Change

TRUST = f"{ROOT}/trust"


@dataclass(frozen=True, slots=True)
class Rooted:
    """What was done to the trust root.

    Attributes:
        outcome: What was written.
        proposed: The version.
        changes: What it changes.
        lacks: What it takes yet to come into force when it lands; "" for nothing.
        next: The command to go on with; "" when nothing was written.
    """

    outcome: Outcome
    proposed: Accepted
    changes: tuple[Change, ...]
    lacks: str = ""
    next: str = ""

    @property
    def version(self) -> int:
        """Its number."""
        return self.proposed.root.version

    @property
    def pin(self) -> str:
        """How people outside name it: `NNNN:sha256:…`."""
        return self.proposed.pin

    @property
    def deployers(self) -> tuple[str, ...]:
        """Who has to pin again once it has landed: an older pin is content with a root that ends before it."""
        return self.proposed.deployers if self.proposed.root.follows is not None else ()


def landed_now(place: Workplace) -> Gathered:
    """Returns what landed on the protected ref.

    Raises:
        GitprovError: GP-TRU-006 without a trust root that is committed; GP-GIT-003.
    """
    try:
        return gather(place)
    except GitprovError as error:
        if error.code is codes.TRU_NONE and not place.git.is_bare and place.git.index([TRUST]):
            raise error.code.error(
                "the trust root is staged and in no commit yet", fix='git commit -m "Begin the trust root"'
            ) from None
        raise


def look(place: Workplace) -> tuple[Gathered, Gathered]:
    """Returns what landed, and what would have if the index landed now.

    Raises:
        GitprovError: As `landed_now` does.
    """
    landed = landed_now(place)
    return landed, propose(place, landed)


def current(roots: Roots, what: str) -> Accepted:
    """Returns the newest version in force.

    Raises:
        GitprovError: GP-TRU-006 when there is none.
    """
    if not roots.accepted:
        raise codes.TRU_NONE.error(f"no trust version is in force, so that {what}", fix="gitprov trust sign 0001")
    return roots.accepted[-1]


def history(landed: Gathered) -> History:
    """Returns where the protected ref stands, as records sign it."""
    chain = landed.landed.chain
    size, root = landed.log.history_at(chain.head)
    return History(commit=f"git:{chain.commits[chain.head]}", size=size, root=root)


def versions(gathered: Gathered) -> dict[int, Stored]:
    """Returns every trust version that is there, in force or not, by number."""
    stored = (held.stored for held in gathered.landed.ledger.held.values())
    return {one.record.version: one for one in stored if isinstance(one.record, TrustRoot)}


def next_number(gathered: Gathered) -> int:
    """Returns the first number above that of every trust version, also of files that cannot be read."""
    files = (path for path in gathered.landed.chain.landed if path.startswith(f"{TRUST}/") and path.endswith(".yaml"))
    return max(int(PurePosixPath(path).stem) for path in files) + 1


def lacking(gathered: Gathered, path: str) -> str:
    """Returns why a trust version, or a setting, would not be in force; "" when it would."""
    found = (*gathered.trust, *gathered.settings)
    return "; ".join(finding.why or finding.what for finding in found if finding.subject == path)
