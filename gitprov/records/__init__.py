"""Frozen types of every committed record, and the strict canonical YAML between them and bytes.

Specified in docs/format.md. Pure: no files, no clock.
"""

from gitprov.records.emit import RECORD_LIMIT, emit
from gitprov.records.read import read
from gitprov.records.releases import Layers, Member, Release, set_digest
from gitprov.records.stored import Stored, decode, encode, path_of, store
from gitprov.records.types import (
    AnyContent,
    Artifact,
    Blob,
    Code,
    Content,
    Environment,
    Evaluation,
    Event,
    Fact,
    Input,
    Lock,
    Output,
    Recipe,
    Record,
    Reference,
    ReferencedContent,
    Run,
    Subject,
    reference_digest,
)

__all__ = [
    "RECORD_LIMIT",
    "AnyContent",
    "Artifact",
    "Blob",
    "Code",
    "Content",
    "Environment",
    "Evaluation",
    "Event",
    "Fact",
    "Input",
    "Layers",
    "Lock",
    "Member",
    "Output",
    "Recipe",
    "Record",
    "Reference",
    "ReferencedContent",
    "Release",
    "Run",
    "Stored",
    "Subject",
    "decode",
    "emit",
    "encode",
    "path_of",
    "read",
    "reference_digest",
    "set_digest",
    "store",
]
