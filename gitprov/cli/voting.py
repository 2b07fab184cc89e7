"""What `approve` and `reject` share: what is shown before a vote, and who confirms it."""

import json
import sys

import click

from gitprov.check.states import APPROVALS
from gitprov.cli.render import one_line
from gitprov.cli.text import many
from gitprov.cli.writing import finding_json, show_findings
from gitprov.errors import Exit
from gitprov.errors import catalogue as codes
from gitprov.promotion.voting import Ballot, ballot, cast
from gitprov.trust.statements import Decision
from gitprov.wiring.opening import open_project

yes_option = click.option("--yes", is_flag=True, help="Do not ask: you have read what is printed.")


def vote(
    ctx: click.Context, text: str, decision: Decision, reason: str, *, yes: bool, dry_run: bool, as_json: bool
) -> None:
    """Judges a vote, shows what it does, has it confirmed, casts it and ends the command.

    Raises:
        GitprovError: GP-APR-007 when nobody can be asked; as `ballot` and `cast` do.
    """
    project, _ = open_project()
    about = ballot(project, text, decision, reason)
    if not as_json:
        show_ballot(about)
    commit = None
    if not about.findings and not dry_run:
        if not yes:
            _confirm(about)
        commit = cast(project, about)
    if as_json:
        click.echo(json.dumps(_as_object(about, commit, dry_run=dry_run), indent=2, sort_keys=True))
    elif about.findings:
        click.echo(f"{about.found.name} is not {_done(decision)}: {many(len(about.findings), 'finding')}", err=True)
        show_findings(about.findings)
    elif commit is not None:
        click.echo(f"{about.person} {_done(decision)} {about.found.name} in {commit[:12]}; next: gitprov push")
    if about.findings:
        ctx.exit(Exit.FINDINGS)


def show_ballot(about: Ballot) -> None:
    """Prints a request in words, what is in effect and what would be, and every clause as judged with this vote."""
    request = about.found.request
    click.echo(f"{about.found.name}: {request.kind}, expires {request.expires}")
    click.echo(one_line(f"  reason: {request.reason}"))
    for line in request.summary:
        click.echo(one_line(f"  {line}"))
    if about.decision == "reject":
        return
    click.echo("if it landed now, with your approval:")
    for clause in about.clauses:
        said = f": {clause.says}" if clause.holds or clause.number == APPROVALS else ""  # which counts them
        click.echo(one_line(f"  {'ok ' if clause.holds else 'NOT'} {clause.number:2} {clause.title}{said}"))
        for finding in clause.findings:
            click.echo(one_line(f"         {finding.what}"))
    if about.missing:
        click.echo(f"  {many(about.missing, 'approval')} would still be missing")


def _confirm(about: Ballot) -> None:
    if not sys.stdin.isatty():
        raise codes.APR_UNASKED.error(
            f"nobody can be asked whether to {about.decision} {about.found.name}",
            why="this is no terminal",
            fix=f"read it first: gitprov {about.decision} {about.found.name} --yes",
        )
    click.confirm(f"{about.decision.capitalize()} {about.found.name} as {about.person}?", abort=True)


def _done(decision: Decision) -> str:
    return "approved" if decision == "approve" else "rejected"


def _as_object(about: Ballot, commit: str | None, *, dry_run: bool) -> dict[str, object]:
    return {
        "clauses": [
            {
                "findings": [finding_json(one) for one in clause.findings],
                "holds": clause.holds,
                "number": clause.number,
                "says": clause.says,
                "title": clause.title,
            }
            for clause in about.clauses
        ],
        "commit": commit,
        "decision": about.decision,
        "dry_run": dry_run,
        "findings": [finding_json(one) for one in about.findings],
        "id": about.found.stored.id,
        "missing": about.missing,
        "person": about.person,
        "request": about.found.name,
        "schema": "gitprov/vote/v1",
        "summary": list(about.found.request.summary),
    }
