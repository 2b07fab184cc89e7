"""`gitprov diff`."""

import re
import shlex
from collections.abc import Iterator, Mapping

import click

from gitprov.audit.diff import CodeChange, Compared, Diff, diff
from gitprov.audit.facts import Mention
from gitprov.cli.render import (
    bold,
    columns,
    dim,
    glyphs,
    in_words,
    label,
    loud,
    one_line,
    short,
    show_answer,
)
from gitprov.cli.text import many
from gitprov.cli.writing import json_option
from gitprov.errors import catalogue as codes
from gitprov.ids import Value, is_digest
from gitprov.lineage.differences import Aspect, Change, Metrics
from gitprov.wiring.asking import open_asking

_range = re.compile(r"(?P<before>.+?)\.\.(?P<after>[^/].*)").fullmatch

# What stands before the changes of an aspect, and what one of its facts is called.
_HEADINGS: Mapping[Aspect, tuple[str, str]] = {
    "step": ("step", "step fact"),
    "input": ("inputs", "input"),
    "parameter": ("parameters", "parameter"),
    "code": ("code", "code digest"),
    "environment": ("environment", "environment item"),
}


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="A B | A..B")
@json_option
def command(names: tuple[str, ...], as_json: bool) -> None:
    """Compare two artifacts or releases.

    Every input, parameter, environment item, file of code and metric that differs, for releases role by role; what is
    equal is counted. Where an input differs, the runs that made it are compared too, and so on up.

    Example: gitprov diff churn@v1 churn@v2
    """
    ends = _range(names[0]) if len(names) == 1 else None
    if ends is None and len(names) != 2:
        raise codes.USE_ARGUMENT.error("two things are compared", fix="gitprov diff A B  # or gitprov diff A..B")
    before, after = (ends["before"], ends["after"]) if ends else (names[0], names[1])
    project, ledger = open_asking()
    found = diff(project, ledger, before, after)
    show_answer("diff", found, lines(found), as_json=as_json)


def lines(found: Diff) -> Iterator[str]:
    """Yields the comparison for people."""
    several = "" not in found.roles
    if several:
        yield bold(f"{found.before} {glyphs().arrow} {found.after}")
    for role, compared in found.roles.items():
        yield (f"{bold(role)}: " if several else "") + _heading(compared)
        yield from columns(_rows(compared, found.mentions), "  ")
        if compared.differences is not None:
            yield dim(f"  equal: {_equal(compared)}")
    if found.metrics is not None and (found.metrics.changes or found.metrics.equal):
        yield bold("the release as a whole")
        yield from columns(_metric_rows(found.metrics), "  ")
        yield dim(f"  equal: {many(found.metrics.equal, 'metric')}")


def _heading(compared: Compared) -> str:
    before, after = compared.before, compared.after
    if before is None or after is None:
        verb, one = ("added", after) if before is None else ("removed", before)
        return f"{loud(verb)} {label(one) if one else ''}"
    if compared.same == "artifact":
        return f"{label(after)} {dim('the same artifact')}"
    same = f"  {dim('the same bytes')}" if compared.same == "content" else ""
    return f"{label(before)} {glyphs().arrow} {label(after)}{same}"


def _rows(compared: Compared, mentions: Mapping[str, Mention]) -> list[list[str]]:
    if compared.differences is None:
        return []
    rows: list[list[str]] = []
    for aspect, (heading, _) in _HEADINGS.items():
        changes = [change for change in compared.differences.changes if change.aspect == aspect]
        if aspect == "code":
            found = [row for change in changes for row in _code_rows(change, compared.code)]
        else:
            found = [_change_row(change, mentions) for change in changes]
        rows += _under(heading, found)
    return rows + (_metric_rows(compared.metrics) if compared.metrics else [])


def _under(heading: str, rows: list[list[str]]) -> list[list[str]]:
    return [[bold(heading) if number == 0 else "", *row] for number, row in enumerate(rows)]


def _change_row(change: Change, mentions: Mapping[str, Mention]) -> list[str]:
    if change.aspect == "input":
        name = "/".join([*change.roles, *change.key])
    else:
        name = f"{'/'.join(change.roles)}: " * bool(change.roles) + ".".join(change.key)
    if change.before == change.after:
        return [one_line(name), loud("unknown on both sides")]
    sides = [
        dim("-") if change.only == other else _value(value, mentions)
        for value, other in ((change.before, "after"), (change.after, "before"))
    ]
    return [one_line(name), f"{sides[0]} {glyphs().arrow} {sides[1]}"]


def _value(value: Value, mentions: Mapping[str, Mention]) -> str:
    if isinstance(value, str) and value in mentions:
        return label(mentions[value])
    if isinstance(value, list) and value and all(isinstance(word, str) for word in value):
        return one_line(shlex.join(map(str, value)))
    return short(value) if isinstance(value, str) and is_digest(value) else in_words(value)


def _code_rows(change: Change, code: tuple[CodeChange, ...]) -> Iterator[list[str]]:
    files = next((one.files for one in code if one.roles == change.roles), None)
    if files is None:
        name, values = _change_row(change, {})
        yield [name, values] if change.only else [name, values, dim("its files cannot be had here")]
        return
    where = f"{'/'.join(change.roles)}: " * bool(change.roles)
    for file in files:
        yield [one_line(where + file.path), file.change]


def _metric_rows(metrics: Metrics) -> list[list[str]]:
    rows = []
    for change in metrics.changes:
        sides = [dim("-") if value is None else in_words(value) for value in (change.before, change.after)]
        delta = "" if change.delta is None else f"  ({change.delta:+.6g})"
        other = f"  {loud('on other data')}" if change.suite in metrics.other_data else ""
        rows.append(
            [one_line(f"{change.suite}: {change.metric}"), f"{sides[0]} {glyphs().arrow} {sides[1]}{delta}{other}"]
        )
    return _under("metrics", rows)


def _equal(compared: Compared) -> str:
    counts = dict(compared.differences.equal) if compared.differences else {}
    files = sum(one.equal for one in compared.code)
    parts = [many(counts[aspect], word) for aspect, (_, word) in _HEADINGS.items() if counts.get(aspect)]
    parts += [many(files, "code file")] if files else []
    if compared.metrics and compared.metrics.equal:
        parts.append(many(compared.metrics.equal, "metric"))
    return ", ".join(parts) or "nothing"
