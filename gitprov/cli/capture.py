"""`gitprov capture`."""

import click

from gitprov.cli.writing import dry_run_option, json_option, show_outcome
from gitprov.recording.capture import capture
from gitprov.wiring.opening import open_project


@click.command()
@dry_run_option
@json_option
def command(dry_run: bool, as_json: bool) -> None:
    """Record what DVC has run.

    Every stage of dvc.lock at HEAD that is not recorded yet becomes a run with its artifacts. What DVC knew is marked
    declared, what nobody knows is unknown; content whose bytes are not here is unverified. Nothing of DVC's changes.

    Example: dvc repro && git commit -am 'Train' && gitprov capture
    """
    project, ledger = open_project()
    outcome = capture(project, ledger, dry_run=dry_run)
    nothing = "nothing was captured" if outcome.notes else "every stage is recorded"
    show_outcome(outcome, as_json=as_json, nothing=nothing)
