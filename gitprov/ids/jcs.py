"""Canonical JSON (RFC 8785): the bytes under recipes, sets and signed statements."""

from json.encoder import encode_basestring

import rfc8785

from gitprov.ids.digests import Digest, sha256_of
from gitprov.ids.values import normalize, sort_key


def canonical_json(value: object, *, depth: int = 1) -> bytes:
    """Returns the RFC 8785 bytes of the normalized `value`.

    Args:
        value: Plain data.
        depth: The level that its outermost mapping counts as; below 1 for what only wraps a record.

    Raises:
        GitprovError: As `normalize` does.
    """
    return _text(normalize(value, depth=depth)).encode()


def digest_of(value: object) -> Digest:
    """Returns the SHA-256 of the canonical JSON of `value`."""
    return sha256_of(canonical_json(value))


def _text(value: object) -> str:
    """Returns what rfc8785 writes of a normalized value, in a fifth of the time: every signature is checked by it."""
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
