"""Objects that DVC put into the cache: known by MD5, and here read for what they are."""

import json
import os
from collections.abc import Iterable

from gitprov.adapters.blobs.links import dvc_listing
from gitprov.adapters.blobs.objects import ObjectFolder
from gitprov.adapters.blobs.reading import Source, read_files, signature
from gitprov.adapters.blobs.work import nobody
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, Md5, is_md5
from gitprov.ids.listings import FILE, Entry
from gitprov.ids.names import path_fault
from gitprov.ports.blobs import Object


def read_objects(folder: ObjectFolder, wanted: Iterable[Md5]) -> dict[Md5, Object] | None:
    """Returns objects by MD5 with their SHA-256, or None when one is not in the cache.

    Raises:
        GitprovError: GP-BLB-001 when one has other bytes than its name says.
    """
    sources = []
    for md5 in dict.fromkeys(wanted):
        path = folder.path(Object(md5, 0, None))
        try:
            sources.append(Source(md5, path, signature(os.stat(path))))
        except (FileNotFoundError, NotADirectoryError):
            return None
    found = {}
    for read in read_files(sources, "/", None, "", nobody):
        if read.changed or read.item.md5 != read.source.path:
            raise _wrong(read.source.path)
        found[read.item.md5] = read.item
    return found


def read_directory(folder: ObjectFolder, md5: Md5, data: bytes) -> list[Entry] | None:
    """Returns the entries of a directory that DVC stored, as plain files; None when one is not in the cache.

    Raises:
        GitprovError: GP-BLB-001 for wrong bytes; GP-PTH-003 for a hostile path; GP-DVC-001 when it is no listing.
    """
    rows = _rows(md5, data)
    objects = read_objects(folder, [member for member, _ in rows])
    if objects is None:
        return None
    entries = []
    for member, path in rows:
        if fault := path_fault(path):
            raise codes.PTH_NAME.error(f"DVC's directory {md5} holds {path!r}", why=fault)
        item = objects[member]
        entries.append(Entry(path, FILE, item.sha256 or Digest(""), item.md5, item.size))
    if dvc_listing(entries, {})[0] != data:
        raise codes.DVC_FILE.error(
            f"DVC's directory {md5} is not written as DVC writes it", why="paths twice, or out of order"
        )
    return entries


def _rows(md5: Md5, data: bytes) -> list[tuple[Md5, str]]:
    try:
        rows = [(f"md5:{row['md5']}", row["relpath"]) for row in json.loads(data)]
    except (ValueError, LookupError, TypeError, RecursionError):
        rows = [("", "")]
    if not all(isinstance(path, str) and is_md5(member) for member, path in rows):
        raise codes.DVC_FILE.error(f"DVC's directory {md5} is not a list of md5 and relpath")
    return [(Md5(member), path) for member, path in rows]


def _wrong(name: str) -> Exception:
    return codes.BLB_MISMATCH.error(
        f"the cache's object {name} has other bytes",
        why="its MD5 is another",
        fix="remove the object, then: dvc fetch",
    )
