"""The authorities in a Sigstore trusted root: their certificates, and when they count."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from cryptography.x509 import Certificate, load_der_x509_certificate


def certificates(authority: Mapping[str, Any]) -> list[Certificate]:
    """Returns an authority's certificates, its own first.

    Raises:
        ValueError: One of them is none.
        LookupError: It has none.
    """
    return [load_der_x509_certificate(b64decode(one["rawBytes"])) for one in authority["certChain"]["certificates"]]


def holds_at(one: Mapping[str, Any], time: datetime) -> bool:
    """Tells whether an authority or a log counts at a time (with a zone), both ends included.

    One whose window does not begin never counts: nobody said from when on it was to be believed.

    Raises:
        ValueError: Its window cannot be read.
        TypeError: Likewise.
    """
    window = one.get("publicKey", one).get("validFor", {})
    start, end = window.get("start"), window.get("end")
    if start is None or time < datetime.fromisoformat(start):
        return False
    return end is None or time <= datetime.fromisoformat(end)
