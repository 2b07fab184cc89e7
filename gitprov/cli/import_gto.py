"""`gitprov import gto`."""

import json

import click

from gitprov.cli.text import many, printable
from gitprov.cli.writing import dry_run_option, finding_json, json_option, outcome_json, show_findings, show_notes
from gitprov.exchange.gto import import_gto
from gitprov.wiring.opening import open_project

SHOWN = 5


@click.command("gto")
@dry_run_option
@json_option
def gto(dry_run: bool, as_json: bool) -> None:
    """Record what a GTO registry says in tags.

    Versions (NAME@v1.2.0), stages (NAME#prod), and that they ended, as events of the kind imported: they are never
    releases or promotions. Which artifact a version is follows from the dvc.yaml or artifacts.yaml of the tagged
    commit; where it is not recorded, `gitprov import dvc --history` records it, and another import names it. Authors
    and messages of tags are left out. Tags that GTO passes over are listed, the rest is imported. A second import
    records nothing. A version of which everything resolves can then be sealed.

    Example: gitprov import gto --dry-run
    """
    project, ledger = open_project()
    done = import_gto(project, ledger, dry_run=dry_run)
    if as_json:
        facts = {
            "findings": [finding_json(one) for one in done.findings],
            "seal": list(done.seal),
            "unrecorded": list(done.unrecorded),
        }
        click.echo(json.dumps(outcome_json(done.outcome) | facts, indent=2, sort_keys=True))
        return
    made = len(done.outcome.records)
    verb = "would record" if dry_run else "recorded"
    nothing = "everything is recorded" if done.outcome.known else "nothing is recorded"
    click.echo(f"{verb} {many(made, 'event')} of a GTO registry" if made else nothing)
    if done.unrecorded:
        some = printable(", ".join(done.unrecorded[:SHOWN]) + (", …" if len(done.unrecorded) > SHOWN else ""))
        count = many(len(done.unrecorded), "version")
        click.echo(f"no artifact is recorded of {count}: {some} (gitprov import dvc --history, then import again)")
    if done.seal:
        click.echo("nothing is released or promoted by this; what resolves can be sealed:")
        for command in done.seal[:SHOWN]:
            click.echo(f"  {command}")
    show_notes(done.outcome.notes)
    show_findings(done.findings)
