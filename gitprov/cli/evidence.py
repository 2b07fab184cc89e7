"""`gitprov evidence`."""

from collections.abc import Iterator, Sequence

import click

from gitprov.audit.evidence import EvidenceShown, EvidenceVerified, show_evidence, verify_evidence
from gitprov.cli.render import (
    bold,
    columns,
    finding_lines,
    in_words,
    loud,
    one_line,
    short,
    show_answer,
    time_in_words,
)
from gitprov.cli.stage import source_line
from gitprov.cli.text import many, size_in_words
from gitprov.cli.writing import json_option
from gitprov.errors import Exit
from gitprov.ids import Value
from gitprov.lineage.naming import request_named
from gitprov.lineage.sweeps import best_of
from gitprov.lineage.values import flatten
from gitprov.records.evidence import DataEntry, EvaluationEntry, MemberEntry, RuleEntry, RunEntry
from gitprov.wiring.project import Project

Row = list[str]

REQUEST = "NAME/STAGE[/SEQ]"
CANDIDATES = 10
"""How many candidates people are shown; --json has them all."""


@click.group()
def command() -> None:
    """Read what a promotion was judged by, or compute it again.

    NAME/STAGE is the request in effect, else the newest; NAME/STAGE/SEQ any that has landed or is staged. Both work in
    a bare clone, offline.

    Example: gitprov evidence show churn/production
    """


@command.command()
@click.argument("request", metavar=REQUEST)
@json_option
def show(request: str, as_json: bool) -> None:
    """Show the evidence of a request.

    What would serve, the data manifest, every run with commit, environment and parameters, the metrics against the
    incumbent, every rule with what came of it, the evaluations, and how many candidates there were.

    Example: gitprov evidence show churn/production/3
    """
    found = show_evidence(Project(), *request_named(request))
    show_answer("evidence-show", found, shown_lines(found), as_json=as_json)


@command.command()
@click.argument("request", metavar=REQUEST)
@json_option
@click.pass_context
def verify(ctx: click.Context, request: str, as_json: bool) -> None:
    """Compute the evidence of a request again.

    Names the first field that differs by a byte, and each evaluation and candidate that was on record and is left out:
    exit 1. What took effect is judged as of then, all else as of now.

    Example: gitprov evidence verify churn/production
    """
    found = verify_evidence(Project(), *request_named(request))
    show_answer("evidence-verify", found, verified_lines(found), as_json=as_json)
    ctx.exit(Exit.FINDINGS if found.findings else Exit.OK)


def verified_lines(found: EvidenceVerified) -> Iterator[str]:
    """Yields every finding, and the verdict."""
    yield source_line(found.source)
    for finding in found.findings:
        yield from finding_lines(finding)
    count = len(found.findings)
    result = loud(many(count, "finding")) if count else bold("true and whole")
    yield f"{result}: evidence {short(found.id)} of {one_line(found.request)}, {found.state}"


def shown_lines(found: EvidenceShown) -> Iterator[str]:
    """Yields the evidence as tables."""
    evidence = found.evidence
    yield source_line(found.source)
    yield f"{bold(f'evidence of {found.request}')} {short(found.id)}, {found.state}"
    authors = f", code by {', '.join(evidence.authors)}" if evidence.authors else ""
    asked = f"asked by {evidence.requester}{authors}, judged as of {time_in_words(evidence.evaluated_at)}"
    yield one_line(f"{asked} at {short(evidence.commit)}")
    tables = {
        "summary": [[one_line(line)] for line in found.summary],
        "members": _members(found),
        "data": [_data(found, entry) for entry in evidence.data],
        "runs": [row for entry in evidence.runs for row in _run(found, entry)],
        "metrics": [
            [one_line(suite), one_line(metric), _values(entry.before), "->", _values(entry.after)]
            for suite, metrics in sorted(evidence.metrics.items())
            for metric, entry in sorted(metrics.items())
        ],
        "rules": [_rule(entry) for entry in evidence.rules],
        "evaluations": [_evaluation(found, entry) for entry in evidence.evaluations],
        "evaluations of the incumbent": [_evaluation(found, entry) for entry in evidence.incumbent_evaluations],
        "sweeps": [[one_line(best_of(one.runs, one.name)), found.labels[one.run]] for one in evidence.sweeps],
        many(len(evidence.candidates), "candidate"): [[found.labels[one]] for one in evidence.candidates[:CANDIDATES]],
    }
    for title, rows in tables.items():
        if rows:
            yield ""
            yield bold(title)
            yield from columns(rows, "  ")


def _members(found: EvidenceShown) -> list[Row]:
    return [
        *(_member(found, role, entry) for role, entry in sorted(found.evidence.members.items())),
        *([one_line(role), loud("left out")] for role in found.evidence.missing),
    ]


def _member(found: EvidenceShown, role: str, entry: MemberEntry) -> Row:
    change = "" if found.evidence.incumbent is None else "new" if entry.incumbent is None else "changed"
    return [
        one_line(role),
        one_line(f"{entry.name} {found.labels[entry.artifact]}"),
        one_line(entry.kind),
        "same" if entry.incumbent == entry.content else change,
    ]


def _data(found: EvidenceShown, entry: DataEntry) -> Row:
    until = f"until {time_in_words(entry.cutoff)}" if entry.cutoff else ""
    observed = f"observed {time_in_words(entry.observed)}" if entry.observed else loud("of unknown age")
    return [
        one_line(f"{entry.name} {found.labels[entry.artifact]}"),
        size_in_words(entry.size) if entry.size is not None else "",
        entry.assurance if entry.assurance == "verified" else loud(entry.assurance),
        until or observed,
    ]


def _run(found: EvidenceShown, entry: RunEntry) -> Iterator[Row]:
    signed = f"signed by {', '.join(entry.people)}" if entry.people else "not signed by anybody in standing"
    yield [
        bold(f"{entry.step} {found.labels[entry.run]}"),
        one_line(signed) if entry.accepted else loud(f"{signed}: no producer stands behind it"),
    ]
    if entry.code is not None:
        yield ["  code", f"{short(entry.code)} {'reviewed' if entry.reviewed else loud('not on the protected ref')}"]
    if entry.commit is not None:
        yield ["  commit", short(entry.commit)]
    if entry.environment is not None:
        yield ["  environment", one_line(f"{short(entry.environment)} {entry.container or ''}".rstrip())]
    for role, content in sorted(entry.inputs.items()):
        yield ["  input", f"{one_line(role)} {short(content)}"]
    for key, value in flatten(entry.params).items():
        yield ["  parameter", f"{one_line('.'.join(key))} = {in_words(value)}"]


def _values(values: Sequence[Value]) -> str:
    return " and ".join(in_words(value) for value in values) or "none"


def _rule(entry: RuleEntry) -> Row:
    outcome = entry.outcome if entry.outcome == "passed" else loud(entry.outcome)
    return [outcome, one_line(f"{entry.policy}/{entry.rule}"), one_line(entry.message or "")]


def _evaluation(found: EvidenceShown, entry: EvaluationEntry) -> Row:
    signed = f"signed by {', '.join(entry.people)}" if entry.people else "not signed by anybody in standing"
    return [
        one_line(f"{entry.suite} {found.labels[entry.evaluation]}"),
        one_line(entry.role or "the set"),
        one_line(signed) if entry.accepted else loud(f"{signed}: it does not count"),
    ]
