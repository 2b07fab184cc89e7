"""The code of a step: which files it is, the stored copy of it, and whether recorded code can still be had.

docs/format.md, "Code".
"""

from collections.abc import Iterable, Sequence
from posixpath import dirname
from typing import Literal

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, sha256_of
from gitprov.ids.listings import SUBMODULE, CodeEntry, Entry, read_listing, write_code_listing, write_listing
from gitprov.ids.notebooks import code_entry
from gitprov.ids.recipes import UNKNOWN
from gitprov.ports.blobs import Cache, Object
from gitprov.ports.git import CodeState, GitStore
from gitprov.ports.workplace import Workplace
from gitprov.records import Blob, Code, Run

PROJECT_FILES = ("pyproject.toml", "dvc.yaml")
SCRIPTS = frozenset(
    [
        ".bash",
        ".bat",
        ".ipynb",
        ".jl",
        ".js",
        ".lua",
        ".m",
        ".pl",
        ".ps1",
        ".py",
        ".r",
        ".R",
        ".rb",
        ".sas",
        ".scala",
        ".sh",
        ".sql",
        ".ts",
        ".zsh",
    ]
)
"""Endings of files that people run."""

Resolution = Literal["commit", "history", "stored"]
"""How recorded code can be had: at the recorded commit, at another reachable one, or from the stored copy."""


def code_paths(place: Workplace, step: str, asked: Sequence[str], code_deps: Sequence[str], cwd: str) -> list[str]:
    """Returns the code paths of a step: as asked, else the deps of the stage that are code, else the settings'.

    Else they are the nearest folder around `cwd` with a pyproject.toml or a dvc.yaml, else the top. What is in a
    submodule is recorded by the commit of the whole.
    """
    project = place.settings.project()
    configured = project.steps[step].code if step in project.steps else ()
    for choice in (asked, code_deps, configured, project.code.include):
        if choice:
            return sorted({place.git.repository_around(path) or path for path in choice})
    folders = [cwd]
    while folders[-1] != ".":
        folders.append(dirname(folders[-1]) or ".")
    for folder in folders:
        if any(place.worktree.kind(join(folder, name)) == "file" for name in PROJECT_FILES):
            return [folder]
    return ["."]


def join(folder: str, name: str) -> str:
    """Returns `name` below `folder`, where "." is the top."""
    return name if folder == "." else f"{folder}/{name}"


def code_digest(state: CodeState) -> Digest:
    """Returns the code digest of a state."""
    return sha256_of(write_code_listing(state.entries))


def record_code(place: Workplace, state: CodeState, paths: Sequence[str], *, keep: bool) -> Code:
    """Returns what a run says of its code; with `keep` a copy is stored, since history can be squashed away.

    Code with submodules has no stored copy: their commits are fetched from where they live.
    """
    listing = None
    if keep and all(entry.mode != SUBMODULE for entry in state.entries):
        listing = _store_copy(place.git, place.cache, state)
    return Code(
        digest=code_digest(state),
        paths=tuple(paths),
        commit=f"git:{state.commit}" if state.commit else None,
        dirty=state.dirty,
        listing=listing,
    )


def _store_copy(git: GitStore, cache: Cache, state: CodeState) -> Blob:
    bytes_of = dict(git.blobs(set(state.oids.values())))
    kept = {oid: (sha256_of(data), cache.put(data)) for oid, data in bytes_of.items()}
    rows = [(entry, *kept[state.oids[entry.path]]) for entry in state.entries]
    listing = cache.put(
        write_listing(Entry(entry.path, entry.mode, sha256, item.md5, item.size) for entry, sha256, item in rows)
    )
    return Blob(md5=listing.md5, size=listing.size)


def copy_again(git: GitStore, cache: Cache, run: Run) -> None:
    """Stores the copy of a run's code once more, if its commit has that code: caches are emptied."""
    code = run.code
    if code is not None and code.listing is not None and code.commit is not None:
        state = git.code_at(code.commit.removeprefix("git:"), code.paths, left_out(run))
        if state is not None and code_digest(state) == code.digest:
            _store_copy(git, cache, state)


