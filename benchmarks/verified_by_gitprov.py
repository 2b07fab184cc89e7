"""Judges packed signatures as `gitprov verify` does: `python -m benchmarks.verified_by_gitprov FOLDER`."""

import json
import sys
from pathlib import Path

from benchmarks.pack import KEYLESS, read
from gitprov.adapters.signing.verifier import SignatureVerifier
from gitprov.cli.main import collect_rarely
from gitprov.ids import sha256_of
from gitprov.records import Artifact, Stored, decode, signed_path
from gitprov.trust.judging import Listed, judge
from gitprov.trust.roots import document_of, identity_id, key_id


def main(folder: Path) -> None:
    """Judges each signature.

    Raises:
        SystemExit: One is not good.
    """
    collect_rarely()
    pack, pem, times = read(folder)
    records = {path: _stored(signed_path(path) or "", record) for path, (_, record) in pack.items()}
    listed, verifier = _certified() if pem is None else Listed(keys={key_id(pem): pem}), SignatureVerifier()
    texts = json.loads((folder / "artifacts.json").read_bytes())
    artifacts = {
        one.id: one.record for one in (_stored("", text.encode()) for text in texts) if isinstance(one.record, Artifact)
    }
    for _ in range(times):
        for path, (data, _) in pack.items():
            found = judge(path, data, records[path], artifacts=artifacts, listed=listed, verifier=verifier)
            if not found.is_good:
                raise SystemExit(f"{path}: {found.fault}")


def _stored(path: str, data: bytes) -> Stored:
    return Stored(sha256_of(data), path, data, decode(data, name=path))


def _certified() -> Listed:
    digest, text = document_of(json.loads((KEYLESS / "trusted-root.json").read_bytes()))
    ada = identity_id("ada@example.org", "http://127.0.0.1:38800")
    return Listed(certified={ada: frozenset({digest})}, documents={digest: text})


if __name__ == "__main__":
    main(Path(sys.argv[1]))
