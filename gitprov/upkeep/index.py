"""The index of records: what it says can be made again at any time, so that a damaged one only goes."""

from collections.abc import Iterator

from gitprov.errors import catalogue as codes
from gitprov.ports.index import FILE, Index
from gitprov.upkeep.complaints import Complaint


def look_at_index(index: Index) -> Iterator[Complaint]:
    """Yields the index if it is not what was written."""
    fault = index.fault()
    if fault is not None:
        finding = codes.CLN_INDEX.finding(FILE, "the index of records is damaged, and nothing uses it", why=fault)
        yield Complaint(finding, index.remove)
