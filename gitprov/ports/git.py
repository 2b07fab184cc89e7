"""The git repository: trusted reads of objects, the index, and the code of a step."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Literal, Protocol

from gitprov.check.changes import Edge, FileChange, Overlay
from gitprov.frozen import dataclass
from gitprov.ids.listings import CodeEntry


@dataclass(frozen=True, slots=True)
class TreeEntry:
    """A file in a tree or in the index: its mode in octal digits and its object id in hex digits."""

    mode: str
    oid: str


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, as people want to see it. `time` is the author's, RFC 3339 UTC; git identities are unsigned claims."""

    id: str
    author: str
    time: str
    subject: str


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag, and what it is on.

    Attributes:
        name: Without `refs/tags/`.
        is_annotated: Whether it is an object of its own; a lightweight one has no time.
        kind: What it is on: commit, tree, blob, tag.
        oid: That one's object id.
        time: When it says that it was made, RFC 3339 UTC; None when it does not say, or no calendar has that.
    """

    name: str
    is_annotated: bool
    kind: str
    oid: str
    time: str | None


@dataclass(frozen=True, slots=True)
class CodeState:
    """The code of a step.

    Attributes:
        entries: Sorted by path; the code digest is the SHA-256 of their listing.
        commit: HEAD in hex digits, None before the first commit.
        dirty: Whether HEAD has other code within this set; True before the first commit.
        oids: Path to git object id, for `GitStore.blobs` (not for submodules).
    """

    entries: tuple[CodeEntry, ...]
    commit: str | None
    dirty: bool
    oids: Mapping[str, str]


def branch_name(ref: str) -> str:
    """Returns the branch of a full ref name: a/b for `refs/heads/a/b` and for `refs/remotes/origin/a/b`."""
    kind, _, rest = ref.removeprefix("refs/").partition("/")
    return rest.partition("/")[2] if kind == "remotes" else rest


class GitStore(Protocol):
    """One repository. Reads go through hardened git plumbing (docs/architecture.md), never through user configuration.

    Methods raise GitprovError GP-GIT-003 when git fails, GP-GIT-004 when they need a work tree and there is none.
    """

    @property
    def root(self) -> str:
        """Absolute path of the top of the work tree; of the git directory in a bare repository."""
        ...

    def check_version(self) -> None:
        """Refuses a git that is too old, which would fail half way.

        Raises:
            GitprovError: GP-GIT-012.
        """
        ...

    @property
    def is_bare(self) -> bool:
        """Tells whether there is no work tree."""
        ...

    @property
    def is_partial(self) -> bool:
        """Tells whether history or objects are missing on purpose: a shallow or a partial clone."""
        ...

    def relative(self, path: str) -> str:
        """Returns a path as people type it (absolute, or relative to where they stand) as one from the top.

        Symlinks are resolved in the parent folders only, never in the last component. "." is the top itself.

        Raises:
            GitprovError: GP-PTH-001 outside the work tree.
        """
        ...

    def head(self) -> str | None:
        """Returns the commit that HEAD names in hex digits, or None before the first one."""
        ...

    def commit_of(self, revision: str) -> str | None:
        """Returns the commit that a revision of the user's names, or None."""
        ...

    def tree(self, revision: str, under: Sequence[str] = ()) -> dict[str, TreeEntry]:
        """Returns every file of a commit below the paths `under` (all of them when empty), by path."""
        ...

    def names(self, revision: str) -> list[str]:
        """Returns the names at the top of a commit's tree."""
        ...

    def index(self, under: Sequence[str] = ()) -> dict[str, TreeEntry]:
        """Returns every file of the index below the paths `under`, by path."""
        ...

    def blobs(self, oids: Iterable[str]) -> Iterator[tuple[str, bytes]]:
        """Yields object id and bytes of each blob, in the order asked (one `git cat-file --batch`)."""
        ...

    def tracked(self, paths: Sequence[str]) -> set[str]:
        """Returns those of `paths` that are in the index, or are folders with something in the index."""
        ...

    def ignored(self, paths: Sequence[str]) -> set[str]:
        """Returns those of `paths` that git ignores."""
        ...

    def repository_around(self, path: str) -> str | None:
        """Returns the folder of another repository, below the top of ours, that a path lies in: git stages none of it.

        It may be a submodule or one that git passes over.
        """
        ...

    def changed(self, paths: Sequence[str]) -> set[str]:
        """Returns the files below `paths` whose work tree bytes differ from the index (modified or deleted)."""
        ...

    def stage(self, paths: Sequence[str]) -> None:
        """Adds files to the index durably (`core.fsync=all`), deletions too; retries while another git holds the lock.

        Raises:
            GitprovError: GP-LCK-001 when the index stays locked.
        """
        ...

    def code(self, paths: Sequence[str], left_out: Sequence[str]) -> CodeState:
        """Returns the code below `paths` now: tracked, and untracked but not ignored, files.

        `left_out` names files and folders besides those that never count (docs/format.md, "Code"). Bytes are those
        that git would store (clean filters, line ends). Git objects of changed files are written to the repository.

        Raises:
            GitprovError: GP-PTH-006 when one of `paths` does not exist; GP-RUN-003 when an untracked file of more than
                64 MiB would count as code (it must be declared, or ignored).
        """
        ...

    def code_at(self, commit: str, paths: Sequence[str], left_out: Sequence[str]) -> CodeState | None:
        """Returns the code below `paths` in a commit, or None when the repository does not have the commit."""
        ...

    def commit_with_code(
        self, digest: str, paths: Sequence[str], left_out: Sequence[str], *, within: str | None = None
    ) -> str | None:
        """Returns a reachable commit whose code below `paths` has this digest, newest first, or None.

        It may be one of any ref, or with `within` one on the first-parent chain that ends in that commit.
        """
        ...

    def tracking_ref(self, branch: str) -> str | None:
        """Returns where a branch (`refs/heads/...`) stands: its remote-tracking ref, else itself, else None."""
        ...

    def first_parents(self, commit: str) -> list[str]:
        """Returns the first-parent chain that ends in a commit, oldest first."""
        ...

    def contains(self, revision: str, commit: str) -> bool:
        """Tells whether a commit is reachable from a revision."""
        ...

    def steps(self, commit: str, under: Sequence[str]) -> Iterator[tuple[str, list[FileChange]]]:
        """Yields the commits of that chain that change something below `under`, oldest first, with what they change.

        A merge is compared with its first parent, the root commit with nothing; renames are a removal and an addition.
        """
        ...

    def commits(
        self, new: str, *, old: str | None = None, beyond: Literal["all", "remotes"] | None = None, chain: bool = False
    ) -> list[tuple[str, tuple[str, ...]]]:
        """Returns commits with their parents, oldest first: those that `new` reaches.

        Args:
            new: The last one.
            old: Without those that this one reaches.
            beyond: Without those that any ref (or any remote-tracking branch) reaches.
            chain: The first-parent chain only.
        """
        ...

    def edges(
        self,
        pairs: Iterable[tuple[str, str | None]],
        under: Sequence[str] = (),
        *,
        added: bool = True,
    ) -> Iterator[Edge]:
        """Yields commits against parents (None: against nothing), those that change something below `under` only.

        Renames are a removal and an addition. One `git diff-tree` for all of them, in their order.

        Args:
            pairs: Commit and parent.
            under: Paths; all when empty.
            added: Files that were added, too; else those that were modified, removed or given another type.
        """
        ...

    def edges_below(self, pairs: Iterable[tuple[str, str | None]], folder: str) -> Iterator[Edge]:
        """Yields the same below a folder at the top of the repository: quicker, for whole histories."""
        ...

    def staged_changes(self, under: Sequence[str] = ()) -> Edge:
        """Returns what the index changes of HEAD below `under`, as the edge that a commit would be."""
        ...

    def common_ancestor(self, one: str, other: str) -> str | None:
        """Returns a best common ancestor of two commits, or None when they have none."""
        ...

    def overlays(self) -> list[Overlay]:
        """Returns replace refs, grafts and alternates: what makes git show, or take, other objects."""
        ...

    def additions(self, under: Sequence[str]) -> dict[str, Commit]:
        """Returns for each file below `under` that HEAD has the commit that last added it."""
        ...

    def described(self, commits: Iterable[str]) -> dict[str, Commit]:
        """Returns commits by id; `time` is the committer's here: when it landed, as it claims."""
        ...

    def tags(self) -> list[Tag]:
        """Returns every tag, by name."""
        ...

    def config(self, key: str) -> str | None:
        """Returns a value of the user's git configuration."""
        ...

    def set_config(self, key: str, value: str) -> None:
        """Writes a value to the repository's own configuration."""
        ...

    def own_file(self, name: str, data: bytes | None = None) -> str:
        """Returns the path of a file of ours in the git directory, which no commit has; writes it if there are bytes.

        Raises:
            GitprovError: GP-IO-001.
        """
        ...

    def create(self) -> None:
        """Makes a repository at `root` when there is none (branch `main`)."""
        ...

    def push(self, *, dry_run: bool = False) -> str:
        """Pushes the current branch to its upstream (or to `origin`, setting it), and returns what git said.

        Raises:
            GitprovError: GP-GIT-003 with git's message.
        """
        ...

    def current_branch(self) -> str | None:
        """Returns the branch that HEAD is on, None when it is on none."""
        ...

    def branches(self, prefix: str) -> dict[str, str]:
        """Returns full ref names to commits of the branches, local and remote-tracking, whose names begin so."""
        ...

    def switch_new(self, branch: str, start: str = "HEAD") -> None:
        """Makes a branch at a commit and switches to it; what is staged or changed stays so.

        Raises:
            GitprovError: GP-GIT-003 with git's message, when something there would be overwritten, too.
        """
        ...

    def switch_back(self, branch: str, before: str) -> None:
        """Switches to where HEAD was, a branch or a commit, and deletes `branch`, which `switch_new` made."""
        ...

    def revert(self, commit: str, keep: str) -> list[str]:
        """Takes back in index and work tree what a commit changed, a merge against its first parent; commits nothing.

        Everything below the folder `keep` stays as HEAD has it. Returns the paths with conflicts, which git leaves.

        Raises:
            GitprovError: GP-GIT-003 with git's words, when the work tree has changes that are in the way, too.
        """
        ...

    def stop_revert(self) -> None:
        """Forgets a revert, and puts back what HEAD has."""
        ...

    def commit(self, message: str, paths: Sequence[str] = ()) -> str:
        """Commits these paths, which are staged, and nothing else; without any, all that is staged. Returns the commit.

        The user's hooks and commit signing run; what else is staged stays so.

        Raises:
            GitprovError: GP-GIT-003 with what git or a hook said.
        """
        ...

    def append(self, ref: str, files: Mapping[str, bytes], message: str, *, before: str | None) -> str:
        """Adds a commit with these files, by name, to the end of a ref that no work tree has, and returns it.

        Raises:
            GitprovError: GP-GIT-003 when the ref is not at `before` any more (None: not there), too.
        """
        ...

    def message(self, commit: str) -> str:
        """Returns the whole message of a commit."""
        ...

    def send(self, ref: str, remote: str, *, dry_run: bool = False) -> None:
        """Pushes one ref to a remote, forward only.

        Raises:
            GitprovError: GP-GIT-003 with git's words, when the remote has what is not an ancestor, too.
        """
        ...

    def authors(
        self, commit: str, paths: Sequence[str], left_out: Sequence[str], *, since: str | None = None
    ) -> set[tuple[str, str]]:
        """Returns name and e-mail address of who wrote the commits up to `commit` that change code below `paths`.

        With `since` without those that this commit has, too. Unsigned claims. Empty for a commit that is not here.
        """
        ...
