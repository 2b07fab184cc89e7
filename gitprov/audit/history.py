"""`gitprov history NAME/STAGE`: every request that landed, and what became of it (demands 8, 16)."""

from collections.abc import Callable, Iterable

from gitprov.audit.in_effect import Source, read_promotions, source
from gitprov.check.as_of import since
from gitprov.check.effect import Asked, Case, Observed, Timeline, count, deployments, disputes, in_time, judge
from gitprov.check.landed import Landed
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage.imports import Import, imports_named
from gitprov.ports.git import Commit
from gitprov.ports.workplace import Workplace
from gitprov.records.promotions import Move


@dataclass(frozen=True, slots=True)
class Deployed:
    """A deployment: its record's id, the deployer's clock, and who."""

    id: Digest
    at: str
    by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A request that landed.

    Attributes:
        id: Of the request.
        label: How people name it: `churn/production/3`.
        kind: promote, rollback or withdraw.
        release: What it names, `churn@v2`; None when it withdraws.
        asked_by: People in standing who signed it and may ask.
        approved_by: People whose approval counts, and `rejected_by`.
        approvals: The same in words: `1 of 2 approvals: bob`.
        reason: Why, as the request says.
        landed: The commit of the step where it landed.
        effective: The commit of the step where it took effect; None when it has not.
        since: From when on it is known to have counted, and by whom.
        replaced_by: The request that took its place.
        deployments: What deployers put in place of it.
        findings: Why it has not taken effect; of one that has, why it may not be deployed: late, or disputed.
    """

    id: Digest
    label: str
    kind: Move
    release: str | None
    asked_by: tuple[str, ...]
    approved_by: tuple[str, ...]
    rejected_by: tuple[str, ...]
    approvals: str
    reason: str
    landed: Commit
    effective: Commit | None
    since: Observed | None
    replaced_by: str | None
    deployments: tuple[Deployed, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class History:
    """The answer.

    Attributes:
        asked: The name and stage, as typed.
        source: What it was read from.
        entries: Newest first.
        more: How many more there are that never took effect.
        imported: What registries of other tools say of a stage of this name there, oldest first: no promotions.
    """

    asked: str
    source: Source
    entries: tuple[Entry, ...]
    more: int
    imported: tuple[Import, ...]


@dataclass(frozen=True, slots=True)
class Book:
    """What entries are made of: everything that landed, the timeline of a name, the commits of steps, and the clock."""

    landed: Landed
    timeline: Timeline
    commits: Callable[[int], Commit]
    now: str

    def date(self, step: int) -> str:
        """Returns the date that the commit of a step claims."""
        return self.commits(step).time

    def entry(self, asked: Asked) -> Entry:
        """Returns a request as an entry."""
        request, landed = asked.request, self.landed
        step = asked.judgement.step if asked.judgement is not None else asked.landed
        root = landed.roots.at(step - 1)
        case = Case(landed, self.timeline, asked.held, request, step, root) if root is not None else None
        votes = count(case, case.evidence()) if case is not None else None
        next_one = next((one for one in self.timeline.of(request.stage) if one.effective == asked.replaced), None)
        placed = tuple(Deployed(one.id, one.record.observed_at, one.people) for one in deployments(landed, asked.id))
        return Entry(
            id=asked.id,
            label=asked.request.label,
            kind=request.kind,
            release=f"{request.name}@v{request.release.version}" if request.release is not None else None,
            asked_by=tuple(sorted(landed.signers(asked.id, step - 1) & case.askers)) if case is not None else (),
            approved_by=votes.approved if votes is not None else (),
            rejected_by=votes.rejected if votes is not None else (),
            approvals=votes.says if votes is not None else "",
            reason=request.reason,
            landed=self.commits(asked.landed),
            effective=self.commits(asked.effective) if asked.effective is not None else None,
            since=since(landed, asked, self.date) if asked.effective is not None else None,
            replaced_by=next_one.request.label if asked.replaced is not None and next_one is not None else None,
            deployments=placed,
            findings=tuple(self._findings(asked, is_placed=bool(placed))),
        )

    def _findings(self, asked: Asked, *, is_placed: bool) -> Iterable[Finding]:
        if asked.effective is None:
            return asked.judgement.findings if asked.judgement is not None else ()
        # What was replaced before anybody deployed it can come too late no more.
        late = in_time(self.landed, asked, self.now).findings if is_placed or asked.replaced is None else ()
        return (*late, *disputes(self.landed, asked))


def open_book(place: Workplace, landed: Landed, name: str, *, now: str | None = None) -> Book:
    """Returns the book of a name; the clock's time by default."""
    timeline = judge(landed, name)
    steps = {step for one in timeline.asked for step in (one.landed, one.effective) if step is not None}
    described = place.git.described(landed.chain.commits[step] for step in steps)
    return Book(landed, timeline, lambda step: described[landed.chain.commits[step]], now or place.clock.now())


def history(place: Workplace, name: str, stage: str, *, everything: bool = False) -> History:
    """Returns the requests for a stage of a name that landed, newest first.

    Args:
        place: The ports.
        name: Of the releases.
        stage: The stage.
        everything: Also those that never took effect: refused, rejected, overtaken, or still open.

    Raises:
        GitprovError: As `read_promotions` does; GP-NAM-001 when there is none.
    """
    gathered = read_promotions(place)
    book = open_book(place, gathered.landed, name)
    asked = book.timeline.of(stage)
    imported = tuple(imports_named(gathered.landed.ledger, name, stage))
    if not asked and not imported:
        raise codes.NAM_UNKNOWN.error(
            f"nobody asked to move {name}/{stage}",
            why=f"{gathered.landed.chain.ref} has no request for it",
            fix=f"gitprov promote {name} --to {stage} --reason TEXT",
        )
    shown = [one for one in asked if everything or one.effective is not None]
    shown.sort(key=lambda one: (one.effective if one.effective is not None else one.landed, one.request.sequence))
    entries = tuple(book.entry(one) for one in reversed(shown))
    return History(f"{name}/{stage}", source(gathered), entries, len(asked) - len(shown), imported)
