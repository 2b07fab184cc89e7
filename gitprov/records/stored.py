"""A record as a file: its bytes, its id and its one place under `.gitprov/`."""

import re

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex, sha256_of
from gitprov.records.codec import from_data, to_data
from gitprov.records.emit import RECORD_LIMIT, emit
from gitprov.records.evidence import Evidence
from gitprov.records.promotions import APPROVALS, Deployment, Request
from gitprov.records.read import read
from gitprov.records.releases import Release
from gitprov.records.roots import TrustRoot
from gitprov.records.types import RECORD_TYPES, Artifact, Evaluation, Event, Record, Run

ROOT = ".gitprov"
FOLDERS = ("artifacts", "deployments", "evaluations", "events", "promotions", "releases", "runs", "trust")
"""The folders of records below ROOT that this version knows."""
EVIDENCE_LIMIT = 1024 * 1024
"""Largest evidence, in bytes: it lists what a release of many runs rests on. Other records: `RECORD_LIMIT`."""
SIGNATURE = ".sigstore.json"
"""How the name of a signature's file ends."""
_signs = re.compile(
    rf"(?P<folder>.+?)(?P<approves>/{APPROVALS})?/(?P<stem>[^/.]+)\.[0-9a-f]{{16}}{re.escape(SIGNATURE)}"
).fullmatch


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
    fields = read(data, name=name, limit=EVIDENCE_LIMIT if name.endswith("/evidence.yaml") else RECORD_LIMIT)
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
    limit = EVIDENCE_LIMIT if isinstance(record, Evidence) else RECORD_LIMIT
    data = emit({**to_data(record), "schema": record.schema}, limit=limit)
    record_id = sha256_of(data)
    path = path_of(record, record_id)
    return Stored(record_id, path, data, decode(data, name=path))


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
        case TrustRoot(version=version):
            folder, stem = "trust", f"{version:04d}"
        case Request() | Evidence():
            folder = f"promotions/{record.name}/{record.stage}/{record.sequence:04d}"
            stem = "request" if isinstance(record, Request) else "evidence"
        case Deployment(name=name, stage=stage):
            folder = f"deployments/{name}/{stage}"
    return f"{ROOT}/{folder}/{stem}.yaml"


def signature_path(path: str, signature: bytes, *, approval: bool = False) -> str:
    """Returns the one place of a signature: beside the record at `path`, named by the digest of its own bytes.

    Nobody can squat such a name, and two signers never collide.

    Args:
        path: Of the record.
        signature: The bytes of the bundle.
        approval: Whether it approves or rejects a request: these lie in a folder of their own.
    """
    folder, _, file = path.rpartition("/")
    mark = digest_hex(sha256_of(signature))[:16]
    name = f"{file.removesuffix('.yaml')}.{mark}{SIGNATURE}"
    return f"{folder}/{APPROVALS}/{name}" if approval else f"{folder}/{name}"


def signed_path(path: str) -> str | None:
    """Returns the path of the record that a signature file lies beside, or None when the path is none of such a file.

    Approvals and rejections belong to the request in the folder above theirs.
    """
    found = _signs(path) if path.endswith(SIGNATURE) else None  # most paths are asked in vain
    if found is None or (found["approves"] and found["stem"] != "request"):
        return None
    return f"{found['folder']}/{found['stem']}.yaml"


def is_approval(path: str) -> bool:
    """Tells whether a signature file is one that approves or rejects a request."""
    return path.rpartition("/")[0].endswith(f"/{APPROVALS}")
