"""The code of a step: which files count, and what they are to git (docs/format.md, "Code")."""

import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, nullcontext
from itertools import accumulate
from stat import S_ISREG

from gitprov.adapters.git.plumbing import Environment, Objects, Plumbing, joined, split
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest, sha256_of
from gitprov.ids.listings import SUBMODULE, SYMLINK, CodeEntry, write_code_listing
from gitprov.ids.names import path_fault
from gitprov.ids.notebooks import SUFFIX, notebook_digest
from gitprov.ports.git import TreeEntry

Rows = Mapping[str, TreeEntry]

LARGEST_UNTRACKED = 64 << 20
"""Bytes of an untracked file beyond which it is taken for data that somebody forgot to declare."""

_NEVER_FOLDERS = {".dvc", ".github", ".gitprov", ".ipynb_checkpoints", "__pycache__", "docs"}
_NEVER_NAMES = {".dvcignore", ".gitattributes", ".gitignore", "dvc.lock"}
_NEVER_SUFFIXES = (".dvc", ".md", ".pyc")
_WORKING = ".gitprov-"
"""How the names of our own working files begin, which a crash may leave in the work tree."""


@dataclass(frozen=True, slots=True)
class CodeRule:
    """Which files count as a step's code: those below `paths`, without those that never count and `left_out`."""

    paths: tuple[str, ...]
    left_out: tuple[str, ...]

    def counts(self, path: str, mode: str) -> bool:
        """Tells whether a file (of this mode in git) counts."""
        *folders, name = path.split("/")
        if name in _NEVER_NAMES or name.endswith(_NEVER_SUFFIXES):
            return False
        if path.startswith(_WORKING) or f"/{_WORKING}" in path:
            return False
        if mode == SUBMODULE:
            folders.append(name)
        if not _NEVER_FOLDERS.isdisjoint(folders):
            return False
        return self.reaches(path) and not any(_within(path, out) for out in self.left_out)

    def reaches(self, path: str) -> bool:
        """Tells whether `path` lies below the code paths."""
        return any(_within(path, top) for top in self.paths)

    def may_hold(self, folder: str) -> bool:
        """Tells whether a folder can hold a file that counts."""
        if not _NEVER_FOLDERS.isdisjoint(folder.split("/")) or any(_within(folder, out) for out in self.left_out):
            return False
        return self.reaches(folder) or any(_within(top, folder) for top in self.paths)

    @property
    def pathspecs(self) -> tuple[str, ...]:
        """The code paths, or nothing when they are the whole tree."""
        return () if "." in self.paths else self.paths


def _within(path: str, top: str) -> bool:
    return top in (".", path) or path.startswith(top + "/")


def parse_index(lines: Iterable[str]) -> dict[str, TreeEntry]:
    """Returns the entries that `git ls-files -s -z` listed; of a conflict our side."""
    rows = {}
    for line in lines:
        meta, _, path = line.partition("\t")
        mode, oid, stage = meta.split(" ")
        if stage in ("0", "2"):
            rows[path] = TreeEntry(mode, oid)
    return rows


def parse_tree(output: bytes) -> dict[str, TreeEntry]:
    """Returns the entries that `git ls-tree -r -z` printed."""
    rows = {}
    for line in split(output):
        meta, _, path = line.partition("\t")
        mode, _, oid = meta.split(" ")
        rows[path] = TreeEntry(mode, oid)
    return rows


