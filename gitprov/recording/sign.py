"""`gitprov sign`: signs records, or attests again what an earlier signature no longer counts for."""

from collections.abc import Callable, Sequence
from typing import Literal

from gitprov.check.landed import Landed
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.ports.workplace import Workplace
from gitprov.recording.naming import find
from gitprov.recording.writing import Signature, make_countersignature, make_signature, stage, write_signatures
from gitprov.records import Stored, signed_path
from gitprov.trust.statements import require_signed


@dataclass(frozen=True, slots=True)
class Done:
    """What signing did to one record: signed it, countersigned it, or found that the key has signed it already."""

    id: Digest
    record: str
    how: Literal["signed", "countersigned", "known"]
    path: str | None


@dataclass(frozen=True, slots=True)
class Signing:
    """What `sign` did, or with `dry_run` would do."""

    done: tuple[Done, ...]
    staged: tuple[str, ...]
    dry_run: bool = False


def sign(
    place: Workplace,
    ledger: Ledger,
    names: Sequence[str],
    *,
    landed: Callable[[], Landed | None],
    dry_run: bool = False,
) -> Signing:
    """Signs records with the default key and stages the signatures.

    A key signs a record in the same bytes whenever it does. Where that signature landed before the key was listed, or
    before it was listed anew, a countersignature under the trust version in force is made instead; and where a key
    signed it that nobody is listed with, since whoever countersigns stands in for it (docs/format.md, "Evidence").

    Args:
        place: The ports.
        ledger: What is recorded.
        names: The records, as people name them.
        landed: Returns what landed on the protected ref, None without a trust root; asked only when it matters.
        dry_run: Write nothing.

    Raises:
        GitprovError: GP-NAM-* for a name, and for a draft; GP-SIG-007 for a type that nobody signs; GP-KEY-*.
    """
    chosen = [_find(place, ledger, name) for name in names]
    if dry_run and not any(key.is_default for key in place.keys.all()):  # else asking for the key would make it
        return Signing(tuple(Done(one.id, one.path, "signed", None) for one in chosen), (), dry_run=True)
    done, new = [], []
    with place.worktree.locked("sign"):
        for stored in chosen:
            how, signature = _needed(place, ledger, stored, landed, dry_run=dry_run)
            new += [signature] if signature is not None else []
            done.append(Done(stored.id, stored.path, how, signature.path if signature is not None else None))
        paths = [one.path for one in new] if dry_run else stage(place, write_signatures(place, new))
    return Signing(tuple(done), tuple(paths), dry_run)


def _find(place: Workplace, ledger: Ledger, name: str) -> Stored:
    held = ledger.held[find(ledger, name, place.git, place.worktree, place.cache).id]
    if held.state == "draft":
        raise codes.NAM_UNKNOWN.error(f"{name} is still a draft", fix=f"gitprov keep {held.draft}")
    require_signed(held.stored)
    return held.stored


def _needed(
    place: Workplace, ledger: Ledger, stored: Stored, landed: Callable[[], Landed | None], *, dry_run: bool
) -> tuple[Literal["signed", "countersigned", "known"], Signature | None]:
    if dry_run and not place.signer.repeats:
        return "signed", None
    plain = make_signature(place, stored, ledger.artifacts)
    is_there = _is_there(place, plain)
    if not is_there and not _is_signed(place, stored):
        return "signed", plain
    known, key = landed(), place.signer.id
    version = known.roots.at(known.chain.head) if known is not None else None
    if known is None or version is None or key not in version.people:
        return ("known", None) if is_there else ("signed", plain)
    head = known.chain.head
    if not known.has_stranger(stored.id, head, head):
        if not is_there:
            return "signed", plain
        ours = [one for one in known.signatures.of(stored.id) if one.path == plain.path]
        if not ours or known.roots.person(ours[0], known.made_by(ours[0]), head) is not None:  # or will, when it lands
            return "known", None
    again = make_countersignature(place, stored, version.id, ledger.artifacts)
    return ("known", None) if _is_there(place, again) else ("countersigned", again)


def _is_signed(place: Workplace, stored: Stored) -> bool:
    """Tells whether somebody signed a record, by what is staged beside it."""
    folder = stored.path.rpartition("/")[0]
    return any(signed_path(path) == stored.path for path in place.git.index([folder]))


def _is_there(place: Workplace, signature: Signature) -> bool:
    return place.worktree.read(signature.path) == signature.data and signature.path in place.git.index([signature.path])
