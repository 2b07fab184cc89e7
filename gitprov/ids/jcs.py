"""Canonical JSON (RFC 8785): the bytes under recipes, sets and signed statements."""

import re
from functools import lru_cache

import rfc8785

from gitprov.ids.digests import Digest, sha256_of
from gitprov.ids.values import normalize

_BEYOND = bytes(range(0xF0, 0xF5))
"""How UTF-8 begins the characters for which UTF-16 takes two code units."""
_UNLIKE = tuple(re.compile(rf"{end}(?=[],}}]|$)").finditer for end in (r"e[-+]?\d+", r"\.0"))
"""How floats end that orjson writes otherwise: exponents, integers with a fraction."""


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
    # Every signature is held against a statement that is made here: orjson takes a hundredth of the time of rfc8785.
    import orjson  # noqa: PLC0415 - takes more with it than most commands need

    data = orjson.dumps(value, option=orjson.OPT_SORT_KEYS)
    text = data.decode()
    if not text.isascii() and data.translate(None, _BEYOND) != data:  # it sorts by characters, not by code units
        return rfc8785.dumps(normalize(value, depth=depth))
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
    number = normalize(float(text))
    return rfc8785.dumps(number).decode()


def digest_of(value: object) -> Digest:
    """Returns the SHA-256 of the canonical JSON of `value`."""
    return sha256_of(canonical_json(value))
