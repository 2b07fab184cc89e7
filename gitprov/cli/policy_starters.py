"""`gitprov policy starters`."""

import json
from pathlib import PurePosixPath

import click

from gitprov.cli.render import columns, one_line
from gitprov.cli.writing import dry_run_option, json_option, show_files
from gitprov.errors import catalogue as codes
from gitprov.recording.policies import add_starters
from gitprov.records.policies import Policy
from gitprov.wiring.project import Project
from gitprov.wiring.resources import list_resources, read_resource

FOLDER = "templates/policies"


@click.command()
@click.option("--add", "names", multiple=True, metavar="NAME", help="Copy this one into .gitprov/policies; repeatable.")
@dry_run_option
@json_option
def command(names: tuple[str, ...], dry_run: bool, as_json: bool) -> None:
    """List policies to begin with, or copy some.

    A copy is yours: change names of suites, thresholds and scope, and keep its cases true (gitprov policy test).

    Example: gitprov policy starters --add not-worse --add fairness
    """
    project = Project()
    project.require_initialised()
    starters = {PurePosixPath(path).stem: read_resource(path) for path in list_resources(FOLDER)}
    staged: tuple[str, ...] = ()
    if names:
        unknown = sorted(set(names) - starters.keys())
        if unknown:
            raise codes.NAM_UNKNOWN.error(f"no starter is called {unknown[0]}", fix="gitprov policy starters")
        staged = add_starters(project, {name: starters[name] for name in names}, dry_run=dry_run)
    says = {name: _description(project, name, data) for name, data in starters.items()}
    if as_json:
        data = {"dry_run": dry_run, "schema": "gitprov/policy-starters/v1", "staged": staged, "starters": says}
        click.echo(json.dumps(data, indent=2, sort_keys=True))
    elif not names:
        click.echo("\n".join(columns([(name, one_line(text)) for name, text in says.items()])))
    elif staged:
        show_files(staged, dry_run=dry_run)
        click.echo("next: change them to fit, then gitprov policy test")
    else:
        click.echo("these are here already")


def _description(project: Project, name: str, data: bytes) -> str:
    policy = project.reader.read(f".gitprov/policies/{name}.yaml", data)
    return (policy.description if isinstance(policy, Policy) else None) or ""
