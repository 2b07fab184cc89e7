"""Judges signature files: each is the one right statement about its record under a listed key, or counts for nothing.

docs/format.md, "Signatures"; threats A09 (a signature moved to another record), A15 (a key that nobody listed).
"""

import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, is_digest
from gitprov.ids.recipes import UNKNOWN
from gitprov.records import Artifact, Stored, TrustRoot, is_approval, signature_path, signed_path
from gitprov.trust.bundles import Bundle, is_only_form, read_bundle
from gitprov.trust.roots import key_id
from gitprov.trust.signatures import KeyId, Means, Signature, Signatures
from gitprov.trust.statements import (
    APPROVAL,
    COUNTERSIGNATURE,
    approval,
    contents_of,
    countersignature,
    statement,
)

Verify = Callable[[str, bytes, bytes], bool]
"""Public key in PEM, data and DER signature to whether the key signed the data (`ports.signing.Verifier.verify`)."""


def keys_of(roots: Iterable[TrustRoot]) -> dict[KeyId, str]:
    """Returns every key that a trust version lists, revoked ones too: key id to PEM."""
    return {
        key_id(identity.key): identity.key
        for root in roots
        for person in root.people.values()
        for identity in person.identities
    }


def signatures_of(
    files: Mapping[str, bytes],
    records: Mapping[str, Stored],
    artifacts: Mapping[Digest, Artifact],
    keys: Mapping[KeyId, str],
    verify: Verify,
) -> Signatures:
    """Returns the signatures among files, each judged when it is first asked for.

    Args:
        files: Path to bytes; those that are no signature of one of the records are passed over.
        records: Path to record.
        artifacts: All artifacts: the signature of a release covers what its members hold.
        keys: The keys of all trust versions seen, from `keys_of`.
        verify: What checks a signature.
    """
    of: dict[Digest, list[str]] = defaultdict(list)
    for path in files:
        about = signed_path(path)
        if about is not None and about in records:
            of[records[about].id].append(path)

    def judged(path: str) -> Signature:
        stored = records[signed_path(path) or ""]
        return judge(path, files[path], stored, artifacts=artifacts, keys=keys, verify=verify)

    return Signatures(of, judged)


def judge(
    path: str,
    data: bytes,
    stored: Stored,
    *,
    artifacts: Mapping[Digest, Artifact],
    keys: Mapping[KeyId, str],
    verify: Verify,
) -> Signature:
    """Returns what one signature file is worth; the other arguments are those of `signatures_of`.

    A fault is found in this order: name, form of the bundle, statement, key, signature.
    """
    means: Means = "approves" if is_approval(path) else "signs"
    found = Signature(path, stored.id, KeyId(Digest(UNKNOWN)), means, listed=False)
    try:
        bundle = read_bundle(data)
    except GitprovError as error:
        return _refused(found, error.code, f"{error.what}: {error.why}".removesuffix(": "))
    found = replace(found, key=bundle.key, listed=bundle.key in keys)
    if path != signature_path(stored.path, data, approval=is_approval(path)):
        return _refused(found, codes.SIG_NAME, "its name is not the digest of its bytes")
    try:
        found = _read(found, bundle, stored, artifacts)
    except GitprovError as error:
        return _refused(found, codes.SIG_STATEMENT, error.what)
    if not found.listed:
        return _refused(found, codes.SIG_UNLISTED, f"signed by the unlisted key {bundle.key}")
    if not is_only_form(bundle.signature):
        return _refused(found, codes.SIG_INVALID, "the signature is not strict DER with a low s")
    if not verify(keys[bundle.key], bundle.signed, bundle.signature):
        return _refused(found, codes.SIG_INVALID, f"the key {bundle.key} did not sign this")
    return found


def _read(found: Signature, bundle: Bundle, stored: Stored, artifacts: Mapping[Digest, Artifact]) -> Signature:
    """Returns the signature with what its statement says.

    Raises:
        GitprovError: The statement is not the one that its place and its record allow.
    """
    contents = contents_of(stored.record, artifacts)
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
