"""Keys of the trust root as OpenSSH and git have them: docs/signing.md, "Commits"."""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from datetime import UTC, datetime

from gitprov.records.roots import Identity, TrustRoot, is_ed25519

_CURVE, _ECDSA, _ED25519 = b"nistp256", b"ecdsa-sha2-nistp256", b"ssh-ed25519"


def ssh_key(pem: str) -> str:
    """Returns a public key in OpenSSH's one line: its type and its bytes (RFC 5656, 3.1; RFC 8709, 4)."""
    der = b64decode("".join(pem.splitlines()[1:-1]))
    # A P-256 key is the point at the end of its DER, 65 bytes, and an Ed25519 key the last 32 bytes.
    parts = (_ED25519, der[-32:]) if is_ed25519(pem) else (_ECDSA, _CURVE, der[-65:])
    blob = b"".join(len(part).to_bytes(4) + part for part in parts)
    return f"{parts[0].decode()} {b64encode(blob).decode()}"


def allowed_signers(root: TrustRoot) -> Iterator[str]:
    """Yields the lines of an allowed_signers file (ssh-keygen(1)): people are the principals, revoked keys left out.

    What certificates say has no key, and no line. OpenSSH holds a window against the date that a commit claims, which
    its author chooses.
    """
    for name, person in root.people.items():
        for one in person.identities:
            if one.key is not None and one.revoked is None:
                yield " ".join([name, ",".join(_options(one)), ssh_key(one.key)])


def _options(one: Identity) -> Iterator[str]:
    yield 'namespaces="git"'
    if one.valid_from is not None:
        yield f'valid-after="{_time(one.since)}"'
    if one.valid_until is not None:
        yield f'valid-before="{_time(one.until)}"'


def _time(time: datetime) -> str:
    return time.astimezone(UTC).strftime("%Y%m%d%H%M%SZ")
