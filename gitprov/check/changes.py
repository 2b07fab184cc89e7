"""What commits did to files: edges and the changes on them, as plain data."""

from typing import Literal, NamedTuple

from gitprov.frozen import dataclass

GONE = "000000"
PLAIN = "100644"
SUBMODULE = "160000"
How = Literal["changed", "removed", "mode"]


class FileChange(NamedTuple):  # a history has hundreds of thousands
    """What an edge did to a file.

    Attributes:
        path: From the top of the repository.
        status: Added, modified, removed (D), or of another type; a rename is a removal and an addition.
        mode: In octal digits; 000000 when it is gone.
        oid: Of the blob, in hex digits; zeros when it is gone.
        before_mode: What it was at the parent; 000000 when it was not there.
        before_oid: Likewise.
    """

    path: str
    status: str
    mode: str
    oid: str
    before_mode: str
    before_oid: str

    @property
    def is_gone(self) -> bool:
        """Tells whether there is no file any more; a submodule is none."""
        return self.mode in (GONE, SUBMODULE)


@dataclass(frozen=True, slots=True)
class Edge:
    """A commit against one of its parents.

    Attributes:
        commit: In hex digits; None for the index that is about to be committed.
        parent: None for a root commit.
        files: What changed. Off the chain it is enough to name what is modified, removed or of another type.
        on_chain: Whether it is a step of the ref that is judged: a first-parent edge.
    """

    commit: str | None
    parent: str | None
    files: tuple[FileChange, ...]
    on_chain: bool = True


@dataclass(frozen=True, slots=True)
class Loss:
    """A step that changed or removed a record or signature that was there.

    Attributes:
        step: Where.
        path: Of the file.
        how: What happened to it.
        restored: The later step that brought the same bytes back, or None.
    """

    step: int
    path: str
    how: How
    restored: int | None = None


@dataclass(frozen=True, slots=True)
class Overlay:
    """Something by which git shows other objects than the repository has, or takes them from elsewhere."""

    kind: Literal["replace", "graft", "alternate"]
    name: str
