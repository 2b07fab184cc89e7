"""What the rules in force would say of a promotion now: `gitprov policy check`. docs/policy.md."""

from collections.abc import Iterator

from gitprov.audit.authors import authors_of
from gitprov.audit.gather import propose
from gitprov.audit.in_effect import Source, read_promotions, source
from gitprov.check.effect import Timeline, judge
from gitprov.check.evidence import Ask, judged
from gitprov.check.landed import Gathered, Landed
from gitprov.check.states import stages
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.lineage.naming import no_release, split_release
from gitprov.policy.decide import Decision, Tried
from gitprov.ports.workplace import Workplace
from gitprov.records import Stored
from gitprov.records.promotions import Move


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
            fix="add it to the stages of .gitprov/project.yaml, then: gitprov policy sign",
        )
    ask = ask_now(place, gathered.landed, proposed.landed, timeline, name=name, stage=stage, release=release)
    evidence, decision = judged(proposed.landed, proposed.landed.chain.head, ask)
    incumbent = ask.incumbent
    return GateCheck(
        release=f"{name}@v{evidence.release.version}" if evidence.release is not None else text,
        stage=stage,
        incumbent=f"{name}@v{incumbent.version}" if incumbent is not None else None,
        source=source(gathered),
        tried=decision.tried,
        allowed=decision.allowed,
    )


def ask_now(
    place: Workplace,
    landed: Landed,
    there: Landed,
    timeline: Timeline,
    *,
    name: str,
    stage: str,
    release: Stored | None,
    kind: Move = "promote",
    requester: str | None = None,
    sequence: int | None = None,
) -> Ask:
    """Returns what somebody wants now, as the rules will judge it.

    Args:
        place: The ports.
        landed: What landed.
        there: The same with what the request brings along.
        timeline: Of the name.
        name: Of the release.
        stage: Which stage.
        release: What shall serve; None for a withdrawal.
        kind: promote, rollback or withdraw.
        requester: Who asks; whoever acts here by default.
        sequence: Number of the request; the next one after those that landed by default.
    """
    current = timeline.effective(stage, landed.chain.head)
    incumbent = current.request.release if current is not None else None
    return Ask(
        kind=kind,
        name=name,
        stage=stage,
        sequence=sequence or 1 + max((one.request.sequence for one in timeline.of(stage)), default=0),
        requester=requester or place.person(),
        authors=authors_of(place.git, there, release, incumbent.id if incumbent is not None else None),
        evaluated_at=place.clock.now(),
        commit=f"git:{landed.chain.commits[landed.chain.head]}",
        release=release,
        incumbent=incumbent,
    )


def denials(subject: str, decision: Decision) -> Iterator[Finding]:
    """Yields every rule that blocks, with its own remedy."""
    for one in decision.tried:
        if one.outcome in ("denied", "error"):
            yield codes.PRO_GATE.finding(
                subject,
                f"rule {one.rule} denies: {one.message}",
                why=f"policy {one.policy}" + (f": {one.error}" if one.error else ""),
                fix=one.remedy,
            )


def _release(proposed: Gathered, text: str) -> Stored:
    name, version = split_release(text) or (text, None)
    ledger = proposed.landed.ledger
    releases = ledger.releases_of(name)
    number = max(releases, default=0) if version is None else version
    if number not in releases:
        raise no_release(name, number, releases)
    return ledger.held[releases[number]].stored
