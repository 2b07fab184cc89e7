"""The JSON Schemas of records and settings, made of the type hints that the codec decodes by.

A schema judges fields one by one, for editors and for readers in other languages. What it cannot say (the canonical
form, digests that follow from other fields, rules between fields) stands in docs/format.md.
"""

import collections.abc
import dataclasses
import inspect
import json
import re
import types
import typing
from collections.abc import Iterator
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from gitprov.ids import MAX_INTEGER
from gitprov.records.codec import Closed, Part, Setting, keys_of
from gitprov.records.policies import Policy
from gitprov.records.rules import Rule
from gitprov.records.settings import CatalogEntry, Project
from gitprov.records.tickets import Emitted, Ticket
from gitprov.records.types import RECORD_TYPES

FOLDER = "gitprov/records/schemas"
Schema = dict[str, Any]


def pages() -> Iterator[tuple[str, str]]:
    """Yields (path from the root of the repository, text) of each schema."""
    for kind in (*RECORD_TYPES.values(), CatalogEntry, Emitted, Policy, Project, Ticket):
        name = kind.schema.removeprefix("gitprov/").replace("/", "-")
        yield f"{FOLDER}/{name}.json", json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"


def schema_of(kind: Any) -> Schema:
    """Returns the schema of a record or settings type."""
    parts: dict[str, Schema] = {}
    top = _part(kind, parts)
    top["properties"] = {"schema": {"const": kind.schema}, **top["properties"]}
    top["required"] = ["schema", *top["required"]]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": f"urn:{kind.schema.replace('/', ':')}",
        "title": kind.schema,
        **top,
        "$defs": {name: parts[name] for name in sorted(parts)},
    }


def _part(kind: type[Part], parts: dict[str, Schema]) -> Schema:
    hints = typing.get_type_hints(kind, include_extras=True)
    notes = notes_of(kind)
    properties: dict[str, Schema] = {}
    required = []
    for name, key, default in keys_of(kind):
        properties[key] = {"description": notes[name]} if name in notes else {}
        properties[key] |= _hint(hints[name], parts)
        if default is dataclasses.MISSING:
            required.append(key)
        elif not issubclass(kind, Setting) and default is not None:
            properties[key]["not"] = {"const": list(default) if isinstance(default, tuple) else default}
    summary = inspect.getdoc(kind) or ""
    return {
        "description": summary.partition("\n")[0],
        "type": "object",
        "properties": properties,
        "required": required,
        "additionalProperties": not issubclass(kind, Closed),
    }


def _hint(hint: Any, parts: dict[str, Schema]) -> Schema:
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Part):
        if hint.__name__ not in parts:
            parts[hint.__name__] = {}
            parts[hint.__name__] = _part(hint, parts)
        return {"$ref": f"#/$defs/{hint.__name__}"}
    if origin is Annotated:
        rule = args[1]
        if isinstance(rule, Rule):
            return {"type": "string", "pattern": rule.pattern}
        return {"type": "integer", "minimum": rule.least, "maximum": MAX_INTEGER}
    if origin is Literal:
        return {"enum": list(args)}
    if origin is tuple:
        return {"type": "array", "items": _hint(args[0], parts)}
    if origin in (Union, types.UnionType):
        kinds = [_hint(arg, parts) for arg in args if arg is not type(None)]
        return kinds[0] if len(kinds) == 1 else {"anyOf": kinds}
    if origin is collections.abc.Mapping:
        key = _hint(args[0], parts)
        names: Schema = {} if key == {"type": "string"} else {"propertyNames": key}
        return {"type": "object", **names, "additionalProperties": _hint(args[1], parts) or True}
    return {} if hint is Any else {"type": {bool: "boolean", int: "integer", str: "string"}[hint]}


def notes_of(kind: type[Part]) -> dict[str, str]:
    """Returns what the class docstring says of each attribute."""
    _, _, attributes = (inspect.getdoc(kind) or "").partition("Attributes:\n")
    found: dict[str, str] = {}
    for entry in re.split(r"\n(?= {4}\S)", attributes.rstrip()):
        names, _, note = entry.partition(": ")
        found |= dict.fromkeys(names.strip().split(", "), " ".join(note.split()))
    return found
