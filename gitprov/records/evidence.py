"""Evidence: what a request was judged by, as a record that anybody can compute again. docs/format.md, "Evidence"."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal

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
        cutoff: The data holds nothing after it, as stated.
        observed: When the earliest accepted run recorded this content (however often it was added again since).
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
    """A run that the release rests on: lineage, commit, environment, parameters, and whose signatures count."""

    run: DigestField
    step: NameField
    code: DigestOrUnknown | None = None
    commit: CommitField | None = None
    environment: DigestOrUnknown | None = None
    container: ContainerField | None = None
    params: Mapping[str, Any] = field(default_factory=dict)
    inputs: Mapping[NameField, DigestField] = field(default_factory=dict)
    people: tuple[NameField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationEntry(Part):
    """An evaluation of the release or of a member: none that was on record may be left out."""

    evaluation: DigestField
    suite: NameField
    role: NameField | None = None
    people: tuple[NameField, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class MetricEntry(Part):
    """A metric of the candidate and of the incumbent: every recorded value, oldest first."""

    after: tuple[Any, ...] = ()
    before: tuple[Any, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleEntry(Part):
    """A rule that was tried, and what came of it."""

    policy: NameField
    rule: NameField
    severity: Literal["deny", "warn"] = "deny"
    outcome: Literal["passed", "denied", "warned", "error"]
    message: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence(Part):
    """What a request was judged by (demand 19). Deterministic: computed again from the records that it names.

    Attributes:
        name: Of the release; with stage and sequence, of the request that it lies beside.
        kind: Of the request.
        evaluated_at: When: the `now` of the rules.
        commit: The protected ref's head then.
        release: The candidate.
        incumbent: The release in effect, which it is compared with.
        policy: Digest of the settings in force.
        members: Role to member.
        missing: Roles of the incumbent's set that the candidate lacks.
        data: The data manifest, sorted by name and id.
        runs: The runs it rests on, sorted by step and id.
        evaluations: All evaluations of it and of its members, sorted by suite and id.
        metrics: Suite to metric to values.
        candidates: Recorded artifacts of the members' names and steps since the release in effect, sorted.
        rules: Every rule tried, sorted by policy and name.
    """

    schema: ClassVar[str] = "gitprov/evidence/v1"
    name: NameField
    stage: NameField
    sequence: Version
    kind: Move
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
    metrics: Mapping[NameField, Mapping[str, MetricEntry]] = field(default_factory=dict)
    candidates: tuple[DigestField, ...] = ()
    rules: tuple[RuleEntry, ...] = ()
