"""`gitprov ci init`."""

import json

import click

from gitprov.cli.writing import dry_run_option, json_option, show_files
from gitprov.doors.installing import FORGES, install_job
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource


@click.command()
@click.argument("forge", type=click.Choice(sorted(FORGES)))
@click.option("--print", "only_print", is_flag=True, help="Print the job, write nothing.")
@dry_run_option
@json_option
def command(forge: str, only_print: bool, dry_run: bool, as_json: bool) -> None:
    """Write the job that runs `gitprov ci check` where a forge looks for it.

    A file that is there already and says something else stays as it is.

    Example: gitprov ci init github
    """
    job = read_resource(f"templates/ci/{forge}.yml")
    if only_print:
        click.echo(job.decode(), nl=False)
        return
    staged = install_job(Project(), forge, job, dry_run=dry_run)
    if as_json:
        answer = {"dry_run": dry_run, "schema": "gitprov/ci-init/v1", "staged": list(staged)}
        click.echo(json.dumps(answer, indent=2, sort_keys=True))
        return
    show_files(staged, dry_run=dry_run)
    if not staged:
        click.echo("the job is there already")
    elif not dry_run:
        click.echo("next: choose how gitprov is installed in it, git commit, and make it a required check")
