"""`gitprov ticket`."""

import json
import shlex
from pathlib import Path
from typing import Any

import click

from gitprov.cli.asking import AskingCommand, asked, asking
from gitprov.cli.text import many, printable
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.recording.ticket import check_no_code, make_ticket
from gitprov.wiring.folders import open_folder
from gitprov.wiring.opening import open_project


@click.command(cls=AskingCommand)
@asking
@click.option("-o", "--out", metavar="FILE", help="Where to write it; by default in git's own folder.")
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, /, words: tuple[str, ...], as_json: bool, **options: Any) -> None:  # click's
    """Fix a run, for a machine without git.

    Takes what `gitprov run` takes, and writes down what it would record before the command starts: code, inputs,
    parameters, command, outputs, lock files, person. Inputs have to be recorded. On the other machine, in a copy of the
    folder, `gitprov run --ticket FILE --emit DIR` checks and runs; here `gitprov bring DIR` records. The ticket itself
    is never committed; this clone keeps a copy.

    Example: gitprov ticket train -o ../train.ticket
    """
    project, ledger = open_project()
    request, facts = asked(project, ledger, words, options, is_command=ctx.obj)
    dry_run = options["dry_run"]
    out = options["out"]
    if out is not None:
        check_no_code(project, out)
    made = make_ticket(project, ledger, project.tickets, request, facts, dry_run=dry_run)
    path = Path(out).resolve() if out is not None else Path(project.tickets.path) / ("" if dry_run else made.name)
    if out is not None and not dry_run:
        open_folder(str(path.parent)).write(path.name, made.data)
    if as_json:
        digest = None if dry_run else made.digest
        said = {"dry_run": dry_run, "path": str(path), "schema": "gitprov/ticketed/v1", "ticket": digest}
        click.echo(json.dumps(said, indent=2, sort_keys=True))
        return
    ticket = made.ticket
    what = f"{ticket.step}: {many(len(ticket.files), 'file')} of code, {many(len(ticket.inputs), 'input')}"
    click.echo(f"{'would write' if dry_run else 'wrote'} {printable(str(path))} ({printable(what)})")
    click.echo(f"next, in a copy of this folder: gitprov run --ticket {printable(shlex.quote(str(path)))} --emit DIR")
