"""`gitprov policy sign`."""

import json
from collections.abc import Iterator
from difflib import unified_diff

import click

from gitprov.cli.project import paths_from_top
from gitprov.cli.render import one_line, plain
from gitprov.cli.writing import dry_run_option, json_option, outcome_json, show_outcome
from gitprov.governance.settings import SettingChange, sign_settings
from gitprov.wiring.project import Project


@click.command()
@click.argument("paths", nargs=-1, metavar="[PATH]...")
@click.option("--reason", metavar="TEXT", help="Why; goes into the record.")
@dry_run_option
@json_option
def command(paths: tuple[str, ...], reason: str | None, dry_run: bool, as_json: bool) -> None:
    """Sign changed settings, so that they come into force.

    Shows what differs from the settings in force (policies, catalog, project.yaml), writes and signs a governance
    record for it, and stages both. It takes as many owners as the trust root says; each runs this command.

    Example: gitprov policy sign .gitprov/policies/age.yaml --reason "fresher data"
    """
    project = Project()
    project.require_initialised()
    signed = sign_settings(project, paths_from_top(project, paths), reason=reason, dry_run=dry_run)
    if as_json:
        facts = {field: plain(getattr(signed, field)) for field in ("changes", "lacks", "next")}
        click.echo(json.dumps(outcome_json(signed.outcome) | facts, indent=2, sort_keys=True, ensure_ascii=False))
        return
    for change in signed.changes:
        for line in _difference(change):
            click.echo(one_line(line))
    show_outcome(signed.outcome, as_json=False, nothing="the settings are those in force")
    if signed.lacks:
        click.echo(f"to come into force: {one_line(signed.lacks)}")
    if signed.next:
        click.echo(f"next: {signed.next}")


def _difference(change: SettingChange) -> Iterator[str]:
    before, after = (
        (data or b"").decode("utf-8", "backslashreplace").splitlines() for data in (change.before, change.after)
    )
    old, new = "nothing" if change.before is None else "in force", "nothing" if change.after is None else "to be"
    return unified_diff(before, after, f"{change.path} ({old})", f"{change.path} ({new})", lineterm="", n=2)
