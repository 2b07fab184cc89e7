"""A log's own time, which Rekor v1 promises, is not taken for a timestamp: it says when something was logged.

No Rekor v1 runs here. Its entry is made with the key of the log that does, so that it is as good as one can be.
"""

import hashlib
import json
import time
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509 import load_der_x509_certificate
from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity

from gitprov.adapters.sigstore import verify_keyless
from gitprov.errors import GitprovError
from gitprov.ids import canonical_json
from gitprov.trust.bundles import read_bundle
from gitprov.trust.statements import statement
from gitprov.trust.verifying import Certified
from tests.frozen.story import TRAINED
from tests.real.sigstore.conftest import SignerOf
from tests.real.sigstore.issuer import ADA
from tests.real.sigstore.pki import HOST, PEOPLE, b64
from tests.real.sigstore.stack import Stack

pytestmark = pytest.mark.sigstore

ADA_HERE = Certified(ADA, PEOPLE)


def promised(data: bytes, stack: Stack) -> Any:
    """Returns a bundle with an entry as Rekor v1 makes one: a promise to log it, and when."""
    bundle, found = json.loads(data), read_bundle(data)
    certificate = load_der_x509_certificate(found.certificate or b"").public_bytes(Encoding.PEM)
    spec = {
        "envelopeHash": {"algorithm": "sha256", "value": "0" * 64},
        "payloadHash": {"algorithm": "sha256", "value": hashlib.sha256(found.payload).hexdigest()},
        "signatures": [{"signature": b64(found.signature), "verifier": b64(certificate)}],
    }
    body = canonical_json({"apiVersion": "0.0.1", "kind": "dsse", "spec": spec})
    key = load_pem_private_key((stack.folder / "rekor.key").read_bytes(), None)
    assert isinstance(key, Ed25519PrivateKey)
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    name = bytes.fromhex(hashlib.sha256(HOST.encode() + b"\n\x01" + key.public_key().public_bytes_raw()).hexdigest())
    root = hashlib.sha256(b"\0" + body).digest()
    note = f"{HOST}\n1\n{b64(root)}\n"
    now = int(time.time())
    promise = {"body": b64(body), "integratedTime": now, "logID": name.hex(), "logIndex": 0}
    entry.update(
        logIndex="0",
        kindVersion={"kind": "dsse", "version": "0.0.1"},
        integratedTime=str(now),
        inclusionPromise={"signedEntryTimestamp": b64(key.sign(canonical_json(promise)))},
        inclusionProof={
            "logIndex": "0",
            "rootHash": b64(root),
            "treeSize": "1",
            "hashes": [],
            "checkpoint": {"envelope": f"{note}\n— {HOST} {b64(name[:4] + key.sign(note.encode()))}\n"},
        },
        canonicalizedBody=b64(body),
    )
    return bundle


def test_a_promise_replaces_no_timestamp(stack: Stack, signer_of: SignerOf) -> None:
    """Else whoever got hold of an authority's key would choose a time at which it was valid still."""
    signer, document = signer_of(stack.issuer.person()), stack.trusted_root.read_text()
    one, other = (signer.bundle(statement(TRAINED, {})) for _ in range(2))
    bundle = promised(one, stack)
    assert verify_keyless(canonical_json(bundle), ADA_HERE, document).endswith("Z")
    material = bundle["verificationMaterial"]
    material["timestampVerificationData"] = json.loads(other)["verificationMaterial"]["timestampVerificationData"]
    verifier = Verifier(trusted_root=TrustedRoot.from_file(str(stack.trusted_root)))
    verifier.verify_dsse(Bundle.from_json(json.dumps(bundle)), Identity(identity=ADA, issuer=PEOPLE))
    with pytest.raises(GitprovError, match="step K3"):
        verify_keyless(canonical_json(bundle), ADA_HERE, document)
    del material["timestampVerificationData"]
    with pytest.raises(GitprovError, match="step K1"):
        verify_keyless(canonical_json(bundle), ADA_HERE, document)


def test_of_what_others_attest_the_time_of_a_log_will_do(stack: Stack, signer_of: SignerOf) -> None:
    """Attestations of public repositories have nothing else. The log has signed it, and what was valid then counts."""
    signer, document = signer_of(stack.issuer.person()), stack.trusted_root.read_text()
    bundle = promised(signer.bundle(statement(TRAINED, {})), stack)
    del bundle["verificationMaterial"]["timestampVerificationData"]
    assert verify_keyless(canonical_json(bundle), ADA_HERE, document, promised=True).endswith("Z")
    (entry,) = bundle["verificationMaterial"]["tlogEntries"]
    late = {**entry, "integratedTime": str(int(entry["integratedTime"]) + 1)}
    silent = {name: value for name, value in entry.items() if name != "inclusionPromise"}
    for changed in (late, silent):
        bundle["verificationMaterial"]["tlogEntries"] = [changed]
        with pytest.raises(GitprovError, match="step K"):
            verify_keyless(canonical_json(bundle), ADA_HERE, document, promised=True)
