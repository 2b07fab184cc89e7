"""`gitprov import dvc`."""

import json
from collections import Counter

import click

from gitprov.cli.text import many, printable
from gitprov.cli.writing import dry_run_option, finding_json, json_option, outcome_json, show_findings, show_notes
from gitprov.exchange.dvc import import_dvc
from gitprov.wiring.opening import open_project


@click.command("dvc")
@click.option("--history", is_flag=True, help="What was there at any commit of the first-parent chain.")
@click.option("--rev", "revision", default="HEAD", metavar="REV|A..B", show_default=True,
              help="The commit, or the range of commits.")  # fmt: skip
@dry_run_option
@json_option
def dvc(history: bool, revision: str, dry_run: bool, as_json: bool) -> None:
    """Record what DVC recorded, now or ever.

    Every stage of dvc.lock becomes a run, every .dvc file a source, as of the commit where they came: its time is
    declared, and so is its code where that is what DVC saw. Who ran it, and on what, is unknown. Nothing is read from
    the work tree. Content is hashed where the cache has it, else it is unverified and cannot be sealed; `dvc fetch
    --all-commits` first gets what the remote has. What cannot be recorded is listed by file and line, the rest is
    imported. A second import records nothing.

    Example: gitprov import dvc --history
    """
    project, ledger = open_project()
    done = import_dvc(project, ledger, revision=revision, history=history, dry_run=dry_run)
    if as_json:
        facts = {
            "commits": done.commits,
            "findings": [finding_json(one) for one in done.findings],
            "unverified": list(done.unverified),
        }
        click.echo(json.dumps(outcome_json(done.outcome) | facts, indent=2, sort_keys=True))
        return
    kinds = Counter(type(stored.record).__name__.lower() for stored in done.outcome.records)
    counts = " and ".join(many(kinds[kind], kind) for kind in ("artifact", "run"))
    verb = "would record" if dry_run else "recorded"
    click.echo(f"{verb} {counts} of {many(done.commits, 'commit')}" if kinds else "everything is recorded")
    if done.unverified:
        paths = ", ".join(printable(path) for path in done.unverified[:5]) + (", …" if len(done.unverified) > 5 else "")
        click.echo(f"unverified, known by MD5 only: {paths} (dvc fetch --all-commits, then import again)")
    show_notes(done.outcome.notes)
    show_findings(done.findings)
