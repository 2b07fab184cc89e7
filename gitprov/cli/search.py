"""`gitprov search`."""

from collections.abc import Iterator
from typing import Any

import click

from gitprov.audit.search import Asked, Hit, Search, search
from gitprov.cli.render import columns, dim, extent, in_words, label, one_line, show_answer, time_in_words
from gitprov.cli.text import many
from gitprov.cli.writing import json_option
from gitprov.wiring.asking import open_asking


@click.command()
@click.argument("words", nargs=-1, metavar="[TEXT]...")
@click.option("--name", metavar="NAME", help="Of this name, or of names that fit a pattern: 'churn-*'.")
@click.option("--kind", metavar="KIND", help="Of this kind.")
@click.option("--tag", "tags", multiple=True, metavar="TAG", help="Whose name has this tag in the catalog.")
@click.option("--owner", metavar="PERSON", help="Whose name this person answers for, as the catalog says.")
@click.option("--since", metavar="DATE", help="Made from then on; a day is UTC, and its beginning.")
@click.option("--until", metavar="DATE", help="Made until then; a day is its end.")
@click.option("--metric", "metrics", multiple=True, metavar="CONDITION", help="Evaluated so: 'auc>=0.9'.")
@click.option("--param", "params", multiple=True, metavar="CONDITION", help="Made with such a parameter: 'lr=0.1'.")
@click.option("--from", "sources", multiple=True, metavar="ARTIFACT", help="Made from it, directly or not.")
@click.option("-n", "--limit", type=click.IntRange(min=1), metavar="N", help="Show at most N artifacts.")
@json_option
def command(limit: int | None, *, as_json: bool, **asked: Any) -> None:
    """Find artifacts, newest first.

    Artifacts for which all that is asked for holds. The words of TEXT stand in the name, or in what the catalog says of
    it: kind, description, tags; what it says of a name holds for its members too. A metric is that of the last
    evaluation in any suite, of the artifact or of a release of it; a parameter that of the last run that made it.
    Conditions compare by >= <= > < = or !=. Works in a bare clone too.

    Example: gitprov search --tag credit --metric 'auc>=0.9' --from raw-data
    """
    project, ledger = open_asking()
    found = search(project, ledger, Asked(**asked), limit=limit)
    show_answer("search", found, lines(found), as_json=as_json)


def lines(found: Search) -> Iterator[str]:
    """Yields one line an artifact."""
    if not found.hits:
        yield "nothing fits"
    yield from columns([_cells(hit) for hit in found.hits])
    if found.more:
        yield dim(f"and {found.more} more")
    if found.undated:
        yield dim(f"{many(found.undated, 'artifact')} left out: nobody knows when they were made")


def _cells(hit: Hit) -> list[str]:
    return [
        time_in_words(hit.made),
        label(hit.artifact),
        one_line(hit.artifact.kind or ""),
        extent(hit.artifact) if hit.artifact.size is not None else "",
        one_line(", ".join(f"{name}={in_words(value)}" for name, value in hit.values.items())),
    ]
