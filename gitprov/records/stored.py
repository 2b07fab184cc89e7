"""A record as a file: its bytes, its id and its one place under `.gitprov/`."""

from dataclasses import dataclass

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, digest_hex, sha256_of
from gitprov.records.codec import from_data, to_data
from gitprov.records.emit import emit
from gitprov.records.read import read
from gitprov.records.releases import Release
from gitprov.records.types import RECORD_TYPES, Artifact, Evaluation, Event, Record, Run

ROOT = ".gitprov"
FOLDERS = ("artifacts", "evaluations", "events", "releases", "runs")
"""The folders of records below ROOT that this version knows."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A record with its id, its path from the top of the work tree, and the bytes that are its identity."""

    id: Digest
    path: str
    data: bytes
    record: Record


def encode(record: Record) -> bytes:
    """Returns the canonical bytes of a record.

    Raises:
        GitprovError: As `store` does.
    """
    return store(record).data


def decode(data: bytes, *, name: str = "record") -> Record:
    """Returns the record that `data` is the canonical form of.

    Raises:
        GitprovError: GP-YML-* when it is not canonical; GP-SCH-001 for an unknown schema; GP-SCH-002 for a field.
    """
    fields = read(data, name=name)
    schema = fields.pop("schema", None)
    kind = RECORD_TYPES.get(schema) if isinstance(schema, str) else None
    if kind is None:
        raise codes.SCH_UNKNOWN.error(
            f"{name} has the schema {str(schema)[:80]!r}", why=f"this gitprov knows {', '.join(RECORD_TYPES)}"
        )
    try:
        return from_data(kind, fields)
    except GitprovError as error:
        raise error.code.error(f"{name}: {error.what}", why=error.why) from None


def store(record: Record) -> Stored:
    """Returns the record as the file that it will be, and as it will be read from there.

    Raises:
        GitprovError: GP-VAL-*, GP-YML-003 or -004 when a value cannot be recorded; GP-SCH-002 when a field does not
            fit its rule, so that nothing is written that would not be read.
    """
    data = emit({**to_data(record), "schema": record.schema})
    record_id = sha256_of(data)
    return Stored(record_id, path_of(record, record_id), data, decode(data))


def path_of(record: Record, record_id: Digest) -> str:
    """Returns the one place of a record: every component is a field of it, its id, or the id's first two digits.

    The digits keep git's trees small (docs/adr/0005-folder-shape.md).
    """
    digits = digest_hex(record_id)
    stem = f"{digits[:2]}/{digits}"
    match record:
        case Artifact(name=name):
            folder = f"artifacts/{name}"
        case Run(step=step):
            folder = f"runs/{step}"
        case Evaluation(name=name):
            folder = f"evaluations/{name}"
        case Release(name=name, version=version):
            folder, stem = f"releases/{name}", str(version)
        case Event(kind=kind):
            folder = f"events/{kind}"
    return f"{ROOT}/{folder}/{stem}.yaml"
