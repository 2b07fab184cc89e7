"""`gitprov run --ticket FILE --emit DIR`."""

import json
import shlex
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from gitprov.cli.text import printable
from gitprov.cli.writing import show_notes
from gitprov.errors import catalogue as codes
from gitprov.recording.emit import Emission, run_ticket
from gitprov.records.tickets import LIMIT, Ticket, read_note
from gitprov.wiring.ticketed import TicketProject

# What a ticket has decided already, and what a run without a repository cannot do.
_OTHERS = {
    "--step": "step", "--input": "inputs", "--output": "outputs", "--param": "params", "--params": "params_file",
    "--seed": "seed", "--code": "code", "--lock": "locks", "--container": "container", "--secret": "secrets",
    "--keep": "keep_it", "--force": "force",
}  # fmt: skip


def run_by_ticket(words: tuple[str, ...], options: Mapping[str, Any], *, as_json: bool) -> int:
    """Runs what a ticket says, shows how it went, and returns the command's exit status.

    Raises:
        GitprovError: GP-USE-001 for arguments that do not fit together; GP-TKT-002; what `run_ticket` raises.
    """
    given = [option for option, name in _OTHERS.items() if options[name] not in ((), None, False)]
    if options["ticket"] is None or options["emit"] is None or given:
        raise codes.USE_ARGUMENT.error(
            f"--ticket and --emit go with each other and not with {', '.join(given) or 'one of them alone'}",
            why="the ticket says all that is recorded",
            fix="gitprov run --ticket FILE --emit DIR",
        )
    data = read_ticket(options["ticket"])
    ticket = read_note(Ticket, data, options["ticket"])
    dry_run = options["dry_run"]
    place = TicketProject(ticket, options["emit"], dry_run=dry_run)
    done = run_ticket(place, place.into, ticket, data, command=words, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(_json(done, dry_run=dry_run), indent=2, sort_keys=True))
    else:
        _show(done, options["emit"], dry_run=dry_run)
    return done.result.exit if done.result is not None else 0


def read_ticket(name: str) -> bytes:
    """Returns the bytes of a file that may be a ticket.

    Raises:
        GitprovError: GP-TKT-002 when it cannot be read.
    """
    try:
        with Path(name).open("rb") as file:
            return file.read(LIMIT + 1)
    except OSError as error:
        raise codes.TKT_BROKEN.error(f"{name} cannot be read", why=str(error)) from None


def _json(done: Emission, *, dry_run: bool) -> dict[str, object]:
    result = done.result
    return {
        "dry_run": dry_run,
        "exit": result.exit if result is not None else 0,
        "notes": [*(result.notes if result is not None else ()), *done.notes],
        "records": dict(done.records),
        "schema": "gitprov/emission/v1",
        "ticket": done.ticket,
        "unfinished": str(done.unfinished) if done.unfinished is not None else None,
    }


def _show(done: Emission, folder: str, *, dry_run: bool) -> None:
    result = done.result
    if dry_run and result is not None:
        click.echo(f"would run {printable(shlex.join(result.plan.argv))}")
    elif result is not None and result.exit != 0:
        click.echo(f"the command ended with status {result.exit}: nothing was recorded", err=True)
    for path in done.records:
        click.echo(f"emitted {printable(path)}")
    if done.records:
        click.echo(f"next, in the repository: gitprov bring {printable(shlex.quote(folder))}")
    show_notes([*(result.notes if result is not None else ()), *done.notes])
    if (error := done.unfinished) is not None:
        why, fix = error.why, error.fix
        if not why.startswith("the command succeeded"):
            why = "the command succeeded, and its run is not emitted yet; nothing is lost"
            fix = "mend that, then the same command again: it finishes what is left"
        click.echo(f"error[{error.code.id}]: {printable(error.what)}", err=True)
        click.echo(f"  why: {printable(why)}", err=True)
        click.echo(f"  fix: {printable(fix)}", err=True)
