"""Notebooks count as code by the source of their code cells: outputs and counters change with every run."""

import json

from gitprov.ids.digests import sha256_of
from gitprov.ids.jcs import digest_of
from gitprov.ids.listings import CodeEntry


def code_entry(path: str, mode: str, data: bytes) -> CodeEntry:
    """Returns the code listing entry of a file: by its bytes, for a notebook by the list of its code cells' sources.

    A notebook that cannot be understood counts by its bytes.
    """
    sources = _sources(data) if path.endswith(".ipynb") else None
    return CodeEntry(path, mode, sha256=sha256_of(data) if sources is None else digest_of(sources))


def _sources(data: bytes) -> list[str] | None:
    try:
        cells = json.loads(data)["cells"]
        return ["".join(cell["source"]) for cell in cells if cell["cell_type"] == "code"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return None
