"""Judges signature files: each is the one right statement about its record under a listed key, or counts for nothing.

docs/format.md, "Signatures"; threats A09 (a signature moved to another record), A15 (a key that nobody listed).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import field, replace

from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, is_digest
from gitprov.ids.recipes import UNKNOWN
from gitprov.records import Artifact, Stored, TrustRoot, is_approval, signature_path, signed_path
from gitprov.trust.bundles import Bundle, is_only_form, read_bundle
from gitprov.trust.roots import documents_of, id_of, identity_id
from gitprov.trust.signatures import KeyId, Means, Signature, Signatures
from gitprov.trust.statements import (
    APPROVAL,
    COUNTERSIGNATURE,
    approval,
    contents_of,
    countersignature,
    statement,
)
from gitprov.trust.verifying import Certified, Verifier

STEPS = {
    codes.SIG_BUNDLE: "B1",
    codes.SIG_NAME: "B2",
    codes.SIG_STATEMENT: "B3",
    codes.SIG_UNLISTED: "B4",
    codes.SIG_INVALID: "B5",
    codes.SIG_CERTIFICATE: "B5",
}
"""The steps of docs/verification.md, "A signature", by the code of what fails there; they are taken in this order."""


@dataclass(frozen=True, slots=True)
class Listed:
    """What trust versions list, revoked or not: what a signature can be judged by.

    Attributes:
        keys: Key id to PEM.
        certified: Id of a certified identity to the digests of the trusted roots that it is held against.
        documents: Digest to trusted root.
    """

    keys: Mapping[KeyId, str] = field(default_factory=dict)
    certified: Mapping[KeyId, frozenset[Digest]] = field(default_factory=dict)
    documents: Mapping[Digest, str] = field(default_factory=dict)


def listed_by(roots: Iterable[TrustRoot]) -> Listed:
    """Returns what trust versions list."""
    keys: dict[KeyId, str] = {}
    certified: dict[KeyId, frozenset[Digest]] = {}
    documents: dict[Digest, str] = {}
    for root in roots:
        here = documents_of(root)
        documents |= dict(here.values())
        for identity in (one for person in root.people.values() for one in person.identities):
            if identity.key is not None:
                keys[id_of(identity)] = identity.key
            elif identity.trusted_root is not None:
                known = certified.get(id_of(identity), frozenset())
                certified[id_of(identity)] = known | {here[identity.trusted_root][0]}
    return Listed(keys, certified, documents)


def signatures_of(
    files: Mapping[str, bytes],
    records: Mapping[str, Stored],
    artifacts: Mapping[Digest, Artifact],
    listed: Listed,
    verifier: Verifier,
    *,
    known: Iterable[Signature] = (),
) -> Signatures:
    """Returns the signatures among files, each judged when it is first asked for.

    Args:
        files: Path to bytes; those that are no signature of one of the records are passed over.
        records: Path to record.
        artifacts: All artifacts: the signature of a release covers what its members hold.
        listed: What the trust versions seen list.
        verifier: What checks a signature.
        known: Signatures among them that nobody made yet, and what they would be worth.
    """
    foreseen = {one.path: one for one in known}
    of: dict[Digest, list[str]] = defaultdict(list)
    for path in files:
        about = signed_path(path)
        if about is not None and about in records:
            of[records[about].id].append(path)

    def judged(path: str) -> Signature:
        if path in foreseen:
            return foreseen[path]
        stored = records[signed_path(path) or ""]
        return judge(path, files[path], stored, artifacts=artifacts, listed=listed, verifier=verifier)

    return Signatures(of, judged)


def judge(
    path: str,
    data: bytes,
    stored: Stored,
    *,
    artifacts: Mapping[Digest, Artifact],
    listed: Listed,
    verifier: Verifier,
) -> Signature:
    """Returns what one signature file is worth; the other arguments are those of `signatures_of`.

    A fault is found in the order of `STEPS`: form of the bundle (B1), name (B2), statement (B3), key or certified
    identity (B4), signature (B5).
    """
    means: Means = "approves" if is_approval(path) else "signs"
    found = Signature(path, stored.id, KeyId(Digest(UNKNOWN)), means, listed=False)
    contents = contents_of(stored.record, artifacts)
    foreseen = _foreseen(stored, contents) if means == "signs" else None
    try:
        bundle = read_bundle(data, foreseen=foreseen)
    except GitprovError as error:
        return _refused(found, error.code, f"{error.what}: {error.why}".removesuffix(": "))
    who = verifier.certified(bundle.certificate) if bundle.certificate is not None else None
    key = bundle.key if who is None else identity_id(who.identity, who.issuer)
    if key is None:
        return _refused(found, codes.SIG_BUNDLE, "its certificate names nobody")
    is_listed = key in listed.keys or key in listed.certified
    found = Signature(path, stored.id, key, means, is_listed, act=bundle.act)
    if path != signature_path(stored.path, data, approval=means == "approves"):
        return _refused(found, codes.SIG_NAME, "its name is not the digest of its bytes")
    if bundle.payload != foreseen:
        try:
            found = _read(found, bundle, stored, contents)
        except GitprovError as error:
            return _refused(found, codes.SIG_STATEMENT, error.what)
    if not found.listed:
        by = f"the unlisted key {key}" if who is None else f"{who.identity}, for whom {who.issuer} vouches: unlisted"
        return _refused(found, codes.SIG_UNLISTED, f"signed by {by}")
    if who is not None:
        return _certified(found, data, who, listed, verifier)
    pem = listed.keys[key]
    if not is_only_form(bundle.signature, pem):
        return _refused(found, codes.SIG_INVALID, "the signature is not in its only form, for P-256 DER with a low s")
    if not verifier.verify(pem, bundle.signed, bundle.signature):
        return _refused(found, codes.SIG_INVALID, f"the key {key} did not sign this")
    return _observed(found, bundle, pem, listed, verifier)


def _certified(found: Signature, data: bytes, who: Certified, listed: Listed, verifier: Verifier) -> Signature:
    """Returns a signature by a certificate with the trusted roots under which it holds, or why it holds under none."""
    proven: dict[Digest, str] = {}
    fault = ""
    for root in sorted(listed.certified[found.key]):
        try:
            proven[root] = verifier.keyless(data, who, listed.documents[root])
        except GitprovError as error:
            fault = f"{error.what}: {error.why}".removesuffix(": ")
    if not proven:
        return _refused(found, codes.SIG_CERTIFICATE, fault)
    return replace(found, proven=proven, is_logged=True)


def _observed(found: Signature, bundle: Bundle, pem: str, listed: Listed, verifier: Verifier) -> Signature:
    """Returns a key's signature with what others have seen of it: what they have not takes nothing away from it."""
    if bundle.timestamp is not None:
        times = {
            root: verifier.timestamp(bundle.signature, bundle.timestamp, document)
            for root, document in listed.documents.items()
        }
        found = replace(found, proven={root: time for root, time in times.items() if time is not None})
    if bundle.entry is not None:
        logged = any(verifier.is_logged(bundle, pem, document) for document in listed.documents.values())
        found = replace(found, is_logged=logged)
    return found


