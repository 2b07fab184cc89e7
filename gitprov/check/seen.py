"""What a door sees, as plain data: edges, and what is known besides.

Every door (local hooks, server hook, CI, audit) makes these facts with `gitprov.audit.changes` and has them judged by
`gitprov.check.engine`: no door has laws of its own.
"""

from collections.abc import Mapping
from dataclasses import field
from typing import Literal

from gitprov.check.changes import Edge, FileChange, Overlay
from gitprov.check.files import is_record
from gitprov.check.landed import Gathered
from gitprov.errors import GitprovError
from gitprov.frozen import dataclass
from gitprov.ids import sha256_of
from gitprov.records import Stored, decode
from gitprov.records.stored import ROOT

Relation = Literal["continues", "foxtrot", "rewound", "rewritten", "unrelated"]
"""Where the known head is: on the new first-parent chain; reachable, but not on it; ahead of the new head; beside it,
from a common ancestor on; or nowhere, with no common ancestor."""

_BELOW = f"{ROOT}/"


@dataclass(frozen=True, kw_only=True, slots=True)
class Change:
    """What a door sees.

    Attributes:
        ref: What is judged, in words: a ref, "the index".
        head: The commit that is judged; None for the index.
        edges: Oldest first; the steps of the ref, and at first contact (no known head) every other edge as well.
        known: The head that was known before, if one was.
        relation: Where it is now.
        merged_by: The merge that moved it off the chain, where one did.
        keeps: The paths that must stay, of those that the edges touch: what a protected upstream has. None: all
            records, as on a protected ref. What only a proposal has may be amended, removed and renumbered.
        blobs: Object id to bytes of what was added or changed below `.gitprov/` and is there in the end.
        there: Paths that are there in the end, of those that matter to the laws and did not change.
        context: Path to bytes of the records, there in the end and not changed, that those added rest on; None where
            references are not judged, or `after` has them.
        attributes: What `gitprov init` writes into `.gitprov/.gitattributes`.
        partial: Whether history or objects are missing on purpose, so that nothing can be decided.
        overlays: What makes git show other objects.
        after: What has landed in the end, where trust is judged; None where it is not (local hooks), or where nothing
            changed that decides.
        acknowledged: Keys of findings that the owners have acknowledged.
        steps: The edges on the chain.
        final: Path of every file that a step touched to the commit that did so last, and what it did.
        added: Path to bytes of every file below `.gitprov/` that is there in the end and was added or changed.
        records: Path to record of those among them that lie where records lie, or why one cannot be read.
    """

    ref: str
    head: str | None
    edges: tuple[Edge, ...]
    known: str | None = None
    relation: Relation = "continues"
    merged_by: str | None = None
    keeps: frozenset[str] | None = None
    blobs: Mapping[str, bytes] = field(default_factory=dict)
    there: frozenset[str] = frozenset()
    context: Mapping[str, bytes] | None = None
    attributes: bytes = b""
    partial: bool = False
    overlays: tuple[Overlay, ...] = ()
    after: Gathered | None = None
    acknowledged: frozenset[str] = frozenset()
    steps: tuple[Edge, ...] = field(init=False, repr=False, compare=False)
    final: Mapping[str, tuple[str | None, FileChange]] = field(init=False, repr=False, compare=False)
    added: Mapping[str, bytes] = field(init=False, repr=False, compare=False)
    records: Mapping[str, Stored | GitprovError] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        steps = tuple(edge for edge in self.edges if edge.on_chain)
        final = {change.path: (edge.commit, change) for edge in steps for change in edge.files}
        added = {
            path: self.blobs[change.oid]
            for path, (_, change) in final.items()
            if change.oid in self.blobs and path.startswith(_BELOW) and not change.is_gone
        }
        derived = {"steps": steps, "final": final, "added": added, "records": self._read(added)}
        for name, value in derived.items():
            object.__setattr__(self, name, value)

    def _read(self, added: Mapping[str, bytes]) -> dict[str, Stored | GitprovError]:
        landed = self.after.landed.ledger.held.values() if self.after is not None else ()
        known = {(held.stored.path, held.id): held.stored for held in landed}
        return {
            path: known.get((path, sha256_of(data))) or read_record(path, data)
            for path, data in added.items()
            if is_record(path)
        }

    def is_there(self, path: str) -> bool:
        """Tells whether a path that matters is there in the end."""
        if path in self.final:
            return not self.final[path][1].is_gone
        return path in self.there


def read_record(path: str, data: bytes) -> Stored | GitprovError:
    """Returns a record, or why it cannot be read."""
    try:
        return Stored(sha256_of(data), path, data, decode(data, name=path))
    except GitprovError as error:
        return error
