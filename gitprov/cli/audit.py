"""`gitprov audit`."""

from collections.abc import Iterator
from typing import Any

import click

from gitprov.audit.whole import Audited, audit
from gitprov.cli.render import dim, one_line, show_answer
from gitprov.cli.text import many
from gitprov.cli.verdict import lines, sarif_option, show_sarif
from gitprov.cli.writing import json_option, show_notes
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource


@click.command()
@click.option("--since", metavar="COMMIT|LOG-HEAD", help="Begin at a commit, or where a signed log head was read.")
@click.option("--as-of", metavar="DATE", help="Only up to a date, as commits claim it, or a commit.")
@json_option
@sarif_option
@click.pass_context
def command(ctx: click.Context, since: str | None, as_of: str | None, as_json: bool, as_sarif: bool) -> None:
    """Judge all history of the protected ref.

    Every law on every step, and on every other commit against every parent: that records stay, names and bytes,
    references, signatures, the trust root, settings, what each promotion's request lacks. Held against what this
    machine remembers of the ref: a rewind, a rewrite, a foxtrot merge are said plainly. Exit 1 with findings, 3 when
    it cannot be decided (a shallow or partial clone). Owners take a finding into account by `gitprov acknowledge`.

    Example: gitprov audit --since v1.2
    """
    found = audit(Project(), attributes=read_resource("templates/gitattributes"), since=since, as_of=as_of)
    if as_sarif:
        verdict = found.verdict
        show_sarif(verdict.findings, verdict.warnings, verdict.undecided, verdict.acknowledged)
    else:
        show_answer("audit", answer(found), show(found), as_json=as_json)
    if not as_json and not as_sarif:
        show_notes(found.notes)
    ctx.exit(found.verdict.exit)


def answer(found: Audited) -> dict[str, Any]:
    """Returns an audit for programs."""
    return {
        "acknowledged": found.verdict.acknowledged,
        "commit": found.commit,
        "files": found.files,
        "findings": found.verdict.findings,
        "notes": found.notes,
        "ref": found.ref,
        "since": found.since,
        "steps": found.steps,
        "trust": found.trust,
        "undecided": found.verdict.undecided,
        "warnings": found.verdict.warnings,
    }


def show(found: Audited) -> Iterator[str]:
    """Yields what was read, every finding, and the verdict."""
    since = f", since {found.since[:12]}" if found.since is not None else ""
    extent = f"{many(found.steps, 'step')}, {many(found.files, 'record and signature file')}"
    yield dim(one_line(f"{found.ref} at {found.commit[:12]}{since}: {extent}; trust root {found.trust}"))
    yield from lines(found.verdict)
