"""`gitprov seal`."""

import json

import click

from gitprov.cli.project import pairs
from gitprov.cli.text import many
from gitprov.cli.writing import (
    dry_run_option,
    finding_json,
    json_option,
    outcome_json,
    show_findings,
    show_outcome,
)
from gitprov.errors import Exit
from gitprov.governance.sealing import seal_and_sign
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("name")
@click.option("--member", "members", multiple=True, metavar="ROLE=ARTIFACT", help="A member of the release's set.")
@click.option("--owner", metavar="PERSON", help="Who owns the name; written to its catalog entry.")
@dry_run_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, name: str, members: tuple[str, ...], owner: str | None, dry_run: bool, as_json: bool
) -> None:
    """Make the next release of a name.

    A release is the whole set that decides behaviour: the members of catalog/NAME.yaml, or those given, else artifact
    NAME as the model. It is refused, with everything that is missing, unless data, code, environment and artifacts all
    resolve and the bytes are in the remote.

    Example: gitprov seal churn --member model=churn-model --member thresholds=id:9c41 --owner ann
    """
    project, ledger = open_project()
    chosen = pairs(members, "--member", "ROLE=ARTIFACT")
    sealed = seal_and_sign(project, ledger, name, members=chosen, owner=owner, dry_run=dry_run)
    if as_json:
        found = {"findings": [finding_json(one) for one in sealed.findings]}
        click.echo(json.dumps(outcome_json(sealed.outcome) | found, indent=2, sort_keys=True))
    elif not sealed.findings:
        show_outcome(sealed.outcome, as_json=False)
    else:
        click.echo(f"{name} cannot be sealed: {many(len(sealed.findings), 'finding')}", err=True)
        show_findings(sealed.findings)
    if sealed.findings:
        ctx.exit(Exit.FINDINGS)
