"""`gitprov ticket`."""

import json
import shlex
from pathlib import Path
from typing import Any

import click

from gitprov.cli.asking import AskingCommand, asked, asking
from gitprov.cli.text import many, printable
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.recording.ticket import make_ticket, ticket_name
from gitprov.records.stored import ROOT
from gitprov.records.tickets import write_note
from gitprov.wiring.folders import open_folder
from gitprov.wiring.opening import open_project
from gitprov.wiring.project import Project


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
    if options["out"] is not None:
        _refuse_code(project, options["out"])
    ticket = make_ticket(project, ledger, request, facts, dry_run=dry_run)
    data = write_note(ticket)
    name = ticket_name(ticket, data)
    path = Path(options["out"]).resolve() if options["out"] is not None else Path(project.tickets.path) / name
    if not dry_run:
        project.tickets.write(name, data)  # by which `bring` will know it
        open_folder(str(path.parent)).write(path.name, data)
    if as_json:
        said = {"dry_run": dry_run, "path": str(path), "schema": "gitprov/ticketed/v1", "ticket": sha256_of(data)}
        click.echo(json.dumps(said, indent=2, sort_keys=True))
        return
    what = f"{ticket.step}: {many(len(ticket.files), 'file')} of code, {many(len(ticket.inputs), 'input')}"
    click.echo(f"{'would write' if dry_run else 'wrote'} {printable(str(path))} ({printable(what)})")
    click.echo(f"next, in a copy of this folder: gitprov run --ticket {printable(shlex.quote(str(path)))} --emit DIR")


def _refuse_code(project: Project, out: str) -> None:
    """Refuses a file that would count as code of the next ticket.

    Raises:
        GitprovError: GP-USE-001.
    """
    try:
        inside = project.git.relative(out)
    except GitprovError:
        return
    if not inside.startswith((".git/", f"{ROOT}/drafts/")) and not project.git.ignored([inside]):
        raise codes.USE_ARGUMENT.error(
            f"{out} lies in the repository, where it would count as code",
            why="git does not ignore it",
            fix="-o FILE  # outside, or in a folder that .gitignore names",
        )
