"""`gitprov reject`."""

import click

from gitprov.cli.requesting import reason_option
from gitprov.cli.voting import vote, yes_option
from gitprov.cli.writing import dry_run_option, json_option


@click.command()
@click.argument("request")
@reason_option
@yes_option
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, request: str, reason: str, yes: bool, dry_run: bool, as_json: bool) -> None:
    """Reject a promotion, by your signature.

    One rejection by somebody who approves for the stage, landed before the promotion takes effect, voids it for ever.
    REQUEST is named as for `gitprov approve`.

    Example: gitprov reject churn/production/8 --reason "evaluated on the wrong quarter"
    """
    vote(ctx, request, "reject", reason, yes=yes, dry_run=dry_run, as_json=as_json)
