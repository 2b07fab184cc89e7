"""Digests carry their algorithm as a prefix, so that no two kinds of name can be confused."""

import hashlib
import re
from typing import NewType

Digest = NewType("Digest", str)
"""`sha256:` and 64 lower-case hex digits: identity."""

Md5 = NewType("Md5", str)
"""`md5:` and 32 lower-case hex digits: where DVC keeps the bytes, never identity."""

DIGEST_PATTERN = "sha256:[0-9a-f]{64}"
MD5_PATTERN = "md5:[0-9a-f]{32}"
COMMIT_PATTERN = "git:(?:[0-9a-f]{40}|[0-9a-f]{64})"
_is_digest = re.compile(DIGEST_PATTERN).fullmatch
_is_md5 = re.compile(MD5_PATTERN).fullmatch


def sha256_of(data: bytes) -> Digest:
    """Returns the digest of `data`."""
    return Digest("sha256:" + hashlib.sha256(data).hexdigest())


def md5_of(data: bytes) -> Md5:
    """Returns DVC's locator of `data`."""
    return Md5("md5:" + hashlib.md5(data, usedforsecurity=False).hexdigest())


def is_digest(text: str) -> bool:
    """Tells whether `text` is a well-formed SHA-256 digest."""
    return _is_digest(text) is not None


def is_md5(text: str) -> bool:
    """Tells whether `text` is a well-formed MD5 locator."""
    return _is_md5(text) is not None


def digest_hex(digest: Digest | Md5) -> str:
    """Returns the hex digits without the prefix, as file names carry them."""
    return digest.partition(":")[2]
