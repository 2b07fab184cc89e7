"""Attestations of others that were imported: each is verified again, from what the record itself holds."""

from collections.abc import Iterable, Iterator, Mapping

from gitprov.audit.gather import gather
from gitprov.errors import Code, Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.records import Attestation, TrustRoot
from gitprov.records.codec import from_data
from gitprov.records.roots import ATTESTATION
from gitprov.trust.bundles import read_bundle
from gitprov.trust.foreign import read_attestation
from gitprov.trust.judging import listed_by
from gitprov.trust.roots import key_id
from gitprov.trust.verifying import Verifier


@dataclass(frozen=True, slots=True)
class Judged:
    """What an attestation is worth.

    Attributes:
        by: Who attests it, as the bundle claims; proven when there is no fault.
        time: When, as far as it is proven; "" otherwise.
        code: What is wrong with it; None when it verifies.
        fault: In words.
        fix: The way out.
    """

    by: str
    time: str = ""
    code: Code | None = None
    fault: str = ""
    fix: str = ""


def judge_attestation(verifier: Verifier, kept: Attestation, documents: Mapping[Digest, str]) -> Judged:
    """Verifies an attestation.

    Args:
        verifier: What checks signatures.
        kept: The bundle, and the key where a key made it.
        documents: The trusted roots that certificates are held against.
    """
    data = kept.bundle.encode()
    try:
        bundle = read_bundle(data)
    except GitprovError as error:
        return Judged("nobody", code=error.code, fault=error.what)
    if kept.key is not None:
        by = f"the key {digest_hex(key_id(kept.key))[:8]}"
        if bundle.key == key_id(kept.key) and verifier.verify(kept.key, bundle.signed, bundle.signature):
            return Judged(by)
        fix = "gitprov import attestation FILE --key PUBLIC.pem, with the key that made it"
        return Judged(by, code=codes.SIG_INVALID, fault=f"{by} did not sign it", fix=fix)
    who = verifier.certified(bundle.certificate or b"")
    if who is None:
        return Judged("nobody", code=codes.SIG_BUNDLE, fault="its certificate names nobody")
    by, fault = f"{who.identity}, for whom {who.issuer} vouches", "no trusted root is listed"
    for document in documents.values():
        try:
            return Judged(by, verifier.keyless(data, who, document, promised=True))
        except GitprovError as error:
            fault = f"{error.what}: {error.why}"
    fix = "gitprov trust use-sigstore NAME --trusted-root FILE, with the root of the Sigstore that it comes from"
    return Judged(by, code=codes.SIG_CERTIFICATE, fault=fault, fix=fix)


def attestations_of(ledger: Ledger, artifacts: Iterable[Digest]) -> list[Digest]:
    """Returns the events that keep what others attested of artifacts."""
    about = set(artifacts)
    return [one for one, event in ledger.events.items() if event.kind == ATTESTATION and about & {*event.subjects}]


def accepted_roots(place: Workplace) -> list[TrustRoot]:
    """Returns the trust versions that are or were in force: what is only proposed vouches for nobody (threat A11)."""
    try:
        return [one.root for one in gather(place).landed.roots.accepted]
    except GitprovError as error:
        if error.code is not codes.TRU_NONE:
            raise
        return []


def check_attestations(place: Workplace, ledger: Ledger, records: Iterable[Digest]) -> Iterator[Finding]:
    """Yields the attestations that do not verify, or are about other bytes than the artifacts that they name.

    Raises:
        GitprovError: As `gather` does, but for a project without a trust root.
    """
    chosen = [one for one in records if one in ledger.events and ledger.events[one].kind == ATTESTATION]
    documents = listed_by(accepted_roots(place) if chosen else ()).documents
    for one in chosen:
        path = ledger.held[one].stored.path
        try:
            kept = from_data(Attestation, dict(ledger.events[one].details))
            judged = judge_attestation(place.verifier, kept, documents)
            subjects = read_attestation(read_bundle(kept.bundle.encode())).subjects
        except GitprovError as error:
            yield error.code.finding(path, f"{path}: {error.what}", why=error.why, fix=error.fix)
            continue
        if judged.code is not None:
            yield judged.code.finding(path, f"{path} does not verify", why=judged.fault, fix=judged.fix)
            continue
        for artifact in ledger.events[one].subjects:
            content = ledger.artifacts[artifact].content if artifact in ledger.artifacts else None
            if content is not None and content.digest not in subjects:
                what = f"{path} attests nothing of {ledger.short(artifact)}"
                yield codes.ATT_SUBJECT.finding(path, what, why=f"its content is {content.digest}")
