"""Digests, canonical bytes, listings and recipes: how things get names that nobody assigns.

Pure: bytes and plain values in, digests out. Specified in docs/format.md.
"""

from gitprov.ids.digests import Digest, Md5, digest_hex, is_digest, is_md5, md5_of, sha256_of
from gitprov.ids.jcs import canonical_json, digest_of
from gitprov.ids.values import MAX_DEPTH, MAX_INTEGER, Value, normalize, sort_key

__all__ = [
    "MAX_DEPTH",
    "MAX_INTEGER",
    "Digest",
    "Md5",
    "Value",
    "canonical_json",
    "digest_hex",
    "digest_of",
    "is_digest",
    "is_md5",
    "md5_of",
    "normalize",
    "sha256_of",
    "sort_key",
]
