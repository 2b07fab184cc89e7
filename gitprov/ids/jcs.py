"""Canonical JSON (RFC 8785): the bytes under recipes, sets and signed statements."""

import re
from functools import lru_cache
from json.encoder import JSONEncoder, encode_basestring

import rfc8785

from gitprov.ids.digests import Digest, sha256_of
from gitprov.ids.values import normalize, sort_key

_quickly = JSONEncoder(ensure_ascii=False, check_circular=False, sort_keys=True, separators=(",", ":")).encode
_BEYOND = bytes(range(0xF0, 0xF5))
"""How UTF-8 begins the characters for which UTF-16 takes two code units."""
_UNLIKE = tuple(re.compile(rf"{end}(?=[],}}]|$)").finditer for end in (r"e[-+]\d+", r"\.0"))
"""How floats end that Python writes otherwise: exponents of two digits and more, integers with a fraction."""


def canonical_json(value: object, *, depth: int = 1, of_record: bool = False) -> bytes:
    """Returns the RFC 8785 bytes of the normalized `value`.

    Args:
        value: Plain data.
        depth: The level that its outermost mapping counts as; below 1 for what only wraps a record.
        of_record: Whether all its values were read from a record or written to one, so that each can be normalized.

    Raises:
        GitprovError: As `normalize` does.
    """
    if not of_record:
        value = normalize(value, depth=depth)
    # Every signature is held against a statement that is made here: this takes a third of the time of `_text`.
    text = _quickly(value)
    data = text.encode()
    if not text.isascii() and data.translate(None, _BEYOND) != data:  # Python sorts by characters, not by code units
        return _text(normalize(value, depth=depth)).encode()
    return _rewritten(text).encode()


def _rewritten(text: str) -> str:
    """Returns the JSON text with each float as ECMAScript writes it."""
    ends = sorted(found.end() for find in _UNLIKE for found in find(text))
    if not ends:
        return text
    quotes = text.replace(r"\\", "__").replace(r"\"", "__")  # those only that begin or end a text
    parts, done, read, inside = [], 0, 0, 0
    for end in ends:
        inside ^= quotes.count('"', read, end) & 1
        read = end
        if not inside:
            start = 1 + max(text.rfind(mark, done, end) for mark in ":,[")
            parts += [text[done:start], _number(text[start:end])]
            done = end
    return "".join((*parts, text[done:]))


@lru_cache(maxsize=1024)  # the same ones come again and again
def _number(text: str) -> str:
    return _text(normalize(float(text)))


def digest_of(value: object) -> Digest:
    """Returns the SHA-256 of the canonical JSON of `value`."""
    return sha256_of(canonical_json(value))


def _text(value: object) -> str:
    """Returns what rfc8785 writes of a normalized value, in a fifth of the time."""
    match value:
        case str():
            return encode_basestring(value)
        case dict():
            keys = sorted(value) if "".join(value).isascii() else sorted(value, key=sort_key)
            return "{" + ",".join([f"{encode_basestring(key)}:{_text(value[key])}" for key in keys]) + "}"
        case list():
            return "[" + ",".join(map(_text, value)) + "]"
        case float():
            return rfc8785.dumps(value).decode()
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
    return str(value)
