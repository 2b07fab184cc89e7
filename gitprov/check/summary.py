"""What a manager reads of a request, on one screen: it follows from the evidence, so what is read is what is signed."""

import json
from collections import Counter
from collections.abc import Iterator

from gitprov.check.basis import Basis, View, basis
from gitprov.check.landed import Landed
from gitprov.ids import Digest, Value, digest_hex, is_digest
from gitprov.lineage import Ledger
from gitprov.lineage.differences import ASPECTS, Change, Side, differences
from gitprov.lineage.sweeps import best_of
from gitprov.records import Evidence, ReleaseRef
from gitprov.records.evidence import MetricEntry

CHANGES = 20
"""How many changes, and how many metrics, are named; the rest is counted."""
WIDTH = 60
"""How many characters of a value are shown."""


def summary(evidence: Evidence, landed: Landed) -> tuple[str, ...]:
    """Returns the summary of a request: from what to what, what changed, the metrics, the choice, and the gates."""
    view = View(landed, landed.chain.head, landed.chain.head, landed.chain.head, evidence.name)
    candidate = basis(view, evidence.release.id if evidence.release is not None else None)
    incumbent = basis(view, evidence.incumbent.id if evidence.incumbent is not None else None)
    before, after = _version(evidence.incumbent), _version(evidence.release)
    return (
        f"{evidence.kind} {evidence.name} in {evidence.stage}: {before} -> {after}",
        *_short(list(_changes(candidate, incumbent)), "change"),
        *_short(list(_metrics(evidence)), "metric"),
        *_choice(evidence, landed.ledger),
        *_sweeps(evidence, landed.ledger),
        _gates(evidence),
    )


def _version(release: ReleaseRef | None) -> str:
    return f"v{release.version}" if release is not None else "nothing"


def _short(lines: list[str], word: str) -> list[str]:
    rest = len(lines) - CHANGES
    return lines if rest <= 0 else [*lines[:CHANGES], f"and {rest} more {word}{'s' if rest > 1 else ''}"]


def _changes(candidate: Basis | None, incumbent: Basis | None) -> Iterator[str]:
    """Yields each member that came or went, and each input, parameter, code and environment that is another."""
    if candidate is None or incumbent is None:
        return
    for role in sorted({*candidate.members, *incumbent.members}):
        if role not in candidate.members:
            yield f"{role}: left out"
        elif role not in incumbent.members:
            yield f"{role}: new, {candidate.members[role][1].name}"
    both = sorted({*candidate.members} & {*incumbent.members})
    # Only what the two releases name is compared, so that no run that is recorded later changes what is said.
    ledger = Ledger([*incumbent.ledger.held.values(), *candidate.ledger.held.values()])
    pairs = {role: (_side(incumbent, role), _side(candidate, role)) for role in both}
    for role, found in differences(ledger, pairs).items():
        before, after = incumbent.members[role][1].content.digest, candidate.members[role][1].content.digest
        if not found.changes and before != after:
            yield f"{role}: {_value(before)} -> {_value(after)}"
        for change in sorted(found.changes, key=lambda one: (len(one.roles), ASPECTS.index(one.aspect), one.key)):
            yield f"{role}: {_change(change)}"


def _side(release: Basis, role: str) -> Side:
    artifact = release.members[role][0]
    return Side(artifact, release.made_by[artifact])


def _change(change: Change) -> str:
    above = "".join(f"{role} < " for role in reversed(change.roles))
    key = "" if change.key == ("digest",) else f" {'.'.join(change.key)}"
    before = "none" if change.only == "after" else _value(change.before)
    after = "none" if change.only == "before" else _value(change.after)
    return f"{above}{change.aspect}{key} {before} -> {after}"


def _metrics(evidence: Evidence) -> Iterator[str]:
    for suite, metrics in sorted(evidence.metrics.items()):
        other = " (on other data)" if _data(evidence, suite) else ""
        for metric, entry in sorted(metrics.items()):
            yield f"{suite} {metric}: {_values(entry.before)} -> {_values(entry.after)}{_difference(entry)}{other}"


def _data(evidence: Evidence, suite: str) -> bool:
    """Tells whether the two releases were evaluated on other data in a suite."""
    sides = [
        {entry.data for entry in entries if entry.accepted and entry.suite == suite}
        for entries in (evidence.evaluations, evidence.incumbent_evaluations)
    ]
    return all(sides) and sides[0] != sides[1]


def _difference(entry: MetricEntry) -> str:
    if len(entry.before) != 1 or len(entry.after) != 1:
        return ""
    numbers = [one for one in (*entry.before, *entry.after) if isinstance(one, int | float) and type(one) is not bool]
    return f" ({numbers[1] - numbers[0]:+.6g})" if len(numbers) == 2 and numbers[0] != numbers[1] else ""


def _values(values: tuple[Value, ...]) -> str:
    return " and ".join(_value(one) for one in values) or "none"


def _value(value: Value) -> str:
    if isinstance(value, str) and is_digest(value):
        return f"id:{digest_hex(Digest(value))[:8]}"
    text = value if isinstance(value, str) else json.dumps(value, sort_keys=True, ensure_ascii=False)
    return text if len(text) <= WIDTH else f"{text[: WIDTH - 1]}…"


def _choice(evidence: Evidence, ledger: Ledger) -> Iterator[str]:
    names = Counter(ledger.artifacts[one].name for one in evidence.candidates if one in ledger.artifacts)
    for name, count in sorted(names.items()):
        if count > 1:
            yield f"{name}: best of {count} candidates"


def _sweeps(evidence: Evidence, ledger: Ledger) -> Iterator[str]:
    for one in evidence.sweeps:
        made = ledger.runs[one.run].outputs.values() if one.run in ledger.runs else ()
        names = {ledger.artifacts[out.artifact].name for out in made if out.artifact in ledger.artifacts}
        yield f"{', '.join(sorted(names)) or 'a run'}: {best_of(one.runs, one.name)}"


def _gates(evidence: Evidence) -> str:
    if not evidence.rules:
        return "no rule is in force: nothing was gated"
    passed = sum(not rule.blocks for rule in evidence.rules)
    warned = [rule.rule for rule in evidence.rules if rule.outcome == "warned"]
    told = f"gates passed {passed} of {len(evidence.rules)}"
    return f"{told}, warned: {', '.join(warned)}" if warned else told
