"""`gitprov renumber`."""

import json

import click

from gitprov.cli.requesting import days_option, show_requested
from gitprov.cli.writing import dry_run_option, json_option, one_line, record_json, show_files
from gitprov.lineage.naming import split_release
from gitprov.promotion.renumber import Renumbered, renumber_release, renumber_request
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("what", metavar="REQUEST|NAME@vN")
@days_option
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, what: str, days: int, dry_run: bool, as_json: bool) -> None:
    """Make a request or a release again, on the next number.

    For when somebody else's landed first and took the number, or what a request was to replace is not in effect any
    more. A request is judged again against what is in effect now, on a fresh branch; approvals do not carry over. A
    release gives way on the current branch: the same set is sealed under the next number.

    Example: gitprov renumber churn/production/8
    """
    project, ledger = open_project()
    if split_release(what) is None:
        show_requested(
            ctx, renumber_request(project, what, days=days, dry_run=dry_run), dry_run=dry_run, as_json=as_json
        )
        return
    done = renumber_release(project, ledger, what, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(_as_object(done, dry_run=dry_run), indent=2, sort_keys=True))
        return
    click.echo(f"{what} {'would be' if dry_run else 'is'} {one_line(done.after)}")
    if dry_run:
        show_files(done.files, dry_run=True)
    else:
        click.echo(f"commit {(done.commit or '')[:12]}; requests that name {what}: gitprov renumber REQUEST")


def _as_object(done: Renumbered, *, dry_run: bool) -> dict[str, object]:
    return {
        "after": record_json(done.after),
        "before": record_json(done.before),
        "commit": done.commit,
        "dry_run": dry_run,
        "files": list(done.files),
        "schema": "gitprov/renumbered/v1",
    }
