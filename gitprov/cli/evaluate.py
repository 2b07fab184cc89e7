"""`gitprov evaluate`."""

import click

from gitprov.cli.writing import dry_run_option, json_option, show_outcome
from gitprov.recording.evaluate import DEFAULT_SUITE, evaluate
from gitprov.recording.naming import find
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("subject", metavar="ARTIFACT|RELEASE")
@click.option("-m", "--metrics", required=True, metavar="FILE.json", help="The metrics: a JSON object of numbers.")
@click.option("--data", metavar="ARTIFACT|PATH", help="What it was evaluated on.")
@click.option("--suite", default=DEFAULT_SUITE, show_default=True, help="Which evaluation this is.")
@dry_run_option
@json_option
def command(subject: str, metrics: str, data: str | None, suite: str, dry_run: bool, as_json: bool) -> None:
    """Record metrics about an artifact or a release.

    Example: gitprov evaluate model --metrics metrics.json --data holdout
    """
    project, ledger = open_project()
    target = find(ledger, subject, project.git, project.worktree, project.cache)
    path = project.git.relative(metrics)
    outcome = evaluate(project, ledger, target.id, path, data=data, suite=suite, dry_run=dry_run)
    show_outcome(outcome, as_json=as_json)