def _foreseen(stored: Stored, contents: Mapping[str, Digest]) -> bytes | None:
    """Returns what most signatures of a record say: that it is theirs. None where nobody can say so."""
    try:
        return statement(stored, contents)
    except GitprovError:
        return None


def _read(found: Signature, bundle: Bundle, stored: Stored, contents: Mapping[str, Digest]) -> Signature:
    """Returns the signature with what its statement says, which is not the foreseen one.

    Raises:
        GitprovError: The statement is not the one that its place and its record allow.
    """
    claim = _claim(bundle.payload)
    match found.means, claim.kind, claim.predicate:
        case "approves", str(kind), {"decision": ("approve" | "reject") as decision, "reason": str(reason)} if (
            kind == APPROVAL
        ):
            right = approval(stored, decision, reason)
            found = replace(found, means="approves" if decision == "approve" else "rejects", reason=reason)
        case "approves", _, _:
            raise codes.SIG_STATEMENT.error("it neither approves nor rejects a request")
        case _, str(kind), {"trust": str(trust)} if kind == COUNTERSIGNATURE and is_digest(trust):
            right = countersignature(stored, contents, Digest(trust))
            found = replace(found, means="countersigns", trust=Digest(trust))
        case _:
            right = statement(stored, contents)
    if bundle.payload != right:
        raise codes.SIG_STATEMENT.error(f"it signs {_difference(claim, _claim(right))}")
    return found


@dataclass(frozen=True, slots=True)
class _Claim:
    """What a payload says of itself, as far as it can be read."""

    kind: object = None
    predicate: object = None
    subject: object = None


def _claim(payload: bytes) -> _Claim:
    try:
        data = json.loads(payload)
    except (ValueError, RecursionError):
        return _Claim()
    if not isinstance(data, dict):
        return _Claim()
    return _Claim(data.get("predicateType"), data.get("predicate"), data.get("subject"))


def _difference(claim: _Claim, right: _Claim) -> str:
    """Says in words how a payload differs from the right one."""
    if claim.kind is None:
        return "no statement"
    if claim.subject != right.subject:
        return "another record, or other contents than its members have"
    if claim.kind != right.kind:
        return f"another kind of statement ({str(claim.kind)[:80]})"
    return "another statement than the one that follows from its record"


def _refused(found: Signature, code: Code, fault: str) -> Signature:
    return replace(found, fault=fault, code=code)
