"""`gitprov approve`."""

import click

from gitprov.cli.voting import vote, yes_option
from gitprov.cli.writing import dry_run_option, json_option


@click.command()
@click.argument("request")
@click.option("--reason", default="", metavar="TEXT", help="Why, in words.")
@yes_option
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, request: str, reason: str, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Approve a promotion, by your signature.

    REQUEST is NAME/STAGE/SEQ, NAME/STAGE for the one that waits, or id:PREFIX; its branch is checked out. It is judged
    as if it landed now and shown in words; what could not take effect is not approved, and nobody approves what they
    asked for, ran or wrote. The signature is committed on the current branch.

    Example: gitprov approve churn/production/8 --reason "read the evaluation"
    """
    vote(ctx, request, "approve", reason, yes=yes, dry_run=dry_run, as_json=as_json)
