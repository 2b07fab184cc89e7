"""Reads every record that can be seen from here: committed, staged and draft."""

from gitprov.errors import GitprovError
from gitprov.ids import sha256_of
from gitprov.ids.listings import SUBMODULE
from gitprov.lineage import Held, Ledger, State
from gitprov.lineage.ledger import Serves
from gitprov.ports.git import GitStore, TreeEntry
from gitprov.ports.worktree import WorkTree
from gitprov.records import Stored, decode
from gitprov.records.stored import FOLDERS, ROOT

DRAFTS = f"{ROOT}/drafts"
NOTE = "draft.json"
"""The file that makes a folder of `DRAFTS` a draft: it is written last and removed first."""


def open_ledger(
    git: GitStore, worktree: WorkTree | None, *, revision: str = "HEAD", serves: Serves | None = None
) -> Ledger:
    """Returns the ledger: the records of a commit, and those of the index and the drafts when there is a work tree.

    Records are read from git objects, never from the work tree's files; a record file that cannot be read is listed as
    broken and stops nothing. `serves` is what `Ledger.serves` is.
    """
    folders = [f"{ROOT}/{folder}" for folder in FOLDERS]
    committed = git.tree(revision, folders) if git.commit_of(revision) else {}
    staged = git.index(folders) if worktree is not None and revision == "HEAD" else {}
    held: list[Held] = []
    broken: dict[str, GitprovError] = {}
    entries: dict[str, tuple[TreeEntry, State]] = {path: (entry, "staged") for path, entry in staged.items()}
    entries |= {path: (entry, "committed") for path, entry in committed.items()}
    entries = {  # a submodule in the place of a record is no file: `verify` names its mode
        path: found for path, found in entries.items() if path.endswith(".yaml") and found[0].mode != SUBMODULE
    }
    blobs = dict(git.blobs({entry.oid for entry, _ in entries.values()}))
    for path, (entry, state) in sorted(entries.items()):
        try:
            held.append(Held(_stored(path, blobs[entry.oid]), state))
        except GitprovError as error:
            broken[path] = error
    if worktree is not None and revision == "HEAD":
        held.extend(drafts(worktree))
    return Ledger(held, broken, serves)


def drafts(worktree: WorkTree) -> list[Held]:
    """Returns the records of all drafts; one that cannot be read is left to `keep`, which names it."""
    found = []
    files = worktree.files(DRAFTS)
    whole = {path.removesuffix(f"/{NOTE}") for path in files if path.endswith(f"/{NOTE}")}
    for path in files:
        draft, _, rest = path.removeprefix(DRAFTS + "/").partition("/")
        if f"{DRAFTS}/{draft}" not in whole:
            continue
        data = worktree.read(path) if rest.endswith(".yaml") and rest.startswith(("artifacts/", "runs/")) else None
        if data is None:
            continue
        try:
            found.append(Held(_stored(f"{ROOT}/{rest}", data), "draft", draft))
        except GitprovError:
            continue
    return found


def _stored(path: str, data: bytes) -> Stored:
    return Stored(sha256_of(data), path, data, decode(data, name=path))
