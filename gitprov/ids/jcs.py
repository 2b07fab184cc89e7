"""Canonical JSON (RFC 8785): the bytes under recipes, sets and signed statements."""

import rfc8785

from gitprov.ids.digests import Digest, sha256_of
from gitprov.ids.values import normalize


def canonical_json(value: object, *, depth: int = 1) -> bytes:
    """Returns the RFC 8785 bytes of the normalized `value`.

    Args:
        value: Plain data.
        depth: The level that its outermost mapping counts as; below 1 for what only wraps a record.

    Raises:
        GitprovError: As `normalize` does.
    """
    return rfc8785.dumps(normalize(value, depth=depth))


def digest_of(value: object) -> Digest:
    """Returns the SHA-256 of the canonical JSON of `value`."""
    return sha256_of(canonical_json(value))
