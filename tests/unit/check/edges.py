"""Edges made by hand, and the change that they are: what the tests of the laws start from."""

from dataclasses import replace
from hashlib import sha1

from gitprov.check.changes import GONE, Edge, FileChange
from gitprov.check.engine import Verdict
from gitprov.check.files import ATTRIBUTES
from gitprov.check.seen import Change
from gitprov.ids import Md5, sha256_of
from gitprov.records import Artifact, Content, Recipe, store

PLAIN, ZERO = "100644", "0" * 40
OURS = b"* -text\n"


def made(number: int) -> tuple[str, bytes]:
    """Returns path and bytes of a small artifact record."""
    digest = sha256_of(str(number).encode())
    content = Content(digest=digest, md5=Md5(f"md5:{number:032x}"), size=number)
    stored = store(Artifact(name="rows", kind="dataset", content=content, recipe=Recipe(id=digest)))
    return stored.path, stored.data


def oid(data: bytes) -> str:
    """Returns what stands for git's object id."""
    return sha1(data, usedforsecurity=False).hexdigest()


def add(path: str, data: bytes, mode: str = PLAIN) -> FileChange:
    """Returns an addition."""
    return FileChange(path, "A", mode, oid(data), GONE, ZERO)


def drop(path: str, data: bytes) -> FileChange:
    """Returns a removal."""
    return FileChange(path, "D", GONE, ZERO, PLAIN, oid(data))


def edit(path: str, before: bytes, after: bytes, mode: str = PLAIN) -> FileChange:
    """Returns a modification."""
    return FileChange(path, "M" if mode == PLAIN else "T", mode, oid(after), PLAIN, oid(before))


def change(*edges: Edge, blobs: tuple[bytes, ...] = (), **facts: object) -> Change:
    """Returns a change to a protected ref that has the attributes already."""
    return replace(
        Change(
            ref="main",
            head=edges[-1].commit if edges else "h",
            edges=edges,
            blobs={oid(data): data for data in blobs},
            there=frozenset({ATTRIBUTES}),
            context={},
            attributes=OURS,
        ),
        **facts,  # type: ignore[arg-type]
    )


def found(verdict: Verdict) -> list[tuple[str, str, str | None]]:
    """Returns code, subject and commit of the findings."""
    return [(one.code.id, one.subject, one.commit) for one in verdict.findings]


PATH, DATA = made(1)
