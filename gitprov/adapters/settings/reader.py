"""The strict reader of YAML that people write: plain mappings, lists and scalars, and nothing that surprises.

Works on the lazy event stream, so that hostile nesting is refused when it is met. docs/format.md, "Settings".
"""

import re
from collections.abc import Iterator
from typing import Any

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import MAX_DEPTH, Value

SETTINGS_LIMIT = 1024 * 1024
"""Largest settings file, in bytes."""

_integer = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,15})").fullmatch
_float = re.compile(r"[-+]?(?:0|[1-9][0-9]{0,19})(?:\.[0-9]{1,30})?(?:[eE][-+]?[0-9]{1,3})?").fullmatch
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None, "~": None, "": None}


def read_settings(data: bytes, name: str, *, limit: int = SETTINGS_LIMIT) -> dict[str, Value]:
    """Returns the mapping in a YAML (or JSON) file.

    Plain scalars are true, false, null, a JSON number, or text: `yes`, `0777` and `2026-11-21` are text.

    Raises:
        GitprovError: GP-YML-001 not UTF-8; GP-YML-003 too large; GP-YML-004 too deep; GP-YML-006 duplicate keys,
            anchors, aliases, tags, merge keys, several documents, or not YAML at all; with file and line.
    """
    if len(data) > limit:
        raise codes.YML_SIZE.error(f"{name} has {len(data)} bytes, more than {limit}")
    try:
        text = data.decode()
    except UnicodeDecodeError:
        raise codes.YML_ENCODING.error(f"{name} is not UTF-8") from None
    return _Builder(text, name).document()


class _Builder:
    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.events = self._parse(text)

    def _parse(self, text: str) -> Iterator[Any]:
        from ruamel.yaml import YAML
        from ruamel.yaml.error import YAMLError

        try:
            yield from YAML(typ="safe", pure=True).parse(text)
        except YAMLError as error:
            mark = getattr(error, "problem_mark", None)
            why = str(getattr(error, "problem", None) or error).split("\n")[0]
            raise self.error(mark.line if mark else 0, f"it is not YAML: {why}") from None
        except (ValueError, KeyError, IndexError, AttributeError, OverflowError, RecursionError) as error:
            raise self.error(0, f"it is not YAML ({type(error).__name__})") from None

    def error(self, line: int, why: str) -> GitprovError:
        return codes.YML_SETTINGS.error(f"{self.name}:{line + 1} cannot be read", why=why)

    def document(self) -> dict[str, Value]:
        result: Value = {}
        documents = 0
        for event in self.events:
            match type(event).__name__:
                case "StreamStartEvent" | "StreamEndEvent" | "DocumentEndEvent":
                    continue
                case "DocumentStartEvent":
                    documents += 1
                    if documents > 1:
                        raise self.error(event.start_mark.line, "it holds several documents")
                case _:
                    result = self.node(event, 1)
        if result is None:
            return {}
        if not isinstance(result, dict):
            raise self.error(0, "it is not a mapping")
        return result

    def node(self, event: Any, depth: int) -> Value:
        self.refuse_features(event)
        kind = type(event).__name__
        if kind == "ScalarEvent":
            return self.scalar(event)
        if depth > MAX_DEPTH:
            line = event.start_mark.line + 1
            raise codes.YML_DEPTH.error(f"{self.name}:{line} is nested more than {MAX_DEPTH} levels deep")
        return self.sequence(depth) if kind == "SequenceStartEvent" else self.mapping(depth)

    def refuse_features(self, event: Any) -> None:
        line = event.start_mark.line
        if type(event).__name__ == "AliasEvent":
            raise self.error(line, "it uses an alias")
        if getattr(event, "anchor", None) is not None:
            raise self.error(line, "it uses an anchor")
        if getattr(event, "tag", None) is not None:
            raise self.error(line, f"it uses the tag {str(event.tag)[:40]}")

    def sequence(self, depth: int) -> list[Value]:
        items = []
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            items.append(self.node(event, depth + 1))
        return items

    def mapping(self, depth: int) -> dict[str, Value]:
        out: dict[str, Value] = {}
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            self.refuse_features(event)
            line = event.start_mark.line
            key = getattr(event, "value", None)
            if not isinstance(key, str):
                raise self.error(line, "a key is not text")
            if key == "<<":
                raise self.error(line, "it uses a merge key")
            if key in out:
                raise self.error(line, f"the key {key[:80]!r} stands twice")
            out[key] = self.node(next(self.events), depth + 1)
        return out

    def scalar(self, event: Any) -> Value:
        text: str = event.value
        if event.style is not None:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _integer(text):
            return int(text)
        if _float(text):
            return float(text)
        return text
