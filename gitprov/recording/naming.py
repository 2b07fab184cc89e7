"""Finds what people name, with the work tree's help."""

from collections.abc import Callable, Sequence
from itertools import accumulate

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Md5
from gitprov.lineage import Ledger, Target, resolve
from gitprov.lineage.naming import describe
from gitprov.ports.blobs import Cache
from gitprov.ports.dvc import DvcProject
from gitprov.ports.git import GitStore
from gitprov.ports.worktree import WorkTree
from gitprov.records import AnyContent, Content
from gitprov.records.stored import ROOT


def find(
    ledger: Ledger,
    text: str,
    git: GitStore,
    worktree: WorkTree | None,
    cache: Cache | None,
    *,
    dvc: DvcProject | None = None,
) -> Target:
    """Returns the record that `text` names; without a work tree, names and ids only.

    With `dvc`, a path that holds nothing stands for what its `.dvc` file or dvc.lock names.

    Raises:
        GitprovError: GP-NAM-* as `gitprov.lineage.resolve` does.
    """

    def snapshot(path: str) -> Content | None:
        if path == "." or worktree is None or cache is None or worktree.kind(path) is None:
            return None
        try:
            return cache.snapshot(path, keep=False).content
        except GitprovError:
            return None  # what cannot be recorded is not what an artifact holds

    def holds(artifact: Digest) -> bool:
        recorded = ledger.artifacts[artifact].content
        found = (snapshot(path) for path in ledger.paths_of(artifact))
        return any(content is not None and is_same(recorded, content) for content in found)

    def at(path: str) -> Sequence[Digest] | None:
        if worktree is None:
            return None
        try:
            place = git.relative(path)
        except GitprovError:
            return None
        if place.startswith(f"{ROOT}/"):
            return ledger.lying_at(place) or None
        there = worktree.kind(place) is not None
        expect = expected_md5s(git, worktree, dvc) if dvc is not None and not there else lambda _: None
        expected = expected_at(ledger, place, expect(place))
        return [expected] if expected else _recorded_at(ledger, place, snapshot(place), there=there)

    return resolve(ledger, text, holds=holds, at=at)


def expected_md5s(git: GitStore, worktree: WorkTree, dvc: DvcProject) -> Callable[[str], Md5 | None]:
    """Returns what tells the MD5 that a path is to have by its `.dvc` file or dvc.lock."""
    names = [path for path in git.index() if path.rpartition("/")[2] == "dvc.lock"]
    locks = {path: data for path in names if (data := worktree.read(path)) is not None}
    locked = {out.path: out.md5 for entry in dvc.lock_entries(locks) for out in entry.outs}

    def expected(path: str) -> Md5 | None:
        pointer = dvc.pointer(path)
        return pointer.out.md5 if pointer else locked.get(path)

    return expected


def expected_at(ledger: Ledger, path: str, md5: Md5 | None) -> Digest | None:
    """Returns the artifact recorded at a path that DVC knows by this MD5, the last made of several."""
    found = [one for one in ledger.at_path(path) if md5 is not None and _md5(ledger.artifacts[one].content) == md5]
    return found[-1] if found else None


def _md5(content: AnyContent) -> str | None:
    if isinstance(content, Content):
        return content.md5
    return content.reference.version if content.reference.kind == "dvc" else None


def _recorded_at(ledger: Ledger, path: str, found: Content | None, *, there: bool) -> Sequence[Digest] | None:
    """Returns the artifacts with the bytes that a path holds, or that it was recorded with if it holds none."""
    recorded = ledger.at_path(path)
    if found is None:
        return recorded or (_around(ledger, path) if there else None)
    here = [one for one in recorded if is_same(ledger.artifacts[one].content, found)]
    same = here or sorted(ledger.with_content(found.digest), key=lambda one: (ledger.made(one), one))
    if recorded and not same:
        raise codes.NAM_UNKNOWN.error(
            f"{path} has changed since it was recorded",
            why=f"it was {describe(ledger, recorded[-1])}",
            fix=f"gitprov add {path}  # or name the recorded one: {ledger.short(recorded[-1])}",
        )
    return same or _around(ledger, path)


def is_same(recorded: AnyContent, found: Content) -> bool:
    """Tells whether bytes that were found are the recorded ones; what DVC said without bytes, by its MD5."""
    return recorded.digest == found.digest if isinstance(recorded, Content) else _md5(recorded) == found.md5


def _around(ledger: Ledger, place: str) -> list[Digest]:
    """Returns [] for a path that no record knows; a file of a recorded directory is told where it belongs."""
    parents = list(accumulate(place.split("/")[:-1], "{}/{}".format))
    for parent in (*reversed(parents), "."):
        if recorded := ledger.at_path(parent):
            raise codes.NAM_UNKNOWN.error(
                f"{place} is not recorded on its own",
                why=f"it lies in {parent}, which is {describe(ledger, recorded[-1])}",
                fix=f"name the directory: {parent}",
            )
    return []
