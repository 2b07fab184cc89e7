"""`gitprov bring`."""

import json

import click

from gitprov.cli.emitting import read_ticket
from gitprov.cli.writing import (
    dry_run_option,
    finding_json,
    json_option,
    outcome_json,
    show_findings,
    show_outcome,
)
from gitprov.errors import Exit
from gitprov.ids import sha256_of
from gitprov.recording.bring import bring
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("folders", nargs=-1, required=True, metavar="DIR...")
@click.option("--ticket", "given", multiple=True, metavar="FILE", help="A ticket that was made in another clone.")
@click.option("--draft", "as_drafts", is_flag=True, help="Leave drafts, for `gitprov keep --sweep`.")
@dry_run_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    folders: tuple[str, ...],
    given: tuple[str, ...],
    as_drafts: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Record what ran with a ticket elsewhere.

    DIR is what `gitprov run --ticket FILE --emit DIR` has written. Every byte is hashed, and the run is held against
    its ticket, your records and your code; then the bytes are in the cache, and the records are signed by you and
    staged, as by `gitprov keep`. What is damaged or not whole is named, and the rest is brought. The same DIR once more
    changes nothing. DIR is not needed afterwards.

    Example: gitprov bring out/*
    """
    project, ledger = open_project()
    emissions = {name: project.emission(name) for name in folders}
    known = [sha256_of(read_ticket(name)) for name in given]
    done = bring(project, ledger, emissions, tickets=project.tickets, given=known, as_drafts=as_drafts, dry_run=dry_run)
    if as_json:
        facts = {"findings": [finding_json(one) for one in done.findings]}
        click.echo(json.dumps(outcome_json(done.outcome) | facts, indent=2, sort_keys=True))
    else:
        verb = "draft" if as_drafts else "record"
        show_outcome(done.outcome, as_json=False, nothing="nothing was brought", verb=verb)
        if as_drafts and done.outcome.records and not dry_run:
            click.echo("next: gitprov keep, or gitprov keep --sweep NAME ID")
        show_findings(done.findings)
    ctx.exit(Exit.FINDINGS if done.findings else Exit.OK)
