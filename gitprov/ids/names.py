"""Names of artifacts, stages, steps, roles, metrics' suites and people; and the paths of the work tree."""

import re
import unicodedata

from gitprov.errors import catalogue as codes

NAME_LIMIT = 100
NAME_PATTERN = (
    rf"(?=.{{1,{NAME_LIMIT}}}$)(?!.*\.lock$)(?!(?:aux|con|nul|prn|com[0-9]|lpt[0-9])(?:\.|$))"
    r"[a-z0-9]+(?:[._-][a-z0-9]+)*"
)
_is_name = re.compile(NAME_PATTERN).fullmatch

# What HFS+ leaves out when it compares names, so that `.g\u200cit` opens git's own folder.
_HFS_IGNORED = re.compile("[\u200c-\u200f\u202a-\u202e\u206a-\u206f\ufeff]").sub


_is_plain_path = re.compile(r"[\w-]+(?:\.[\w-]+)*(?:/[\w-]+(?:\.[\w-]+)*)*", re.ASCII).fullmatch
"""What most paths are; a directory has many, and for these there is nothing to look at twice."""


def is_name(text: str) -> bool:
    """Tells whether `text` can be a name.

    At most 100 of [a-z0-9] with single separators between, not ending in `.lock` (a git ref), not one of the device
    names of Windows, which no folder there can have.
    """
    return _is_name(text) is not None


def check_name(text: str, what: str) -> str:
    """Returns `text` if it is a name.

    Raises:
        GitprovError: GP-SCH-003 otherwise, with a name that would do.
    """
    if is_name(text):
        return text
    proposal = slug(text)
    raise codes.SCH_NAME.error(
        f"{text!r} cannot be {what}",
        why="lower-case letters and digits with single '.', '_' or '-' between, at most 100, not ending in .lock, "
        "not a device name such as con or aux",
        fix=f"call it {proposal}" if is_name(proposal) else "",
    )


def slug(text: str) -> str:
    """Returns what a text comes nearest to as a name; the empty text when it has no letter and no digit."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:NAME_LIMIT]


def path_fault(path: str) -> str | None:
    """Returns why `path` cannot be kept on every machine, or None.

    Judges one relative path with `/` between components, as listings and records hold it: no empty, `.` or `..`
    component, none that is `.git` in any case, no backslash, no NUL, not absolute, UTF-8, at most 255 bytes each
    (threats A22, A23).
    """
    if len(path) <= 255 and _is_plain_path(path):
        return None
    try:
        encoded = path.encode()
    except UnicodeEncodeError:
        return "it is not UTF-8"
    if b"\0" in encoded or "\\" in path:
        return "it holds a backslash or a NUL"
    for part in path.split("/"):
        if part in ("", ".", ".."):
            return f"it has the component {part!r}"
        if _is_git_folder(part):
            return "it has a component that names git's own folder"
        if len(part.encode()) > 255:
            return "a component is longer than 255 bytes"
    return None


def _is_git_folder(part: str) -> bool:
    """Tells whether some file system opens git's folder by this name: NTFS (streams, short names), HFS+, any case."""
    plain = _HFS_IGNORED("", part).partition(":")[0].rstrip(". ").lower()
    return plain in (".git", "git~1")


def folded(path: str) -> str:
    """Returns what two paths share when a case- or form-insensitive file system holds them as one."""
    if path.isascii():
        return path.lower()
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())
