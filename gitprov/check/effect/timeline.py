"""What judging gives: clauses, judgements, and the timeline of a name."""

from gitprov.errors import Finding
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Held
from gitprov.records import Request


@dataclass(frozen=True, slots=True)
class Clause:
    """One numbered thing that must hold, and what was found; it holds when there is no finding.

    Attributes:
        number: As in docs/verification.md.
        title: What must hold, in a few words.
        says: What holds, in words.
        findings: What does not.
        waived: What does not, and need not, by an exception.
    """

    number: int
    title: str
    says: str
    findings: tuple[Finding, ...] = ()
    waived: tuple[Finding, ...] = ()

    @property
    def holds(self) -> bool:
        """Tells whether nothing was found against it."""
        return not self.findings


@dataclass(frozen=True, slots=True)
class Judgement:
    """A request, judged at a step."""

    step: int
    clauses: tuple[Clause, ...]

    @property
    def holds(self) -> bool:
        """Tells whether every clause holds."""
        return all(clause.holds for clause in self.clauses)

    @property
    def waived(self) -> tuple[Finding, ...]:
        """Everything that an exception waives."""
        return tuple(finding for clause in self.clauses for finding in clause.waived)

    @property
    def findings(self) -> tuple[Finding, ...]:
        """Everything that stands in the way."""
        return tuple(finding for clause in self.clauses for finding in clause.findings)


@dataclass(frozen=True, slots=True)
class Asked:
    """A request that landed, and what came of it.

    Attributes:
        held: The request's record.
        request: What it says.
        landed: The step where it landed.
        judgement: The last one: the one that made it effective, or what stands in its way.
        effective: The step at which it became effective, or None.
        replaced: The step at which another one took its place, or None.
    """

    held: Held
    request: Request
    landed: int
    judgement: Judgement | None = None
    effective: int | None = None
    replaced: int | None = None

    @property
    def id(self) -> Digest:
        """The request's id."""
        return self.held.id

    @property
    def is_exception(self) -> bool:
        """Tells whether it is in effect by an exception: without that it would not be."""
        return self.effective is not None and self.judgement is not None and bool(self.judgement.waived)


@dataclass(frozen=True, slots=True)
class Timeline:
    """Every request about one name that landed.

    Attributes:
        name: Of the release.
        asked: The requests, in the order in which they landed.
    """

    name: str
    asked: tuple[Asked, ...] = ()

    def of(self, stage: str) -> list[Asked]:
        """Returns the requests about a stage."""
        return [one for one in self.asked if one.request.stage == stage]

    def stages(self) -> list[str]:
        """Returns every stage that a request is about, sorted."""
        return sorted({one.request.stage for one in self.asked})

    def effective(self, stage: str, step: int) -> Asked | None:
        """Returns the request that is in effect after a step: the last that became effective; withdrawals too."""
        reached = [one for one in self.of(stage) if one.effective is not None and one.effective <= step]
        return max(reached, key=lambda one: one.effective or 0, default=None)

    def was_effective(self, stage: str, release: Digest, step: int) -> bool:
        """Tells whether a release was in effect at a stage at some time up to a step."""
        return any(
            one.effective is not None and one.effective <= step and one.request.release.id == release
            for one in self.of(stage)
            if one.request.release is not None
        )
