"""The values that records hold, in the one form in which each can be written."""

import math
from collections.abc import Mapping, Sequence

from gitprov.errors import catalogue as codes

Value = None | bool | int | float | str | Sequence["Value"] | Mapping[str, "Value"]

MAX_INTEGER = 2**53 - 1
"""Largest magnitude of an integer: beyond it JSON readers disagree."""

MAX_DEPTH = 24
"""Deepest nesting of mappings and lists; the outermost mapping is level 1."""


def normalize(value: object, *, depth: int = 1) -> Value:
    """Returns `value` in its only form: plain dicts and lists, no float where an integer says the same.

    An integral float within ±(2^53-1) becomes that integer (so `1.0` and `1` are one value), tuples become lists,
    keys must be strings. Law: `normalize(normalize(x)) == normalize(x)`, type-strictly.

    Raises:
        GitprovError: GP-VAL-001 for an integer beyond ±(2^53-1), NaN or an infinity; GP-VAL-002 for another type;
            GP-VAL-003 for text with a lone surrogate; GP-YML-004 for more than 24 levels.
    """
    if isinstance(value, str):
        return _text(value)
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise codes.VAL_NUMBER.error(f"an integer of {value.bit_length()} bits is not read alike everywhere")
        return int(value)
    if isinstance(value, float):
        return _number(value)
    if isinstance(value, list | tuple):
        _check_depth(depth)
        return [normalize(item, depth=depth + 1) for item in value]
    if isinstance(value, dict | Mapping):
        _check_depth(depth)
        out: dict[str, Value] = {}
        for key, item in value.items():
            if not isinstance(key, str):
                raise codes.VAL_TYPE.error(f"a key must be text, not {type(key).__name__}")
            out[_text(key)] = normalize(item, depth=depth + 1)
        return out
    raise codes.VAL_TYPE.error(f"a record cannot hold a {type(value).__name__}")


def sort_key(key: str) -> bytes:
    """Returns what keys and paths are sorted by: UTF-16 code units, as RFC 8785 does."""
    return key.encode("utf-16-be")


def _text(value: str) -> str:
    if type(value) is str and value.isascii():
        return value
    try:
        value.encode()
    except UnicodeEncodeError:
        raise codes.VAL_TEXT.error(f"text with a lone surrogate: {value[:80]!r}") from None
    return str.__str__(value)  # the characters, also of an Enum member


def _number(value: float) -> int | float:
    if not math.isfinite(value):
        raise codes.VAL_NUMBER.error(f"{value} is not a finite number")
    if value.is_integer() and abs(value) <= MAX_INTEGER:
        return int(value)
    return float(value)


def _check_depth(depth: int) -> None:
    if depth > MAX_DEPTH:
        raise codes.YML_DEPTH.error(f"a value is nested more than {MAX_DEPTH} levels deep")
