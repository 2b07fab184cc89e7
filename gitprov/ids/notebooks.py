"""Notebooks count as code by the source of their code cells: outputs, counters and prose do not change what runs."""

import json

from gitprov.errors import GitprovError
from gitprov.ids.digests import Digest, sha256_of
from gitprov.ids.jcs import digest_of
from gitprov.ids.listings import SYMLINK, CodeEntry

SUFFIX = ".ipynb"


def code_entry(path: str, mode: str, data: bytes) -> CodeEntry:
    """Returns the code listing entry of a file or symlink, given the bytes that git would store."""
    notebook = path.endswith(SUFFIX) and mode != SYMLINK
    return CodeEntry(path, mode, sha256=notebook_digest(data) if notebook else sha256_of(data))


def notebook_digest(data: bytes) -> Digest:
    """Returns what a notebook counts by: the SHA-256 of the canonical JSON of the list of its code cells' sources.

    One that cannot be understood counts by its bytes.
    """
    try:
        return digest_of(["".join(cell["source"]) for cell in json.loads(data)["cells"] if cell["cell_type"] == "code"])
    except (ValueError, LookupError, TypeError, RecursionError, GitprovError):
        return sha256_of(data)
