"""What differs between two artifacts: their runs, compared role by role all the way up. Pure."""

import json
from collections import Counter, deque
from collections.abc import Iterator, Mapping
from typing import Literal

from gitprov.frozen import dataclass
from gitprov.ids import Digest, Value
from gitprov.ids.recipes import UNKNOWN
from gitprov.lineage.ledger import Ledger
from gitprov.lineage.values import Key, flatten
from gitprov.records import Environment, Evaluation, Run

Aspect = Literal["step", "input", "parameter", "code", "environment"]
ASPECTS: tuple[Aspect, ...] = ("step", "input", "parameter", "code", "environment")

Items = Mapping[Key, Value]

DIGEST: Key = ("digest",)


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two things compared: an artifact and the run that made it, None when nobody recorded one."""

    artifact: Digest
    run: Digest | None


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs.

    Attributes:
        roles: The input roles that lead up from what is compared to the run where this differs; () is its own run.
        aspect: Which part of that run.
        key: The name: a role, a parameter with its parents, an item of the environment.
        before, after: The two values; for an input artifact ids, for code digests.
        only: The side that has it at all; None when both have.
    """

    roles: Key
    aspect: Aspect
    key: Key
    before: Value
    after: Value
    only: Literal["before", "after"] | None = None


@dataclass(frozen=True, slots=True)
class Differences:
    """Everything that differs, nearest first, and how many things are equal.

    `code` holds the pairs of runs whose code differs, for whoever can list the files.
    """

    changes: tuple[Change, ...]
    equal: Mapping[Aspect, int]
    code: tuple[tuple[Key, Digest, Digest], ...] = ()


@dataclass(frozen=True, slots=True)
class MetricChange:
    """A metric of one suite on both sides; None where a side was not evaluated. `delta` is after minus before."""

    suite: str
    metric: str
    before: Value
    after: Value
    delta: float | None


@dataclass(frozen=True, slots=True)
class Metrics:
    """Metrics that differ, how many are equal, and the suites whose two evaluations used different data."""

    changes: tuple[MetricChange, ...]
    equal: int
    other_data: tuple[str, ...] = ()


def differences(ledger: Ledger, pairs: Mapping[str, tuple[Side, Side]]) -> dict[str, Differences]:
    """Returns what differs between the two sides of each pair.

    Where an input differs, the runs that made it are compared too, and so on up. Two artifacts are compared once,
    under the pair that meets them first.
    """
    seen: set[tuple[Side, Side]] = set()
    return {name: _walk(ledger, before, after, seen) for name, (before, after) in pairs.items()}


def side(ledger: Ledger, artifact: Digest) -> Side:
    """Returns an artifact with the run that made it last."""
    return Side(artifact, next(reversed(ledger.makers(artifact)), None))


def metric_differences(before: Mapping[str, Evaluation], after: Mapping[str, Evaluation]) -> Metrics:
    """Returns how the metrics of two things differ; each side gives its evaluation by suite."""
    changes: list[MetricChange] = []
    equal = 0
    other_data = []
    for suite in sorted({*before, *after}):
        old, new = before.get(suite), after.get(suite)
        left, right = (flatten(one.metrics) if one else {} for one in (old, new))
        for key in sorted({*left, *right}):
            if key in left and key in right and same(left[key], right[key]):
                equal += 1
                continue
            values = left.get(key), right.get(key)
            changes.append(MetricChange(suite, ".".join(key), *values, _delta(*values)))
        if old and new and _data(old) != _data(new):
            other_data.append(suite)
    return Metrics(tuple(changes), equal, tuple(other_data))


def latest_by_suite(ledger: Ledger, subject: Digest) -> dict[str, Evaluation]:
    """Returns the last evaluation of each suite, of an artifact or a release set."""
    found = (ledger.evaluations[one] for one in ledger.evaluations_of(subject))
    return {evaluation.suite: evaluation for evaluation in found}


def same(left: Value, right: Value) -> bool:
    """Tells whether two values are one value; in Python `True == 1`."""
    return left is right or json.dumps(left, sort_keys=True) == json.dumps(right, sort_keys=True)


def _walk(ledger: Ledger, before: Side, after: Side, seen: set[tuple[Side, Side]]) -> Differences:
    changes: list[Change] = []
    equal: Counter[Aspect] = Counter()
    code: list[tuple[Key, Digest, Digest]] = []
    todo: deque[tuple[Key, Side, Side]] = deque([((), before, after)])
    while todo:
        roles, left, right = todo.popleft()
        if left == right or (left, right) in seen:
            continue
        seen.add((left, right))
        old, new = ledger.runs.get(left.run or Digest("")), ledger.runs.get(right.run or Digest(""))
        for aspect in ASPECTS:
            here = list(_compare(roles, aspect, _items(old, aspect), _items(new, aspect, old), equal))
            changes += here
            if aspect == "code" and here and old and new and left.run and right.run:
                code.append((roles, left.run, right.run))
        if old and new:
            for role in sorted({*old.inputs} & {*new.inputs}):
                one, other = old.inputs[role], new.inputs[role]
                if one.content != other.content:
                    todo.append(((*roles, role), side(ledger, one.artifact), side(ledger, other.artifact)))
    return Differences(tuple(changes), {aspect: equal[aspect] for aspect in ASPECTS}, tuple(code))


def _compare(roles: Key, aspect: Aspect, old: Items, new: Items, equal: Counter[Aspect]) -> Iterator[Change]:
    for key in sorted({*old, *new}):
        if key not in old:
            yield Change(roles, aspect, key, None, new[key], only="after")
        elif key not in new:
            yield Change(roles, aspect, key, old[key], None, only="before")
        elif not same(old[key], new[key]) or (key == DIGEST and old[key] == UNKNOWN):
            yield Change(roles, aspect, key, old[key], new[key])
        else:
            equal[aspect] += 1


def _items(run: Run | None, aspect: Aspect, other: Run | None = None) -> Items:
    if run is None:
        return {}
    match aspect:
        case "step":
            facts = {"step": run.step, "command": run.command, "cwd": run.cwd, "cutoff": run.cutoff}
            return {(name,): list(v) if isinstance(v, tuple) else v for name, v in facts.items() if v is not None}
        case "input":
            known = other.inputs if other else {}  # the same bytes under another id are the same input
            return {
                (role,): (known[role] if role in known and known[role].content == used.content else used).artifact
                for role, used in run.inputs.items()
            }
        case "parameter":
            return flatten(run.params or {})
        case "code":
            return {DIGEST: run.code.digest} if run.code else {}
        case "environment":
            return _environment(run.environment) if run.environment else {}


def _environment(environment: Environment) -> Items:
    """The items of an environment; its digest follows from them and is listed when it is all that is known."""
    facts: dict[Key, Value] = {
        ("container",): environment.container,
        ("packages",): environment.packages,
        ("python",): environment.python,
        ("hardware",): environment.hardware,
    }
    facts |= {("locks", lock.path): lock.sha256 for lock in environment.locks or ()}
    facts |= {("variables", name): value for name, value in (environment.variables or {}).items()}
    items = {key: value for key, value in facts.items() if value is not None}
    return items if environment.digest != UNKNOWN and items else {**items, DIGEST: environment.digest}


def _delta(before: Value, after: Value) -> float | None:
    old, new = _number(before), _number(after)
    return None if old is None or new is None else new - old


def _number(value: Value) -> float | None:
    return value if isinstance(value, int | float) and not isinstance(value, bool) else None


def _data(evaluation: Evaluation) -> Digest | None:
    return evaluation.data.content if evaluation.data else None
