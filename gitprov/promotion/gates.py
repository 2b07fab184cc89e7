"""`gitprov policy check`: what the rules in force would say of a promotion now. docs/policy.md."""

from dataclasses import dataclass

from gitprov.audit.gather import propose
from gitprov.audit.in_effect import Source, read_promotions, source
from gitprov.check.effect import judge
from gitprov.check.evidence import Ask, judged
from gitprov.check.landed import Gathered
from gitprov.check.states import stages
from gitprov.errors import catalogue as codes
from gitprov.lineage.naming import split_release
from gitprov.policy.decide import Tried
from gitprov.ports.workplace import Workplace
from gitprov.promotion.authors import authors_of
from gitprov.records import Stored


@dataclass(frozen=True, slots=True)
class GateCheck:
    """What the rules say.

    Attributes:
        release: `churn@v8`.
        stage: Where it would move to.
        incumbent: The release in effect there, `churn@v7`; None when there is none.
        source: What was read of the protected ref: its rules judge, whatever the work tree says.
        tried: Every rule that judges, with remedy, by policy and name.
        allowed: Whether none of them blocks.
    """

    release: str
    stage: str
    incumbent: str | None
    source: Source
    tried: tuple[Tried, ...]
    allowed: bool


def check_gates(place: Workplace, text: str, stage: str) -> GateCheck:
    """Returns what every rule in force says of moving a release, landed or staged, to a stage now.

    Args:
        place: The ports.
        text: NAME@vN, or NAME for its newest release.
        stage: The stage.

    Raises:
        GitprovError: GP-NAM-001 when there is no such release or stage; as `read_promotions` does.
    """
    gathered = read_promotions(place)
    proposed = propose(place, gathered)
    release = _release(proposed, text)
    name = text.partition("@")[0]
    timeline = judge(gathered.landed, name)
    known = stages(gathered.landed, timeline)
    if stage not in known:
        raise codes.NAM_UNKNOWN.error(
            f"no stage is called {stage}",
            why=f"the settings in force name {', '.join(known) or 'none'}",
            fix="add it to .gitprov/project.yaml: stages, then gitprov policy sign",
        )
    head = gathered.landed.chain.head
    asked = timeline.effective(stage, head)
    incumbent = asked.request.release if asked is not None else None
    ask = Ask(
        kind="promote",
        name=name,
        stage=stage,
        sequence=1 + max((one.request.sequence for one in timeline.of(stage)), default=0),
        requester=place.person(),
        authors=authors_of(place.git, proposed.landed, release, incumbent.id if incumbent else None),
        evaluated_at=place.clock.now(),
        commit=f"git:{gathered.landed.chain.commits[head]}",
        release=release,
        incumbent=incumbent,
    )
    evidence, decision = judged(proposed.landed, proposed.landed.chain.head, ask)
    return GateCheck(
        release=f"{name}@v{evidence.release.version}" if evidence.release is not None else text,
        stage=stage,
        incumbent=f"{name}@v{incumbent.version}" if incumbent is not None else None,
        source=source(gathered),
        tried=decision.tried,
        allowed=decision.allowed,
    )


def _release(proposed: Gathered, text: str) -> Stored:
    name, version = split_release(text) or (text, None)
    ledger = proposed.landed.ledger
    releases = ledger.releases_of(name)
    number = max(releases, default=0) if version is None else version
    if number not in releases:
        raise codes.NAM_UNKNOWN.error(
            f"no release is called {text}, neither on the protected ref nor staged",
            why=f"there are {', '.join(f'v{one}' for one in releases)}" if releases else "",
            fix=f"gitprov seal {name}",
        )
    return ledger.held[releases[number]].stored
