"""Which files say what the environment is. docs/format.md, "Environment"."""

import re
from collections.abc import Sequence
from fnmatch import fnmatch

from gitprov.errors import catalogue as codes
from gitprov.ports.workplace import Workplace

LOCK_FILES = (
    "uv.lock",
    "poetry.lock",
    "pdm.lock",
    "pylock.toml",
    "pylock.*.toml",
    "Pipfile.lock",
    "conda-lock.yml",
    "pixi.lock",
    "renv.lock",
)
_NO_REQUIREMENT = ("--extra-index-url", "--hash", "--index-url", "--no-", "--only", "--trusted-host", "-i ")
"""Beginnings of lines that say where versions come from, not which."""

_container = re.compile(r"[a-z0-9][a-zA-Z0-9._/:-]*@sha256:[0-9a-f]{64}").fullmatch
_pinned = re.compile(r"[A-Za-z0-9._-]+(\[[^]]*\])?\s*==\s*[^\s;*]+(\s*;.*)?(\s*--hash=\S+)*").fullmatch


def find_locks(place: Workplace, asked: Sequence[str]) -> dict[str, bytes]:
    """Returns the lock files, path to bytes as git would store them: those asked for, else those at the top.

    Raises:
        GitprovError: GP-PTH-006 when one that was asked for is not there.
    """
    if asked:
        return _as_stored(place, {path: _read(place, path) for path in asked})
    named = {*LOCK_FILES, "requirements.txt", *(path for path in place.git.index() if "/" not in path)}
    top = [path for path in named if place.worktree.kind(path) == "file"]
    found = _as_stored(place, {path: _read(place, path) for path in sorted(top) if may_lock(path)})
    return {path: data for path, data in found.items() if is_lock(path, data)}


def is_lock(path: str, data: bytes) -> bool:
    """Tells whether a file at the top of the repository says which versions are installed."""
    return may_lock(path) and (not path.endswith(".txt") or is_pinned(data))


def may_lock(path: str) -> bool:
    """Tells whether a file at the top of the repository is a lock by its name."""
    return any(fnmatch(path, pattern) for pattern in (*LOCK_FILES, "requirements*.txt"))


def is_pinned(data: bytes) -> bool:
    """Tells whether every requirement of a requirements file names one version."""
    text = re.sub(r"\\\r?\n", " ", data.decode("utf-8", "replace"))
    lines = [re.sub(r"(^|\s)#.*", "", line).strip() for line in text.splitlines()]
    lines = [line for line in lines if line and not line.startswith(_NO_REQUIREMENT)]
    return bool(lines) and all(_pinned(line) for line in lines)


def check_container(container: str | None) -> str | None:
    """Returns the container if it is named by its digest.

    Raises:
        GitprovError: GP-RUN-002 when it is named by a tag, which says nothing about what will run.
    """
    if container is None or _container(container):
        return container
    image = re.sub(r":[^/:]*$", "", container.partition("@")[0])
    raise codes.RUN_CONTAINER.error(
        f"the container {container} is named by a tag",
        why="a tag can name other bytes tomorrow",
        fix=f"--container {image}@sha256:DIGEST (docker inspect --format '{{{{index .RepoDigests 0}}}}' {container})",
    )


def _as_stored(place: Workplace, found: dict[str, bytes]) -> dict[str, bytes]:
    """Returns the files with the line ends that git would store, so that machines that check out others agree."""
    other = [path for path, data in found.items() if b"\r\n" in data]
    if not other:
        return found
    oids = place.git.code(other, ()).oids
    stored = dict(place.git.blobs(set(oids.values())))
    return found | {path: stored[oid] for path, oid in oids.items()}


def _read(place: Workplace, path: str) -> bytes:
    data = place.worktree.read(path)
    if data is None:
        raise codes.PTH_MISSING.error(f"the lock file {path} is not there")
    return data