def left_out(run: Run) -> list[str]:
    """Returns the paths that do not count as code because the run reads or writes them."""
    inputs = [used.path for used in run.inputs.values() if used.path is not None]
    return sorted({*inputs, *(made.path for made in run.outputs.values())})


def resolve_code(git: GitStore, cache: Cache | None, run: Run) -> Resolution | None:
    """Returns how the code of a run can be had, or None when it cannot: step 4 of docs/verification.md."""
    found = find_code(git, cache, run)
    return found[0] if found is not None else None


def find_code(git: GitStore, cache: Cache | None, run: Run) -> tuple[Resolution, tuple[CodeEntry, ...]] | None:
    """Returns how the code of a run can be had and what it is, or None when it cannot be had.

    Every way ends in the recorded digest computed again.
    """
    code = run.code
    if code is None or code.digest == UNKNOWN:
        return None
    out = left_out(run)
    if code.commit is not None:
        state = git.code_at(code.commit.removeprefix("git:"), code.paths, out)
        if state is not None and code_digest(state) == code.digest:
            return "commit", state.entries
    other = git.commit_with_code(code.digest, code.paths, out)
    if other is not None and (state := git.code_at(other, code.paths, out)) is not None:
        return "history", state.entries
    if cache is not None and code.listing is not None:
        rows = _copied(cache, code.listing)
        if rows is not None and sha256_of(write_code_listing(rows)) == code.digest:
            return "stored", rows
    return None


def _copied(cache: Cache, listing: Blob) -> tuple[CodeEntry, ...] | None:
    try:
        entries = read_listing(cache.read(Object(listing.md5, listing.size, None)))
        return tuple(code_entry(e.path, e.mode, cache.read(Object(e.md5, e.size, e.sha256))) for e in entries)
    except GitprovError:
        return None


def copied_objects(cache: Cache, listing: Blob) -> list[Object]:
    """Returns the objects of a stored copy of code: its listing and each file.

    Raises:
        GitprovError: GP-BLB-002 when the listing is not in the cache.
    """
    top = Object(listing.md5, listing.size, None)
    return [top, *(Object(e.md5, e.size, e.sha256) for e in read_listing(cache.read(top)))]


def check_scripts(
    place: Workplace, command: Sequence[str], cwd: str, declared: Iterable[str], state: CodeState
) -> None:
    """Refuses a command that names a script outside its recorded code.

    Raises:
        GitprovError: GP-RUN-003.
    """
    from pathlib import PurePosixPath  # noqa: PLC0415 - hooks import this module and need no paths

    known: set[str | None] = {*declared, *(entry.path for entry in state.entries)}
    for position, word in enumerate(command):
        pure = PurePosixPath(word)
        if pure.suffix not in SCRIPTS and not (position == 0 and "/" in word):
            continue
        try:
            path = place.git.relative(word if pure.is_absolute() else str(PurePosixPath(place.git.root) / cwd / word))
        except GitprovError:
            if pure.suffix in SCRIPTS:
                raise codes.RUN_CODE.error(
                    f"{word} lies outside the repository",
                    why="its bytes would not be recorded",
                    fix=f"copy {word} into the repository",
                ) from None
            continue
        if not known.isdisjoint((path, place.git.repository_around(path))) or place.worktree.kind(path) != "file":
            continue
        if position == 0 and place.git.ignored([path]):
            continue
        shown = ", ".join(entry.path for entry in state.entries[:5]) or "empty"
        fix = f"--code {path}, or list it under deps of the stage"
        if place.git.ignored([path]):
            fix += f"; git ignores it: take it out of .gitignore, or git add -f {path}"
        raise codes.RUN_CODE.error(
            f"{path} would run but is not part of the recorded code", why=f"the code is: {shown}", fix=fix
        )
