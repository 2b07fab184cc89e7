"""How commands that write say what they did."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click

from gitprov.cli.text import printable, size_in_words
from gitprov.errors import Code, Finding
from gitprov.ids import digest_hex
from gitprov.lineage.naming import title
from gitprov.records import Artifact, Content, Evaluation, Event, Release, Run, Stored, signed_path
from gitprov.records.stored import ROOT

if TYPE_CHECKING:
    from gitprov.recording.writing import Outcome

dry_run_option = click.option("--dry-run", is_flag=True, help="Show what would be done, write nothing.")
json_option = click.option("--json", "as_json", is_flag=True, help="Print one JSON object.")


def show_outcome(
    outcome: "Outcome", *, as_json: bool, nothing: str = "nothing new to record", verb: str = "record"
) -> None:
    """Prints what was recorded, or what else is done to records, and which files were staged."""
    if as_json:
        click.echo(json.dumps(outcome_json(outcome), indent=2, sort_keys=True))
        return
    own = {record.path for record in outcome.records}
    others = [path for path in outcome.staged if not own & {path, signed_path(path)}]
    for record in outcome.records:
        click.echo(f"{f'would {verb}' if outcome.dry_run else f'{verb}ed'} {one_line(record)}")
        files = [path for path in outcome.staged if record.path in (path, signed_path(path))]
        show_files(files, dry_run=outcome.dry_run)
    for record in outcome.known:
        click.echo(f"already recorded {one_line(record)}")
    if not outcome.records and not outcome.known:
        click.echo(nothing)
    show_files(others, dry_run=outcome.dry_run)
    show_notes(outcome.notes)


def show_files(paths: Iterable[str], *, dry_run: bool) -> None:
    """Prints the files that were staged."""
    for path in paths:
        on_one_line = printable(path).replace("\n", "\\n")
        click.echo(f"  {'would stage' if dry_run else 'staged'} {on_one_line}")


def show_notes(notes: Iterable[str]) -> None:
    """Prints notes on stderr, so that what stands on stdout is the result."""
    for note in notes:
        click.echo(f"note: {printable(note)}", err=True)


def show_findings(findings: Iterable[Finding]) -> None:
    """Prints every finding with its way out, on stderr."""
    for finding in findings:
        click.echo(f"finding[{finding.code.id}]: {printable(finding.what)}", err=True)
        if finding.why:
            click.echo(f"  why: {printable(finding.why)}", err=True)
        click.echo(f"  fix: {printable(finding.fix)}", err=True)


def finding_json(finding: Finding) -> dict[str, str | None]:
    """Returns a finding as JSON."""
    return {
        "code": finding.code.id,
        "commit": finding.commit,
        "docs": docs_of(finding.code),
        "fix": finding.fix,
        "path": finding.subject if is_path(finding.subject) else None,
        "subject": finding.subject,
        "what": finding.what,
        "why": finding.why,
    }


def docs_of(code: Code) -> str:
    """Returns where the manual explains a code."""
    return f"docs/errors.md#{code.id.split('-')[1].lower()}"


def is_path(subject: str) -> bool:
    """Tells whether a finding is about a file below `.gitprov/`."""
    return f"/{ROOT}/" in f"/{subject}"


def outcome_json(outcome: "Outcome") -> dict[str, object]:
    """Returns an outcome as JSON."""
    return {
        "dry_run": outcome.dry_run,
        "known": [record_json(record) for record in outcome.known],
        "notes": list(outcome.notes),
        "recorded": [record_json(record) for record in outcome.records],
        "schema": "gitprov/outcome/v1",
        "staged": list(outcome.staged),
    }


def record_json(stored: Stored) -> dict[str, str]:
    """Returns a record's id, path and kind of record."""
    return {"id": stored.id, "path": stored.path, "type": type(stored.record).__name__.lower()}


def one_line(stored: Stored) -> str:
    """Returns a record in one line."""
    short = f"id:{digest_hex(stored.id)[:8]}"
    match stored.record:
        case Artifact(name=name, kind=kind, content=Content(size=size, files=files)):
            many = f", {files} files" if files > 1 else ""
            return f"artifact {name} {short} ({kind}, {size_in_words(size)}{many})"
        case Artifact(name=name, kind=kind):
            return f"artifact {name} {short} ({kind}, unverified)"
        case Run(step=step):
            return f"run {step} {short}"
        case Evaluation(name=name, suite=suite):
            return f"evaluation of {name} {short} (suite {suite})"
        case Release() as release:
            return f"release {title(release)} {short}"
        case Event(kind=kind):
            return f"event {kind} {short}"
        case other:
            return f"{title(other)} {short}"
