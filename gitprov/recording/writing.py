"""Writing records: the files, their signatures, then the index. docs/format.md, "Writing"."""

from collections.abc import Iterable, Mapping, Sequence

from gitprov.check.secrets import Text
from gitprov.errors import GitprovError
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.ports.workplace import Workplace
from gitprov.recording.secrets import refuse_secrets, refuse_texts
from gitprov.records import Artifact, Stored, signature_path, signed_path
from gitprov.trust.bundles import read_bundle
from gitprov.trust.judging import judge
from gitprov.trust.statements import (
    Decision,
    approval,
    contents_of,
    countersignature,
    is_signed,
    statement,
)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a writing workflow did, or with `dry_run` would do.

    Attributes:
        records: Records that are new.
        staged: Files that changed in the index.
        known: Records that were there already.
        notes: What a person should know, one sentence each.
        dry_run: Whether nothing was written.
    """

    records: tuple[Stored, ...] = ()
    staged: tuple[str, ...] = ()
    known: tuple[Stored, ...] = ()
    notes: tuple[str, ...] = ()
    dry_run: bool = False


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature file: where it belongs, and its bytes."""

    path: str
    data: bytes


def write_records(
    place: Workplace, records: Iterable[Stored], artifacts: Mapping[Digest, Artifact] | None = None
) -> list[str]:
    """Writes record files that are not there yet, signs them, and returns the paths of all; the caller stages them.

    Artifacts come before the runs that name them, so that a crash in between leaves nothing dangling. A signature is
    made before anything is written, so that a key that cannot be used leaves nothing behind, and written after its
    record: a crash leaves a record that the same command, or `gitprov sign`, signs.

    Args:
        place: The ports.
        records: What to write; types that nobody signs are written only.
        artifacts: What releases among them name: a release's signature covers what its members hold.

    Raises:
        GitprovError: GP-SEC-001 when one holds a secret; GP-IMM-005 when a file has other bytes; GP-KEY-* when the key
            cannot be used; GP-IO-001.
    """
    ordered = sorted(records, key=lambda stored: stored.path)
    refuse_secrets(place, ordered)
    signatures = [make_signature(place, one, artifacts or {}) for one in ordered if is_signed(one.record)]
    for stored in ordered:
        place.worktree.write_new(stored.path, stored.data)
    return [*(stored.path for stored in ordered), *write_signatures(place, signatures)]


def sign_records(place: Workplace, *records: Stored, artifacts: Mapping[Digest, Artifact] | None = None) -> list[str]:
    """Signs records that are there and returns the paths of their signatures; the caller stages them.

    The same key signs the same record in the same bytes, so that doing it twice changes nothing.

    Raises:
        GitprovError: GP-SIG-007 for a type that nobody signs; GP-LIN-001 for a release of which a member is not in
            `artifacts`; GP-KEY-*, GP-IO-001.
    """
    return write_signatures(place, [make_signature(place, stored, artifacts or {}) for stored in records])


def make_signature(place: Workplace, stored: Stored, artifacts: Mapping[Digest, Artifact]) -> Signature:
    """Returns the signature of a record, which is not written yet; errors are those of `sign_records`."""
    return _sign(place, stored, statement(stored, contents_of(stored.record, artifacts)), artifacts)


def make_countersignature(
    place: Workplace, stored: Stored, trust: Digest, artifacts: Mapping[Digest, Artifact]
) -> Signature:
    """Returns what attests a record again under a trust version in force; errors are those of `sign_records`."""
    return _sign(place, stored, countersignature(stored, contents_of(stored.record, artifacts), trust), artifacts)


def make_decision(place: Workplace, request: Stored, decision: Decision, reason: str) -> Signature:
    """Returns the signature that approves or rejects a request, and is all there is of it; it is not written yet.

    Raises:
        GitprovError: GP-SIG-007 when it is no request; GP-VAL-003 and GP-SEC-001 for the reason; GP-KEY-*.
    """
    refuse_texts(place, [Text("reason", reason)])
    return _sign(place, request, approval(request, decision, reason), {}, approves=True)


def write_signatures(place: Workplace, signatures: Iterable[Signature]) -> list[str]:
    """Writes signatures that are not there yet and returns their paths.

    Raises:
        GitprovError: GP-IMM-005 when a file has other bytes; GP-IO-001.
    """
    written = list(signatures)
    for one in written:
        place.worktree.write_new(one.path, one.data)
    return [one.path for one in written]


def stage(place: Workplace, paths: Sequence[str]) -> tuple[str, ...]:
    """Adds files to the index and returns those that this changed there, sorted."""
    unique = sorted(set(paths))
    if not unique:
        return ()
    before = place.git.index(unique)
    place.git.stage(unique)
    after = place.git.index(unique)
    return tuple(path for path in unique if before.get(path) != after.get(path))


def _sign(
    place: Workplace,
    stored: Stored,
    payload: bytes,
    artifacts: Mapping[Digest, Artifact],
    *,
    approves: bool = False,
) -> Signature:
    """Returns a signature, judged as everybody will judge it.

    Who signs in other bytes each time has signed already when there is a file of theirs that says the same.
    """
    signer = place.signer
    known = None if signer.repeats else _signed_before(place, stored, payload, artifacts, approves=approves)
    data = known or signer.bundle(payload)
    path = signature_path(stored.path, data, approval=approves)
    made = judge(path, data, stored, artifacts=artifacts, listed=signer.listed, verifier=place.verifier)
    if made.code is not None:
        raise made.code.error(f"the signature of {stored.path} came out wrong", why=made.fault, fix="sign it again")
    return Signature(path, data)


def _signed_before(
    place: Workplace, stored: Stored, payload: bytes, artifacts: Mapping[Digest, Artifact], *, approves: bool
) -> bytes | None:
    """Returns the signature file beside a record by which the signer has said the same already."""
    beside = signature_path(stored.path, b"", approval=approves)
    for path in place.worktree.files(beside.rpartition("/")[0]):
        data = place.worktree.read(path) if signed_path(path) == stored.path else None
        if data is None:
            continue
        try:
            bundle = read_bundle(data)
        except GitprovError:
            continue
        found = judge(path, data, stored, artifacts=artifacts, listed=place.signer.listed, verifier=place.verifier)
        if bundle.payload == payload and found.is_good:
            return data
    return None
