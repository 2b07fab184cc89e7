"""`gitprov withdraw`."""

import click

from gitprov.cli.requesting import days_option, reason_option, show_requested
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.lineage.naming import stage_named
from gitprov.promotion.moves import withdraw
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("stage", metavar="NAME/STAGE")
@reason_option
@days_option
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, stage: str, reason: str, days: int, dry_run: bool, as_json: bool) -> None:
    """Ask for nothing to serve a stage any more.

    Example: gitprov withdraw churn/production --reason "the product is switched off"
    """
    project, _ = open_project()
    requested = withdraw(project, *stage_named(stage), reason, days=days, dry_run=dry_run)
    show_requested(ctx, requested, dry_run=dry_run, as_json=as_json)
