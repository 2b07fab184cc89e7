"""What the commands that make a request share: their options, and how they say what came of it."""

import json

import click

from gitprov.cli.render import one_line as on_one_line
from gitprov.cli.text import many
from gitprov.cli.writing import finding_json, one_line, show_files, show_findings, show_notes
from gitprov.errors import Exit
from gitprov.promotion.asking import EXPIRES, Requested


def _said(ctx: click.Context, parameter: click.Parameter, value: str) -> str:  # noqa: ARG001 click hands them over
    if not value.split():
        raise click.BadParameter("say why, in words")
    return value


reason_option = click.option(
    "--reason", required=True, callback=_said, metavar="TEXT", help="Why, for those who decide and those who look back."
)
days_option = click.option(
    "--expires",
    "days",
    type=click.IntRange(1, 365),
    default=EXPIRES,
    show_default=True,
    metavar="DAYS",
    help="How many days it may wait.",
)


def show_requested(ctx: click.Context, requested: Requested, *, dry_run: bool, as_json: bool) -> None:
    """Prints a request that was made, or everything that stands in its way, and ends the command."""
    if as_json:
        click.echo(json.dumps(_as_object(requested, dry_run=dry_run), indent=2, sort_keys=True))
    elif requested.findings:
        for line in requested.request.summary if requested.request is not None else ():
            click.echo(on_one_line(line))
        click.echo(f"not asked for: {many(len(requested.findings), 'finding')}; nothing was written", err=True)
        show_findings(requested.findings)
    else:
        _show(requested, dry_run=dry_run)
    if requested.findings:
        ctx.exit(Exit.FINDINGS)


def _show(requested: Requested, *, dry_run: bool) -> None:
    if requested.release is not None:
        click.echo(f"{'would seal' if dry_run else 'sealed'} {one_line(requested.release)}")
    for line in requested.request.summary if requested.request is not None else ():
        click.echo(on_one_line(line))
    if dry_run:
        click.echo(f"would ask for it as {requested.name} on the new branch {requested.branch}")
        show_files(requested.files, dry_run=True)
    else:
        click.echo(
            f"asked for as {requested.name} in {(requested.commit or '')[:12]} on the new branch {requested.branch}"
        )
    click.echo(f"takes {many(requested.needed, 'approval')}, by {', '.join(requested.approvers)}")
    show_notes(requested.notes)
    if not dry_run:
        click.echo(f"next: gitprov push\n      gitprov approve {requested.name}   # by one of them")


def _as_object(requested: Requested, *, dry_run: bool) -> dict[str, object]:
    return {
        "approvers": list(requested.approvers),
        "branch": requested.branch or None,
        "commit": requested.commit,
        "dry_run": dry_run,
        "files": list(requested.files),
        "findings": [finding_json(one) for one in requested.findings],
        "needed": requested.needed,
        "notes": list(requested.notes),
        "request": requested.name or None,
        "schema": "gitprov/requested/v1",
        "summary": list(requested.request.summary) if requested.request is not None else [],
    }
