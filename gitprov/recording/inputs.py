"""The inputs of a run: what they are recorded as, and where the command finds them."""

from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, digest_hex
from gitprov.ids.names import check_name
from gitprov.lineage import Ledger
from gitprov.lineage.unverified import way_out
from gitprov.ports.workplace import Workplace
from gitprov.recording.add import previous_name
from gitprov.recording.ledger import DRAFTS
from gitprov.recording.naming import find
from gitprov.recording.sources import kind_of, name_of_path, source_records
from gitprov.records import AnyContent, Artifact, Content, Input, Release, Stored

SHELF = f"{DRAFTS}/inputs"
"""Where inputs lie that are not in the work tree, as long as a run reads them."""


@dataclass(frozen=True, slots=True)
class Used:
    """One input: its record, its content, and where the command finds it.

    Attributes:
        input: What the run record says.
        content: The content; by reference where no bytes could be had.
        path: Where the command reads it, from the top of the work tree.
        new: Records of a source that was not recorded before.
    """

    input: Input
    content: AnyContent
    path: str
    new: tuple[Stored, ...] = ()


def use_input(
    place: Workplace, ledger: Ledger, role: str, text: str, *, keep: bool = True, restore: bool = True
) -> Used:
    """Returns an input: a recorded artifact by name, or a path, which is recorded as a source when it is new.

    Args:
        place: The ports.
        ledger: What is recorded.
        role: What it is to the run.
        text: A name, or a path; an absolute one, or one that begins with `./` or `../`, is never a name. Where a name
            came from the path itself (`raw.csv`), both are one thing, and what the path holds now is meant.
        keep: Keep the bytes of a new source.
        restore: Restore a recorded artifact that is not in the work tree, so that a command can read it.

    Raises:
        GitprovError: GP-NAM-* and GP-PTH-* when there is no such thing; GP-BLB-002 when its bytes are not here.
    """
    check_name(role, "a role")
    path = _path_of(place, text)
    if path is not None and (_is_path(text) or not _clashes(ledger, text, path)):
        return use_path(place, ledger, path, keep=keep)
    target = find(ledger, text, place.git, place.worktree, place.cache)
    artifact = _artifact_of(ledger, target.id, text)
    content = ledger.artifacts[artifact].content
    for known in reversed(ledger.paths_of(artifact)):
        if _holds(place, known, content.digest):
            return Used(Input(artifact=artifact, content=content.digest, after="unknown", path=known), content, known)
    if not isinstance(content, Content):
        fix = way_out(content) or "dvc pull  # or name a path"
        raise codes.BLB_UNVERIFIED.error(f"the bytes of {text} are not here", fix=fix)
    known = (ledger.paths_of(artifact) or [ledger.artifacts[artifact].name])[-1]
    shelf = f"{SHELF}/{digest_hex(content.digest)[:16]}/{PurePosixPath(known).name}"
    if restore and keep:
        place.cache.restore(content, f"{place.git.root}/{shelf}", progress=place.progress)
        place.worktree.protect(shelf)
    return Used(Input(artifact=artifact, content=content.digest, after="unknown"), content, shelf)


def use_path(place: Workplace, ledger: Ledger, path: str, *, keep: bool = True) -> Used:
    """Returns a path of the work tree as an input; bytes that nobody recorded become a source artifact."""
    snapshot = place.cache.snapshot(path, keep=keep, progress=place.progress)
    same = ledger.with_content(snapshot.content.digest)
    here = [one for one in ledger.at_path(path) if one in same] or sorted(same, key=lambda one: (ledger.made(one), one))
    new: tuple[Stored, ...] = ()
    if here:
        artifact = here[-1]
    else:
        name = previous_name(ledger, path) or name_of_path(path)
        new = source_records(place, path, snapshot.content, name=name, kind=kind_of(place, ledger, name, None))
        artifact = new[0].id
    used = Input(artifact=artifact, content=snapshot.content.digest, after="unknown", path=path)
    return Used(used, snapshot.content, path, new)


def _holds(place: Workplace, path: str, content: Digest) -> bool:
    if place.worktree.kind(path) is None:
        return False
    try:
        return place.cache.snapshot(path, keep=False, progress=place.progress).content.digest == content
    except GitprovError:
        return False  # what cannot be recorded is not what an artifact holds


def _artifact_of(ledger: Ledger, record: Digest, text: str) -> Digest:
    found = ledger.held[record].stored.record
    if isinstance(found, Artifact):
        return record
    if isinstance(found, Release):
        members = found.members
        if len(members) == 1 or "model" in members:
            return (members["model"] if "model" in members else next(iter(members.values()))).artifact
        raise codes.NAM_AMBIGUOUS.error(f"{text} has several members", why=", ".join(members), fix="name one by its id")
    raise codes.NAM_UNKNOWN.error(f"{text} is not an artifact", why=f"it is a {type(found).__name__.lower()}")


def _clashes(ledger: Ledger, name: str, path: str) -> bool:
    known = ledger.named(name)
    return bool(known) and not any(path in ledger.paths_of(one) for one in known)


def _is_path(text: str) -> bool:
    return text.startswith(("/", "./", "../"))


def _path_of(place: Workplace, text: str) -> str | None:
    if not _is_path(text) and (text.startswith("id:") or "@v" in text):
        return None
    try:
        path = place.git.relative(text)
    except GitprovError:
        if _is_path(text):
            raise
        return None
    return path if _is_path(text) or place.worktree.kind(path) is not None else None
