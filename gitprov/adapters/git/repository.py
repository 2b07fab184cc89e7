"""The git repository: `gitprov.ports.git.GitStore` over git plumbing."""

import os
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from typing import Literal

from gitprov.adapters.git import chain, edges, porcelain, side
from gitprov.adapters.git.code import CodeReader, CodeRule, parse_index, parse_tree
from gitprov.adapters.git.history import authors, commit_with_code
from gitprov.adapters.git.ignoring import ignored
from gitprov.adapters.git.plumbing import Place, Plumbing, chunks, discover, joined, split, too_old
from gitprov.adapters.paths import from_top, is_there
from gitprov.check.changes import Edge, FileChange, Overlay
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids.listings import SUBMODULE
from gitprov.ports.git import CodeState, Commit, Tag, TreeEntry

_LOCK_PATIENCE = 10.0
"""Seconds to wait for another git's index.lock."""


class GitRepository:
    """The repository around a folder. Made also where there is none yet: then only `root` and `create` work."""

    def __init__(self, start: str) -> None:
        """Finds the repository.

        Raises:
            GitprovError: GP-GIT-003 when git cannot be run or refuses the repository.
        """
        self._start = os.path.realpath(start)
        self._settings: dict[str, dict[str, str]] = {}
        self._place = discover(self._start)

    @property
    def exists(self) -> bool:
        """Tells whether there is a repository."""
        return self._place is not None

    @property
    def common_dir(self) -> str:
        """Absolute path of the git directory that all work trees of the repository share."""
        return self._found.common_dir

    @property
    def place(self) -> Place:
        """Where it is."""
        return self._found

    @property
    def root(self) -> str:
        """Absolute path of the top of the work tree, or of the git directory; where `create` makes one."""
        return (self._place.work_tree or self._place.git_dir) if self._place else self._start

    @property
    def is_bare(self) -> bool:
        """Tells whether there is no work tree."""
        return self._found.work_tree is None

    @property
    def is_partial(self) -> bool:
        """Tells whether history or objects are missing on purpose: a shallow or a partial clone."""
        return self._git.is_shallow or self._git.is_filtered

    def check_version(self) -> None:
        """Refuses a git that is too old."""
        if old := too_old():
            raise old

    def relative(self, path: str) -> str:
        """Returns a path as people type it as one from the top of the work tree."""
        top = self._work_tree
        found = from_top(top, path)
        if found is None:
            raise codes.PTH_OUTSIDE.error(f"{path} is outside the repository", why=f"its work tree is {top}")
        return found

    def head(self) -> str | None:
        """Returns the commit of HEAD, or None before the first one."""
        return self.commit_of("HEAD")

    def commit_of(self, revision: str) -> str | None:
        """Returns the commit that a revision names, or None."""
        found = self._git.read(
            *("rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}"), fine=(0, 1, 128)
        )
        return found.decode().strip() or None

    def tree(self, revision: str, under: Sequence[str] = ()) -> dict[str, TreeEntry]:
        """Returns every file of a commit below `under`, by path."""
        below = () if "." in under else under
        return parse_tree(self._git.read("ls-tree", "-r", "-z", "--full-tree", "--end-of-options", revision, *below))

    def names(self, revision: str) -> list[str]:
        """Returns the names at the top of a commit's tree."""
        return split(self._git.read("ls-tree", "--name-only", "-z", "--full-tree", "--end-of-options", revision))

    def index(self, under: Sequence[str] = ()) -> dict[str, TreeEntry]:
        """Returns every file of the index below `under`, by path; of a conflict our side."""
        return parse_index(self._git.read_below(under, "ls-files", "-s", "-z"))

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yields object id and bytes of each blob, in the order asked.

        Raises:
            GitprovError: GP-GIT-005 when a shallow or partial clone lacks an object; GP-GIT-003.
        """
        wanted = list(oids)
        if not wanted:
            return
        with self._git.objects() as objects:
            for oid, kind, data in objects.read(wanted):
                if kind != "blob":
                    raise codes.GIT_FAILED.error(f"git object {oid} is a {kind}, not a file")
                yield oid, data

    def tracked(self, paths: Sequence[str]) -> set[str]:
        """Returns those of `paths` that are in the index, or are folders with something in the index."""
        if not paths:
            return set()
        known = {"."} if "." in paths else set()
        for path in self._git.read_below(paths, "ls-files", "-z"):
            known.add(path)
            while (path := os.path.dirname(path)) and path not in known:
                known.add(path)
        return known.intersection(paths)

    def ignored(self, paths: Sequence[str]) -> set[str]:
        """Returns those of `paths` that git ignores."""
        _ = self._work_tree
        return ignored(self._git, paths) if paths else set()

    def repository_around(self, path: str) -> str | None:
        """Returns the folder of another repository, below the top of ours, that a path lies in."""
        folder = os.path.dirname(path)
        while folder and not is_there(os.path.join(self._work_tree, folder, ".git")):
            folder = os.path.dirname(folder)
        return folder or None

    def changed(self, paths: Sequence[str]) -> set[str]:
        """Returns the files below `paths` whose work tree bytes differ from the index."""
        _ = self._work_tree
        if not paths:
            return set()
        diff = ("-c", "core.fsmonitor=false", "diff", "--name-only", "-z")
        options = ("--no-ext-diff", "--no-textconv", "--no-renames", "--no-relative", "--ignore-submodules=dirty")
        return {path for some in chunks(paths, 500) for path in split(self._git.as_user(*diff, *options, "--", *some))}

    def stage(self, paths: Sequence[str]) -> None:
        """Adds files to the index durably, deletions too; retries while another git holds the lock."""
        top = self._work_tree
        absent = [path for path in paths if not is_there(os.path.join(top, path))]
        nothing = set(absent) - self.tracked(absent)
        there = [path for path in paths if path not in nothing]
        # A person's rule may ignore records: they are staged all the same. Files only: what a folder of ours ignores on
        # purpose (drafts) stays ignored.
        ours = {path for path in there if path.startswith(".gitprov/") and not os.path.isdir(os.path.join(top, path))}
        self._add(sorted(ours), "--force")
        self._add([path for path in there if path not in ours])

    def code(self, paths: Sequence[str], left_out: Sequence[str]) -> CodeState:
        """Returns the code below `paths` now."""
        top = self._work_tree
        for path in paths:
            if not os.path.lexists(os.path.join(top, path)):
                raise codes.PTH_MISSING.error(f"code path {path} does not exist")
        rule, reader = CodeRule(tuple(paths), tuple(left_out)), CodeReader(self._git)
        commit = self.head()
        rows = reader.in_work_tree(rule)
        before = reader.in_tree(commit, rule) if commit else {}
        entries = reader.entries(rows)
        dirty = commit is None or (rows != before and entries != reader.entries(before))
        return CodeState(entries, commit, dirty, _oids(rows))

    def code_at(self, commit: str, paths: Sequence[str], left_out: Sequence[str]) -> CodeState | None:
        """Returns the code below `paths` in a commit, or None when the repository does not have it."""
        if self.commit_of(commit) is None:
            return None
        reader = CodeReader(self._git)
        rows = reader.in_tree(commit, CodeRule(tuple(paths), tuple(left_out)))
        return CodeState(reader.entries(rows), commit, dirty=False, oids=_oids(rows))

    def commit_with_code(
        self, digest: str, paths: Sequence[str], left_out: Sequence[str], *, within: str | None = None
    ) -> str | None:
        """Returns the newest reachable commit, or the newest of a chain, whose code below `paths` has this digest."""
        rule = CodeRule(tuple(paths), tuple(left_out))
        return commit_with_code(self._git, CodeReader(self._git), digest, rule, within=within)

    def tracking_ref(self, branch: str) -> str | None:
        """Returns where a branch stands: its remote-tracking ref, else the branch itself, else None."""
        return chain.tracking_ref(self._git, branch)

    def first_parents(self, commit: str) -> list[str]:
        """Returns the first-parent chain that ends in a commit, oldest first."""
        return chain.first_parents(self._git, commit)

    def contains(self, revision: str, commit: str) -> bool:
        """Tells whether a commit is reachable from a revision."""
        return not self._git.read("rev-list", "--max-count=1", "--end-of-options", commit, f"^{revision}")

    def steps(self, commit: str, under: Sequence[str]) -> Iterator[tuple[str, list[FileChange]]]:
        """Yields the commits of that chain that change something below `under`, with what they change."""
        return chain.steps(self._git, commit, under)

    def commits(
        self, new: str, *, old: str | None = None, beyond: Literal["all", "remotes"] | None = None, chain: bool = False
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Returns commits with their parents, oldest first: those that `new` reaches."""
        return edges.commits(self._git, new, old, beyond, chain)

    def edges(
        self,
        pairs: Iterable[tuple[str, str | None]],
        under: Sequence[str] = (),
        *,
        added: bool = True,
    ) -> Iterator[Edge]:
        """Yields commits against parents, those that change something below `under` only."""
        return edges.edges(self._git, pairs, under, added)

    def edges_below(self, pairs: Iterable[tuple[str, str | None]], folder: str) -> Iterator[Edge]:
        """Yields the same below a folder at the top, whose trees are compared once each."""
        return edges.edges_below(self._git, pairs, folder)

    def staged_changes(self, under: Sequence[str] = ()) -> Edge:
        """Returns what the index changes of HEAD below `under`, as the edge that a commit would be."""
        return edges.staged_changes(self._git, self.head(), under)

    def common_ancestor(self, one: str, other: str) -> str | None:
        """Returns a best common ancestor of two commits, or None when they have none."""
        return edges.common_ancestor(self._git, one, other)

    def overlays(self) -> list[Overlay]:
        """Returns replace refs, grafts and alternates: what makes git show, or take, other objects."""
        return list(edges.overlays(self._git))

    def additions(self, under: Sequence[str]) -> dict[str, Commit]:
        """Returns for each file below `under` that HEAD has the commit that last added it, if that can be seen here."""
        if self.head() is None:
            return {}
        mark = f"commit-{os.urandom(16).hex()}"
        answer = self._git.read(
            *("log", "--topo-order", "-c", "--no-renames", "--diff-filter=A", "--name-only", "-z", "--no-color"),
            *("--no-show-signature", "--no-relative", f"--format={mark}%x00%H%x00%an%x00%at%x00%s", "HEAD", "--"),
            *under,
        )
        cut = set(self._git.boundary())
        found: dict[str, Commit] = {}
        for part in answer.split(f"{mark}\0".encode())[1:]:
            oid, author, seconds, subject, *files = os.fsdecode(part).split("\0")
            if oid in cut:  # where history is cut off everything looks added
                continue
            commit = Commit(oid, author, _time(seconds), subject)
            for file in [name.removeprefix("\n") if number == 0 else name for number, name in enumerate(files)]:
                found.setdefault(file, commit)
        return {path: found[path] for path in self.tree("HEAD", under) if path in found}

    def described(self, commits: Iterable[str]) -> dict[str, Commit]:
        """Returns commits by id, with the committer's time."""
        return {
            oid: Commit(oid, author, _time(seconds), subject)
            for oid, author, seconds, subject in chain.described(self._git, commits)
        }

    def tags(self) -> list[Tag]:
        """Returns every tag, by name."""
        return [Tag(name, own, kind, oid, _moment(at)) for name, own, kind, oid, at in side.tags(self._git)]

    def config(self, key: str) -> str | None:
        """Returns a value of the user's git configuration; a section (`gitprov.`) is read at once."""
        section = key.partition(".")[0].lower()
        if section not in self._settings:
            found = self._git.as_user("config", "-z", "--get-regexp", f"^{section}\\.", fine=(0, 1))
            self._settings[section] = dict(one.partition("\n")[::2] for one in split(found))
        return self._settings[section].get(key.lower())

    def set_config(self, key: str, value: str) -> None:
        """Writes a value to the repository's own configuration."""
        self._settings.clear()
        self._git.as_user("config", "--local", key, value)

    def own_file(self, name: str, data: bytes | None = None) -> str:
        """Returns the path of a file of ours in the git directory; writes it if there are bytes."""
        return side.own_file(self.common_dir, name, data)

    def create(self) -> None:
        """Makes a repository at `root` when there is none (branch `main`)."""
        if self._place is None:
            porcelain.create_repository(self._start)
            self._place = discover(self._start)

    def push(self, *, dry_run: bool = False) -> str:
        """Pushes the current branch to its upstream (or to `origin`, setting it), and returns what git said."""
        return porcelain.push_branch(self._git, dry_run=dry_run)

    def current_branch(self) -> str | None:
        """Returns the branch that HEAD is on, None when it is on none."""
        return porcelain.current_branch(self._git)

    def branches(self, prefix: str) -> dict[str, str]:
        """Returns full ref names to commits of the branches whose names begin with `prefix`."""
        return porcelain.branches(self._git, prefix)

    def switch_new(self, branch: str, start: str = "HEAD") -> None:
        """Makes a branch at a commit and switches to it."""
        porcelain.switch_new(self._git, branch, start)

    def switch_back(self, branch: str, before: str) -> None:
        """Switches to where HEAD was, a branch or a commit, and deletes the branch that `switch_new` made."""
        porcelain.switch_back(self._git, branch, before)

    def revert(self, commit: str, keep: str) -> list[str]:
        """Takes back what a commit changed, but for what lies below `keep`; returns the paths with conflicts."""
        return porcelain.revert(self._git, commit, keep)

    def stop_revert(self) -> None:
        """Forgets a revert, and puts back what HEAD has."""
        self._git.as_user("revert", "--abort")

    def commit(self, message: str, paths: Sequence[str] = ()) -> str:
        """Commits these paths and nothing else, or all that is staged; returns the commit."""
        return porcelain.commit_paths(self._git, message, paths)

    def append(self, ref: str, files: Mapping[str, bytes], message: str, *, before: str | None) -> str:
        """Adds a commit with these files to the end of a ref that no work tree has, and returns it."""
        return side.append(self._git, ref, files, message, before)

    def message(self, commit: str) -> str:
        """Returns the whole message of a commit."""
        return side.message_of(self._git, commit)

    def send(self, ref: str, remote: str, *, dry_run: bool = False) -> None:
        """Pushes one ref to a remote, forward only."""
        side.send(self._git, ref, remote, dry_run=dry_run)

    def authors(
        self, commit: str, paths: Sequence[str], left_out: Sequence[str], *, since: str | None = None
    ) -> set[tuple[str, str]]:
        """Returns name and e-mail address of who wrote the commits up to `commit` that change code below `paths`."""
        return authors(self._git, commit, CodeRule(tuple(paths), tuple(left_out)), since=since)

    @property
    def _found(self) -> Place:
        if self._place is None:
            raise codes.GIT_NONE.error(f"{self._start} is not inside a git repository")
        return self._place

    @property
    def _git(self) -> Plumbing:
        return Plumbing(self._found)

    @property
    def _work_tree(self) -> str:
        if self._found.work_tree is None:
            raise codes.GIT_BARE.error(f"{self.root} has no work tree")
        return self._found.work_tree

    def _add(self, paths: Sequence[str], *how: str) -> None:
        if not paths:
            return
        deadline = time.monotonic() + _LOCK_PATIENCE
        while True:
            try:
                self._git.as_user(
                    *("-c", "core.fsync=all", "add", "--all", "--sparse", *how),
                    *("--pathspec-from-file=-", "--pathspec-file-nul"),
                    given=joined(paths),
                )
            except GitprovError as error:
                if "index.lock" not in error.why:
                    raise
                if time.monotonic() > deadline:
                    raise codes.LCK_BUSY.error(
                        "git's index stays locked",
                        why=error.why,
                        fix=f"wait for the other git; if none is running: rm {self._found.git_dir}/index.lock",
                    ) from error
                time.sleep((1 + os.urandom(1)[0]) / 2560)  # up to 0.1 s, so that two do not keep meeting
            else:
                return


def _oids(rows: Mapping[str, TreeEntry]) -> dict[str, str]:
    return {path: row.oid for path, row in rows.items() if row.mode != SUBMODULE}


def _time(seconds: str) -> str:
    return _moment(seconds) or "1970-01-01T00:00:00Z"  # git keeps whatever a commit claims


def _moment(seconds: str) -> str | None:
    try:
        return datetime.fromtimestamp(int(seconds), UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (ValueError, OverflowError, OSError):
        return None
