"""`gitprov ci check`."""

from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import click

from gitprov.cli.render import bold, dim, finding_lines, loud, one_line, show_answer
from gitprov.cli.text import many
from gitprov.cli.verdict import sarif_option, show_sarif
from gitprov.cli.writing import json_option
from gitprov.doors.merge import Asks, Landing, Way, judge_merge
from gitprov.doors.report import markdown
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource


@click.command()
@click.option("--base", required=True, metavar="REV", help="The commit of the protected branch that is merged into.")
@click.option("--head", required=True, metavar="REV", help="The commit of the pull request.")
@click.option(
    "--landing", type=click.Choice(get_args(Way)), help="How it lands; else a merge, and warnings of the others."
)
@click.option(
    "--summary",
    type=click.Path(dir_okay=False, path_type=Path),
    metavar="FILE",
    help="Add a summary for people to FILE, in Markdown.",
)
@json_option
@sarif_option
@click.pass_context
def command(
    ctx: click.Context,
    base: str,
    head: str,
    landing: Way | None,
    summary: Path | None,
    as_json: bool,
    as_sarif: bool,
) -> None:
    """Judge what merging a pull request would land.

    Makes the merge in memory and runs every law on it, by what the base has in force: exit 1 with everything that is
    wrong, exit 3 when it cannot be decided (a shallow clone, a conflict). Approvals that a promotion still lacks are
    told and do not fail the check. Nothing of the head is run, and no ref or file of the work tree changes.

    A rebase or fast-forward lands each commit as a step, so that what the branch added and took away again is lost
    there: say --landing where the forge allows only that, and the check fails as the push would.

    Example: gitprov ci check --base origin/main --head HEAD
    """
    found = judge_merge(Project(), base, head, read_resource("templates/gitattributes"), landing)
    if summary is not None:
        with summary.open("a", encoding="utf-8") as file:
            file.write(markdown(found))
    if as_sarif:
        show_sarif(found.findings, found.warnings, found.undecided, found.acknowledged)
    else:
        show_answer("ci-check", found, lines(found), as_json=as_json)
    ctx.exit(found.exit)


def lines(landing: Landing) -> Iterator[str]:
    """Yields every finding, and the promotions."""
    yield dim(f"what {landing.head[:12]} would land on {landing.base[:12]}")
    headed = (
        ("finding", landing.findings),
        ("undecided", landing.undecided),
        ("warning", landing.warnings),
        ("acknowledged", landing.acknowledged),
    )
    for heading, findings in headed:
        for finding in findings:
            yield from finding_lines(finding, heading)
    for asked in landing.promotions:
        yield from _promotion(asked)
    if landing.findings:
        yield loud(many(len(landing.findings), "finding"))
    else:
        yield loud("cannot decide") if landing.undecided else bold("nothing wrong")


def _promotion(asked: Asks) -> Iterator[str]:
    yield bold(asked.name)
    yield from (f"  {one_line(line)}" for line in asked.summary)
    yield f"  {asked.state}"
