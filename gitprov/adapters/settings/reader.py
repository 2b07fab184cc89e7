"""The strict reader of YAML that people write: plain mappings, lists and scalars, and nothing that surprises.

Works on the lazy event stream, so that hostile nesting is refused when it is met. docs/format.md, "Settings".
"""

import re
from collections.abc import Iterator
from typing import Any

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import MAX_DEPTH, Value
from gitprov.records import read

SETTINGS_LIMIT = 1024 * 1024
"""Largest settings file, in bytes."""

DIGITS_LIMIT = 4000
"""Longest number, in characters."""

_integer = re.compile(r"[-+]?(?:0|[1-9][0-9]*)").fullmatch
_float = re.compile(r"[-+]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?").fullmatch
_CONSTANTS: dict[str, Value] = {"true": True, "false": False, "null": None, "~": None, "": None}
_says_nothing = re.compile(rb"(?:#[ -~]*)?").fullmatch


def read_settings(data: bytes, name: str) -> dict[str, Value]:
    """Returns the mapping in a YAML file.

    Plain scalars are true, false, null, a JSON number, or text: `yes`, `0777` and `2026-11-21` are text.

    Raises:
        GitprovError: GP-YML-006 with file and line for what is not UTF-8, too large or too deep, for duplicate keys,
            anchors, aliases, tags, merge keys, directives, several documents, and for what is not YAML at all.
    """
    found = _read_canonical(data)
    return read_with_lines(data, name)[0] if found is None else found


def read_with_lines(data: bytes, name: str) -> tuple[dict[str, Value], dict[str, int]]:
    """Returns what `read_settings` does, and the line of each value by its path (`steps.train.code[0]`).

    Raises:
        GitprovError: As `read_settings` does.
    """
    if len(data) > SETTINGS_LIMIT:
        raise codes.YML_SETTINGS.error(f"{name}:1 cannot be read", why=f"it has more than {SETTINGS_LIMIT} bytes")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise codes.YML_SETTINGS.error(f"{name}:{line} cannot be read", why="it is not UTF-8") from None
    builder = _Builder(text, name)
    return builder.document(), builder.lines


def _read_canonical(data: bytes) -> dict[str, Value] | None:
    """Returns what is in the canonical form, comments aside; None for other YAML, whose reader takes 20 ms to start."""
    if len(data) > SETTINGS_LIMIT or b"<<" in data:  # the other says what is wrong with it
        return None
    try:
        return read(b"\n".join([*(line for line in data.split(b"\n") if not _says_nothing(line)), b""]))
    except GitprovError:
        return None


class _Builder:
    def __init__(self, text: str, name: str) -> None:
        self.name = name
        self.lines: dict[str, int] = {}
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
                    if event.version or event.tags:
                        raise self.error(0, "it uses a directive")
                case _:
                    result = self.node(event, 1, "")
        if result is None:
            return {}
        if not isinstance(result, dict):
            raise self.error(0, "it is not a mapping")
        return result

    def node(self, event: Any, depth: int, where: str) -> Value:
        self.refuse_features(event)
        self.lines.setdefault(where, event.start_mark.line + 1)
        kind = type(event).__name__
        if kind == "ScalarEvent":
            return self.scalar(event)
        if depth > MAX_DEPTH:
            raise self.error(event.start_mark.line, f"it is nested more than {MAX_DEPTH} levels deep")
        return self.sequence(depth, where) if kind == "SequenceStartEvent" else self.mapping(depth, where)

    def refuse_features(self, event: Any) -> None:
        line = event.start_mark.line
        if type(event).__name__ == "AliasEvent":
            raise self.error(line, "it uses an alias")
        if getattr(event, "anchor", None) is not None:
            raise self.error(line, "it uses an anchor")
        if getattr(event, "tag", None) is not None:
            raise self.error(line, f"it uses the tag {str(event.tag)[:40]}")

    def sequence(self, depth: int, where: str) -> list[Value]:
        items: list[Value] = []
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            items.append(self.node(event, depth + 1, f"{where}[{len(items)}]"))
        return items

    def mapping(self, depth: int, where: str) -> dict[str, Value]:
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
            below = f"{where}.{key}" if where else key
            self.lines[below] = line + 1
            out[key] = self.node(next(self.events), depth + 1, below)
        return out

    def scalar(self, event: Any) -> Value:
        text: str = event.value
        if event.style is not None:
            return text
        if text in _CONSTANTS:
            return _CONSTANTS[text]
        if _float(text) is None:
            return text
        if len(text) > DIGITS_LIMIT:
            raise self.error(event.start_mark.line, f"a number has more than {DIGITS_LIMIT} characters")
        return int(text) if _integer(text) else float(text)
