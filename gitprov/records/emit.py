"""The canonical YAML form, written. docs/format.md, "Canonical form".

One value has one form and one form one value: `read(emit(x))` equals `normalize(x)` type-strictly, and `emit` is
injective; `gitprov.records.read` accepts nothing else.
"""

import re
from collections.abc import Mapping

from gitprov.errors import catalogue as codes
from gitprov.ids import Value, normalize, sort_key

RECORD_LIMIT = 64 * 1024
"""Largest record, in bytes."""

PLAIN = re.compile(r"[A-Za-z_/][A-Za-z0-9_./@:+-]*(?<!:)")
"""Text that needs no quotes, unless it is one of RESERVED in some case."""

RESERVED = frozenset(["y", "n", "yes", "no", "on", "off", "true", "false", "null", "nan", "inf"])

_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# Besides what YAML cannot hold raw: everything that a terminal or an editor would not show as itself.
_ESCAPED = re.compile(
    r'["\\\x00-\x1f\x7f-\xa0\xad\u061c\u180e\u200b-\u200f\u2028-\u202f\u205f-\u206f\ufdd0-\ufdef\ufeff\ufff9-\uffff]'
)


def emit(value: Mapping[str, object], *, limit: int = RECORD_LIMIT) -> bytes:
    """Returns the canonical bytes of a mapping.

    Raises:
        GitprovError: As `normalize` does; GP-YML-003 when the result is larger than `limit` bytes.
    """
    data = normalize(value)
    if not isinstance(data, Mapping):
        raise codes.VAL_TYPE.error("a record is a mapping")
    lines: list[str] = []
    _mapping(data, "", "", lines)
    lines.append("")
    out = "\n".join(lines).encode()
    if len(out) > limit:
        raise codes.YML_SIZE.error(f"a record of {len(out)} bytes is larger than {limit} bytes")
    return out


def emit_text(text: str) -> str:
    """Returns a key or a string scalar as it stands in the file."""
    if PLAIN.fullmatch(text) and text.lower() not in RESERVED:
        return text
    return '"' + _ESCAPED.sub(_escape, text) + '"'


def emit_float(number: float) -> str:
    """Returns the shortest digits that read back as `number`, always with a point and a signed exponent."""
    mantissa, e, exponent = repr(number).partition("e")
    if "." not in mantissa:
        mantissa += ".0"
    return f"{mantissa}e{int(exponent):+d}" if e else mantissa


def _escape(match: re.Match[str]) -> str:
    char = match.group()
    if char in _NAMED:
        return _NAMED[char]
    code = ord(char)
    return f"\\x{code:02x}" if code < 0x100 else f"\\u{code:04x}"


def _mapping(mapping: Mapping[str, Value], first: str, indent: str, lines: list[str]) -> None:
    """Appends the lines of a mapping; `first` stands before its first line instead of `indent`."""
    if not mapping:
        lines.append(first + "{}")
    for key in sorted(mapping, key=sort_key):
        value = mapping[key]
        head = first + emit_text(key) + ":"
        first = indent
        if isinstance(value, Mapping) and value:
            lines.append(head)
            _mapping(value, indent + "  ", indent + "  ", lines)
        elif isinstance(value, list) and value:
            lines.append(head)
            _sequence(value, indent + "  ", lines)
        else:
            lines.append(f"{head} {_scalar(value)}")


def _sequence(items: list[Value], indent: str, lines: list[str]) -> None:
    for item in items:
        if isinstance(item, Mapping) and item:
            _mapping(item, indent + "- ", indent + "  ", lines)
        elif isinstance(item, list) and item:
            lines.append(indent + "-")
            _sequence(item, indent + "  ", lines)
        else:
            lines.append(f"{indent}- {_scalar(item)}")


def _scalar(value: Value) -> str:
    if value is None:
        return "null"
    if value is True:
        return "true"
    if value is False:
        return "false"
    if isinstance(value, str):
        return emit_text(value)
    if isinstance(value, float):
        return emit_float(value)
    if isinstance(value, int):
        return str(value)
    return "{}" if isinstance(value, Mapping) else "[]"
