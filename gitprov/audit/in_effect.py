"""What serves a stage of a name, as the protected ref says: the way in of every question about NAME/STAGE."""

from gitprov.audit.gather import gather, protected_ref
from gitprov.check.effect import judge
from gitprov.check.landed import Gathered
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ports.workplace import Workplace
from gitprov.records.stored import ROOT


@dataclass(frozen=True, slots=True)
class Source:
    """What an answer was read from: the full name of the ref, its commit, and the number of the trust version there."""

    ref: str
    commit: str
    trust: int | None


def read_promotions(place: Workplace, *, at: str | None = None) -> Gathered:
    """Returns what landed on the protected ref.

    Args:
        place: The ports.
        at: A commit of its first-parent chain to stop at.

    Raises:
        GitprovError: As `gather` does; GP-GIT-005 in a shallow or partial clone, where nothing can be decided.
    """
    if place.git.is_partial:
        raise codes.GIT_SHALLOW.error("this clone lacks history, so that nobody can tell what is in effect")
    return gather(place, at=at)


def source(gathered: Gathered) -> Source:
    """Returns what an answer was read from."""
    chain, root = gathered.landed.chain, gathered.landed.roots.at(gathered.landed.chain.head)
    return Source(chain.ref, chain.commits[chain.head], root.root.version if root is not None else None)


def is_promoted(place: Workplace, name: str, stage: str) -> bool:
    """Tells whether any request for a stage of a name landed, removed or not; False without a trust root."""
    try:
        ref = protected_ref(place.git)
    except GitprovError as error:
        if error.code is codes.TRU_NONE:
            return False
        raise
    under = [f"{ROOT}/promotions/{name}/{stage}"]
    return bool(place.git.tree(ref, under)) or any(True for _ in place.git.steps(ref, under))


def serves(place: Workplace, name: str, stage: str) -> Digest | None:
    """Returns the release in effect at a stage; None when nobody ever asked for one.

    Raises:
        GitprovError: As `read_promotions` does; GP-NAM-001 when nothing is in effect.
    """
    if not is_promoted(place, name, stage):
        return None
    landed = read_promotions(place).landed
    asked = judge(landed, name).effective(stage, landed.chain.head)
    if asked is None or asked.request.release is None:
        why = "no request took effect" if asked is None else f"request {asked.request.sequence} withdrew it"
        raise codes.NAM_UNKNOWN.error(f"nothing serves {name}/{stage}", why=why, fix=f"gitprov why {name}/{stage}")
    return asked.request.release.id
