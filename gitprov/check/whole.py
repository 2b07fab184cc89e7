"""Whole: who sees only a part cannot decide, and nobody believes what a git shows that was told to show something else.

A shallow or partial clone is never "ok" (threat A27). Replace refs and grafts deceive git's own commands and other
readers, not gitprov, which reads without them; they are named all the same (A26). Alternates are told: their owner can
take the objects away.
"""

from collections.abc import Iterator

from gitprov.check.seen import Change
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes


def whole(change: Change) -> Iterator[Finding]:
    """Yields what keeps a reader from seeing everything as it is."""
    if change.partial:
        yield codes.GIT_SHALLOW.finding(change.ref, "this clone lacks history or objects on purpose")
    for one in change.overlays:
        match one.kind:
            case "replace":
                what, fix = f"a replace ref shows something else than {one.name}", f"git replace -d {one.name}"
                yield codes.GIT_OVERLAID.finding(f"refs/replace/{one.name}", what, fix=fix)
            case "graft":
                yield codes.GIT_OVERLAID.finding(
                    one.name, "grafts show other parents than commits have", fix=f"rm {one.name}"
                )
            case "alternate":
                yield codes.GIT_ALTERNATE.finding(
                    one.name,
                    "this repository borrows objects from another one",
                    fix=f"git repack -a -d && rm {one.name}",
                )
