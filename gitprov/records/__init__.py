"""Frozen types of every committed record, and the strict canonical YAML between them and bytes.

Specified in docs/format.md. Pure: no files, no clock.
"""

from gitprov.records.emit import RECORD_LIMIT, emit
from gitprov.records.evidence import Evidence
from gitprov.records.promotions import Deployment, Placed, ReleaseRef, Request, Waiver
from gitprov.records.read import read
from gitprov.records.releases import Layers, Member, Release, set_digest
from gitprov.records.roots import Attestation, Governance, History, Identity, Person, Role, Roles, TrustRoot
from gitprov.records.stored import (
    Stored,
    decode,
    encode,
    is_approval,
    path_of,
    signature_path,
    signed_path,
    store,
)
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
    "Attestation",
    "Blob",
    "Code",
    "Content",
    "Deployment",
    "Environment",
    "Evaluation",
    "Event",
    "Evidence",
    "Fact",
    "Governance",
    "History",
    "Identity",
    "Input",
    "Layers",
    "Lock",
    "Member",
    "Output",
    "Person",
    "Placed",
    "Recipe",
    "Record",
    "Reference",
    "ReferencedContent",
    "Release",
    "ReleaseRef",
    "Request",
    "Role",
    "Roles",
    "Run",
    "Stored",
    "Subject",
    "TrustRoot",
    "Waiver",
    "decode",
    "emit",
    "encode",
    "is_approval",
    "path_of",
    "read",
    "reference_digest",
    "set_digest",
    "signature_path",
    "signed_path",
    "store",
]