class CodeReader:
    """Reads code in one repository."""

    def __init__(self, git: Plumbing) -> None:
        from gitprov.adapters.git.digests import DigestCache

        self._git = git
        self.cache = DigestCache(os.path.join(git.place.common_dir, "gitprov", "code.sqlite3"))

    def in_tree(self, revision: str, rule: CodeRule) -> dict[str, TreeEntry]:
        """Returns the files of a commit that count."""
        answer = self._git.read("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", revision, *rule.pathspecs)
        return {path: row for path, row in parse_tree(answer).items() if rule.counts(path, row.mode)}

    def in_work_tree(self, rule: CodeRule) -> dict[str, TreeEntry]:
        """Returns the files of the work tree that count, as git would store them; their objects are written.

        Raises:
            GitprovError: GP-RUN-003 for a large untracked file, or a submodule with changes that are not committed.
        """
        with self._scratch_index() as variables:
            self._refresh(rule, variables)
            answer = self._git.as_user("ls-files", "-s", "-z", "--", *rule.pathspecs, variables=variables)
            rows = {path: row for path, row in parse_index(split(answer)).items() if rule.counts(path, row.mode)}
            self._check_submodules([path for path, row in rows.items() if row.mode == SUBMODULE], variables)
            return rows

    def entries(self, rows: Rows, objects: Objects | None = None) -> tuple[CodeEntry, ...]:
        """Returns what the files are in a code listing; `objects` is read where it is open already.

        Raises:
            GitprovError: GP-PTH-003 for a name that a listing cannot hold.
        """
        for path in rows:
            if fault := path_fault(path):
                raise codes.PTH_NAME.error(f"{path!r} cannot be recorded as code", why=fault)
        keys = {path: _key(path, row) for path, row in rows.items() if row.mode != SUBMODULE}
        digests = self._digests(set(keys.values()), objects)
        return tuple(
            CodeEntry(path, row.mode, commit=row.oid)
            if row.mode == SUBMODULE
            else CodeEntry(path, row.mode, sha256=digests[keys[path]])
            for path, row in sorted(rows.items(), key=lambda item: item[0].encode("utf-16-be"))
        )

    def digest(self, rows: Rows) -> Digest:
        """Returns the code digest of the files."""
        return sha256_of(write_code_listing(self.entries(rows)))

    def _digests(self, keys: set[str], objects: Objects | None) -> dict[str, Digest]:
        known = self.cache.get(keys)
        missing = sorted(keys - known.keys())
        if missing:
            with nullcontext(objects) if objects else self._git.objects() as opened:
                made = dict(zip(missing, _hashed(opened, missing), strict=True))
            self.cache.put(made)
            known |= made
        return known

    @contextmanager
    def _scratch_index(self) -> Iterator[Environment]:
        """Makes a copy of the index, so that git can say what it would store while nobody's index changes."""
        import shutil
        import tempfile

        own = self._git.user_environment().get("GIT_INDEX_FILE") or os.path.join(self._git.place.git_dir, "index")
        with ExitStack() as stack:
            try:
                folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="gitprov-"))
                copy = os.path.join(folder, "index")
                if os.path.exists(own):
                    shutil.copy2(own, copy)  # with its time: git judges by it which entries to compare by content
            except OSError as error:
                raise codes.IO_FAILED.error("the index cannot be copied", why=str(error)) from error
            yield {"GIT_INDEX_FILE": copy}

    def _refresh(self, rule: CodeRule, variables: Environment) -> None:
        """Brings every file that counts into the scratch index.

        File by file and not by `git add` of the folders, which would store untracked data that does not count.
        """
        listed = split(
            self._git.as_user(
                *("ls-files", "-z", "-v", "--cached", "--others", "--exclude-standard", "--", *rule.pathspecs),
                variables=variables,
            )
        )
        tags = {line[2:].removesuffix("/"): line[0] for line in listed}
        tags = {path: tag for path, tag in tags.items() if tag not in "Ss" and rule.counts(path, "")}
        untracked = {path for path, tag in tags.items() if tag == "?"}
        self._check_sizes(untracked)
        untracked -= {line[2:-1] for line in listed if line.endswith("/") and not self._has_commit(line[2:-1])}
        # A tracked file below what is now itself a file or a symlink is gone; git stumbles over it when told by name.
        gone = {path for path in tags.keys() - untracked if not untracked.isdisjoint(_parents(path))}
        assumed = {path for path, tag in tags.items() if tag.islower()}
        # What is tracked first: a file that became a folder must leave before the files in it come.
        seen = [path for path, tag in tags.items() if tag != "?" and path not in gone] + sorted(untracked)
        self._update(("--force-remove",), gone, variables)
        self._update(("--no-assume-unchanged",), assumed - gone, variables)
        self._update(("--add", "--remove"), seen, variables)

    def _update(self, how: Sequence[str], paths: Sequence[str] | set[str], variables: Environment) -> None:
        if paths:
            self._git.as_user(
                *("-c", "core.safecrlf=false", "-c", "core.splitIndex=false"),
                *("update-index", *how, "-z", "--stdin"),
                given=joined(paths),
                variables=variables,
            )

    def _check_sizes(self, untracked: set[str]) -> None:
        for path in sorted(untracked):
            try:
                status = os.lstat(os.path.join(self._git.place.work_tree or "", path))
            except FileNotFoundError:
                continue  # it went away meanwhile
            if S_ISREG(status.st_mode) and status.st_size > LARGEST_UNTRACKED:
                raise codes.RUN_CODE.error(
                    f"{path} would count as code and has {status.st_size >> 20} MiB",
                    why="it is not tracked by git, not ignored and not declared as an input or output",
                    fix=f"declare it (--input, --output) or ignore it: echo '/{path}' >> .gitignore",
                )

    def _check_submodules(self, paths: Sequence[str], variables: Environment) -> None:
        """Refuses a submodule whose tracked files are not those of its commit, which is all that code says of it."""
        options = ("--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative", "--ignore-submodules=untracked")
        if not paths:
            return
        changed = split(self._git.as_user("diff", "--name-only", "-z", *options, "--", *paths, variables=variables))
        if changed:
            raise codes.RUN_CODE.error(
                f"the submodule {changed[0]} has changes that are not committed",
                why="of a submodule, code counts by its commit: these changes would not be recorded",
                fix=f"git -C {changed[0]} commit -a, or leave it out: --code PATH",
            )

    def _has_commit(self, repository: str) -> bool:
        folder = os.path.join(self._git.place.work_tree or "", repository)
        inner = {"GIT_DIR": os.path.join(folder, ".git"), "GIT_WORK_TREE": folder}
        return bool(self._git.as_user("rev-parse", "-q", "--verify", "HEAD", fine=(0, 1, 128), variables=inner))


def _parents(path: str) -> Iterator[str]:
    return accumulate(path.split("/")[:-1], lambda left, right: f"{left}/{right}")


def _key(path: str, row: TreeEntry) -> str:
    return f"notebook:{row.oid}" if path.endswith(SUFFIX) and row.mode != SYMLINK else row.oid


def _hashed(objects: Objects, keys: Sequence[str]) -> Iterator[Digest]:
    oids = [key.removeprefix("notebook:") for key in keys]
    for key, (oid, _, data) in zip(keys, objects.read(oids), strict=True):
        yield sha256_of(data) if key == oid else notebook_digest(data)
