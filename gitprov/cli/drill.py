"""`gitprov drill`."""

import json
from collections.abc import Iterator

import click

from gitprov.cli.render import columns, dim, loud, one_line, plain
from gitprov.cli.text import many
from gitprov.cli.writing import dry_run_option, json_option, outcome_json, show_outcome
from gitprov.doors.drill import Drilled, drill, record
from gitprov.doors.tampering import KINDS
from gitprov.errors import Exit
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource
from gitprov.wiring.scratch import scratch_project


@click.command()
@click.option("--kind", "kinds", multiple=True, metavar="KIND", help="Only this way of tampering; may be repeated.")
@click.option("--keep", is_flag=True, help="Leave the copy where it is, to look at.")
@click.option("--record", "is_recorded", is_flag=True, help="Record the outcome as a signed event, and stage it.")
@dry_run_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, kinds: tuple[str, ...], keep: bool, is_recorded: bool, dry_run: bool, as_json: bool
) -> None:
    """Tamper with a copy, and say which door catches it.

    The copy is a repository of its own with the records of the protected branch, a new trust root and a key that is
    thrown away; no real key, branch or memory is touched. Exit 1 when a door misses what it can see, or refuses an
    honest merge. docs/reliability.md lists the kinds.

    Example: gitprov drill --kind modify --kind foxtrot
    """
    project = Project()
    with scratch_project(project, keep=keep) as copy:
        drilled = drill(project, copy, kinds, read_resource("templates/gitattributes"))
    outcome = record(project, drilled, dry_run=dry_run) if is_recorded else None
    if as_json:
        recorded = {"outcome": outcome_json(outcome)} if outcome is not None else {}
        told = {**plain(drilled), **recorded, "schema": "gitprov/drill/v1"}
        click.echo(json.dumps(told, indent=2, sort_keys=True))
    else:
        for line in _lines(drilled, keep=keep):
            click.echo(line)
        if outcome is not None:
            show_outcome(outcome, as_json=False)
    ctx.exit(Exit.OK if drilled.is_caught else Exit.FINDINGS)


def _lines(drilled: Drilled, *, keep: bool) -> Iterator[str]:
    yield dim(f"on a copy of {many(drilled.records, 'record')}: milliseconds until a door caught it")
    doors = list(dict.fromkeys(door for kind in KINDS.values() for door in kind.doors))
    rows = [["", "code", *doors]]
    for one in drilled.tried:
        cells = ["missed" if door in one.missed else str(one.caught.get(door, "")) for door in doors]
        rows.append([one.kind, one.code, *cells])
    yield from columns(rows)
    for door, alarms in drilled.alarms.items():
        yield loud(f"false alarm: {door} refuses an honest merge: {', '.join(alarms)}")
    missed = sum(bool(one.missed) for one in drilled.tried)
    yield f"{many(len(drilled.tried), 'kind')} of tampering, {missed} missed"
    if keep:
        yield one_line(f"the copy lies in {drilled.folder}; rm -rf it when you have looked")
