"""The signatures of records, judged by the keys of every trust version that is here. docs/verification.md, step 6."""

from collections.abc import Iterable, Mapping

from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.records import TrustRoot
from gitprov.trust.judging import listed_by, signatures_of


@dataclass(frozen=True, slots=True)
class Signed:
    """How many signatures some records have.

    Attributes:
        good: Those of a key that some trust version lists. Whether it counts for a stage is another question: that
            depends on roles, and on where the signature landed.
        unlisted: Those of keys that no trust version lists.
        invalid: Those that count for nothing, whoever made them.
    """

    good: int
    unlisted: int
    invalid: int


def judge_signatures(
    place: Workplace, ledger: Ledger, records: Iterable[Digest], files: Mapping[str, bytes]
) -> tuple[Signed | None, tuple[Finding, ...]]:
    """Returns how many signatures these records have, and a warning for each invalid one.

    Args:
        place: The ports.
        ledger: The records.
        records: Whose signatures.
        files: All signature files, path to bytes.

    Returns:
        None and no warning when there is no trust root.
    """
    roots = [held.stored.record for held in ledger.held.values() if isinstance(held.stored.record, TrustRoot)]
    if not roots:
        return None, ()
    paths = {held.stored.path: held.stored for held in ledger.held.values()}
    found = signatures_of(files, paths, ledger.artifacts, listed_by(roots), place.verifier)
    judged = [signature for one in records for signature in found.of(one)]
    unlisted = sum(signature.code is codes.SIG_UNLISTED for signature in judged)
    invalid = [signature for signature in judged if signature.code not in (None, codes.SIG_UNLISTED)]
    warnings = tuple(
        signature.code.finding(
            signature.path, f"{signature.path} counts for nothing", why=signature.fault, fix=f"git rm {signature.path}"
        )
        for signature in invalid
        if signature.code is not None and signature.code is not codes.SIG_NAME  # which step 1 says
    )
    return Signed(len(judged) - unlisted - len(invalid), unlisted, len(invalid)), warnings
