"""Signatures to verify, in a folder that every program of `benchmarks.signatures` reads alike."""

import json
from collections.abc import Sequence
from pathlib import Path

KEYLESS = Path(__file__).parents[1] / "tests" / "frozen" / "keyless"
COUNT = 1_000
TIMES = 10
"""How often a key's signatures are verified, so that starting Python and reading runs count for little."""

Pack = dict[str, tuple[bytes, bytes]]
"""Path of a signature to its bytes, and those of its record."""


def write(folder: Path, pack: Pack, pem: str | None, artifacts: Sequence[str]) -> None:
    """Writes what is to be verified, the key (None where certificates say who signed), and records of artifacts."""
    folder.mkdir()
    (folder / "artifacts.json").write_text(json.dumps(artifacts))
    (folder / "pack.json").write_text(json.dumps({path: [one.decode() for one in both] for path, both in pack.items()}))
    if pem is not None:
        (folder / "key.pem").write_text(pem)


def read(folder: Path) -> tuple[Pack, str | None, int]:
    """Returns what is to be verified, the key, and how often."""
    pack = json.loads((folder / "pack.json").read_bytes())
    key = folder / "key.pem"
    pem = key.read_text() if key.exists() else None
    times = TIMES * COUNT // len(pack) if pem is not None else COUNT // len(pack)
    return {path: (data.encode(), record.encode()) for path, (data, record) in pack.items()}, pem, times
