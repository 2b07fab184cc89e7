"""`gitprov keep`."""

import click

from gitprov.cli.writing import dry_run_option, json_option, show_outcome
from gitprov.recording.keep import keep
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("drafts", nargs=-1, metavar="[ID]...")
@dry_run_option
@json_option
def command(drafts: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """Stage the records of drafts.

    Without an ID all drafts. A run that was interrupted after its command had succeeded is finished first.

    Example: gitprov keep train
    """
    project, ledger = open_project()
    show_outcome(keep(project, ledger, drafts, dry_run=dry_run), as_json=as_json)
