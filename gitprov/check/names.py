"""Names and bytes: what lands lies where its fields say and is what it is called (threats A22, A23, A29).

Every path component is a field, the file name the SHA-256 of the bytes or a number, the bytes canonical, the mode
plain. Nothing else lies under `.gitprov/`, there is no second such folder in any case or spelling, and git's filters
are kept off by the attributes that `gitprov init` writes (A25). Judged as it is in the end: what a branch mended has
not landed.
"""

from collections.abc import Iterator
from dataclasses import replace

from gitprov.check.changes import GONE
from gitprov.check.files import (
    ATTRIBUTES,
    check_attributes,
    check_layout,
    check_records,
    check_signature_files,
    is_signature,
)
from gitprov.check.seen import Change
from gitprov.errors import Finding, GitprovError
from gitprov.records.stored import ROOT, signed_path


def names(change: Change) -> Iterator[Finding]:
    """Yields what lies where it does not belong, or is not what its name says."""
    modes = {path: file.mode for path, (_, file) in sorted(change.final.items()) if file.mode != GONE}
    broken = {path: one for path, one in change.records.items() if isinstance(one, GitprovError)}
    good = [one for one in change.records.values() if not isinstance(one, GitprovError)]
    signatures = {path: data for path, data in change.added.items() if is_signature(path)}
    there = {about for path in signatures if (about := signed_path(path)) is not None and change.is_there(about)}
    found = [*check_layout(modes), *check_records(good, broken), *check_signature_files(signatures, there)]
    for finding in found:
        last = change.final.get(finding.subject)
        yield replace(finding, commit=last[0]) if last is not None else finding


def attributes(change: Change) -> Iterator[Finding]:
    """Yields when the attributes that keep git's filters off records are changed, or records land without them."""
    below = [file for path, (_, file) in change.final.items() if path.startswith(f"{ROOT}/")]
    lacks = not change.is_there(ATTRIBUTES) and not all(file.is_gone for file in below)
    if ATTRIBUTES in change.final or lacks:
        yield from check_attributes({change.ref: change.added.get(ATTRIBUTES)}, change.attributes)
