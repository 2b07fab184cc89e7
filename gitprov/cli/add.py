"""`gitprov add`."""

import click

from gitprov.cli.project import paths_from_top
from gitprov.cli.writing import dry_run_option, json_option, show_outcome
from gitprov.recording.add import add
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...")
@click.option("-n", "--name", metavar="NAME", help="The artifact's name; by default as before, else made of the path.")
@click.option("-k", "--kind", metavar="KIND", help="Its kind: dataset, model, prompt, tokenizer, …")
@click.option("--cutoff", metavar="TIME", help="Until when the data was collected, as 2026-01-31T00:00:00Z.")
@dry_run_option
@json_option
def command(
    paths: tuple[str, ...], name: str | None, kind: str | None, cutoff: str | None, dry_run: bool, as_json: bool
) -> None:
    """Record a file or directory as an artifact.

    Its bytes are stored in the DVC cache, its record and a `.dvc` file are staged: after a commit, plain `dvc pull`
    works for people without gitprov. What git or a dvc.yaml stage owns stays theirs.

    Example: gitprov add data/raw.csv --name raw-data --kind dataset
    """
    project, ledger = open_project()
    outcome = add(project, ledger, paths_from_top(project, paths), name=name, kind=kind, cutoff=cutoff, dry_run=dry_run)
    show_outcome(outcome, as_json=as_json)
