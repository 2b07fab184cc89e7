"""`gitprov keep`."""

import json

import click

from gitprov.cli.text import printable
from gitprov.cli.writing import dry_run_option, json_option, show_outcome
from gitprov.errors import catalogue as codes
from gitprov.recording.keep import drop, keep
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("drafts", nargs=-1, metavar="[ID]...")
@click.option("--drop", "is_drop", is_flag=True, help="Forget these drafts instead; outputs stay where they are.")
@dry_run_option
@json_option
def command(drafts: tuple[str, ...], is_drop: bool, dry_run: bool, as_json: bool) -> None:
    """Stage the records of drafts.

    Without an ID all drafts. A run that was interrupted after its command had succeeded is finished first. An ID is the
    name of a draft, the beginning of its run's id, or its step.

    Example: gitprov keep train
    """
    project, ledger = open_project()
    if not is_drop:
        show_outcome(keep(project, ledger, drafts, dry_run=dry_run), as_json=as_json)
        return
    if not drafts:
        raise codes.USE_ARGUMENT.error("which draft?", why="--drop forgets what it names", fix="gitprov keep --drop ID")
    names = drop(project, drafts, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps({"dropped": names, "dry_run": dry_run, "schema": "gitprov/dropped/v1"}, indent=2))
        return
    for name in names:
        click.echo(f"{'would drop' if dry_run else 'dropped'} {printable(name)}")
