"""`gitprov impact`."""

from collections.abc import Iterator

import click

from gitprov.audit.facts import Mention
from gitprov.audit.impact import Impact, Serving, impact
from gitprov.cli.render import bold, columns, dim, label, loud, one_line, show_answer, time_in_words
from gitprov.cli.stage import source_line
from gitprov.cli.text import many
from gitprov.cli.writing import json_option
from gitprov.ids import digest_hex
from gitprov.wiring.opening import open_reading


@click.command()
@click.argument("name", required=False, metavar="[ARTIFACT|PATH|RELEASE]")
@click.option("--code", metavar="PATH", help="Of every run that used this file or folder as code.")
@click.option("--source", "source_name", metavar="NAME", help="Of every artifact of this name.")
@click.option("--from", "start", metavar="DATE", help="Of runs from then on only; a day is UTC, and its beginning.")
@click.option("--to", "end", metavar="DATE", help="Of runs until then only; a day is its end.")
@json_option
def command(
    name: str | None, code: str | None, source_name: str | None, start: str | None, end: str | None, *, as_json: bool
) -> None:
    """List what came of something, and what serves of it.

    Everything downstream of an artifact, of code or of a time, in groups: artifacts to retrain, nearest first; releases
    and evaluations to review; what serves a stage now, or was deployed; and what is disposed of already. Looks at all
    that landed, whatever branch is checked out, and at what is here only. A run of which nobody knows the code, or the
    time, counts. Works in a bare clone too.

    Example: gitprov impact --code src/features.py --from 2026-11-01 --to 2026-11-21
    """
    project, ledger = open_reading(remember=True)
    found = impact(project, ledger, name, source_name=source_name, code=code, start=start, end=end)
    show_answer("impact", found, lines(found), as_json=as_json)


def lines(found: Impact) -> Iterator[str]:
    """Yields the answer for people."""
    if found.source is not None:
        yield source_line(found.source)
    counts = [many(len(found.runs), "run")] if found.runs else []
    counts += [f"{len(found.unknown)} of them since nobody knows better"] if found.unknown else []
    yield f"{bold(one_line(found.asked))}: {', '.join([*counts, many(len(found.roots), 'artifact')])}"
    yield from _artifacts("to retrain", found.retrain)
    if found.review:
        yield f"{bold('to review')}: {len(found.review)}"
        rows = [[one_line(one.label), f"{one.type} id:{digest_hex(one.id)[:8]}"] for one in found.review]
        yield from columns(rows, "  ")
    if found.deployed:
        yield f"{loud('deployed')}: {len(found.deployed)}"
        yield from columns([_serving(one) for one in found.deployed], "  ")
    yield from _artifacts("disposed of already", found.disposed)
    if not (found.retrain or found.review or found.deployed):
        yield dim("nothing else came of it")


def _artifacts(heading: str, artifacts: tuple[Mention, ...]) -> Iterator[str]:
    if artifacts:
        yield f"{bold(heading)}: {many(len(artifacts), 'artifact')}"
        yield from (f"  {label(one)}" for one in artifacts)


def _serving(one: Serving) -> list[str]:
    state = f"in effect by {one.request}" if one.in_effect else f"no more in effect, {one.request}"
    last = one.deployments[-1:]
    times = [f"deployed {time_in_words(there.at)} by {', '.join(there.by)}" for there in last]
    return [one_line(one.place), one_line(one.release), one_line("; ".join([state, *times]))]
