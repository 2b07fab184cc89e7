"""The files under `.gitprov/`: names, places, modes, and that nothing committed changes (demand 3)."""

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from posixpath import basename, dirname
from unicodedata import category, normalize

from gitprov.check.changes import PLAIN
from gitprov.errors import Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids.names import is_name
from gitprov.records import Stored, path_of, signature_path, signed_path
from gitprov.records.stored import ROOT, is_approval

ATTRIBUTES = f"{ROOT}/.gitattributes"
IGNORES = f"{ROOT}/.gitignore"
_SETTINGS = {ATTRIBUTES, IGNORES, f"{ROOT}/project.yaml", f"{ROOT}/tags.yaml"}
_SETTING_FOLDERS = {"catalog", "policies"}
_ROOTS = (ROOT, f"{ROOT[1:7]}~1")
_named = re.compile(r"[0-9a-f]{64}\.yaml").fullmatch
_numbered = re.compile(r"[1-9][0-9]*\.yaml").fullmatch
_COUNTED = r"(?:(?!0000)[0-9]{4}|[1-9][0-9]{4,})"
_counted = re.compile(_COUNTED).fullmatch
_counted_file = re.compile(_COUNTED + r"\.yaml").fullmatch
_asks = re.compile(r"(?:request|evidence)\.yaml").fullmatch
_nothing = re.compile(r"(?!)").fullmatch
_digits = re.compile(r"[0-9a-f]{2}").fullmatch
_FOLDERS_KNOWN = 1 << 14
"""How many folders are remembered: a history names each again and again."""


def is_root(part: str) -> bool:
    """Tells whether some file system takes a part of a path for `.gitprov`.

    It may ignore case, signs that nobody sees, or dots and spaces at the end, and NTFS has streams and short names.
    """
    if not part.isascii():
        part = "".join(sign for sign in normalize("NFKC", part) if category(sign) != "Cf")
    return part.partition(":")[0].casefold().rstrip(". ") in _ROOTS


def is_record(path: str) -> bool:
    """Tells whether a path is one where a record may lie."""
    folder, _, file = path.rpartition("/")
    begins, is_called = _called_in(folder)
    return file.startswith(begins) and is_called(file) is not None


@lru_cache(_FOLDERS_KNOWN)
def _called_in(folder: str) -> tuple[str, Callable[[str], object]]:
    """Returns how the names of records in a folder begin, and what matches them; nothing where no record may lie."""
    top, *parts = folder.split("/")
    match parts if top == ROOT else []:
        case ["releases", name] if is_name(name):
            return "", _numbered
        case ["trust"]:
            return "", _counted_file
        case ["promotions", name, stage, number] if is_name(name) and is_name(stage) and _counted(number):
            return "", _asks
        case ["deployments", name, stage, digits] if is_name(name) and is_name(stage) and _digits(digits):
            return digits, _named
        case ["artifacts" | "evaluations" | "events" | "runs", name, digits] if is_name(name) and _digits(digits):
            return digits, _named
    return "", _nothing


def is_signature(path: str) -> bool:
    """Tells whether a path is one where a signature of a record may lie."""
    about = signed_path(path)
    return about is not None and is_record(about)


def is_kept(path: str) -> bool:
    """Tells whether a path is one of a file that never changes: a record, or a signature of one."""
    return is_record(path) or is_signature(path)


def is_setting(path: str) -> bool:
    """Tells whether a path is one that people edit, or that `init` owns."""
    match path.split("/"):
        case [top, folder, file] if top == ROOT and folder in _SETTING_FOLDERS:
            return file.endswith(".yaml") and is_name(file.removesuffix(".yaml"))
    return path in _SETTINGS


def check_records(records: Iterable[Stored], broken: Mapping[str, GitprovError]) -> Iterator[Finding]:
    """Yields records that cannot be read, and those whose name or place does not follow from their bytes: step (1)."""
    for path, error in sorted(broken.items()):
        yield error.code.finding(path, error.what, why=error.why, fix=_mend(path))
    for stored in records:
        yield from check_place(stored)


def check_place(stored: Stored) -> Iterator[Finding]:
    """Yields what is wrong with the path of one record."""
    path, right = stored.path, path_of(stored.record, stored.id)
    if path == right:
        return
    if _named(basename(right)) and dirname(dirname(path)) == dirname(dirname(right)):
        code, what, fix = codes.IMM_NAME, f"{path} is not named by the hash of its bytes", _mend(path)
    else:
        code, what, fix = codes.IMM_PATH, f"{path} does not lie where its fields say", f"git rm {path}  # and commit"
    yield code.finding(path, what, why=f"its bytes belong at {right}", fix=fix)


