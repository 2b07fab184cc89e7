"""Commits against their parents, and the index against HEAD: raw differences, without renames."""

import os
from collections.abc import Iterable, Iterator, Sequence
from typing import Literal

from gitprov.adapters.git.plumbing import Plumbing
from gitprov.check.changes import Edge, FileChange, Overlay

_RAW = (
    *("--raw", "-r", "-z", "--no-abbrev", "--no-renames", "--no-relative", "--no-color", "--no-ext-diff"),
    "--ignore-submodules=none",  # else the .gitmodules of the work tree is asked, and may be anybody's
)


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


def edges(
    git: Plumbing, pairs: Iterable[tuple[str, str | None]], under: Sequence[str], added: bool, on_chain: bool
) -> Iterator[Edge]:
    """Yields commits against parents, those that change something only."""
    asked = "".join(f"{commit} {parent}\n" if parent else f"{commit}\n" for commit, parent in pairs)
    if not asked:
        return
    answer = git.read(
        *("diff-tree", "--stdin", "--root", *_RAW, "--format=%H %P", *(() if added else ("--diff-filter=MDTUX",))),
        *("--", *under),
        given=asked.encode(),
    )
    for head, files in changes(os.fsdecode(answer).split("\0")):
        commit, _, parent = head.partition(" ")
        if files:
            yield Edge(commit, parent or None, tuple(files), on_chain)


def staged_changes(git: Plumbing, head: str | None, under: Sequence[str]) -> Edge:
    """Returns what the index changes of HEAD; of everything before the first commit."""
    base = head or git.read("hash-object", "-t", "tree", "--stdin").decode().strip()
    answer = git.read("diff-index", "--cached", *_RAW, base, "--", *under)
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
