"""Authority and settings: who may decide decides, by signatures that the root in force demands (docs/verification.md).

Judged where something landed that decides: trust versions, governance records, settings, promotions, deployments. The
rules are those of the trust root (`gitprov.trust.accepting`, T1 to T5) and of the settings in force
(`gitprov.check.governance`, S1 to S5); here their findings about what the change touches. A signature that counts for
nothing takes nothing away from others: it is told (threats A14 to A18).
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from gitprov.check.seen import Change
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.records.stored import signed_path


def authority(change: Change) -> Iterator[Finding]:
    """Yields trust versions that are not in force, signed histories that are not this one's, and bad signatures."""
    if change.after is None:
        return
    from gitprov.check.chain import strange_histories  # noqa: PLC0415 - where trust is judged only: hooks are quick

    landed = change.after.landed
    yield from _touched(change, change.after.trust)
    yield from _touched(change, strange_histories(landed, change.after.log))
    for held in landed.ledger.held.values():
        for one in landed.signatures.of(held.id):
            if one.code not in (None, codes.SIG_UNLISTED, codes.SIG_NAME) and one.path in change.final:
                yield one.code.finding(
                    one.path, f"{one.path} counts for nothing", why=one.fault, commit=change.final[one.path][0]
                )


def settings(change: Change) -> Iterator[Finding]:
    """Yields settings that changed without authority, and those that changed together with a promotion (threat A16)."""
    if change.after is not None:
        yield from _touched(change, change.after.settings)


def _touched(change: Change, findings: Iterable[Finding]) -> Iterator[Finding]:
    """Yields the findings about files that the change touches, or whose signatures it adds, with the commit."""
    for one in findings:
        by = [path for path in change.final if one.subject in (path, signed_path(path))]
        if by:
            yield replace(one, commit=change.final[one.subject if one.subject in change.final else by[0]][0])
