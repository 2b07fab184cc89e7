"""`gitprov acknowledge`."""

import json

import click

from gitprov.cli.render import finding_lines, plain
from gitprov.cli.text import many
from gitprov.cli.writing import dry_run_option, json_option, outcome_json, show_outcome
from gitprov.governance.acknowledging import acknowledge
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource


@click.command()
@click.argument("finding", metavar="FINDING")
@click.option("--reason", required=True, metavar="TEXT", help="Why it may stand; goes into the record.")
@dry_run_option
@json_option
def command(finding: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Take a finding into account, as the owners.

    FINDING is the key that `gitprov audit` prints. Writes, signs and stages a record; once it has landed with as many
    owners' signatures as the trust root asks for, the audit lists the finding as acknowledged and no longer fails by
    it. It makes nothing valid: what the finding is about stays without effect.

    Example: gitprov acknowledge GP-HIS-001:refs/heads/main@4be1c5d2f0a7 --reason "git pull; every record is kept"
    """
    project = Project()
    done = acknowledge(
        project, finding, reason=reason, attributes=read_resource("templates/gitattributes"), dry_run=dry_run
    )
    if as_json:
        facts = {"finding": plain(done.finding), "key": done.key, "lacks": done.lacks}
        click.echo(json.dumps(outcome_json(done.outcome) | facts, indent=2, sort_keys=True, ensure_ascii=False))
        return
    for line in finding_lines(done.finding, "acknowledged"):
        click.echo(line)
    show_outcome(done.outcome, as_json=False)
    if done.lacks:
        click.echo(f"to count: it lacks {many(done.lacks, 'owner')}")
