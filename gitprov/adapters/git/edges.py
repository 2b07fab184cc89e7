"""Commits against their parents, and the index against HEAD: raw differences, without renames."""

import os
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from typing import Literal

from gitprov.adapters.git.plumbing import Plumbing
from gitprov.check.changes import GONE, PLAIN, Edge, FileChange, Overlay
from gitprov.errors import catalogue as codes

_RAW = (
    *("--raw", "-z", "--no-abbrev", "--no-renames", "--no-relative", "--no-color", "--no-ext-diff"),
    "--ignore-submodules=none",  # else the .gitmodules of the work tree is asked, and may be anybody's
)
_DEEP = ("-r", *_RAW)
_FOLDER = "040000"


def commits(
    git: Plumbing, new: str, old: str | None, beyond: Literal["all", "remotes"] | None, chain: bool
) -> list[tuple[str, tuple[str, ...]]]:
    """Returns commits with their parents, oldest first."""
    options = ["--first-parent"] if chain else []
    without = [f"--{beyond}"] if beyond else []
    without += [old] if old is not None else []
    answer = git.read(
        *("rev-list", "--parents", "--topo-order", "--reverse", *options, new),
        *(["--not", *without] if without else []),
        "--",
    )
    return [(words[0], tuple(words[1:])) for words in map(str.split, answer.decode().splitlines())]


def edges(git: Plumbing, pairs: Iterable[tuple[str, str | None]], under: Sequence[str], added: bool) -> Iterator[Edge]:
    """Yields commits against parents, those that change something only."""
    return _edges(git, pairs, (*_DEEP, *(() if added else ("--diff-filter=MDTUX",)), "--", *under))


def edges_below(git: Plumbing, pairs: Iterable[tuple[str, str | None]], folder: str) -> Iterator[Edge]:
    """Yields the same below a folder at the top, whose trees are compared once, however many edges have the same two.

    git walks trees several times as fast as commits and paths: this is for whole histories.
    """
    found = list(_edges(git, pairs, (*_RAW, "--", folder)))
    empty = git.read("hash-object", "-t", "tree", "--stdin").decode().strip()
    trees = dict.fromkeys(_trees(change, empty) for edge in found for change in edge.files)  # in the order of history
    below = _compared(git, [one for one in trees if one is not None], folder)
    for edge in found:
        files: list[FileChange] = []
        for change in edge.files:
            pair = _trees(change, empty)
            files += below[pair] if pair is not None else (change,)
        if files:
            yield replace(edge, files=tuple(files))


def _edges(git: Plumbing, pairs: Iterable[tuple[str, str | None]], arguments: Sequence[str]) -> Iterator[Edge]:
    asked = "".join(f"{commit} {parent}\n" if parent else f"{commit}\n" for commit, parent in pairs)
    if not asked:
        return
    answer = git.read("diff-tree", "--stdin", "--root", "--format=%H %P", *arguments, given=asked.encode())
    for head, files in changes(os.fsdecode(answer).split("\0")):
        commit, _, parent = head.partition(" ")
        if files:
            yield Edge(commit, parent or None, tuple(files))


def _trees(change: FileChange, empty: str) -> tuple[str, str] | None:
    """Returns the trees that a folder was and is; None for what is no folder."""
    if _FOLDER not in (change.mode, change.before_mode):
        return None
    return (
        change.before_oid if change.before_mode == _FOLDER else empty,
        change.oid if change.mode == _FOLDER else empty,
    )


def _compared(
    git: Plumbing, trees: Collection[tuple[str, str]], folder: str
) -> dict[tuple[str, str], list[FileChange]]:
    """Returns how the files of trees differ. Most were added: of these only path and object id are made anew."""
    found: dict[tuple[str, str], list[FileChange]] = {}
    if not trees:
        return found
    asked = "".join(f"{old} {new}\n" for old, new in trees)
    nothing = "0" * len(next(iter(trees))[0])
    plain = f":{GONE} {PLAIN} {nothing} "
    oid = slice(len(plain), len(plain) + len(nothing))
    answer = git.read("diff-tree", "--stdin", *_DEEP, given=asked.encode())
    words, files = iter(os.fsdecode(answer).split("\0")), list[FileChange]()
    for word in words:
        raw = word
        while raw and raw[0] != ":":  # two trees, and in a line of its own what follows
            head, _, raw = raw.partition("\n")
            old, _, new = head.partition(" ")
            files = found[old, new] = []
        if raw:
            path = f"{folder}/{next(words)}"
            files.append(
                FileChange(path, "A", PLAIN, raw[oid], GONE, nothing) if raw.startswith(plain) else parse(raw, path)
            )
    for old, new in trees:
        if (old, new) not in found:  # git passes over what it lacks
            raise codes.GIT_FAILED.error(
                f"git tree {new}, or {old}, is missing",
                fix="git fsck  # names what is damaged; fetch it from a good clone",
            )
    return found


def staged_changes(git: Plumbing, head: str | None, under: Sequence[str]) -> Edge:
    """Returns what the index changes of HEAD; of everything before the first commit."""
    base = head or git.read("hash-object", "-t", "tree", "--stdin").decode().strip()
    answer = git.read("diff-index", "--cached", *_DEEP, base, "--", *under)
    words = iter(os.fsdecode(answer).split("\0")[:-1])
    return Edge(None, head, tuple(parse(raw, next(words)) for raw in words))


def common_ancestor(git: Plumbing, one: str, other: str) -> str | None:
    """Returns a best common ancestor, or None."""
    return git.read("merge-base", one, other, fine=(0, 1)).decode().strip() or None


def overlays(git: Plumbing) -> Iterator[Overlay]:
    """Yields replace refs, grafts and alternates."""
    for ref in git.read("for-each-ref", "--format=%(refname:lstrip=2)", "refs/replace/").decode().split():
        yield Overlay("replace", ref)
    for kind, file in (("graft", "info/grafts"), ("alternate", "objects/info/alternates")):
        path = os.path.join(git.place.common_dir, file)
        if os.path.exists(path) and os.path.getsize(path):
            yield Overlay("graft" if kind == "graft" else "alternate", path)


def changes(output: Iterable[str]) -> Iterator[tuple[str, list[FileChange]]]:
    """Yields what git wrote of each commit, and what happened to files there, from the items of `--raw -z`."""
    words, head, files = iter(output), "", list[FileChange]()
    for word in words:
        text = word.lstrip("\n") if word[:1] == "\n" else word
        if text[:1] == ":":
            files.append(parse(text, next(words)))
        elif text:
            if head:
                yield head, files
            head, files = text, []
    if head:
        yield head, files


def parse(raw: str, path: str) -> FileChange:
    """Returns a line of `--raw` as what happened to a file."""
    before_mode, mode, before_oid, oid, status = raw.split(" ")
    return FileChange(path, status[0], mode, oid, before_mode[1:], before_oid)
