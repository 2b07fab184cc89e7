"""Record files that were written and not staged: a command died in between."""

from collections.abc import Iterator, Sequence
from functools import partial

from gitprov.check.files import is_kept, is_record
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import digest_hex, sha256_of
from gitprov.ports.workplace import Workplace
from gitprov.recording.ledger import drafts
from gitprov.recording.writing import stage
from gitprov.records import decode, path_of, signature_path, signed_path
from gitprov.records.stored import FOLDERS, ROOT, is_approval
from gitprov.upkeep.complaints import Complaint


def look_at_strays(place: Workplace) -> Iterator[Complaint]:
    """Yields files in the places of records that git has not: whole ones are to be staged, others put aside.

    A whole one was linked to its name after its bytes were safe, so that staging it ends what the command began. What
    is no record cannot have been one: it is half of a file, on a disk without links.
    """
    there = {path for folder in FOLDERS for path in place.worktree.files(f"{ROOT}/{folder}") if is_kept(path)}
    drafted = {held.stored.path for held in drafts(place.worktree)}  # which `keep` stages, all of a run at once
    strays = sorted(there - place.git.tracked(sorted(there)) - drafted)
    strays = [path for path in strays if signed_path(path) not in drafted]
    whole = [path for path in strays if _is_whole(path, place.worktree.read(path) or b"")]
    if whole:
        finding = codes.CLN_UNSTAGED.finding(
            whole[0], f"records and signatures that were written and not staged: {len(whole)}", why=whole[0]
        )
        yield Complaint(finding, partial(stage, place, [*whole, *_beside(place, whole)]))
    for path in sorted(set(strays) - set(whole)):
        finding = codes.CLN_HALF.finding(path, f"{path} is no record, and git has no record there")
        yield Complaint(finding, partial(_put_aside, place, path))


def _beside(place: Workplace, whole: Sequence[str]) -> set[str]:
    """Returns the catalog entries that `seal` wrote before its releases, and would have staged with them."""
    entries = {f"{ROOT}/catalog/{path.split('/')[2]}.yaml" for path in whole if path.startswith(f"{ROOT}/releases/")}
    return entries.intersection(place.worktree.files(f"{ROOT}/catalog"))


def _is_whole(path: str, data: bytes) -> bool:
    about = signed_path(path)
    if about is not None:
        return signature_path(about, data, approval=is_approval(path)) == path
    try:
        return is_record(path) and path_of(decode(data, name=path), sha256_of(data)) == path
    except GitprovError:
        return False


def _put_aside(place: Workplace, path: str) -> None:
    data = place.worktree.read(path) or b""
    place.git.own_file(f"quarantine/{digest_hex(sha256_of(data))}", data)
    place.worktree.remove(path)
