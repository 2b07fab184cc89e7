"""Promotions without a repository, signed with real keys: what is landed is bytes, and judged from bytes."""

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from hashlib import sha256
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec

from gitprov.adapters.signing import EcdsaSigner, SignatureVerifier
from gitprov.check.effect import Asked
from gitprov.check.landed import Landed
from gitprov.ids import Digest
from gitprov.records import Artifact, Evidence, Identity, Request, Stored, TrustRoot, signature_path, store
from gitprov.records.stored import SIGNATURE
from gitprov.trust.bundles import to_sign, write_bundle
from gitprov.trust.judging import listed_by, signatures_of
from gitprov.trust.signatures import Means
from gitprov.trust.statements import approval, contents_of, countersignature, statement
from tests.sim.promoting import Promoting, Wish
from tests.unit.trust.facts import Window


@cache
def signer(name: str) -> EcdsaSigner:
    """Returns the key of a name: always the same one."""
    return EcdsaSigner(ec.derive_private_key(int.from_bytes(sha256(name.encode()).digest()[:31]), ec.SECP256R1()))


def bundle(payload: bytes, name: str) -> bytes:
    """Returns a signature file by the key of a name."""
    return write_bundle(payload, signer(name).sign(to_sign(payload)), signer(name).pem)


class Signed(Promoting):
    """A protected ref whose signatures are bytes."""

    def identity(self, key: str, window: Window, revoked: str | None) -> Identity:
        """Returns what a trust version lists for the key of a name."""
        return replace(super().identity(key, window, revoked), key=signer(key).pem)

    def sign(
        self,
        record: Digest,
        name: str,
        means: Means = "signs",
        *,
        listed: bool = True,
        fault: str = "",
        at: str | None = None,
    ) -> None:
        """Lands a signature by the key of a name, unless it landed before."""
        assert (listed, fault, at) == (True, "", None), "bytes say so themselves"
        stored = self.stored(record)
        self.put(stored, bundle(self.payload(stored, means), name), approval=means in ("approves", "rejects"))

    def payload(self, stored: Stored, means: Means) -> bytes:
        """Returns what is signed."""
        if means in ("approves", "rejects"):
            return approval(stored, "approve" if means == "approves" else "reject", "")
        artifacts = {one.id: one.stored.record for one in self.held if isinstance(one.stored.record, Artifact)}
        contents = contents_of(stored.record, artifacts)
        if means == "countersigns":
            return countersignature(stored, contents, self.versions[-1].id)
        return statement(stored, contents)

    def stored(self, record: Digest) -> Stored:
        """Returns a record that landed."""
        return next(held.stored for held in self.held if held.id == record)

    def put(self, stored: Stored, data: bytes, *, approval: bool = False) -> str:
        """Lands bytes as a signature file beside a record, under the name that is theirs, and returns its path."""
        path = signature_path(stored.path, data, approval=approval)
        self.files.setdefault(path, (self.head, data))
        return path

    def beside(self, stored: Stored) -> dict[str, bytes]:
        """Returns the signature files beside a record, votes too."""
        folder, _, file = stored.path.rpartition("/")
        starts = (f"{folder}/{file.removesuffix('.yaml')}.", f"{folder}/approvals/")
        return {
            path: data for path, (_, data) in self.files.items() if path.endswith(SIGNATURE) and path.startswith(starts)
        }

    def landed(self, until: int | None = None) -> Landed:  # type: ignore[override]  # as in Promoting
        """Returns what landed, with its signatures judged from their bytes."""
        facts = super().landed(until)
        records = {held.stored.path: held.stored for held in facts.ledger.held.values()}
        files = {path: data for path, data in facts.chain.files.items() if path.endswith(SIGNATURE)}
        roots = [stored.record for stored in records.values() if isinstance(stored.record, TrustRoot)]
        signatures = signatures_of(files, records, facts.ledger.artifacts, listed_by(roots), SignatureVerifier())
        return replace(facts, signatures=signatures)

    def promote(self, wish: Wish, *voters: str) -> None:
        """Lands a request, and at the next step the approvals."""
        self.move()
        self.request(wish)
        self.move()
        for name in voters:
            self.sign(wish.id, name, "approves")

    def of(self, wish: Wish, until: int | None = None) -> Asked:
        """Returns what became of a request."""
        return next(asked for asked in self.timeline(until).asked if asked.id == wish.id)

    def refused(self, wish: Wish) -> set[str]:
        """Returns the codes of what stands in the way of a request; nothing when it is effective."""
        asked = self.of(wish)
        assert asked.judgement is not None
        return set() if asked.effective is not None else {finding.code.id for finding in asked.judgement.findings}


def altered(wish: Wish, *, evidence: Mapping[str, Any] | None = None, request: Mapping[str, Any] | None = None) -> Wish:
    """Returns a request with other fields, and with evidence of other fields, which it names."""
    before, asks = wish.evidence.record, wish.request.record
    assert isinstance(before, Evidence)
    assert isinstance(asks, Request)
    other = store(replace(before, **(evidence or {})))
    return Wish(store(replace(asks, evidence=other.id, **(request or {}))), other)
