"""`gitprov promote`."""

import click

from gitprov.cli.requesting import days_option, reason_option, show_requested
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.promotion.moves import promote
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("release", metavar="NAME[@vN]")
@click.option("--to", "stage", required=True, metavar="STAGE", help="The stage that it shall serve.")
@reason_option
@days_option
@click.option("--exception", "by_exception", is_flag=True, help="Ask although rules deny: takes gitprov exception.")
@dry_run_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    release: str,
    stage: str,
    reason: str,
    days: int,
    by_exception: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Ask for a release to serve a stage.

    NAME stands for what `gitprov seal` would seal now, which is sealed first if it is not. The rules in force are
    tried, and everything that would keep the promotion from counting is listed; then nothing is written. Else evidence
    and signed request are committed on a new branch promote/NAME/STAGE/SEQ. It counts once enough people have approved
    it and it has landed on the protected branch.

    Example: gitprov promote churn@v8 --to production --reason "retrained on October's data"
    """
    project, ledger = open_project()
    requested = promote(project, ledger, release, stage, reason, days=days, by_exception=by_exception, dry_run=dry_run)
    show_requested(ctx, requested, dry_run=dry_run, as_json=as_json)
