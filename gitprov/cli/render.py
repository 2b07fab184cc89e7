"""How answers look: one JSON object for programs, trees and aligned lines for people."""

import dataclasses
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from gitprov.audit.facts import Mention
from gitprov.cli.text import printable, size_in_words
from gitprov.cli.writing import finding_json
from gitprov.errors import Finding
from gitprov.frozen import dataclass
from gitprov.ids import Value
from gitprov.lineage.deprecations import Deprecated
from gitprov.lineage.imports import Import
from gitprov.records import Record
from gitprov.records.codec import Part, to_data
from gitprov.records.types import RECORD_TYPES

_RECORDS = tuple(RECORD_TYPES.values())


@dataclass(frozen=True, slots=True)
class Glyphs:
    """The characters that trees and arrows are drawn with."""

    branch: str
    last: str
    pipe: str
    arrow: str


_UNICODE = Glyphs("├─ ", "└─ ", "│  ", "→")
_ASCII = Glyphs("|- ", "`- ", "|  ", "->")


def glyphs() -> Glyphs:
    """Returns what the terminal can show."""
    try:
        "".join(dataclasses.astuple(_UNICODE)).encode(getattr(sys.stdout, "encoding", None) or "ascii")
    except (UnicodeEncodeError, LookupError):
        return _ASCII
    return _UNICODE


def show_answer(command: str, answer: Any, lines: Iterable[str], *, as_json: bool) -> None:
    """Prints an answer: as one JSON object with its schema, or the lines for people.

    Args:
        command: The command that answers; names the schema.
        answer: The workflow's result, a dataclass.
        lines: The same for people; not asked for when a program reads.
        as_json: Whether a program reads.
    """
    if as_json:
        data = {**plain(answer), "schema": f"gitprov/{command}/v1"}
        click.echo(json.dumps(data, indent=2, sort_keys=True, ensure_ascii=False))
        return
    for line in lines:
        click.echo(line)


def plain(value: Any) -> Any:
    """Returns a result as JSON holds it: every field under its own name, records as their files have them."""
    match value:
        case Finding():
            return finding_json(value)
        case Part():
            data = to_data(value)
            return {**data, "schema": value.schema} if isinstance(value, _RECORDS) else data
        case Mapping():
            return {str(key): plain(item) for key, item in value.items()}
        case list() | tuple():
            return [plain(item) for item in value]
        case bytes():
            return value.decode("utf-8", "backslashreplace")
        case _ if dataclasses.is_dataclass(value):
            return {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
    return value


def one_line(text: str) -> str:
    """Returns text that stays on its line and steers no terminal (threat A30)."""
    return printable(text.replace("\n", "\\n").replace("\t", "\\t"))


def bold(text: str) -> str:
    """Returns text as a heading."""
    return _style(text, bold=True)


def dim(text: str) -> str:
    """Returns text that matters less."""
    return _style(text, dim=True)


UNVERIFIED = "unverified: nobody has checked the bytes (dvc pull, then gitprov capture; or import again)"


def loud(text: str) -> str:
    """Returns text that must not be overlooked."""
    return _style(text, fg="red", bold=True)


def _style(text: str, **style: Any) -> str:
    """Styles a line; `click.echo` takes the style away where the output is no terminal."""
    return one_line(text) if os.environ.get("NO_COLOR") else click.style(one_line(text), **style)


def columns(rows: Sequence[Sequence[str]], indent: str = "") -> list[str]:
    """Returns rows as aligned lines; cells are safe to print already."""
    count = max((len(row) for row in rows), default=0)
    widths = [max((len(click.unstyle(row[at])) for row in rows if at < len(row)), default=0) for at in range(count)]
    lines = []
    for row in rows:
        cells = [cell + " " * (widths[at] - len(click.unstyle(cell))) for at, cell in enumerate(row)]
        lines.append((indent + "  ".join(cells)).rstrip())
    return lines


def tree(rows: Sequence[tuple[int, str]]) -> list[str]:
    """Returns lines in the order in which a tree is walked, with their depth, as a drawn tree."""
    shapes = glyphs()
    drawn: list[str] = []
    open_at: set[int] = set()  # the depths at which a line further down has a sibling
    for depth, text in reversed(rows):
        open_at = {one for one in open_at if one <= depth}
        stem = "".join(shapes.pipe if level in open_at else "   " for level in range(1, depth))
        knot = "" if depth == 0 else shapes.branch if depth in open_at else shapes.last
        drawn.append(stem + knot + text)
        open_at.add(depth)
    return drawn[::-1]


def in_words(value: Value) -> str:
    """Returns a value as people write it."""
    if isinstance(value, Mapping) and "nonfinite" in value:
        return str(value["nonfinite"])
    return one_line(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True))


def time_in_words(time: str | None) -> str:
    """Returns an RFC 3339 time as people read it."""
    return time.replace("T", " ") if time else "time unknown"


def short(digest: str) -> str:
    """Returns the beginning of a digest, enough to recognise it."""
    prefix, colon, digits = digest.partition(":")
    return f"{prefix}{colon}{digits[:12]}" if colon else digest


def extent(artifact: Mention) -> str:
    """Returns how large an artifact is; loudly, when nobody has checked its bytes."""
    if artifact.size is None:
        return doubt(artifact)
    files = f" in {artifact.files} files" if artifact.is_directory else ""
    return size_in_words(artifact.size) + files


def doubt(artifact: Mention) -> str:
    """Returns what is to be said of content that is not known by its bytes; nothing when it is."""
    match artifact.assurance:
        case None:
            return loud("no record")
        case "recorded":
            return ""
        case "unverified":
            return loud("unverified")
        case other:
            return bold(other)


def progress_mark(artifact: Mention) -> str:
    """Returns the state of a record that is not committed yet, in brackets."""
    return f" [{artifact.state}]" if artifact.state not in ("committed", None) else ""


def label(artifact: Mention) -> str:
    """Returns an artifact in a few words, with what is to be said of it."""
    words = [one_line(artifact.label) + progress_mark(artifact), doubt(artifact), gone(artifact.deprecated)]
    return " ".join(word for word in words if word)


def gone(found: Deprecated | None) -> str:
    """Returns the mark of what is to be used no more; nothing for anything else."""
    return loud("deprecated") if found is not None else ""


def deprecated_line(found: Deprecated) -> str:
    """Returns who says that something is to be used no more, why, and what to use instead."""
    return f"{loud('deprecated')} {time_in_words(found.at)} by {one_line(found.words)}"


def imported_line(found: Import) -> str:
    """Returns what the registry of another tool says, and when that happened."""
    return one_line(found.says.words) + ("" if found.says.undated else f" ({time_in_words(found.at)})")


def finding_lines(finding: Finding, heading: str = "finding") -> list[str]:
    """Returns a finding: what, why and the way out."""
    lines = [f"{loud(f'{heading}[{finding.code.id}]')}: {one_line(finding.what)}"]
    lines += ["  why: " + "\n       ".join(map(one_line, finding.why.split("\n")))] if finding.why else []
    return [*lines, f"  fix: {one_line(finding.fix)}"]


def kind_of(record: Record) -> str:
    """Returns which type of record it is."""
    return type(record).__name__.lower()
