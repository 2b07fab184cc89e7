"""Verifies that a key signed what packed bundles hold, and that this names the record.

Whether it says nothing else, it does not ask: gitprov compares each with the one that follows from the record.
"""

import json
import sys
from base64 import b64decode
from hashlib import sha256
from pathlib import Path

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from benchmarks.pack import read


def main(folder: Path) -> None:
    """Verifies each signature.

    Raises:
        SystemExit: One is of another record.
        InvalidSignature: Of cryptography: one is invalid.
    """
    pack, pem, times = read(folder)
    for _ in range(times):
        for path, (data, record) in pack.items():
            envelope = json.loads(data)["dsseEnvelope"]
            payload, kind = b64decode(envelope["payload"]), envelope["payloadType"].encode()
            signed = b"DSSEv1 %d %s %d %s" % (len(kind), kind, len(payload), payload)
            key = load_pem_public_key((pem or "").encode())
            if not isinstance(key, ec.EllipticCurvePublicKey):
                raise SystemExit("no P-256 key")
            key.verify(b64decode(envelope["signatures"][0]["sig"]), signed, ec.ECDSA(hashes.SHA256()))
            if json.loads(payload)["subject"][0]["digest"]["sha256"] != sha256(record).hexdigest():
                raise SystemExit(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
