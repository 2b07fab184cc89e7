"""The tables of facts in docs/policy.md, made of the types that rules are judged on."""

import collections.abc
import inspect
import types
import typing
from collections.abc import Iterator
from typing import Any, Literal, Union, get_args, get_origin

from docs.schemas import notes_of
from gitprov.policy.facts import Facts
from gitprov.records.codec import Part, TimeField, keys_of

BEGIN, END = "<!-- facts -->", "<!-- /facts -->"


def page(text: str) -> str:
    """Returns a page with the tables, written anew, between its two marks."""
    before, _, rest = text.partition(BEGIN)
    return "\n".join([before + BEGIN, *_tables(Facts, level=2), "", END]) + rest.partition(END)[2]


def _tables(kind: type[Part], level: int) -> Iterator[str]:
    hints = typing.get_type_hints(kind, include_extras=True)
    notes = notes_of(kind)
    below: list[type[Part]] = []
    if kind is not Facts:
        yield from ("", f"{'#' * level} {_title(kind)}", "", (inspect.getdoc(kind) or "").partition("\n")[0])
    yield from ("", "| fact | type | what it says |", "|---|---|---|")
    for name, key, _ in keys_of(kind):
        kinds = [part for part in _parts(hints[name]) if part not in below]
        below += kinds
        said = "timestamp" if key == "now" else _words(hints[name])
        yield f"| `{key}` | {said} | {notes[name.removesuffix('_')]} |"
    for part in below:
        yield from _tables(part, level=3)


def _title(kind: type[Part]) -> str:
    return kind.__name__.removesuffix("Facts").lower()


def _parts(hint: Any) -> list[type[Part]]:
    if isinstance(hint, type) and issubclass(hint, Part):
        return [hint]
    return [part for arg in get_args(hint) for part in _parts(arg)]


def _words(hint: Any) -> str:
    origin, args = get_origin(hint), get_args(hint)
    if hint == TimeField:
        return "time, as text"
    if isinstance(hint, type) and issubclass(hint, Part):
        return f"[{_title(hint)}](#{_title(hint)})"
    if origin in (Union, types.UnionType):
        return f"{_words(args[0])} or null"
    if origin is tuple:
        return f"list of {_words(args[0])}"
    if origin is collections.abc.Mapping:
        return f"map of {_words(args[1])}"
    if origin is Literal:
        return ", ".join(f"`{arg}`" for arg in args)
    if hint is Any:
        return "value"
    return {bool: "true or false", float: "number"}.get(hint, "text")
