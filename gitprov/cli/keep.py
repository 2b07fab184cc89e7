"""`gitprov keep`."""

import json

import click

from gitprov.cli.text import printable
from gitprov.cli.writing import dry_run_option, json_option, show_outcome
from gitprov.errors import catalogue as codes
from gitprov.recording.keep import drop, keep
from gitprov.recording.sweep import keep_sweep
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("drafts", nargs=-1, metavar="[ID]...")
@click.option("--drop", "is_drop", is_flag=True, help="Forget these drafts instead; outputs stay where they are.")
@click.option("--sweep", metavar="NAME", help="Keep this one out of many: all drafts of its step become one run-set.")
@click.option("--step", "steps", multiple=True, metavar="STEP", help="With --sweep: gather drafts of this step, too.")
@dry_run_option
@json_option
def command(
    drafts: tuple[str, ...], is_drop: bool, sweep: str | None, steps: tuple[str, ...], dry_run: bool, as_json: bool
) -> None:
    """Stage the records of drafts.

    Without an ID all drafts. A run that was interrupted after its command had succeeded is finished first. An ID is the
    name of a draft, the beginning of its run's id, or its step.

    With --sweep the best of many is kept as usual, or was before; the records of all become one artifact, the run-set,
    and the drafts go away. Any of them can be kept later by its id: the bytes that it made stay in the cache, and in
    the remote after `gitprov push --all`.

    Example: gitprov keep --sweep lr-sweep id:9c41
    """
    if (sweep is None and steps) or (sweep is not None and (is_drop or len(drafts) != 1)):
        raise codes.USE_ARGUMENT.error(
            "--sweep keeps one draft, and --step says of which other steps the drafts are gathered",
            fix="gitprov keep --sweep NAME ID  # gitprov status lists the drafts",
        )
    project, ledger = open_project()
    if sweep is not None:
        show_outcome(keep_sweep(project, ledger, sweep, drafts[0], steps, dry_run=dry_run), as_json=as_json)
        return
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