def check_layout(modes: Mapping[str, str]) -> Iterator[Finding]:
    """Yields files of git's that do not belong where they are, and modes that are not plain: step (1).

    Args:
        modes: Every file of the commit or of the index, also outside `.gitprov/`, with its mode in octal digits.
    """
    for path, mode in modes.items():
        parts = path.split("/")
        if any(map(is_root, parts[1:-1])) or (parts[0] != ROOT and is_root(parts[0])):
            yield codes.GIT_SECOND.finding(
                path, f"{path} lies in a second {ROOT} folder", fix=f"git rm -r {path}  # and commit"
            )
        elif parts[0] == ROOT and not is_kept(path) and not is_setting(path):
            yield codes.IMM_FOREIGN.finding(
                path,
                f"{path} is neither a record nor a setting",
                fix=f"git rm --cached {path}  # then move the file away, and commit",
            )
        elif parts[0] == ROOT and mode != PLAIN:
            yield codes.IMM_MODE.finding(
                path,
                f"{path} has mode {mode}, not {PLAIN}",
                fix=f"git update-index --chmod=-x {path}  # and commit" if mode == "100755" else _mend(path),
            )


def check_signature_files(signatures: Mapping[str, bytes], there: Collection[str]) -> Iterator[Finding]:
    """Yields signatures that are not named by their bytes, or lie beside no record: step (1).

    Args:
        signatures: Path to bytes.
        there: The paths of all files that are there.
    """
    for path, data in sorted(signatures.items()):
        about = signed_path(path) or ""
        right = signature_path(about, data, approval=is_approval(path))
        if path != right:
            yield codes.SIG_NAME.finding(
                path,
                f"{path} is not named by the digest of its bytes",
                why=f"they belong at {right}",
                fix=f"git rm {path}  # and sign again: gitprov sign",
            )
        if about not in there:
            yield codes.SIG_ORPHAN.finding(
                path, f"{path} lies beside no record", why=f"{about} is not there", fix=f"git rm {path}  # and commit"
            )


def check_unchanged(
    committed: Mapping[str, object], staged: Mapping[str, object], changed: Collection[str]
) -> Iterator[Finding]:
    """Yields records and signatures that the index or the work tree changes or lacks: step (2).

    Args:
        committed: The files of HEAD with what identifies their bytes and mode.
        staged: Those of the index.
        changed: Paths whose work tree bytes differ from the index.
    """
    for path in sorted(filter(is_kept, {*committed, *staged})):
        if path in committed and staged.get(path) != committed[path]:
            verb = "changed" if path in staged else "removed"
            yield codes.IMM_CHANGED.finding(
                path, f"{path} is committed and {verb} in the index", fix=f"git checkout HEAD -- {path}"
            )
        elif path in changed:
            state = "committed" if path in committed else "staged"
            yield codes.IMM_CHANGED.finding(
                path, f"{path} is {state}, and changed or missing in the work tree", fix=f"git restore -- {path}"
            )


def check_strays(paths: Iterable[str]) -> Iterator[Finding]:
    """Yields files of the work tree below `.gitprov/` (drafts aside) that are neither record nor setting: step (1)."""
    for path in paths:
        if not is_kept(path) and not is_setting(path):
            yield codes.IMM_FOREIGN.finding(
                path, f"{path} is neither a record nor a setting", fix=f"move it away: mv {path} DIR"
            )


def check_attributes(found: Mapping[str, bytes | None], expected: bytes) -> Iterator[Finding]:
    """Yields when the attributes that keep git's filters off records are not those that `init` writes: step (1).

    Args:
        found: The bytes of the file wherever it is looked for: the place in words to what is there.
        expected: What `init` writes.
    """
    wrong = [where for where, data in found.items() if data != expected]
    if wrong:
        yield codes.GIT_ATTRIBUTES.finding(
            ATTRIBUTES,
            f"{ATTRIBUTES} is not what gitprov init writes, in {' and in '.join(wrong)}",
            why="git may rewrite records on their way in or out",
            fix=f"gitprov init && git commit -m TEXT -- {ATTRIBUTES}",
        )


def _mend(path: str) -> str:
    """Returns what brings back the bytes that a file had first."""
    return f'git checkout "$(git rev-list HEAD -- {path} | tail -n 1)" -- {path}  # never right: git rm {path}'
