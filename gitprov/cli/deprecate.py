"""`gitprov deprecate`."""

import click

from gitprov.cli.writing import dry_run_option, json_option, show_outcome
from gitprov.recording.deprecate import deprecate
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("name", metavar="NAME@vN|ARTIFACT")
@click.option("--reason", required=True, metavar="TEXT", help="Why.")
@click.option("--instead", metavar="NAME@vM|ID", help="What to use instead.")
@dry_run_option
@json_option
def command(name: str, reason: str, instead: str | None, dry_run: bool, as_json: bool) -> None:
    """Say that a release or an artifact is to be used no more.

    Takes nothing away, and nothing out of effect: it is shown wherever the release or artifact is, sealing and
    promoting it warn, and the policy not-deprecated refuses to promote it once that has landed, signed by a producer or
    an owner.

    Example: gitprov deprecate churn@v1 --reason "trained on leaked labels" --instead churn@v2
    """
    project, ledger = open_project()
    outcome = deprecate(project, ledger, name, reason, instead=instead, dry_run=dry_run)
    show_outcome(outcome, as_json=as_json)
