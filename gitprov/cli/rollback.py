"""`gitprov rollback`."""

import click

from gitprov.cli.requesting import days_option, reason_option, show_requested
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.lineage.naming import split_release, stage_named
from gitprov.promotion.moves import rollback
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("stage", metavar="NAME/STAGE")
@click.option("--to", metavar="vN", help="The release to go back to; by default the one in effect before.")
@reason_option
@days_option
@dry_run_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, stage: str, to: str | None, reason: str, days: int, dry_run: bool, as_json: bool
) -> None:
    """Ask for an earlier release to serve a stage again.

    It is a request like any other: it takes the same approvals, and the rules that apply to rollbacks. Only what was in
    effect at the stage can be gone back to.

    Example: gitprov rollback churn/production --to v7 --reason "v8 is slow for new customers"
    """
    project, ledger = open_project()
    name, stage = stage_named(stage)
    version = None
    if to is not None:
        named = split_release(f"{name}@{to}")
        if named is None:
            raise click.BadParameter(f"{to!r} is no version: write v7", param_hint="--to")
        version = named[1]
    requested = rollback(project, ledger, name, stage, reason, to=version, days=days, dry_run=dry_run)
    show_requested(ctx, requested, dry_run=dry_run, as_json=as_json)
