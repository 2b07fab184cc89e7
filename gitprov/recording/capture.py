"""`gitprov capture`: records what DVC has run, from dvc.lock at HEAD."""

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Md5, md5_of, sha256_of
from gitprov.ids.listings import SYMLINK
from gitprov.ids.names import path_fault
from gitprov.lineage import Ledger
from gitprov.ports.dvc import Declared, Locked
from gitprov.ports.git import TreeEntry
from gitprov.ports.workplace import Workplace
from gitprov.recording.code import code_digest
from gitprov.recording.locked import Recorder
from gitprov.recording.scene import dvc_md5s, in_order, locks_at
from gitprov.recording.stages import code_deps
from gitprov.recording.writing import Outcome, stage, write_records
from gitprov.records import Content


def capture(place: Workplace, ledger: Ledger, *, dry_run: bool = False) -> Outcome:
    """Records every stage of dvc.lock at HEAD that is not recorded yet, and stages the records.

    Each dep and out is checked against its bytes where they are in the work tree or in the cache; where they are not,
    it is recorded by reference and shown as unverified.

    Raises:
        GitprovError: GP-GIT-008 without a commit; GP-DVC-005 without a dvc.lock; GP-DVC-001 when it cannot be read.
    """
    head = place.git.head()
    if head is None:
        raise codes.GIT_NO_COMMIT.error("there is no commit to capture from")
    tree = place.git.tree(head)
    files = _read(place, tree, "dvc.lock")
    if not files:
        raise codes.DVC_NOTHING.error("HEAD has no dvc.lock", why=f"commit {head[:12]} does not track one")
    entries = in_order(place.dvc.lock_entries(files | _read(place, tree, "dvc.yaml")))
    work = Recorder(place, ledger)
    here = _Head(place, head, tree, work.notes, keep=not dry_run)
    with place.worktree.locked("capture"):
        for entry in entries:
            try:
                outside = [one.path for one in (*entry.deps, *entry.outs) if path_fault(one.path)]
                if outside:
                    raise codes.PTH_OUTSIDE.error(f"{', '.join(outside)} lies outside the repository")
                work.take(here, entry)
            except GitprovError as error:
                work.notes[f"stage {entry.stage} is not captured: {error.what} ({error.code.id})"] = None
        if work.unverified:
            paths = ", ".join(work.unverified)
            work.notes[f"unverified, since the bytes are not here: {paths} (dvc pull, then capture again)"] = None
        records, known, notes = tuple(work.records.values()), tuple(work.known.values()), tuple(work.notes)
        if dry_run:
            return Outcome(records, tuple(sorted(one.path for one in records)), known, notes, dry_run=True)
        return Outcome(records, stage(place, write_records(place, records)), known, notes)


class _Head:
    """HEAD and its work tree, as a scene."""

    time = None

    def __init__(
        self, place: Workplace, head: str, tree: Mapping[str, TreeEntry], notes: dict[str, None], *, keep: bool
    ) -> None:
        self.commit = head
        self._place, self._tree, self._notes, self._keep = place, tree, notes, keep
        self._tracked = {*tree, *(str(parent) for path in tree for parent in PurePosixPath(path).parents)}

    @cached_property
    def artifacts(self) -> Mapping[str, Declared]:
        """What the dvc.yaml of the work tree call their artifacts."""
        return self._place.dvc.artifacts()

    @cached_property
    def locks(self) -> Mapping[str, bytes]:
        """The lock files at the top of HEAD."""
        return locks_at(self._place.git, self._tree)

    def code_deps(self, deps: Sequence[str]) -> list[str]:
        """Returns the deps that are code by what git ignores and DVC owns in the work tree."""
        return code_deps(self._place, deps, self._tracked)

    def content(self, locked: Locked) -> Content | None:
        """Returns what is there by its bytes: those of the work tree, of the cache, or of HEAD."""
        cache, progress = self._place.cache, self._place.progress
        if self._place.worktree.kind(locked.path) is not None:
            try:
                snapshot = cache.snapshot(locked.path, keep=False, progress=progress)
                if snapshot.content.md5 == locked.md5:
                    if self._keep:
                        cache.snapshot(locked.path, progress=progress)
                    return snapshot.content
                older = f"{locked.path} in the work tree is not what dvc.lock says: its recorded bytes are older"
                self._notes[older] = None
            except GitprovError as error:
                self._notes[f"{locked.path} cannot be read: {error.what}"] = None
        adopted = cache.adopt(locked.md5, is_dir=locked.is_dir) if locked.md5 is not None else None
        return adopted.content if adopted is not None else self._at_head(locked)

    def _at_head(self, locked: Locked) -> Content | None:
        """Returns what HEAD has at a path that git tracks, if that is what dvc.lock says; its bytes go to the cache."""
        entry = self._tree.get(locked.path)
        if entry is None or entry.mode == SYMLINK:
            return None
        (_, data), *_ = self._place.git.blobs([entry.oid])
        if md5_of(data) != locked.md5:
            return None
        if self._keep:
            self._place.cache.put(data)
        return Content(digest=sha256_of(data), md5=md5_of(data), size=len(data))

    def tracked(self, folder: str) -> Mapping[str, Md5]:
        """Returns what HEAD has in a folder."""
        found = {path: entry.oid for path, entry in self._tree.items() if path.startswith(f"{folder}/")}
        return {
            path: md5_of(data) for path, (_, data) in zip(found, self._place.git.blobs(found.values()), strict=True)
        }

    def is_same(self, dep: Locked) -> bool:
        """Tells whether HEAD still has the bytes of a git-tracked dep that DVC saw."""
        if dep.is_dir:
            if self._place.worktree.kind(dep.path) != "directory":
                return False
            snapshot = self._place.cache.snapshot(dep.path, keep=False)
            return snapshot.content.md5 == dep.md5 and not self._place.git.code([dep.path], ()).dirty
        entry = self._tree.get(dep.path)
        if entry is None:
            return False
        (_, data), *_ = self._place.git.blobs([entry.oid])
        return dep.md5 in dvc_md5s(data)

    def code(self, paths: Sequence[str], left_out: Sequence[str]) -> Digest | None:
        """Returns the code digest at HEAD."""
        state = self._place.git.code_at(self.commit, paths, left_out)
        return code_digest(state) if state is not None else None


def _read(place: Workplace, tree: Mapping[str, TreeEntry], name: str) -> dict[str, bytes]:
    found = {path: entry.oid for path, entry in tree.items() if PurePosixPath(path).name == name}
    return dict(zip(found, (data for _, data in place.git.blobs(found.values())), strict=True))
