"""`gitprov exception`."""

import json

import click

from gitprov.check.effect.exceptions import LONGEST
from gitprov.cli.render import one_line
from gitprov.cli.requesting import reason_option
from gitprov.cli.text import many
from gitprov.cli.writing import dry_run_option, json_option, record_json, show_files
from gitprov.promotion.excepting import Excepted, make_exception
from gitprov.records.promotions import Waived
from gitprov.wiring.project import Project

_HOURS = int(LONGEST.total_seconds() // 3600)


@click.command()
@click.argument("request", metavar="REQUEST")
@click.option(
    "--waive",
    "waives",
    multiple=True,
    required=True,
    type=click.Choice(["approvals", "gates"]),
    help="What need not hold: approvals that are missing, rules that deny.",
)
@click.option(
    "--hours",
    type=click.IntRange(1, _HOURS),
    default=24,
    show_default=True,
    metavar="N",
    help=f"How long from now; {_HOURS} at most.",
)
@reason_option
@dry_run_option
@json_option
def command(request: str, waives: tuple[Waived, ...], hours: int, reason: str, dry_run: bool, as_json: bool) -> None:
    """Break the glass for one promotion, as two owners.

    Signs a record that lets one request take effect although rules deny or approvals are missing, and commits it on
    the current branch. A second owner runs the same command there. It waives nothing else: bytes, hashes, history,
    the trust root and a rejection hold as ever. It serves for one deployment, and is listed until the owners have
    reviewed it (gitprov acknowledge).

    Example: gitprov exception churn/production/9 --waive gates --hours 12 --reason "outage 4711"
    """
    done = make_exception(Project(), request, tuple(sorted(set(waives))), hours=hours, reason=reason, dry_run=dry_run)
    if as_json:
        click.echo(json.dumps(_as_object(done, dry_run=dry_run), indent=2, sort_keys=True))
        return
    how = "would sign" if dry_run else "signed"
    click.echo(f"{done.person} {how} an exception for {one_line(done.request.label)}, until {done.until}")
    if dry_run:
        show_files(done.files, dry_run=True)
    if done.lacks:
        again = " ".join(f"--waive {one}" for one in dict.fromkeys(waives))
        click.echo(f"to count: it lacks {many(done.lacks, 'owner')}")
        click.echo(f"next: another owner, on this branch: gitprov exception {done.request.label} {again} --reason TEXT")


def _as_object(done: Excepted, *, dry_run: bool) -> dict[str, object]:
    return {
        "commit": done.commit,
        "dry_run": dry_run,
        "exception": record_json(done.exception),
        "files": list(done.files),
        "is_new": done.is_new,
        "lacks": done.lacks,
        "person": done.person,
        "request": done.request.label,
        "schema": "gitprov/excepted/v1",
        "until": done.until,
    }
