"""Artifacts by what is recorded of them: time, parameters, metrics, and what they were made from (demand 30). Pure."""

import json
import operator
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import field
from datetime import datetime

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, Value
from gitprov.lineage.differences import latest_by_suite
from gitprov.lineage.graph import descendants
from gitprov.lineage.ledger import Ledger
from gitprov.lineage.values import What

_condition = re.compile(r"([^<>=!]*[^<>=!\s])\s*(>=|<=|!=|=|>|<)\s*([^<>=!\s].*)").fullmatch
_is_number = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?|[-+]?inf").fullmatch
_ORDERS: Mapping[str, Callable[[float, float], bool]] = {
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True)
class Condition:
    """What a metric or a parameter must be: `auc>=0.9`.

    Attributes:
        what: Whether it is about a parameter or a metric.
        key: Its name, with dots.
        sign: One of >= <= > < = !=.
        text: What it is compared with.
    """

    what: What
    key: str
    sign: str
    text: str

    def holds(self, value: Value) -> bool:
        """Tells whether a value meets it: numbers by their size; anything else is equal, or is not."""
        if isinstance(value, Mapping) and "nonfinite" in value:
            value = str(value["nonfinite"])
        left, right = _number(value), _number(self.text)
        if self.sign in _ORDERS:
            return left is not None and right is not None and _ORDERS[self.sign](left, right)
        same = left == right if left is not None else self.text in (value, json.dumps(value, ensure_ascii=False))
        return same == (self.sign == "=")


def condition(what: What, text: str) -> Condition:
    """Returns the condition that a person typed.

    Raises:
        GitprovError: GP-USE-001 when it is none, with one that is.
    """
    found = _condition(text.strip())
    example = "auc>=0.9" if what == "metric" else "lr=0.1"
    fix = f"gitprov search --{what} '{example}'"
    if found is None:
        why = "it has a name, one of >= <= > < = !=, and a value"
        raise codes.USE_ARGUMENT.error(f"{text!r} is no condition", why=why, fix=fix)
    key, sign, value = found.groups()
    if sign in _ORDERS and _number(value) is None:
        raise codes.USE_ARGUMENT.error(f"{text!r} compares with {value!r}, which is no number", fix=fix)
    return Condition(what, key, sign, value)


@dataclass(frozen=True, slots=True)
class Query:
    """What is asked for; every part must hold.

    Attributes:
        names: One of these; None for any.
        kind: Of the artifact.
        since, until: When it was made last, RFC 3339 UTC, ends included.
        conditions: On the last run that made it, and on the last evaluation of a suite, its own or its release's.
        sources: Groups of artifacts: it was made from one of each, directly or not.
    """

    names: Collection[str] | None = None
    kind: str | None = None
    since: str | None = None
    until: str | None = None
    conditions: Sequence[Condition] = ()
    sources: Sequence[Collection[Digest]] = ()


@dataclass(frozen=True, slots=True)
class Hits:
    """What was found.

    Attributes:
        artifacts: Newest first, with when each was made; "" when nobody knows.
        undated: How many were left out since nobody knows when they were made.
        values: The values that met the conditions, by artifact and condition.
    """

    artifacts: Sequence[tuple[Digest, str]]
    undated: int
    values: Mapping[Digest, Mapping[Condition, Value]] = field(default_factory=dict)


def search(ledger: Ledger, query: Query) -> Hits:
    """Returns the artifacts that a query asks for."""
    found: set[Digest] | None = None
    for some in _by_records(ledger, query):
        found = some if found is None else found & some
    values: dict[Digest, dict[Condition, Value]] = {}
    for one in query.conditions:
        met = dict((_by_param if one.what == "param" else _by_metric)(ledger, one, found))
        found = set(met)
        for artifact, value in met.items():
            values.setdefault(artifact, {})[one] = value
    known = ledger.artifacts if found is None else [one for one in found if one in ledger.artifacts]
    times = ledger.times(list(known))
    undated = 0
    if query.since is not None or query.until is not None:
        undated = sum(not time for time in times.values())
        times = {one: time for one, time in times.items() if time and _within(time, query)}
    newest = sorted(times.items(), key=lambda item: (item[1], item[0]), reverse=True)
    return Hits(newest, undated, {one: values[one] for one, _ in newest if one in values})


def _by_records(ledger: Ledger, query: Query) -> Iterator[set[Digest]]:
    if query.names is not None:
        yield {one for name in query.names for one in ledger.bearing(name)}
    if query.kind is not None:
        yield set(ledger.of_kind(query.kind))
    for group in query.sources:
        yield set(descendants(ledger, group)) - set(group)


def _by_param(ledger: Ledger, asked: Condition, among: Collection[Digest] | None) -> Iterator[tuple[Digest, Value]]:
    """Yields the artifacts whose last run had such a parameter, with its value."""
    for run, value in ledger.valued("param", asked.key):
        if asked.holds(value):
            for artifact in ledger.made_by(run):
                if (among is None or artifact in among) and ledger.makers(artifact)[-1] == run:
                    yield artifact, value


def _by_metric(ledger: Ledger, asked: Condition, among: Collection[Digest] | None) -> Iterator[tuple[Digest, Value]]:
    """Yields the artifacts of which such a metric was measured last in some suite, with its value."""
    for one, value in ledger.valued("metric", asked.key):
        if not asked.holds(value):
            continue
        subject = ledger.about(one)
        artifacts = {subject} if subject in ledger.artifacts else _members(ledger, subject)
        wanted = artifacts if among is None else artifacts.intersection(among)
        if wanted and ledger.evaluations[one] in latest_by_suite(ledger, subject).values():
            yield from ((artifact, value) for artifact in wanted)


def _members(ledger: Ledger, set_: Digest) -> set[Digest]:
    releases = (ledger.releases[one] for one in ledger.releases_of_set(set_))
    return {member.artifact for release in releases for member in release.members.values()}


def _within(time: str, query: Query) -> bool:
    moment = datetime.fromisoformat(time)
    early = query.since is not None and moment < datetime.fromisoformat(query.since)
    return not early and (query.until is None or moment <= datetime.fromisoformat(query.until))


def _number(value: Value) -> float | None:
    if isinstance(value, str):
        return float(value) if _is_number(value) else None
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
