"""The public Sigstore, as the installed sigstore package knows it: nothing is fetched."""

from sigstore._internal.tuf import DEFAULT_TUF_URL
from sigstore._utils import read_embedded


def public_trusted_root() -> bytes:
    """Returns its trusted root, JSON."""
    return read_embedded("trusted_root.json", DEFAULT_TUF_URL)
