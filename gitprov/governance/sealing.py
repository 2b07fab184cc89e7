"""`gitprov seal --owner`: a catalog entry that it writes is signed like every other setting."""

from collections.abc import Mapping
from dataclasses import replace

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.governance.settings import sign_settings
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.seal import Sealed, seal
from gitprov.records.stored import ROOT


def seal_and_sign(
    place: Workplace,
    ledger: Ledger,
    name: str,
    *,
    members: Mapping[str, str] | None = None,
    owner: str | None = None,
    dry_run: bool = False,
) -> Sealed:
    """Seals as `recording.seal` does; where that writes the catalog entry and there is a trust root, signs it too.

    Raises:
        GitprovError: As `recording.seal.seal` and `sign_settings` do.
    """
    sealed = seal(place, ledger, name, members=members, owner=owner, dry_run=dry_run)
    entry = f"{ROOT}/catalog/{name}.yaml"
    if entry not in sealed.outcome.staged:
        return sealed
    try:
        signed = sign_settings(place, [entry], reason=f"{name} belongs to {owner}")
    except GitprovError as error:
        if error.code is not codes.TRU_NONE:
            raise
        return sealed
    outcome = sealed.outcome
    return replace(
        sealed,
        outcome=replace(
            outcome,
            records=(*outcome.records, *signed.outcome.records),
            staged=tuple(sorted({*outcome.staged, *signed.outcome.staged})),
            notes=(*outcome.notes, *([f"{entry}: {signed.lacks}"] if signed.lacks else [])),
        ),
    )
