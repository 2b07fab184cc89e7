"""`gitprov import attestation`: what somebody else attested of an artifact's bytes, kept and verified as evidence."""

from collections.abc import Iterator, Mapping

from gitprov.audit.attestations import accepted_roots, judge_attestation
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.choosing import named_artifacts
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import Attestation, Content, Event, store
from gitprov.records.codec import to_data
from gitprov.records.roots import ATTESTATION
from gitprov.trust.bundles import Bundle, read_bundle, rewrite_bundle
from gitprov.trust.foreign import Attested, read_attestation
from gitprov.trust.judging import listed_by


@dataclass(frozen=True, slots=True)
class Imported:
    """An attestation that was kept.

    Attributes:
        outcome: What was written.
        kind: The predicate's type.
        by: Who attests it.
        time: When, as far as it is proven; "" otherwise.
        artifacts: The artifacts that it is about.
    """

    outcome: Outcome
    kind: str
    by: str
    time: str
    artifacts: tuple[Digest, ...]


def import_attestation(
    place: Workplace, ledger: Ledger, data: bytes, names: tuple[str, ...], *, key: str | None, dry_run: bool = False
) -> Imported:
    """Keeps a bundle that somebody else made about the bytes of artifacts, once it verifies.

    Args:
        place: The ports.
        ledger: What is recorded.
        data: The bundle: DSSE in a Sigstore bundle v0.3, as GitHub and cosign write it.
        names: The artifacts; when none is named, all whose bytes it is about.
        key: The public key that made it; None where a certificate says who did.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-SIG-001 for no such bundle; GP-ATT-001 when it attests nothing about a file; GP-ATT-003 when
            it is not about these artifacts, or about none that is recorded; GP-SIG-003 and GP-SIG-008 when it does not
            verify; GP-TRU-006 when no trust version says which authorities count; GP-KEY-*.
    """
    rewritten = rewrite_bundle(data, key)
    bundle = read_bundle(rewritten)
    said = read_attestation(bundle)
    artifacts = tuple(sorted(_meant(place, ledger, said, names)))
    kept = Attestation(bundle=rewritten.decode(), key=key)
    judged = judge_attestation(place.verifier, kept, _documents(place, bundle))
    if judged.code is not None:
        raise judged.code.error("the attestation does not verify", why=judged.fault, fix=judged.fix)
    event = Event(
        kind=ATTESTATION,
        actor=place.person(),
        at=place.clock.now(),
        subjects=artifacts,
        reason=f"{said.kind} by {judged.by}",
        details=to_data(kept),
    )
    for one, known in ledger.events.items():
        if (known.kind, known.subjects, known.details) == (ATTESTATION, artifacts, event.details):
            outcome = Outcome(known=(ledger.held[one].stored,), dry_run=dry_run)
            return Imported(outcome, said.kind, judged.by, judged.time, artifacts)
    made = store(event)
    if dry_run:
        return Imported(Outcome((made,), (made.path,), dry_run=True), said.kind, judged.by, judged.time, artifacts)
    with place.worktree.locked("import attestation"):
        outcome = Outcome((made,), stage(place, write_records(place, [made])))
    return Imported(outcome, said.kind, judged.by, judged.time, artifacts)


def _meant(place: Workplace, ledger: Ledger, said: Attested, names: tuple[str, ...]) -> Iterator[Digest]:
    if not names:
        found = [one for one, record in ledger.artifacts.items() if record.content.digest in said.subjects]
        if not found:
            about = ", ".join(f"{name or 'a file'} ({digest_hex(one)[:12]})" for one, name in said.subjects.items())
            raise codes.ATT_SUBJECT.error("it is about no artifact that is recorded", why=f"it is about {about[:300]}")
        yield from found
    for text in names:
        for artifact in set(named_artifacts(place, ledger, [text]).values()):
            content = ledger.artifacts[artifact].content
            if content.digest not in said.subjects or not isinstance(content, Content):
                raise codes.ATT_SUBJECT.error(
                    f"it is not about {text}", why=f"{text} is {content.digest}, which is none of its subjects"
                )
            yield artifact


def _documents(place: Workplace, bundle: Bundle) -> Mapping[Digest, str]:
    """Returns the trusted roots of the trust version in force; a key's signature takes none."""
    if bundle.certificate is None:
        return {}
    documents = listed_by(accepted_roots(place)[-1:]).documents
    if not documents:
        raise codes.TRU_NONE.error(
            "no trust version says which certificate authorities count",
            why="an attestation with a certificate is held against a trusted root",
            fix="gitprov trust use-sigstore NAME --trusted-root FILE",
        )
    return documents
