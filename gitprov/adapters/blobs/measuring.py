"""What a path holds, read byte for byte: no stat cache and no DVC cache is asked."""

import os

from gitprov.adapters.blobs.objects import identity
from gitprov.adapters.blobs.reading import Source, read_files
from gitprov.adapters.blobs.scan import Scan, scan
from gitprov.adapters.blobs.work import over, told
from gitprov.adapters.failures import disk_errors
from gitprov.ids import md5_of, sha256_of
from gitprov.ids.listings import DIRECTORY, EXECUTABLE, FILE, SYMLINK, Entry, write_listing
from gitprov.ports.blobs import Object
from gitprov.ports.folder import Measured
from gitprov.ports.progress import Progress


def measure(path: str, progress: Progress | None) -> Measured | None:
    """Returns what is at an absolute path; None when nothing is."""
    with disk_errors():
        found = scan("/", path, os.devnull)  # below which there is no cache: every link counts as a link
        if found is None:
            return None
        if found.other or (not found.is_directory and path not in found.files):
            return Measured(None, found.is_directory)
        sources = [Source(name, name, seen[:4]) for name, seen in found.files.items()]
        with told(progress, f"reading {path}", sources) as advance:
            batches = over(None, read_files, sources, advance, top="/", objects=None, staging="")
            read = [one for batch in batches for one in batch]
    if any(one.changed for one in read):
        return Measured(None, found.is_directory)
    items = {one.source.path: one.item for one in read}
    if not found.is_directory:
        return Measured(items[path].sha256, directory=False)
    try:
        return Measured(sha256_of(write_listing(_entries(path, found, items))), directory=True)
    except UnicodeEncodeError:  # a name that no listing holds
        return Measured(None, directory=True)


def _entries(path: str, found: Scan, items: dict[str, Object]) -> list[Entry]:
    start = len(path) + 1
    entries = [
        Entry(name[start:], EXECUTABLE if found.files[name][4] else FILE, identity(item), item.md5, item.size)
        for name, item in items.items()
    ]
    for name, target in found.links.items():
        data = target.encode()
        entries.append(Entry(name[start:], SYMLINK, sha256_of(data), md5_of(data), len(data)))
    empty = sha256_of(b""), md5_of(b""), 0
    return entries + [Entry(name[start:], DIRECTORY, *empty) for name in found.empty if name != path]
