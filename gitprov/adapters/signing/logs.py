"""Transparency logs that have a key's signature: Rekor v2, whose entries are hashedrekord 0.0.2.

docs/format.md, "Signatures". Nothing here asks a log: an entry brings its proof along.
"""

import json
from base64 import b64decode, b64encode
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from hashlib import sha256
from typing import Any
from urllib.parse import urlsplit

from gitprov.adapters.signing.authorities import holds_at
from gitprov.adapters.signing.ecdsa import verify
from gitprov.adapters.signing.witnesses import stamped
from gitprov.errors import GitprovError
from gitprov.ids import canonical_json, digest_hex
from gitprov.trust.bundles import Bundle
from gitprov.trust.log import leaf_hash
from gitprov.trust.notes import read_head, read_note, signers
from gitprov.trust.proofs import is_included

KIND = {"kind": "hashedrekord", "version": "0.0.2"}
_ERRORS = (GitprovError, ValueError, LookupError, TypeError, AttributeError)


def is_logged(bundle: Bundle, pem: str, document: str) -> bool:
    """Tells whether the transparency log entry of a bundle proves that its log has the signature of a key.

    The entry must be about this key, this signature and what it signed; be in the tree of a checkpoint; and this must
    be signed by a log of the trusted root, in the log's own name, which is the host in its address. Where a timestamp
    proves when it was signed, the log's key must have been valid then; where nothing does, one whose validity has an
    end counts no more, since it may have signed after that.
    """
    with suppress(*_ERRORS):
        entry, time = bundle.entry or {}, None
        if entry["kindVersion"] != KIND or b64decode(entry["canonicalizedBody"]) != body_of(bundle, pem):
            return False
        if bundle.timestamp is not None:
            time = stamped(bundle.signature, bundle.timestamp, document)
        return any(_has(log, entry) for log in json.loads(document)["tlogs"] if _counts(log, time))
    return False


def body_of(bundle: Bundle, pem: str) -> bytes:
    """Returns what a log writes down of a signature, byte for byte (JCS)."""
    named = hashed(bundle, pem)
    data = {"algorithm": "SHA2_256", "digest": named["digest"]}
    spec = {"hashedRekordV002": {"data": data, "signature": named["signature"]}}
    return canonical_json({"apiVersion": KIND["version"], "kind": KIND["kind"], "spec": spec})


def hashed(bundle: Bundle, pem: str) -> dict[str, Any]:
    """Returns the same as a log is asked to write it down."""
    verifier = {"keyDetails": "PKIX_ECDSA_P256_SHA_256", "publicKey": {"rawBytes": "".join(pem.splitlines()[1:-1])}}
    return {
        "digest": b64encode(sha256(bundle.signed).digest()).decode(),
        "signature": {"content": b64encode(bundle.signature).decode(), "verifier": verifier},
    }


def _counts(log: Mapping[str, Any], time: str | None) -> bool:
    if time is None:
        return log["publicKey"].get("validFor", {}).get("end") is None
    return holds_at(log, datetime.fromisoformat(time))


def _has(log: Mapping[str, Any], entry: Mapping[str, Any]) -> bool:
    """Tells whether a log vouches for an entry."""
    proof = entry["inclusionProof"]
    note = read_note(proof["checkpoint"]["envelope"].encode())
    head = read_head(note.text)
    host = urlsplit(log["baseUrl"]).hostname
    if head.origin != host or not signers(note, head.origin, [_pem(log["publicKey"]["rawBytes"])], verify):
        return False
    root = bytes.fromhex(digest_hex(head.root))
    if (int(proof["treeSize"]), b64decode(proof["rootHash"])) != (head.size, root):
        return False
    leaf, path = leaf_hash(b64decode(entry["canonicalizedBody"])), [b64decode(one) for one in proof["hashes"]]
    return is_included(leaf, int(proof["logIndex"]), head.size, path, root)


def _pem(der: str) -> str:
    lines = [der[at : at + 64] for at in range(0, len(der), 64)]
    return "\n".join(["-----BEGIN PUBLIC KEY-----", *lines, "-----END PUBLIC KEY-----", ""])
