"""Verifies packed keyless bundles with sigstore-python, for one identity, and that each names its record."""

import json
import sys
from hashlib import sha256
from pathlib import Path

from sigstore.models import Bundle, TrustedRoot
from sigstore.verify import Verifier
from sigstore.verify.policy import Identity

from benchmarks.pack import KEYLESS, read


def main(folder: Path) -> None:
    """Verifies each signature.

    Raises:
        SystemExit: One is of another record.
        VerificationError: Of sigstore: one does not hold.
    """
    pack, _, times = read(folder)
    verifier = Verifier(trusted_root=TrustedRoot.from_file(str(KEYLESS / "trusted-root.json")))
    ada = Identity(identity="ada@example.org", issuer="http://127.0.0.1:38800")
    for _ in range(times):
        for path, (data, record) in pack.items():
            _, payload = verifier.verify_dsse(Bundle.from_json(data), ada)
            if json.loads(payload)["subject"][0]["digest"]["sha256"] != sha256(record).hexdigest():
                raise SystemExit(path)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
