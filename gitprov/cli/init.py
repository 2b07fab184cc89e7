"""`gitprov init`."""

import json

import click

from gitprov.cli.writing import dry_run_option, json_option, show_files
from gitprov.recording.init import init
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource

TEMPLATES = {"project.yaml": "project.yaml", ".gitattributes": "gitattributes", ".gitignore": "gitignore"}


@click.command()
@click.option("--remote", metavar="URL", help="The DVC remote to configure when there is none.")
@dry_run_option
@json_option
def command(remote: str | None, dry_run: bool, as_json: bool) -> None:
    """Set up gitprov in a git repository.

    Makes `.gitprov/`, protects it by attributes, and uses the DVC remote that is there; where there is none, a folder
    beside the repository becomes one. Run it again at any time: it mends what is missing and changes nothing else.

    Example: gitprov init
    """
    project = Project(create=not dry_run)
    templates = {name: read_resource(f"templates/{source}") for name, source in TEMPLATES.items()}
    done = init(project, templates, remote=remote, dry_run=dry_run)
    if as_json:
        click.echo(
            json.dumps(
                {
                    "dry_run": done.dry_run,
                    "person": done.person,
                    "remotes": dict(done.remotes),
                    "schema": "gitprov/init/v1",
                    "staged": list(done.staged),
                },
                indent=2,
                sort_keys=True,
            )
        )
        return
    if not done.staged:
        click.echo("gitprov is set up here already")
    show_files(done.staged, dry_run=dry_run)
    if done.remote is not None:
        click.echo(f"bytes go to the DVC remote {done.remote} ({done.remotes[done.remote]})")
    elif done.remotes:
        click.echo(f"to say to which DVC remote bytes go ({', '.join(done.remotes)}): dvc remote default NAME")
    click.echo(f"you are {done.person} in records (git config gitprov.person)")
    if done.staged and not dry_run:
        click.echo("to have records checked at every commit: gitprov hooks install")
        click.echo("next: git commit, then gitprov add PATH, gitprov run, or gitprov capture")
