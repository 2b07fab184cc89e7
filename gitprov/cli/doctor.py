"""`gitprov doctor`."""

from collections.abc import Iterator

import click

from gitprov.check.files import ATTRIBUTES
from gitprov.cli.render import finding_lines, one_line, show_answer
from gitprov.cli.writing import dry_run_option, json_option, show_notes
from gitprov.doors.hooks import LOCAL
from gitprov.errors import Exit
from gitprov.upkeep.doctor import Belongings, Checkup, doctor
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource


@click.command()
@click.option("--fix", is_flag=True, help="Mend what can be mended; without it nothing is changed.")
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, fix: bool, dry_run: bool, as_json: bool) -> None:
    """Find what crashes left in this clone, and mend it.

    A git that is too old, working files of commands that died, a lock of git's index that no git holds, runs and
    records that were left half way, the attributes of records, hooks, the modes and the bytes of the cache's objects,
    the index of records, tickets that were brought long ago, and what the remote lacks of committed records. Wrong
    objects go into a quarantine and are fetched again. Never changes or removes a record, nor an object of the remote.
    Exit 1 with findings, 3 when something could not be looked at.

    Example: gitprov doctor --fix
    """
    project = Project()
    project.require_initialised()
    belongings = Belongings(
        attributes=(ATTRIBUTES, read_resource("templates/gitattributes")),
        scripts={name: read_resource(f"hooks/{name}") for name in LOCAL},
    )
    found = doctor(project, belongings, fix=fix and not dry_run)
    show_answer("doctor", found, lines(found), as_json=as_json)
    if not as_json:
        show_notes(found.notes)
    ctx.exit(Exit.FINDINGS if found.findings else Exit.UNDECIDED if found.undecided else Exit.OK)


def lines(found: Checkup) -> Iterator[str]:
    """Yields what is wrong, and what was mended, for people."""
    for finding in found.findings:
        yield from finding_lines(finding)
    for finding in found.undecided:
        yield from finding_lines(finding, "undecided")
    for finding in found.mended:
        yield f"mended: {one_line(finding.what)}"
    if not found.findings and not found.mended and not found.undecided:
        yield "nothing wrong"
