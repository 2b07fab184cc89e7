"""`gitprov evidence show|verify`: what a request was judged by, and whether that is true and whole (demand 19)."""

import json
from collections.abc import Iterator, Mapping

from gitprov.audit.gather import propose
from gitprov.audit.in_effect import Source, read_promotions, source
from gitprov.check.effect import judge
from gitprov.check.evidence import again, lacking, summary
from gitprov.check.landed import Landed
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, Value
from gitprov.ports.workplace import Workplace
from gitprov.records import Evidence, Request, store
from gitprov.records.codec import to_data


@dataclass(frozen=True, slots=True)
class _Found:
    """The evidence of a request.

    Attributes:
        label: The request: `churn/production/3`.
        id: Of the evidence.
        evidence: The record.
        state: How far the request has come.
        source: What was read of the protected ref.
        step: The step that it is judged at: where the request took effect, else the next one.
        landed: What landed by then; for the next step, also what is staged.
    """

    label: str
    id: Digest
    evidence: Evidence
    state: str
    source: Source
    step: int
    landed: Landed


@dataclass(frozen=True, slots=True)
class EvidenceShown:
    """Evidence, to be read.

    Attributes:
        request: `churn/production/3`.
        id: Of the evidence.
        state: How far the request has come.
        source: What was read of the protected ref.
        summary: What the request says in words.
        evidence: The record.
        labels: Id of each record that it names to what people call that one.
    """

    request: str
    id: Digest
    state: str
    source: Source
    summary: tuple[str, ...]
    evidence: Evidence
    labels: Mapping[Digest, str]


@dataclass(frozen=True, slots=True)
class EvidenceVerified:
    """Whether evidence is true and whole.

    Attributes:
        request: `churn/production/3`.
        id: Of the evidence.
        state: How far the request has come.
        source: What was read of the protected ref.
        computed: The id of the evidence as it is computed again; the same when it is true.
        findings: Where it is not what the records give, and what it leaves out.
    """

    request: str
    id: Digest
    state: str
    source: Source
    computed: Digest
    findings: tuple[Finding, ...]


def show_evidence(place: Workplace, name: str, stage: str, sequence: int | None) -> EvidenceShown:
    """Returns the evidence of a request; without a number of the one in effect, else of the newest.

    Raises:
        GitprovError: GP-NAM-001 when there is none; as `read_promotions` does.
    """
    found = _find(place, name, stage, sequence)
    evidence, ledger = found.evidence, found.landed.ledger
    named = [
        *(member.artifact for member in evidence.members.values()),
        *(entry.artifact for entry in evidence.data),
        *(entry.run for entry in evidence.runs),
        *(entry.evaluation for entry in (*evidence.evaluations, *evidence.incumbent_evaluations)),
        *evidence.candidates,
    ]
    labels = {one: ledger.short(one) for one in named}
    told = summary(evidence, found.landed)
    return EvidenceShown(found.label, found.id, found.state, found.source, told, evidence, labels)


def verify_evidence(place: Workplace, name: str, stage: str, sequence: int | None) -> EvidenceVerified:
    """Computes the evidence of a request again and compares it byte for byte; and finds what it leaves out.

    Raises:
        GitprovError: As `show_evidence` does.
    """
    found = _find(place, name, stage, sequence)
    right = again(found.landed, found.step, found.evidence)
    computed = store(right).id
    findings = [*_beside(found)]
    if computed != found.id:
        where, old, new = first_difference(found.evidence, right)
        findings.append(
            codes.PRO_EVIDENCE.finding(
                found.label,
                f"the evidence of {found.label} is another when it is computed again, first in {where}",
                why=f"committed: {old}\ncomputed: {new}",
                fix=f"gitprov renumber {found.label}",
            )
        )
    findings += lacking(found.landed, found.step, found.evidence)
    return EvidenceVerified(found.label, found.id, found.state, found.source, computed, tuple(findings))


def _find(place: Workplace, name: str, stage: str, sequence: int | None) -> _Found:
    gathered = read_promotions(place)
    landed, head = gathered.landed, gathered.landed.chain.head
    timeline = judge(landed, name)
    serving = timeline.effective(stage, head)
    if sequence is None and serving is not None:
        sequence = serving.request.sequence
    asked = next((one for one in timeline.of(stage) if one.request.sequence == sequence), None)
    step = asked.effective if asked is not None else None
    if step is None:
        step, landed = head + 1, propose(place, gathered).landed
    known = {
        record.sequence: (held.id, record)
        for held in landed.ledger.held.values()
        if isinstance(record := held.stored.record, Evidence) and (record.name, record.stage) == (name, stage)
    }
    number = max(known, default=0) if sequence is None else sequence
    label = f"{name}/{stage}/{number}" if number else f"{name}/{stage}"
    if number not in known:
        on_branch = bool(number) and bool(place.git.branches(f"promote/{label}"))
        asked_here = (
            f"gitprov history {name}/{stage} --all" if known else f"gitprov promote {name} --to {stage} --reason TEXT"
        )
        raise codes.NAM_UNKNOWN.error(
            f"there is no evidence for {label}, neither on the protected ref nor staged",
            why=f"there is some for {', '.join(map(str, sorted(known)))}" if known else "",
            fix=f"git switch promote/{label}" if on_branch else asked_here,
        )
    one, evidence = known[number]
    there = gathered.landed.landing(one) is not None
    state = "landed, not in effect" if there else "not landed"
    if step <= head:
        state = "in effect" if asked is serving else "no longer in effect"
    return _Found(label, one, evidence, state, source(gathered), step, landed)


def _beside(found: _Found) -> Iterator[Finding]:
    """Yields what is wrong between the evidence and the request beside it, and with the commit that it names."""
    evidence, ledger = found.evidence, found.landed.ledger
    request = ledger.request(f"{evidence.name}/{evidence.stage}/{evidence.sequence}")
    record = ledger.held[request].stored.record if request is not None else None
    if isinstance(record, Request) and record.evidence != found.id:
        yield codes.PRO_EVIDENCE.finding(
            found.label,
            f"{found.label} names other evidence",
            why=f"it names {record.evidence}, beside it is {found.id}",
        )
    made = found.landed.chain.step_of(evidence.commit)
    if made is None or made >= found.step:
        yield codes.PRO_EVIDENCE.finding(
            found.label, f"the evidence was made at {evidence.commit}, not on the protected ref"
        )


def first_difference(committed: Evidence, computed: Evidence) -> tuple[str, str, str]:
    """Returns the first field in which two records differ (`metrics.holdout.auc.after[0]`), and what each has there."""
    left, right = (dict(_leaves(to_data(one), "")) for one in (committed, computed))
    where = next(key for key in [*left, *right] if _short(left, key) != _short(right, key))
    return where, _short(left, where), _short(right, where)


def _leaves(value: Value, where: str) -> Iterator[tuple[str, Value]]:
    if isinstance(value, Mapping) and value:
        for key in sorted(value):
            yield from _leaves(value[key], f"{where}.{key}" if where else key)
    elif isinstance(value, list) and value:
        for n, item in enumerate(value):
            yield from _leaves(item, f"{where}[{n}]")
    else:
        yield where, value


def _short(leaves: Mapping[str, Value], where: str) -> str:
    return json.dumps(leaves[where], ensure_ascii=False) if where in leaves else "nothing"
