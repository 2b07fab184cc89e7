"""How the engine's verdict looks, for people and as SARIF: the same for audit, verify of a range, and CI."""

import json
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

import click

from gitprov import __version__
from gitprov.cli.render import bold, dim, finding_lines, loud
from gitprov.cli.text import many, printable
from gitprov.cli.writing import docs_of, is_path
from gitprov.errors import Finding

if TYPE_CHECKING:
    from gitprov.check.engine import Verdict

Level = Literal["error", "warning", "note"]

sarif_option = click.option("--sarif", "as_sarif", is_flag=True, help="Print SARIF 2.1.0, which forges show.")


def lines(found: "Verdict") -> Iterator[str]:
    """Yields every finding, and the verdict in a line."""
    headed = (
        ("finding", found.findings),
        ("undecided", found.undecided),
        ("warning", found.warnings),
        ("acknowledged", found.acknowledged),
    )
    for heading, findings in headed:
        for finding in findings:
            yield from finding_lines(finding, heading)
            if heading == "finding" and finding.commit is not None:
                yield dim(f"  key: {finding.key}")
    if found.findings:
        yield loud(many(len(found.findings), "finding"))
    else:
        yield loud("cannot decide") if found.undecided else bold("nothing wrong")


def show_sarif(
    findings: Iterable[Finding],
    warnings: Iterable[Finding] = (),
    undecided: Iterable[Finding] = (),
    acknowledged: Iterable[Finding] = (),
) -> None:
    """Prints findings as a SARIF 2.1.0 log.

    Args:
        findings: What is wrong: errors.
        warnings: What is told: notes.
        undecided: What cannot be judged: warnings.
        acknowledged: What the owners have acknowledged: errors that are suppressed.
    """
    levels: tuple[tuple[Level, Iterable[Finding], bool], ...] = (
        ("error", findings, False),
        ("warning", undecided, False),
        ("note", warnings, False),
        ("error", acknowledged, True),
    )
    results = [_result(one, level, suppressed) for level, some, suppressed in levels for one in some]
    known = {one.code.id: one.code for _, some, _ in levels for one in some}
    rules = [
        {
            "id": name,
            "shortDescription": {"text": code.title},
            "help": {"text": f"{code.remedy} ({docs_of(code)})"},
        }
        for name, code in sorted(known.items())
    ]
    log = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [
            {
                "tool": {"driver": {"name": "gitprov", "semanticVersion": __version__, "rules": rules}},
                "columnKind": "unicodeCodePoints",
                "results": results,
            }
        ],
    }
    click.echo(json.dumps(log, indent=2, sort_keys=True))


def _result(finding: Finding, level: Level, suppressed: bool) -> dict[str, Any]:
    words = [finding.what, f"why: {finding.why}" if finding.why else "", f"fix: {finding.fix}"]
    result: dict[str, Any] = {
        "ruleId": finding.code.id,
        "level": level,
        "message": {"text": printable("\n".join(filter(None, words)))},
        "partialFingerprints": {"gitprov/v1": finding.key},
    }
    if is_path(finding.subject):
        result["locations"] = [{"physicalLocation": {"artifactLocation": {"uri": quote(finding.subject)}}}]
    if suppressed:
        result["suppressions"] = [{"kind": "external", "status": "accepted"}]
    return result
