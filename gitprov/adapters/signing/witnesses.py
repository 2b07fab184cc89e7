"""What others have seen of a key's signature: a timestamp authority when. docs/verification.md, "Signatures"."""

import json
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from rfc3161_client import TimeStampResponse, VerificationError, VerifierBuilder, decode_timestamp_response

from gitprov.adapters.signing.authorities import certificates, holds_at

_ERRORS = (VerificationError, ValueError, LookupError, TypeError, AttributeError)


def stamped(signature: bytes, timestamp: bytes, document: str) -> str | None:
    """Returns the time (RFC 3339, UTC) that an RFC 3161 timestamp proves for a signature; None for nothing."""
    with suppress(*_ERRORS):
        response = decode_timestamp_response(timestamp)
        return next(_times(response, signature, json.loads(document)), None)
    return None


def _times(response: TimeStampResponse, signature: bytes, root: dict[str, Any]) -> Iterator[str]:
    time = response.tst_info.gen_time.astimezone(UTC)
    for authority in root.get("timestampAuthorities", []):
        chain = certificates(authority)
        if len(chain) < 2 or not holds_at(authority, time):
            continue
        builder = VerifierBuilder().tsa_certificate(chain[0]).add_root_certificate(chain[-1])
        for one in chain[1:-1]:
            builder = builder.add_intermediate_certificate(one)
        with suppress(VerificationError):
            builder.build().verify_message(response, signature)
            yield in_words(time)


def in_words(time: datetime) -> str:
    """Returns a time as records write it: RFC 3339, UTC, whole seconds."""
    return time.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
