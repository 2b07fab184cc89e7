"""Finds the code of a step again in history, after squashes and deleted branches."""

import hashlib
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gitprov.adapters.git.code import CodeReader, CodeRule
from gitprov.adapters.git.plumbing import Objects, Place, Plumbing
from gitprov.ids import digest_hex, digest_of, sha256_of
from gitprov.ids.listings import CodeEntry, write_code_listing
from gitprov.ports.git import TreeEntry

if TYPE_CHECKING:
    import pygit2

_TREE = "40000"
_ReadTree = Callable[[str], list[tuple[str, str, str]]]  # object id of a tree to mode, name, object id


def open_repo(place: Place) -> "pygit2.Repository | None":
    """Returns libgit2's view of the repository, which sees a hook's index and quarantine as git does.

    None when it cannot read this one (SHA-256 object ids), or the environment leads it to another.
    """
    import pygit2
    from pygit2.enums import RepositoryOpenFlag

    try:
        repo = pygit2.Repository(place.work_tree or place.git_dir, RepositoryOpenFlag.FROM_ENV)
    except (pygit2.GitError, KeyError, ValueError):
        return None
    return repo if os.path.realpath(repo.path) == place.git_dir else None


def commit_with_code(
    git: Plumbing, code: CodeReader, digest: str, rule: CodeRule, *, within: str | None = None
) -> str | None:
    """Returns the newest commit of any ref, or of the first-parent chain `within`, whose code has this digest, or None.

    Trees are read in bulk; each commit costs its changed folders only, and each state of the code is hashed once and
    remembered. Whatever is found is confirmed by plumbing.
    """
    where = ("--exclude=refs/replace/*", "--all") if within is None else ("--first-parent", "--end-of-options", within)
    commits = git.read("rev-list", "--no-commit-header", "--format=%H %T", *where)
    rule_id = digest_hex(digest_of([sorted(rule.paths), sorted(rule.left_out)]))
    with git.objects() as objects:
        states = _States(_tree_reader(git.place, objects), rule)
        seen: set[str] = set()
        for line in commits.decode().splitlines():
            commit, _, tree = line.partition(" ")
            state = states.of(tree)
            if state in seen:
                continue
            seen.add(state)
            key = f"code:{rule_id}:{state}"
            known = code.cache.get([key]).get(key)
            if known is None:
                known = sha256_of(write_code_listing(states.entries(tree, code, objects)))
                code.cache.put({key: known})
            if known == digest and code.digest(code.in_tree(commit, rule)) == digest:
                return commit
    return None


def authors(git: Plumbing, commit: str, rule: CodeRule, *, since: str | None = None) -> set[tuple[str, str]]:
    """Returns name and e-mail address of who wrote the commits up to `commit`, not `since`, that change code."""
    if not git.read("rev-parse", "--verify", "--quiet", "--end-of-options", f"{commit}^{{commit}}", fine=(0, 1, 128)):
        return set()
    mark = f"commit-{os.urandom(16).hex()}"
    answer = git.read(
        *("log", "--no-renames", "--name-only", "-z", "--no-color", "--no-show-signature", "--no-relative"),
        *(f"--format={mark}%x00%an%x00%ae", "--end-of-options", commit, *([f"^{since}"] if since else []), "--"),
        *rule.pathspecs,
    )
    found = set()
    for part in answer.split(f"{mark}\0".encode())[1:]:
        name, mail, *files = os.fsdecode(part).split("\0")
        if any(file and rule.counts(file.removeprefix("\n"), "") for file in files):
            found.add((name, mail))
    return found


class _States:
    """What a rule selects from a tree: as one value to compare, and as a listing. What a folder held is remembered."""

    def __init__(self, read_tree: _ReadTree, rule: CodeRule) -> None:
        self._read_tree = read_tree
        self._rule = rule
        self._known: dict[tuple[str, str], str] = {}
        self._last: dict[str, tuple[str, list[CodeEntry]]] = {}  # by folder: its tree in the state before

    def of(self, tree: str, folder: str = "") -> str:
        """Returns a value that two trees share if and only if the rule selects the same from them; "" for nothing."""
        key = (tree, folder)
        if key not in self._known:
            lines = [
                f"{mode} {name}\0{self.of(oid, path) if mode == _TREE else oid}\0"
                for mode, name, oid, path in self._selected(tree, folder)
            ]
            lines = [line for line in lines if not line.endswith("\0\0")]
            text = "".join(lines).encode("utf-8", "surrogateescape")
            self._known[key] = hashlib.sha256(text).hexdigest() if lines else ""
        return self._known[key]

    def entries(self, tree: str, code: CodeReader, objects: Objects, folder: str = "") -> list[CodeEntry]:
        """Returns the code listing, unsorted; only folders that the state before had otherwise are made anew."""
        if folder not in self._last or self._last[folder][0] != tree:
            made: list[CodeEntry] = []
            rows = {}
            for mode, _, oid, path in self._selected(tree, folder):
                if mode == _TREE:
                    made += self.entries(oid, code, objects, path)
                else:
                    rows[path] = TreeEntry(mode, oid)
            made += code.entries(rows, objects)
            self._last[folder] = (tree, made)
        return self._last[folder][1]

    def _selected(self, tree: str, folder: str) -> Iterator[tuple[str, str, str, str]]:
        for mode, name, oid in self._read_tree(tree):
            path = f"{folder}/{name}" if folder else name
            if self._rule.may_hold(path) if mode == _TREE else self._rule.counts(path, mode):
                yield mode, name, oid, path


def _tree_reader(place: Place, objects: Objects) -> _ReadTree:
    repo = open_repo(place)
    if repo is None:
        return lambda oid: _tree_of_plumbing(objects, oid)
    return lambda oid: _tree_of_pygit2(repo, oid)


def _tree_of_pygit2(repo: "pygit2.Repository", oid: str) -> list[tuple[str, str, str]]:
    import pygit2

    tree = repo[oid]
    if not isinstance(tree, pygit2.Tree):
        raise TypeError(f"{oid} is no tree")
    return [(f"{entry.filemode:o}", os.fsdecode(entry.raw_name or b""), str(entry.id)) for entry in tree]


def _tree_of_plumbing(objects: Objects, oid: str) -> list[tuple[str, str, str]]:
    [(_, _, data)] = objects.read([oid])
    size = len(oid) // 2
    out = []
    while data:
        meta, _, data = data.partition(b"\0")
        mode, _, name = meta.partition(b" ")
        out.append((mode.decode(), os.fsdecode(name), data[:size].hex()))
        data = data[size:]
    return out
