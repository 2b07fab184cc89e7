"""Symlinks inside a directory artifact, and DVC's own listing, in which a link to a file is that file."""

from collections.abc import Collection, Container, Iterable, Mapping

from gitprov.errors import Code
from gitprov.errors import catalogue as codes
from gitprov.ids.listings import DIRECTORY, SYMLINK, Entry, dvc_directory
from gitprov.ids.names import folded, path_fault

HOPS = 40
"""As many links as the kernel follows."""


def resolve(path: str, targets: Mapping[str, str], folders: Container[str]) -> str | None:
    """Returns where a link of the directory ends ("" is its top), or None when it leaves the directory or never ends.

    Args:
        path: Of the link.
        targets: Every link of the directory, by path.
        folders: Every folder of the directory; a way through anything else leads nowhere.
    """
    here: list[str] = []
    rest = list(reversed(path.split("/")))
    hops = 0
    while rest:
        part = rest.pop()
        if "/".join(here) not in folders or (part == ".." and not here):
            return None
        if part == "..":
            here.pop()
        elif part not in ("", "."):
            here.append(part)
        target = targets.get("/".join(here))
        if target is not None:
            hops += 1
            if hops > HOPS or target.startswith("/"):
                return None
            here.pop()
            rest.extend(reversed(target.split("/")))
    return "/".join(here)


def judge(files: Collection[str], links: Mapping[str, str], empty: Collection[str]) -> dict[str, str]:
    """Judges the paths of a directory artifact; returns each link that ends at a file, and that file.

    Args:
        files: Paths of the regular files.
        links: Symlinks and their targets.
        empty: Empty directories.

    Raises:
        GitprovError: GP-PTH-003 names that cannot be kept everywhere; GP-PTH-004 links that are absolute or broken, or
            leave the directory.
    """
    paths = {*files, *links, *empty}
    folders = {"", *empty}
    for path in paths:
        above = path.rpartition("/")[0]
        while above not in folders:
            folders.add(above)
            above = above.rpartition("/")[0]
    bad = {path: fault for path in paths if (fault := path_fault(path))}
    bad |= dict.fromkeys(folders & {*files, *links}, "it is a folder too")
    _refuse(codes.PTH_NAME, bad or _twins(paths | folders))
    aliases = {}
    for path, target in links.items():
        end = resolve(path, links, folders) if target and not target.startswith("/") else None
        if end is None:
            bad[path] = f"its target {target!r} is absolute, leaves the directory or leads nowhere"
        elif end in files:
            aliases[path] = end
        elif end not in folders:
            bad[path] = f"its target {target!r} is not there, or left out"
    _refuse(codes.PTH_LINK, bad)
    return aliases


def dvc_listing(entries: Iterable[Entry], aliases: Mapping[str, str]) -> tuple[bytes, int, int]:
    """Returns DVC's `.dir` object of a directory, byte for byte, and how many files and bytes DVC sees in it."""
    files = {entry.path: entry for entry in entries if entry.mode not in (SYMLINK, DIRECTORY)}
    files |= {link: files[file] for link, file in aliases.items()}
    data = dvc_directory({path: entry.md5 for path, entry in files.items()})
    return data, len(files), sum([entry.size for entry in files.values()])


def _refuse(code: Code, bad: Mapping[str, str]) -> None:
    if bad:
        path = min(bad)
        more = f", and {len(bad) - 1} more," if len(bad) > 1 else ""
        raise code.error(f"{path!r}{more} cannot be kept", why=bad[path])


def _twins(paths: Iterable[str]) -> dict[str, str]:
    seen: dict[str, str] = {}
    twins = {}
    for path in paths:
        other = seen.setdefault(folded(path), path)
        if other != path:
            twins[path] = f"{other!r} is the same where case or Unicode form does not count"
    return twins
