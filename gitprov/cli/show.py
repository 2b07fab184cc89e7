"""`gitprov show`."""

import re
import sys
from collections.abc import Iterator

import click

from gitprov.audit.show import Show, show
from gitprov.cli.render import (
    UNVERIFIED,
    bold,
    deprecated_line,
    dim,
    imported_line,
    kind_of,
    loud,
    one_line,
    show_answer,
    time_in_words,
)
from gitprov.cli.writing import json_option
from gitprov.errors import catalogue as codes
from gitprov.lineage.sweeps import best_of
from gitprov.wiring.asking import open_asking

_digest = re.compile("sha256:[0-9a-f]{64}")


@click.command()
@click.argument("name", metavar="RECORD")
@click.option("--raw", is_flag=True, help="Print the record's bytes and nothing else.")
@json_option
def command(name: str, raw: bool, as_json: bool) -> None:
    """Show one record.

    Records are named alike by every command: NAME is the artifact whose bytes the work tree holds, else the only one
    of that name; NAME@vN a release; id:PREFIX any record by the beginning of its id; a path what it holds (./PATH
    where a name is in the way); a whole sha256:… digest an id or a content.

    Example: gitprov show --raw id:9c41 | sha256sum
    """
    project, ledger = open_asking()
    if raw and as_json:
        raise codes.USE_ARGUMENT.error("--raw and --json exclude each other", fix="leave one of them out")
    found = show(project, ledger, name)
    if raw:
        sys.stdout.flush()
        sys.stdout.buffer.write(found.raw)
        return
    show_answer("show", found, lines(found), as_json=as_json)


def lines(found: Show) -> Iterator[str]:
    """Yields the record for people: its text, with what the ids in it are called."""
    state = f"draft {found.draft}" if found.draft else found.state
    yield f"{bold(f'{kind_of(found.record)} {found.id}')}  {one_line(state)}"
    if found.assurance in ("unverified", "provider-asserted"):
        yield loud(UNVERIFIED) if found.assurance == "unverified" else found.assurance
    if found.deprecated is not None:
        yield deprecated_line(found.deprecated)
    yield from map(imported_line, found.imported)
    yield from (one_line(best_of(one.runs, one.name)) for one in found.choices)
    yield dim(found.path)
    if found.commit is not None:
        commit = found.commit
        yield dim(f"added by {commit.id[:12]} {time_in_words(commit.time)} {commit.author}: {commit.subject}")
    yield ""
    for line in found.raw.decode("utf-8", "backslashreplace").splitlines():
        names = [found.labels[digest] for digest in _digest.findall(line) if digest in found.labels]
        yield one_line(line) + (dim(f"  # {', '.join(names)}") if names else "")
