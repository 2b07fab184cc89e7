"""Evidence: what a request was judged by, as a record that anybody can compute again. docs/format.md, "Evidence"."""

from collections.abc import Mapping
from dataclasses import field
from typing import Any, ClassVar, Literal

from gitprov.frozen import dataclass
from gitprov.records.codec import (
    CommitField,
    ContainerField,
    Count,
    DigestField,
    DigestOrUnknown,
    NameField,
    Part,
    TimeField,
    Version,
)
from gitprov.records.promotions import Move, ReleaseRef

Assurance = Literal["verified", "provider", "asserted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DataEntry(Part):
    """A source that the release rests on: the data manifest.

    Attributes:
        artifact: Id of its record.
        name: Its name.
        content: Digest of its content.
        size: In bytes, where its bytes are known.
        assurance: How far its content is known.
        cutoff: The data holds nothing after it, as the earliest accepted run that stated one said; none that is later
            than `observed`, which could not be true.
        observed: When the earliest accepted run that met this content ended, however often it was added again since.
    """

    artifact: DigestField
    name: NameField
    content: DigestField
    size: Count | None = None
    assurance: Assurance = "verified"
    cutoff: TimeField | None = None
    observed: TimeField | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberEntry(Part):
    """A member of the release, and the content that the incumbent has in the same role."""

    artifact: DigestField
    name: NameField
    kind: NameField
    content: DigestField
    incumbent: DigestField | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunEntry(Part):
    """A run that the release rests on: lineage, commit, environment, parameters, and whose signatures count.

    Attributes:
        run: Id of its record.
        step: Its step.
        code: Digest of its code.
        commit: HEAD when it ran.
        environment: Digest of its environment.
        container: Its container.
        params: Its parameters.
        inputs: Role to content.
        people: People in standing who signed it, sorted.
        accepted: Whether a producer did, and stands behind every unlisted key that did, too.
        reviewed: Whether some commit of the protected ref has its code.
    """

    run: DigestField
    step: NameField
    code: DigestOrUnknown | None = None
    commit: CommitField | None = None
    environment: DigestOrUnknown | None = None
    container: ContainerField | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[NameField, DigestField] = field(default_factory=dict)
    people: tuple[NameField, ...] = ()
    accepted: bool = False
    reviewed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationEntry(Part):
    """An evaluation of a release or of a member: none that was on record may be left out.

    Attributes:
        evaluation: Id of its record.
        suite: Which evaluation.
        role: The member's role; None when it is about the set.
        data: Digest of the content that it was evaluated on.
        people: People in standing who signed it, sorted.
        accepted: Whether an evaluator did; its metrics count only then.
    """

    evaluation: DigestField
    suite: NameField
    role: NameField | None = None
    data: DigestField | None = None
    people: tuple[NameField, ...] = ()
    accepted: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepEntry(Part):
    """That a run which the release rests on was chosen out of a run-set.

    Attributes:
        sweep: Id of the run that says so.
        run: Id of the chosen run.
        artifact: Id of the run-set.
        name: Its name.
        runs: How many runs it was chosen from, itself among them.
    """

    sweep: DigestField
    run: DigestField
    artifact: DigestField
    name: NameField
    runs: Version


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricEntry(Part):
    """A metric of the candidate and of the incumbent: the value of every accepted evaluation, oldest first."""

    after: tuple[Any, ...] = ()
    before: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry(Part):
    """A rule that was tried, and what came of it; `message` says what is wrong, in the rule's words."""

    policy: NameField
    rule: NameField
    severity: Literal["deny", "warn"] = "deny"
    outcome: Literal["passed", "denied", "warned", "error"]
    message: str | None = None

    @property
    def blocks(self) -> bool:
        """Tells whether the request is refused for it."""
        return self.outcome in ("denied", "error")


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Part):
    """What a request was judged by (demand 19). Deterministic: computed again from the records that it names.

    Attributes:
        name: Of the release; with stage and sequence, of the request that it lies beside.
        kind: Of the request.
        requester: Who asks; the request carries their signature.
        authors: People who wrote the code since the release in effect, as in the request.
        evaluated_at: When: the `now` of the rules.
        commit: The protected ref's head then. What evidence does not name counts only if it had landed there.
        release: The candidate.
        incumbent: The release in effect, which it is compared with.
        policy: Digest of the settings in force.
        members: Role to member.
        missing: Roles of the incumbent's set that the candidate lacks, sorted.
        data: The data manifest, sorted by name and id.
        runs: The runs it rests on, sorted by step and id.
        evaluations: All evaluations of it and of its members, sorted by suite and id.
        incumbent_evaluations: The same of the incumbent.
        metrics: Suite to metric to values.
        candidates: Recorded artifacts of the made members' names and steps since the release in effect, sorted.
        sweeps: What the runs it rests on were chosen from, sorted by id.
        rules: Every rule tried, sorted by policy and name.
    """

    schema: ClassVar[str] = "gitprov/evidence/v1"
    name: NameField
    stage: NameField
    sequence: Version
    kind: Move
    requester: NameField
    authors: tuple[NameField, ...] = ()
    evaluated_at: TimeField
    commit: CommitField
    release: ReleaseRef | None = None
    incumbent: ReleaseRef | None = None
    policy: DigestField
    members: Mapping[NameField, MemberEntry] = field(default_factory=dict)
    missing: tuple[NameField, ...] = ()
    data: tuple[DataEntry, ...] = ()
    runs: tuple[RunEntry, ...] = ()
    evaluations: tuple[EvaluationEntry, ...] = ()
    incumbent_evaluations: tuple[EvaluationEntry, ...] = ()
    metrics: Mapping[NameField, Mapping[str, MetricEntry]] = field(default_factory=dict)
    candidates: tuple[DigestField, ...] = ()
    sweeps: tuple[SweepEntry, ...] = ()
    rules: tuple[RuleEntry, ...] = ()

    @property
    def allowed(self) -> bool:
        """Tells whether no rule blocks."""
        return not any(rule.blocks for rule in self.rules)
