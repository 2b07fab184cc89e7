"""`gitprov log`."""

from collections.abc import Iterator

import click

from gitprov.audit.log import Entry, Log, log
from gitprov.cli.render import bold, columns, dim, in_words, label, loud, one_line, show_answer, time_in_words
from gitprov.cli.writing import json_option
from gitprov.ids import digest_hex
from gitprov.lineage.ledger import SHORT
from gitprov.lineage.sweeps import best_of
from gitprov.wiring.asking import open_asking
from gitprov.wiring.opening import open_reading


@click.command()
@click.argument("name", required=False, metavar="[NAME]")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="Show at most N records.")
@json_option
def command(name: str | None, limit: int | None, as_json: bool) -> None:
    """List records, newest first.

    Everything but artifacts: when, who, what. NAME is the name of artifacts, of releases or of a step, or
    one record. What is not committed is marked [staged] or [draft].

    Example: gitprov log churn-model -n 10
    """
    project, ledger = open_reading() if name is None else open_asking()
    found = log(project, ledger, name, limit=limit)
    show_answer("log", found, lines(found), as_json=as_json)


def lines(found: Log) -> Iterator[str]:
    """Yields one line a record."""
    if not found.entries:
        yield "nothing is recorded yet: gitprov add, gitprov run or gitprov capture"
    yield from columns([_cells(entry) for entry in found.entries])
    if found.more:
        yield dim(f"and {found.more} more")


def _cells(entry: Entry) -> list[str]:
    time = time_in_words(entry.time) if entry.time or entry.state == "committed" else "not committed"
    who = "" if entry.actor is None else f"by {entry.actor}" + (f" ({entry.mark})" if entry.mark == "declared" else "")
    if entry.mark == "unknown":
        who = "by unknown"
    about = [
        f"{one_line(role)}: {label(one)}" if len(entry.artifacts) > 1 else label(one)
        for role, one in entry.artifacts.items()
    ]
    about += [one_line(best_of(one.runs, one.name)) for one in entry.choices]
    if entry.metrics is not None:
        about += [f"{one_line(name)}={in_words(value)}" for name, value in entry.metrics.items()]
    if entry.exit not in (None, 0):
        about.append(loud(f"exit {entry.exit}"))
    state = f" [{entry.state}]" if entry.state != "committed" else ""
    return [
        time,
        f"{entry.kind} id:{digest_hex(entry.id)[:SHORT]}",
        bold(entry.title) + state,
        one_line(who),
        ", ".join(about),
    ]
