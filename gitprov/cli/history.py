"""`gitprov history`."""

from collections.abc import Iterator

import click

from gitprov.audit.history import History, history
from gitprov.cli.render import dim, imported_line, show_answer
from gitprov.cli.stage import history_lines, source_line
from gitprov.cli.text import many
from gitprov.cli.writing import json_option
from gitprov.lineage.naming import stage_named
from gitprov.wiring.project import Project


@click.command()
@click.argument("place", metavar="NAME/STAGE")
@click.option("--all", "everything", is_flag=True, help="Also requests that never took effect, and why.")
@json_option
def command(place: str, everything: bool, as_json: bool) -> None:
    """List what served a stage, newest first.

    Every request that took effect: its number, kind and release, who asked and who approved, the commit at which it
    counted and from when on that is known, and what took its place. With --all every request that landed, the refused,
    rejected and waiting ones too, each with what stood in its way. Works in a bare clone, offline.

    Example: gitprov history churn-model/production --all
    """
    found = history(Project(remember=True), *stage_named(place), everything=everything)
    show_answer("history", found, lines(found), as_json=as_json)


def lines(found: History) -> Iterator[str]:
    """Yields the history for people."""
    yield source_line(found.source)
    if not found.entries:
        yield f"nothing ever served {found.asked}"
    yield from history_lines(found.entries)
    yield from map(imported_line, reversed(found.imported))
    if found.more:
        yield dim(f"{many(found.more, 'request')} more that never took effect: gitprov history {found.asked} --all")
