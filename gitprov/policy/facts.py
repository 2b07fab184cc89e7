"""What a rule sees of a request: the one shape of it, and how it becomes values of CEL. docs/policy.md lists it.

Whoever makes facts of records judges signatures first: a record whose signatures the trust root does not accept is
there with `accepted: false`, and counts for nothing else.
"""

import math
import typing
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from gitprov.frozen import dataclass
from gitprov.ids import MAX_INTEGER
from gitprov.records.codec import Closed, DigestField, NameField, Part, TimeField, keys_of
from gitprov.records.evidence import Assurance
from gitprov.records.promotions import Move

Metrics = Mapping[NameField, Mapping[str, tuple[Any, ...]]]
"""Suite to metric to the value of each accepted evaluation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MemberFacts(Closed):
    """An artifact of a release.

    Attributes:
        role: Its role in the set.
        name: Its name.
        kind: Its kind: model, dataset, …
        artifact: Id of its record.
        content: Digest of its bytes.
        assurance: How far its content is known.
        reproduced: Whether two accepted runs, without a person in common, made it from its recipe.
        remade: Whether its recipe differs from that of the incumbent's member in this role; true where there is none.
        deprecated: Whether a producer or an owner signed that it is to be used no more.
    """

    role: NameField
    name: NameField
    kind: NameField
    artifact: DigestField
    content: DigestField
    assurance: Assurance
    reproduced: bool
    remade: bool
    deprecated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseFacts(Closed):
    """A release.

    Attributes:
        version: Its number.
        set: Digest of its set.
        members: Its members, by role.
        deprecated: Whether a producer or an owner signed that it is to be used no more.
    """

    version: float
    set_: DigestField
    members: tuple[MemberFacts, ...]
    deprecated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DataFacts(Closed):
    """A source that the release rests on: an artifact that was added, not made.

    Attributes:
        name: Its name.
        content: Digest of its content.
        assurance: How far its content is known.
        cutoff: Time after which it holds nothing, as the first to state one said; null when that is after `observed`.
        observed: Time of the earliest run signed by a producer that met this content, however often it was added again.
        age_days: Days from the cutoff, or else from when it was observed, to `now`; null when nobody knows.
    """

    name: NameField
    content: DigestField
    assurance: Assurance
    cutoff: TimeField | None = None
    observed: TimeField | None = None
    age_days: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RunFacts(Closed):
    """A run that the release rests on, those of the step `add` aside, which run no code.

    Attributes:
        step: Its step.
        id: Id of its record.
        makes_member: Whether a member of the release is among its outputs.
        code_reviewed: Whether some commit of the protected ref has the same code digest.
        dirty: Whether the code differed from its commit; null when nobody knows.
        container: Its container, IMAGE@sha256:DIGEST; null without.
        locks: Paths of its lock files.
        seeded: Whether its parameters hold a seed.
        environment_observed: Whether its environment is known by what was installed only, not by container or lock.
        inputs_changed: Whether an input changed while it ran; null when nobody knows.
        unknown: The facts of the run that nobody knows.
        declared: The facts of the run that somebody said and nobody measured.
        signed_by: People whose valid signatures it has.
        accepted: Whether they are those that the trust root demands.
    """

    step: NameField
    id: DigestField
    makes_member: bool
    code_reviewed: bool
    dirty: bool | None = None
    container: str | None = None
    locks: tuple[str, ...]
    seeded: bool
    environment_observed: bool
    inputs_changed: bool | None = None
    unknown: tuple[str, ...]
    declared: tuple[str, ...]
    signed_by: tuple[NameField, ...]
    accepted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SchemaFacts(Closed):
    """A schema: the member, or the input of a run that makes a member, in the role `schema`.

    Attributes:
        role: Role of the member that it belongs to; `schema` when it is a member itself.
        candidate: Digest of its content in this release; null when it has none here.
        incumbent: The same of the incumbent.
    """

    role: NameField
    candidate: DigestField | None = None
    incumbent: DigestField | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EvaluationFacts(Closed):
    """An evaluation of the release's set, or of a member of it.

    Attributes:
        suite: Which evaluation.
        subject: `artifact`, or `set`.
        role: The member's role; null for a set.
        metrics: Metric to value: number, text, true, false; null for a number that is not finite.
        by: People whose valid signatures it has.
        accepted: Whether they are those that the trust root demands.
        evaluated: When.
    """

    suite: NameField
    subject: typing.Literal["artifact", "set"]
    role: NameField | None = None
    metrics: Mapping[str, Any]
    by: tuple[NameField, ...]
    accepted: bool
    evaluated: TimeField


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepFacts(Closed):
    """That a run which the release rests on was chosen out of a run-set, whoever says so.

    Attributes:
        name: Name of the run-set.
        size: How many runs it was chosen from, itself among them.
    """

    name: NameField
    size: float


@dataclass(frozen=True, slots=True, kw_only=True)
class PeopleFacts(Closed):
    """Who did what, by signatures.

    Attributes:
        requester: Who asks.
        producers: Who signed the runs that the release rests on.
        evaluators: Who signed its accepted evaluations.
        authors: Who wrote the code since the incumbent, as the request says.
        owners: Who the trust root says owns the name.
    """

    requester: NameField
    producers: tuple[NameField, ...]
    evaluators: tuple[NameField, ...]
    authors: tuple[NameField, ...]
    owners: tuple[NameField, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts(Closed):
    """What a rule sees.

    Attributes:
        now: When the request was evaluated: the signed `evaluated_at`, never the clock.
        kind: What is asked for: promote, rollback or withdraw.
        name: Name of the release.
        stage: The stage it is to move to.
        owner: Who the catalog says answers for the name; null when it does not say.
        tags: Tags of the name in the catalog.
        release: The release that is to serve; null for a withdrawal.
        incumbent: The release in effect at the stage; null when there is none.
        data: The sources that the release rests on, by name.
        runs: The runs that it rests on, by step and id.
        schemas: The schemas of the release and of the incumbent, by role.
        evaluations: All evaluations of the release, by suite and time.
        metrics: Suite to metric to the values of all accepted evaluations of the release; the list is never empty.
        incumbent_metrics: The same of the incumbent.
        candidates: How many artifacts of the members' names and steps were recorded since the release in effect.
        sweeps: What the runs that it rests on were chosen from.
        people: Who did what.
    """

    now: TimeField
    kind: Move
    name: NameField
    stage: NameField
    owner: NameField | None = None
    tags: tuple[str, ...]
    release: ReleaseFacts | None = None
    incumbent: ReleaseFacts | None = None
    data: tuple[DataFacts, ...]
    runs: tuple[RunFacts, ...]
    schemas: tuple[SchemaFacts, ...]
    evaluations: tuple[EvaluationFacts, ...]
    metrics: Metrics
    incumbent_metrics: Metrics
    candidates: float
    sweeps: tuple[SweepFacts, ...]
    people: PeopleFacts


def days_between(earlier: str, later: str) -> float:
    """Returns the days from one RFC 3339 time to another, negative when `later` is before `earlier`."""
    return (_time(later) - _time(earlier)).total_seconds() / 86_400


def values_of(facts: Facts) -> dict[str, object]:
    """Returns facts as values that the engine takes.

    Every number is a double, a number that is not finite is null (no threshold may pass it), a metric without a value
    is not there, and `now` is a timestamp; other times are text, which `timestamp(text)` reads.

    Raises:
        ValueError: A text that the engine would cut or refuse, an integer that no double holds, a time that is none.
        TypeError: A value that no record can hold.
    """
    values = {key: _value(getattr(facts, name)) for name, key, _ in keys_of(Facts)}
    for metrics in ("metrics", "incumbent_metrics"):
        values[metrics] = {suite: {k: v for k, v in of.items() if v} for suite, of in values[metrics].items()}
    return {**values, "now": _time(facts.now)}


def _value(value: Any) -> Any:
    match value:
        case None | bool():
            return value
        case str():
            return _text(value)
        case float():
            return value if math.isfinite(value) else None
        case int():
            if abs(value) > MAX_INTEGER:
                raise ValueError("an integer is beyond 2^53-1")
            return float(value)
        case Part():
            return {key: _value(getattr(value, name)) for name, key, _ in keys_of(type(value))}
        case {"nonfinite": _, "value": None}:
            return None
        case Mapping():
            return {_text(key): _value(item) for key, item in value.items()}
        case list() | tuple():
            return [_value(item) for item in value]
    raise TypeError(f"{type(value).__name__} is no value of a record")


def _text(text: str) -> str:
    if "\0" in text:
        raise ValueError(f"the text {text[:40]!r} holds a NUL")
    if not text.isascii():
        text.encode()
    return text


def _time(text: str) -> datetime:
    time = datetime.fromisoformat(text)
    if time.tzinfo is None:
        raise ValueError(f"the time {text} has no zone")
    return time


VARIABLES: dict[str, Any] = {**typing.get_type_hints(Facts, include_extras=True), "now": datetime}
"""The names that a rule may use, with their types, which the engine checks a rule against."""
del VARIABLES["extra"]
