"""`gitprov import mlflow`."""

import json
from collections import Counter

import click

from gitprov.cli.text import many, printable, size_in_words
from gitprov.cli.writing import dry_run_option, finding_json, json_option, outcome_json, show_findings
from gitprov.exchange.mlflow import Plan, import_mlflow, plan_import
from gitprov.wiring.foreign import open_mlflow
from gitprov.wiring.opening import open_project

SHOWN = 5


@click.command("mlflow")
@click.argument("address", metavar="URI|DIR")
@click.option("--experiment", metavar="NAME", help="Only the runs of one experiment.")
@click.option("--run", metavar="ID", help="Only one run.")
@click.option("--no-artifacts", is_flag=True, help="List artifacts and read none: they are unverified.")
@dry_run_option
@json_option
def mlflow(
    address: str, experiment: str | None, run: str | None, no_artifacts: bool, dry_run: bool, as_json: bool
) -> None:
    """Record what MLflow tracked.

    URI is a tracking server, http://HOST:PORT; DIR is a file store, mlruns. Every run that has ended becomes a run,
    with its parameters as the text that they are there, its artifacts by their bytes, and the last value of each metric
    as an evaluation of the suite mlflow. Its code is known where MLflow saw a commit of this repository; who ran it,
    and the command, are unknown. Registered versions, their stages and aliases become events of the kind imported:
    they are never releases or promotions. The size is said first. What cannot be read from here is unverified and
    cannot be sealed; what cannot be recorded is listed, the rest is imported. A second import records what is new.

    Credentials come from MLFLOW_TRACKING_TOKEN, or MLFLOW_TRACKING_USERNAME and MLFLOW_TRACKING_PASSWORD.

    Example: gitprov import mlflow mlruns --dry-run
    """
    project, ledger = open_project()
    store = open_mlflow(project, address)
    plan = plan_import(ledger, store, experiment=experiment, run=run, with_bytes=not no_artifacts)
    if not as_json:
        click.echo(_plan_line(plan, store.address, dry_run=dry_run))
    done = import_mlflow(project, ledger, store, plan, dry_run=dry_run)
    if as_json:
        facts = {
            "files": plan.files,
            "findings": [finding_json(one) for one in done.findings],
            "recorded_before": plan.known,
            "runs": [one.run.id for one in plan.todo],
            "size": plan.size,
            "unfinished": plan.unfinished,
            "unverified": list(done.unverified),
            "versions": [{"name": one.name, "version": one.version} for one in plan.registered],
        }
        click.echo(json.dumps(outcome_json(done.outcome) | facts, indent=2, sort_keys=True))
        return
    kinds = Counter(type(stored.record).__name__.lower() for stored in done.outcome.records)
    if kinds:
        click.echo("recorded " + ", ".join(many(kinds[kind], kind) for kind in sorted(kinds)))
    elif not dry_run:
        click.echo("everything is recorded")
    if plan.unfinished:
        click.echo(f"{many(plan.unfinished, 'run')} not ended yet: import again when they have")
    if done.unverified:
        some = ", ".join(printable(path) for path in done.unverified[:SHOWN])
        click.echo(f"unverified, nobody has the bytes here: {some}{', …' if len(done.unverified) > SHOWN else ''}")
    show_findings(done.findings)


def _plan_line(plan: Plan, address: str, *, dry_run: bool) -> str:
    """Returns what is going to be read, for people."""
    verb = "would import" if dry_run else "importing"
    there = f"; {plan.known} recorded before" if plan.known else ""
    what = f"{many(len(plan.todo), 'run')}, {many(plan.files, 'file')} ({size_in_words(plan.size)})"
    return printable(f"{verb} {what}, {many(len(plan.registered), 'registered version')} of {address}{there}")
