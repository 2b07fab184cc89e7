"""Listings: what a directory, or the code of a step, consists of. JSON Lines sorted by path.

docs/format.md, "Listings". The digest of a directory is the SHA-256 of its listing.
"""

import json
import re
from collections.abc import Callable, Iterable, Mapping
from json.encoder import encode_basestring as _json_text  # as RFC 8785 writes text; a property test holds it to that
from json.encoder import encode_basestring_ascii as _ascii_json_text
from typing import NamedTuple, TypeVar

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids.digests import COMMIT_PATTERN, Digest, Md5, is_digest, is_md5, md5_of, sha256_of
from gitprov.ids.values import MAX_INTEGER, sort_key

FILE = "100644"
EXECUTABLE = "100755"
SYMLINK = "120000"
DIRECTORY = "040000"
SUBMODULE = "160000"

_NOTHING = (sha256_of(b""), md5_of(b""), 0)
_is_commit = re.compile(f"(?:{COMMIT_PATTERN})").fullmatch


class Entry(NamedTuple):  # there are many
    """One file, symlink or empty directory of a directory artifact.

    Attributes:
        path: Relative to the directory, `/` between components.
        mode: FILE, EXECUTABLE, SYMLINK or DIRECTORY (an empty one).
        sha256: Of the bytes; for a symlink of its target, for an empty directory of nothing.
        md5: DVC's locator of the same bytes.
        size: In bytes.
    """

    path: str
    mode: str
    sha256: Digest
    md5: Md5
    size: int


@dataclass(frozen=True, slots=True)
class CodeEntry:
    """One file of a step's code: `sha256` of the bytes that git would store, or for a submodule its `commit` in hex."""

    path: str
    mode: str
    sha256: Digest | None = None
    commit: str | None = None


E = TypeVar("E", Entry, CodeEntry)


def write_listing(entries: Iterable[Entry]) -> bytes:
    """Returns the canonical listing of a directory."""
    lines = [
        f'{{"md5":"{md5}","mode":"{mode}","path":{_json_text(path)},"sha256":"{sha256}","size":{size}}}\n'
        for path, mode, sha256, md5, size in sorted(entries, key=lambda entry: sort_key(entry.path))
    ]
    return "".join(lines).encode()


def write_code_listing(entries: Iterable[CodeEntry]) -> bytes:
    """Returns the canonical listing of a step's code; its SHA-256 is the code digest."""
    lines = []
    for e in sorted(entries, key=lambda entry: sort_key(entry.path)):
        path = _json_text(e.path)
        if e.mode == SUBMODULE:
            lines.append(f'{{"commit":"git:{e.commit}","mode":"{e.mode}","path":{path}}}\n')
        else:
            lines.append(f'{{"mode":"{e.mode}","path":{path},"sha256":"{e.sha256}"}}\n')
    return "".join(lines).encode()


def dvc_directory(files: Mapping[str, Md5]) -> bytes:
    """Returns DVC's `.dir` object of a directory with these files, byte for byte; its MD5 is what DVC calls it."""
    rows = [f'{{"md5": "{md5[4:]}", "relpath": {_ascii_json_text(path)}}}' for path, md5 in sorted(files.items())]
    return f"[{', '.join(rows)}]".encode()


def read_listing(data: bytes) -> tuple[Entry, ...]:
    """Returns the entries of a directory listing; hostile bytes raise nothing but our errors.

    Only the shape is judged here: whether paths are safe is for `gitprov.ids.names`, whether the bytes are the
    recorded ones was decided by their digest.

    Raises:
        GitprovError: GP-SCH-002 when it is not a canonical listing.
    """
    entries = []
    for number, row in _rows(data):
        match row:
            case {"md5": str(md5), "mode": str(mode), "path": str(path), "sha256": str(sha256), "size": int(size)} if (
                len(row) == 5
                and size is not True
                and size is not False
                and 0 <= size <= MAX_INTEGER
                and is_md5(md5)
                and is_digest(sha256)
                and mode in (FILE, EXECUTABLE, SYMLINK, DIRECTORY)
                and (mode != DIRECTORY or (sha256, md5, size) == _NOTHING)
            ):
                entries.append(Entry(path, mode, Digest(sha256), Md5(md5), size))
            case _:
                raise codes.SCH_FIELD.error(f"line {number} of a listing is not {{md5, mode, path, sha256, size}}")
    _check_canonical(entries, write_listing, data)
    return tuple(entries)


def read_code_listing(data: bytes) -> tuple[CodeEntry, ...]:
    """Returns the entries of a code listing.

    Raises:
        GitprovError: GP-SCH-002 when it is not a canonical code listing.
    """
    entries = []
    for number, row in _rows(data):
        match row:
            case {"mode": str(mode), "path": str(path), "sha256": str(sha256)} if (
                len(row) == 3 and is_digest(sha256) and mode in (FILE, EXECUTABLE, SYMLINK)
            ):
                entries.append(CodeEntry(path, mode, sha256=Digest(sha256)))
            case {"mode": "160000", "path": str(path), "commit": str(commit)} if len(row) == 3 and _is_commit(commit):
                entries.append(CodeEntry(path, SUBMODULE, commit=commit.removeprefix("git:")))
            case _:
                raise codes.SCH_FIELD.error(f"line {number} of a code listing is not {{mode, path, sha256}}")
    _check_canonical(entries, write_code_listing, data)
    return tuple(entries)


def _check_canonical(entries: list[E], write: Callable[[list[E]], bytes], data: bytes) -> None:
    try:
        canonical = write(entries)
    except UnicodeEncodeError:
        raise codes.SCH_FIELD.error("a listing has a path with a lone surrogate") from None
    if canonical != data:
        raise codes.SCH_FIELD.error("a listing is not in its canonical form")
    if len({entry.path for entry in entries}) < len(entries):
        raise codes.SCH_FIELD.error("a listing has a path twice")


def _rows(data: bytes) -> Iterable[tuple[int, dict[str, object]]]:
    for number, line in enumerate(data.removesuffix(b"\n").split(b"\n") if data else (), start=1):
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise codes.SCH_FIELD.error(f"line {number} of a listing is not JSON") from None
        if not isinstance(row, dict):
            raise codes.SCH_FIELD.error(f"line {number} of a listing is not an object")
        yield number, row
