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

KEY_LIMIT = 1000
"""Longest key, in characters as written; YAML readers refuse one of more than 1,024."""

_NAMED = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r"}
# What YAML cannot hold raw, and what nobody would see in a diff: controls, white space but U+0020, and the characters
# that Unicode calls default ignorable. The table is fixed: a newer Unicode changes no record.
_UNSEEN = (
    r"\x00-\x1f\x7f-\xa0\xad\u034f\u061c\u115f\u1160\u1680\u17b4\u17b5\u180b-\u180f\u2000-\u200f\u2028-\u202f"
    r"\u205f-\u206f\u3000\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\ufffe\uffff"
    r"\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
_unseen = re.compile(f"[{_UNSEEN}]").search
_escaped = re.compile(rf'["\\{_UNSEEN}]').sub


def emit(value: Mapping[str, object], *, limit: int = RECORD_LIMIT) -> bytes:
    """Returns the canonical bytes of a mapping.

    Raises:
        GitprovError: As `normalize` does; GP-YML-003 when the result is larger than `limit` bytes, or a key longer than
            KEY_LIMIT.
    """
    data = normalize(value)
    if not isinstance(data, Mapping):
        raise codes.VAL_TYPE.error("a record is a mapping")
    lines: list[str] = []
    _mapping(data, "", "", lines)
    out = "\n".join([*(lines or ["{}"]), ""]).encode()
    if len(out) > limit:
        raise codes.YML_SIZE.error(f"a record of {len(out)} bytes is larger than {limit} bytes")
    return out


def emit_text(text: str) -> str:
    """Returns a key or a string scalar as it stands in the file.

    Text with a double quote stands in single quotes unless something must be escaped: so do formatters write it.
    """
    if PLAIN.fullmatch(text) and text.lower() not in RESERVED:
        return text
    if '"' in text and not _unseen(text):
        return "'" + text.replace("'", "''") + "'"
    return '"' + _escaped(_escape, text) + '"'


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
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"


def _mapping(mapping: Mapping[str, Value], first: str, indent: str, lines: list[str]) -> None:
    """Appends the lines of a mapping that is not empty; `first` stands before its first line instead of `indent`."""
    for key in sorted(mapping, key=sort_key):
        value, text = mapping[key], emit_text(key)
        if len(text) > KEY_LIMIT:
            raise codes.YML_SIZE.error(f"a key of {len(text)} characters is longer than {KEY_LIMIT}", why=text[:80])
        head, first = f"{first}{text}:", indent
        deeper = indent + "  "
        if isinstance(value, Mapping) and value:
            lines.append(head)
            _mapping(value, deeper, deeper, lines)
        elif isinstance(value, list) and value:
            lines.append(head)
            _sequence(value, deeper, deeper, lines)
        else:
            lines.append(f"{head} {_scalar(value)}")


def _sequence(items: list[Value], first: str, indent: str, lines: list[str]) -> None:
    """Appends the lines of a list that is not empty, as `_mapping` does."""
    for item in items:
        head, first = f"{first}- ", indent
        if isinstance(item, Mapping) and item:
            _mapping(item, head, indent + "  ", lines)
        elif isinstance(item, list) and item:
            _sequence(item, head, indent + "  ", lines)
        else:
            lines.append(head + _scalar(item))


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
