"""A way back: owners may acknowledge a finding, which is then listed for ever and no longer refused.

It makes nothing valid: what the finding is about stays what it is, and what rests on it stays without effect.
"""

from collections.abc import Collection, Iterator
from dataclasses import replace

from gitprov.check.landed import Landed
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest

ACKNOWLEDGEMENT = "acknowledgement"
"""The kind of event that names a finding."""
FINDING = "finding"
"""Where its details have the finding's key."""


def acknowledged(landed: Landed) -> frozenset[str]:
    """Returns the keys of all findings that the owners' threshold has acknowledged.

    It counts from the first step on at which enough owners of the version in force before that step have signed, and
    stays so whoever owns the project later.
    """
    return frozenset(
        str(event.details.get(FINDING))
        for one, event in landed.ledger.events.items()
        if event.kind == ACKNOWLEDGEMENT and any(_is_signed(landed, one, step) for step in _steps(landed, one))
    )


def covers(keys: Collection[str], finding: Finding) -> bool:
    """Tells whether a finding is among those acknowledged. A ref that was rewound, and has gone on, was rewritten."""
    return finding.key in keys or (
        finding.code is codes.HIS_REWRITTEN and replace(finding, code=codes.HIS_REWOUND).key in keys
    )


def _steps(landed: Landed, one: Digest) -> Iterator[int]:
    """Yields the steps at which the record, or a signature of it, landed."""
    landing = landed.landing(one)
    if landing is not None:
        signed = {landed.chain.landed[signature.path] for signature in landed.signatures.of(one)}
        yield from sorted(step for step in signed | {landing} if step >= landing)


def _is_signed(landed: Landed, one: Digest, step: int) -> bool:
    root = landed.roots.at(step - 1)
    if root is None:
        return False
    owners = root.role("owner")
    return len(landed.signers(one, step - 1) & {*owners.people}) >= owners.threshold
