"""Writes the frozen fixtures that do not exist yet: `python -m tests.frozen.make`.

A fixture that exists is never written again, by no option: records of a released format are read for ever. Should the
code give other bytes for one, this says so and fails.
"""

import json
import sys
from pathlib import Path

from gitprov.errors import GitprovError
from gitprov.ids import sha256_of
from gitprov.records import decode
from tests.frozen.promoted import PROMOTED, SIGNATURES
from tests.frozen.story import LISTINGS, RECORDS, REFUSED
from tests.frozen.swept import LISTING

FOLDER = Path(__file__).parent / "v1"
MANIFEST = "manifest.json"


def freeze(folder: Path) -> list[str]:
    """Writes the fixtures that `folder` lacks and returns what stands in the way of the others, one line each."""
    known = json.loads((folder / MANIFEST).read_text("utf-8")) if (folder / MANIFEST).exists() else {}
    listings = {**LISTINGS, "directory-run-set.jsonl": LISTING}
    wanted: dict[str, dict[str, dict[str, str]]] = {
        "listings": {name: {"digest": sha256_of(data)} for name, data in listings.items()},
        "records": {name: {"id": stored.id, "path": stored.path} for name, stored in (RECORDS | PROMOTED).items()},
        "refused": {f"refused/{name}": {"code": _code(data)} for name, data in REFUSED.items()},
        "signatures": {name: {"path": path} for name, (path, _) in SIGNATURES.items()},
    }
    data = {**listings, **{name: stored.data for name, stored in (RECORDS | PROMOTED).items()}}
    data |= {name: bundle for name, (_, bundle) in SIGNATURES.items()}
    data |= {f"refused/{name}": bytes_ for name, bytes_ in REFUSED.items()}
    faults = []
    for section, entries in wanted.items():
        frozen = known.setdefault(section, {})
        for name, entry in entries.items():
            path = folder / name
            if name not in frozen and not path.exists():
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(data[name])
                frozen[name] = entry
            elif frozen.get(name) != entry or not path.exists() or path.read_bytes() != data[name]:
                faults.append(f"{name} is frozen and would change: give the new case a new name")
    (folder / MANIFEST).write_text(json.dumps(known, indent=2, sort_keys=True) + "\n", "utf-8")
    return faults


def _code(data: bytes) -> str:
    try:
        decode(data)
    except GitprovError as error:
        return error.code.id
    raise AssertionError(f"this should be refused: {data!r}")


if __name__ == "__main__":
    problems = freeze(FOLDER)
    print("\n".join(problems) or "nothing stands in the way")
    sys.exit(bool(problems))
