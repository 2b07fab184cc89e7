"""Who signed the records, and which of them lack a signature. docs/verification.md, steps 6 and 7.

Judged by what landed on the protected ref; what has not landed is judged as if it landed now.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping

from gitprov.audit.gather import gather, gather_at, propose
from gitprov.audit.in_effect import Source, source
from gitprov.audit.promotion import compare
from gitprov.audit.trusted import PROJECT
from gitprov.check.landed import Gathered
from gitprov.check.signers import Attested, Standing, attested, missing
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.records import TrustRoot, signed_path
from gitprov.trust.signatures import Signature
from gitprov.trust.statements import is_signed


@dataclass(frozen=True, slots=True)
class Signed:
    """Who signed some records.

    Attributes:
        source: What says who counts: a ref, its commit, and the trust version in force there.
        trust: How that version came to be trusted, in words.
        note: What a person should know of that; "" for nothing.
        records: Those of types that are signed, each with who stands behind it.
        people: Person to how many of these records they stand behind.
        standings: How many records there are of each standing.
        invalid: How many signature files count for nothing, whoever made them.
    """

    source: Source
    trust: str
    note: str
    records: tuple[Attested, ...]
    people: Mapping[str, int]
    standings: Mapping[Standing, int]
    invalid: int


@dataclass(frozen=True, slots=True)
class Judged:
    """What judging signatures gave: who signed what, what is wrong, and what is told and counts for nothing."""

    signed: Signed | None = None
    findings: tuple[Finding, ...] = ()
    warnings: tuple[Finding, ...] = ()


def judge_signatures(place: Workplace, ledger: Ledger, records: Iterable[Digest], files: Iterable[str]) -> Judged:
    """Returns who signed these records, which of them lack a signature, and which signatures are invalid.

    A bad signature takes nothing away from what others signed, so that nobody makes a record fail by adding one; a
    missing one is a finding where the trust root asks for one. Nothing is said without a trust root, or where history
    is missing, so that nobody can tell.

    Args:
        place: The ports; `memory` and `pins` say whether the trust root is the known one.
        ledger: The records.
        records: Whose signatures.
        files: All signature files that are there.

    Raises:
        GitprovError: GP-TRU-009 as `gather` does; GP-TRU-010 for a pin that is none; GP-IO-001 when memory cannot be
            read.
    """
    gathered = _gather(place, ledger) if not place.git.is_partial else None
    if gathered is None:
        return Judged(findings=tuple(_gone(place)))
    chain, roots = gathered.landed.chain, gathered.landed.roots
    known = compare(place, gathered) if roots.accepted else None
    kept = [stored for one in records if is_signed((stored := ledger.held[one].stored).record)]
    about = {stored.path for stored in kept}
    new = about.union(path for path in files if signed_path(path) in about) - chain.landed.keys()
    landed = propose(place, gathered).landed if new else gathered.landed
    found = tuple(attested(landed, stored, chain.head) for stored in kept)
    lacking = [finding for one in found for finding in missing(one)]
    lacking += [finding for finding in gathered.trust if finding.subject in about]
    bad = [signature for stored in kept for signature in landed.signatures.of(stored.id) if _is_bad(signature)]
    return Judged(
        Signed(
            source(gathered),
            known.trust if known is not None else "no trust version is in force",
            known.note if known is not None else "",
            found,
            dict(sorted(Counter(person for one in found for person in one.people).items())),
            dict(sorted(Counter(one.standing for one in found).items())),
            len(bad),
        ),
        (*(known.findings if known is not None else ()), *lacking),
        tuple(_warning(signature) for signature in bad if signature.code is not codes.SIG_NAME),  # which step 1 says
    )


def _gather(place: Workplace, ledger: Ledger) -> Gathered | None:
    """Returns what landed on the protected ref; on HEAD where no trust root has landed yet; None without any."""
    try:
        return gather(place)
    except GitprovError as error:
        if error.code is not codes.TRU_NONE:
            raise
    head, proposed = place.git.head(), (isinstance(one.stored.record, TrustRoot) for one in ledger.held.values())
    return gather_at(place, "HEAD", head) if head is not None and any(proposed) else None


def _gone(place: Workplace) -> Iterator[Finding]:
    """Yields when there is no trust root where one was seen before (threat A17): who takes it away hides nothing."""
    if not place.git.is_partial and (seen := place.git.config(PROJECT)) is not None:
        why = f"this clone has seen the project {seen}"
        yield codes.TRU_OLDER.finding("HEAD", "no trust root is there any more", why=why)


def _is_bad(signature: Signature) -> bool:
    return signature.code not in (None, codes.SIG_UNLISTED)


def _warning(signature: Signature) -> Finding:
    code = signature.code or codes.SIG_INVALID
    return code.finding(
        signature.path, f"{signature.path} counts for nothing", why=signature.fault, fix=f"git rm {signature.path}"
    )
