"""How `gitprov verify NAME/STAGE` answers."""

from collections.abc import Iterator
from typing import Any

from gitprov.audit.in_effect import read_promotions
from gitprov.audit.promotion import Verdict, compare, missing, verdict
from gitprov.check.effect import Asked, Clause
from gitprov.cli.render import bold, dim, finding_lines, loud, one_line, show_answer
from gitprov.cli.writing import show_notes
from gitprov.errors import Exit
from gitprov.ports.workplace import Workplace


def show_verdict(place: Workplace, name: str, stage: str, *, as_json: bool) -> Exit:
    """Prints the verdict on a stage of a name, and returns the exit status that says the same.

    Raises:
        GitprovError: As `read_promotions` and `verdict` do.
    """
    gathered = read_promotions(place)
    found = verdict(place, gathered, name, stage, now=place.clock.now(), known=compare(place, gathered))
    show_answer("verify-stage", answer(found), lines(found), as_json=as_json)
    if not as_json:
        show_notes(found.notes)
    return found.exit


def answer(found: Verdict) -> dict[str, Any]:
    """Returns a verdict for programs."""
    return {
        "clauses": found.clauses,
        "disputes": found.disputes,
        "notes": found.notes,
        "pending": [
            {"findings": one.judgement.findings, "request": one.name, "where": one.where} for one in found.pending
        ],
        "request": _request(found.asked) if found.asked is not None else None,
        "says": found.says,
        "source": found.source,
        "target": f"{found.name}/{found.stage}",
        "waiting": [_request(one) for one in found.waiting],
        "warnings": found.warnings,
    }


def _request(asked: Asked) -> dict[str, Any]:
    request = asked.request
    return {
        "effective": asked.effective is not None,
        "findings": asked.judgement.findings if asked.judgement is not None and asked.effective is None else [],
        "id": asked.id,
        "kind": request.kind,
        "release": request.release,
        "request": request.label,
    }


def lines(found: Verdict) -> Iterator[str]:
    """Yields the numbered steps, and what is missing."""
    said = one_line(found.says)
    holds = found.in_effect is not None and not found.findings
    yield f"{bold(one_line(f'{found.name}/{found.stage}'))}: {said if holds else loud(said)}"
    for clause in found.clauses:
        yield from _clause_lines(clause)
    for finding in found.disputes:
        yield from finding_lines(finding, "disputed")
    for finding in found.warnings:
        yield from finding_lines(finding, "warning")
    for asked in found.waiting:
        yield f"{bold(asked.request.label)}: {loud(f'landed, NOT effective: {missing(asked.judgement)}')}"
        for finding in asked.judgement.findings if asked.judgement is not None else ():
            yield from finding_lines(finding)
    for one in found.pending:
        lacks = missing(one.judgement)
        state = f"would not take effect: {lacks}" if lacks else "would take effect"
        yield f"{bold(one.name)}: {one_line(f'not landed ({one.where}); {state}')}"


def _clause_lines(clause: Clause) -> Iterator[str]:
    number = f"{clause.number:>2}"
    if clause.holds:
        yield f"{dim(number)}  {clause.title}: {one_line(clause.says)}"
        for finding in clause.waived:
            yield from (f"    {line}" for line in finding_lines(finding, "waived"))
        return
    yield f"{dim(number)}  {loud(f'{clause.title}: NOT so')}"
    for finding in clause.findings:
        for line in finding_lines(finding):
            yield f"    {line}"
