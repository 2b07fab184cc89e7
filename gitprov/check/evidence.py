"""Evidence, computed from what landed; computed again; and what it leaves out. docs/format.md, "Evidence".

Nothing derived is ever copied: evidence names records, and everything else in it follows from these, from the
signatures on them, and from the trust root and the settings in force.
"""

from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from gitprov.check.basis import Basis, View, basis
from gitprov.check.entries import (
    candidates,
    data,
    evaluations,
    evaluations_of,
    members,
    metrics,
    runs,
    sweeps,
    values,
)
from gitprov.check.gate import decide_on, policy_digest
from gitprov.check.landed import Landed
from gitprov.check.summary import summary
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.policy.decide import Decision
from gitprov.records import Evidence, ReleaseRef, Stored, path_of
from gitprov.records.evidence import RuleEntry
from gitprov.records.promotions import Move

__all__ = ["Ask", "again", "judged", "lacking", "policy_digest", "summary"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What somebody wants, before there is a request.

    Attributes:
        kind: promote, rollback or withdraw.
        name: Of the release.
        stage: Which stage shall move.
        sequence: Number of the request.
        requester: Who asks.
        authors: People who wrote the code since the release in effect, sorted.
        evaluated_at: When: the `now` of the rules.
        commit: The protected ref's head, `git:…`.
        release: What shall serve; None for withdraw.
        incumbent: The release in effect; None when there is none.
    """

    kind: Move
    name: str
    stage: str
    sequence: int
    requester: str
    authors: tuple[str, ...] = ()
    evaluated_at: str
    commit: str
    release: Stored | None
    incumbent: ReleaseRef | None


def judged(landed: Landed, step: int, ask: Ask) -> tuple[Evidence, Decision]:
    """Returns the evidence for what somebody asks, and what each rule says, with its remedy.

    Args:
        landed: What landed, and what the request brings along (`Chain.extended`).
        step: The step that would land the request.
        ask: What is wanted.
    """
    view = _view(landed, step, step, ask)
    candidate, incumbent = _sides(view, ask)
    named = _Named(
        evaluations_of(view, candidate, step),
        evaluations_of(view, incumbent, step),
        candidates(view, candidate, incumbent, step),
        {entry.sweep for entry in sweeps(view, candidate, step)},
    )
    return _evidence(view, ask, candidate, incumbent, named)


def again(landed: Landed, step: int, evidence: Evidence) -> Evidence:
    """Returns the evidence, computed again from the records that it names: the same, byte for byte, if it is true.

    Records and signatures count up to where the evidence landed, so that nothing that lands while approvals are awaited
    changes it; a change of trust or settings does.

    Args:
        landed: What landed.
        step: The step that is judged: trust, roles and settings are those in force after its first parent.
        evidence: What was committed.
    """
    there = landed.chain.landed.get(path_of(evidence, Digest("")), step)
    view = _view(landed, step, min(step, there), evidence)
    candidate, incumbent = _sides(view, evidence)
    named = _Named(
        [entry.evaluation for entry in evidence.evaluations],
        [entry.evaluation for entry in evidence.incumbent_evaluations],
        set(evidence.candidates) & set(candidates(view, candidate, incumbent, view.by)),
        {entry.sweep for entry in evidence.sweeps},
    )
    return _evidence(view, evidence, candidate, incumbent, named)[0]


@dataclass(frozen=True, slots=True)
class _Named:
    """The records that evidence names of itself; all others follow from the two releases."""

    evaluations: Iterable[Digest]
    incumbent_evaluations: Iterable[Digest]
    candidates: Iterable[Digest]
    sweeps: Container[Digest]


def _view(landed: Landed, step: int, by: int, asked: Ask | Evidence) -> View:
    head = landed.chain.step_of(asked.commit)
    return View(landed, step, by, head if head is not None else -1, asked.name)


def _sides(view: View, asked: Ask | Evidence) -> tuple[Basis | None, Basis | None]:
    """Returns what the candidate and the incumbent rest on."""
    found = [basis(view, one.id if one is not None else None) for one in (asked.release, asked.incumbent)]
    return found[0], found[1]


def _evidence(
    view: View, asked: Ask | Evidence, candidate: Basis | None, incumbent: Basis | None, named: _Named
) -> tuple[Evidence, Decision]:
    ours = evaluations(view, candidate, named.evaluations)
    theirs = evaluations(view, incumbent, named.incumbent_evaluations)
    ledger = view.landed.ledger
    unjudged = Evidence(
        name=asked.name,
        stage=asked.stage,
        sequence=asked.sequence,
        kind=asked.kind,
        requester=asked.requester,
        authors=asked.authors,
        evaluated_at=asked.evaluated_at,
        commit=asked.commit,
        policy=policy_digest(view.landed, view.step, asked.name, asked.stage),
        release=candidate.ref if candidate is not None else None,
        incumbent=incumbent.ref if incumbent is not None else None,
        members=members(candidate, incumbent) if candidate is not None else {},
        missing=tuple(sorted(set(incumbent.members) - set(candidate.members))) if candidate and incumbent else (),
        data=data(view, candidate) if candidate is not None else (),
        runs=runs(view, candidate) if candidate is not None else (),
        evaluations=ours,
        incumbent_evaluations=theirs,
        metrics=metrics(values(ledger, ours), values(ledger, theirs)),
        candidates=tuple(sorted(named.candidates)),
        sweeps=tuple(entry for entry in sweeps(view, candidate, view.by) if entry.sweep in named.sweeps),
    )
    decision = decide_on(view, unjudged, candidate, incumbent)
    rules = tuple(
        RuleEntry(
            policy=one.policy, rule=one.rule, severity=one.severity, outcome=one.outcome, message=one.message or None
        )
        for one in decision.tried
    )
    return replace(unjudged, rules=rules), decision


def lacking(landed: Landed, step: int, evidence: Evidence) -> Iterator[Finding]:
    """Yields what evidence leaves out (threat: the best of ten is cited alone).

    That is: each evaluation of the candidate that a listed evaluator signed and that had landed before `step`; each
    such evaluation of the incumbent, each candidate and each sweep, that had landed at the evidence's commit.
    """
    view = _view(landed, step, step, evidence)
    candidate, incumbent = _sides(view, evidence)
    ledger = landed.ledger

    def omitted(one: Digest, what: str, why: str) -> Finding:
        return codes.PRO_OMITTED.finding(
            path_of(evidence, Digest("")),
            f"the evidence leaves out {what} {ledger.short(one)}",
            why=why,
            fix=f"gitprov renumber {evidence.name}/{evidence.stage}/{evidence.sequence}",
        )

    sides = (
        (evaluations_of(view, candidate, step - 1), evidence.evaluations),
        (evaluations_of(view, incumbent, view.head), evidence.incumbent_evaluations),
    )
    for known, entries in sides:
        for one in sorted(set(known) - {entry.evaluation for entry in entries}):
            if view.is_signed(one, "evaluator"):
                record = ledger.evaluations[one]
                yield omitted(one, "evaluation", f"of {record.name}, suite {record.suite}, at {record.evaluated}")
    for one in sorted(set(candidates(view, candidate, incumbent, view.head)) - set(evidence.candidates)):
        yield omitted(one, "candidate", f"another {ledger.artifacts[one].name}, recorded since the release in effect")
    known_sweeps = {entry.sweep for entry in evidence.sweeps}
    for entry in sweeps(view, candidate, view.head):
        if entry.sweep not in known_sweeps:
            yield omitted(entry.sweep, "sweep", f"of {entry.runs} runs, in the run-set {entry.name}")
