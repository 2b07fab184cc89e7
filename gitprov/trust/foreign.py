"""Statements of other tools: those that we write for them, and theirs about our artifacts.

OpenSSF Model Signing (OMS): predicate https://model_signing/signature/v1.0. SLSA: provenance v1 about the bytes.
"""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, canonical_json, digest_hex, is_digest
from gitprov.records import Run, Stored
from gitprov.trust.bundles import Bundle
from gitprov.trust.statements import PROVENANCE, STATEMENT, provenance

MODEL_SIGNING = "https://model_signing/signature/v1.0"
UNSIGNED = (".git", ".gitattributes", ".github", ".gitignore")
"""What model_signing passes over at the top of a folder unless it is told otherwise."""


def oms(name: str, files: Mapping[str, Digest]) -> bytes:
    """Returns the OMS statement of a model: every file that a folder holds, or `.` for a model of one file.

    Args:
        name: Of the model.
        files: Path relative to the folder to SHA-256.
    """
    signed = {path: one for path, one in sorted(files.items()) if path.partition("/")[0] not in UNSIGNED}
    whole = sha256(b"".join(bytes.fromhex(digest_hex(one)) for one in signed.values())).hexdigest()
    predicate = {
        "resources": [{"algorithm": "sha256", "digest": digest_hex(one), "name": path} for path, one in signed.items()],
        "serialization": {"allow_symlinks": False, "hash_type": "sha256", "ignore_paths": [], "method": "files"},
    }
    return _statement(MODEL_SIGNING, predicate, {name: Digest(f"sha256:{whole}")})


def slsa(files: Mapping[str, Digest], run: Stored) -> bytes:
    """Returns SLSA provenance of files: how the run made them.

    Args:
        files: Path to SHA-256.
        run: The run's record.
    """
    if not isinstance(run.record, Run):
        raise TypeError(f"{run.path} is no run")
    return _statement(PROVENANCE, provenance(run.id, run.record), files)


@dataclass(frozen=True, slots=True)
class Attested:
    """What an attestation of somebody else says of itself.

    Attributes:
        kind: The predicate's type.
        subjects: The SHA-256 digests that it is about, with their names.
    """

    kind: str
    subjects: Mapping[Digest, str]


def read_attestation(bundle: Bundle) -> Attested:
    """Returns what the statement in a bundle is about.

    Raises:
        GitprovError: GP-ATT-001 when it is no in-toto statement about files.
    """
    try:
        found = json.loads(bundle.payload)
        kind, subjects = found["predicateType"], found["subject"]
        digests = {Digest(f"sha256:{one['digest']['sha256']}"): str(one.get("name", "")) for one in subjects}
    except (ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise codes.ATT_STATEMENT.error("this attests nothing about a file", why=str(error)[:200]) from None
    if found.get("_type") not in _STATEMENTS or not isinstance(kind, str) or not all(map(is_digest, digests)):
        raise codes.ATT_STATEMENT.error("this attests nothing about a file", why="it is no in-toto statement")
    return Attested(kind, digests)


_STATEMENTS = frozenset({STATEMENT, "https://in-toto.io/Statement/v0.1"})


def _statement(kind: str, predicate: Mapping[str, Any], files: Mapping[str, Digest]) -> bytes:
    subjects: Iterable[tuple[str, Digest]] = sorted(files.items())
    return canonical_json(
        {
            "_type": STATEMENT,
            "predicate": predicate,
            "predicateType": kind,
            "subject": [{"digest": {"sha256": digest_hex(one)}, "name": path} for path, one in subjects],
        },
        depth=-2,
    )
