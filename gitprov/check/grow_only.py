"""Law G, grow-only: what landed stays, byte for byte and mode for mode (docs/verification.md; threats A01, A02).

Each step of the ref keeps every record and signature that its first parent had. Statuses M, D and T, a rename (which is
a removal and an addition), a mode, a removal that is followed by an addition: all are deviations. One that a later step
takes back, byte for byte, is told and not refused. On a branch only what a protected upstream has must stay.

At first contact every commit is held against every parent as well. A deviation off the chain, of a file that never
stood on the chain, or whose bytes of the chain won, is told: somebody amended a proposal, or merged what lacked it.
"""

from collections.abc import Container, Iterable, Iterator, Mapping

from gitprov.check.changes import PLAIN, SUBMODULE, Edge, FileChange, How, Loss
from gitprov.check.files import is_kept
from gitprov.check.seen import Change
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass

BEFORE = -1
"""Stands for the step of a file that was there before the first one that is judged."""
INDEX = "the index"
_HOW = {"changed": "changes", "removed": "removes", "mode": "changes the mode of"}


@dataclass(frozen=True, slots=True)
class Kept:
    """What steps added, and what they lost.

    Attributes:
        landed: Path of every record and signature file to the step where it first landed.
        oids: Path to the object id that it landed with.
        losses: Ascending.
    """

    landed: Mapping[str, int]
    oids: Mapping[str, str]
    losses: tuple[Loss, ...]


def grow_only(steps: Iterable[tuple[int, Iterable[FileChange]]]) -> Kept:
    """Returns what steps, in their order, did to records and signatures.

    Of a file that an earlier step than the first one added, the bytes before its first change count.
    """
    landed: dict[str, int] = {}
    oids: dict[str, str] = {}
    losses: list[Loss] = []
    for step, files in steps:
        for change in files:
            path = change.path
            if path not in landed:
                if not is_kept(path):
                    continue
                if change.status == "A" or change.before_mode == SUBMODULE:
                    if not change.is_gone:
                        landed[path], oids[path] = step, change.oid
                        if change.mode != PLAIN:
                            losses.append(Loss(step, path, "mode"))
                    continue
                landed[path], oids[path] = BEFORE, change.before_oid
            if (change.oid, change.mode) == (oids[path], PLAIN):
                losses = [
                    Loss(one.step, path, one.how, step) if one.path == path and one.restored is None else one
                    for one in losses
                ]
            elif change.is_gone:
                losses.append(Loss(step, path, "removed"))
            else:
                losses.append(Loss(step, path, "changed" if change.oid != oids[path] else "mode"))
    return Kept(landed, oids, tuple(losses))


def kept(change: Change) -> Iterator[Finding]:
    """Yields what the law says of a change."""
    found = grow_only(enumerate(edge.files for edge in change.steps))
    gone: set[str] = set()
    for one in found.losses:
        if change.keeps is not None and one.path not in change.keeps:
            continue
        edge, since = change.steps[one.step], found.landed[one.path]
        landed = change.steps[since].commit if since != BEFORE else edge.parent
        if one.restored is None:
            gone.add(one.path)
            yield lost(one, at=edge.commit, landed=landed)
        else:
            yield lost(one, at=edge.commit, landed=landed, back=change.steps[one.restored].commit or INDEX)
    for edge in change.edges:
        if not edge.on_chain:
            yield from _beside(edge, gone)


def _beside(edge: Edge, gone: Container[str]) -> Iterator[Finding]:
    """Yields what a commit that is no step of the ref deviates in from one of its parents."""
    for file in edge.files:
        if file.status != "A" and is_kept(file.path) and file.before_mode != SUBMODULE:
            how: How = "removed" if file.is_gone else "changed" if file.oid != file.before_oid else "mode"
            is_lost, at = file.path in gone, short(edge.commit)
            yield (codes.IMM_LOST if is_lost else codes.IMM_SIDE).finding(
                file.path,
                f"{at} {_HOW[how]} {file.path}",
                why=f"its parent {short(edge.parent)} has it; {at} is a commit of a branch that was merged",
                fix=_restore(file.path, edge.parent) if is_lost else "",
                commit=edge.commit,
            )


def lost(loss: Loss, *, at: str | None, landed: str | None, back: str | None = None) -> Finding:
    """Returns what is wrong with a file that was lost; one whose bytes are back is only to be told.

    Args:
        loss: What happened.
        at: The commit of the step that did it; None for the index.
        landed: A commit that has the right bytes.
        back: The commit that brought them back, if one did.
    """
    what = f"{short(at)} {_HOW[loss.how]} {loss.path}"
    if back is not None:
        why = f"{short(back)} brings it back as it landed at {short(landed)}"
        return codes.IMM_RESTORED.finding(loss.path, what, why=why, commit=at)
    fix = _restore(loss.path, landed)
    if at is None:
        fix = f"git restore --source=HEAD --staged --worktree -- {loss.path}"
    elif loss.how == "mode" and at == landed:
        fix = f"git update-index --chmod=-x {loss.path} && git commit -m 'Restore a mode'"
    return codes.IMM_LOST.finding(loss.path, what, why=f"it landed at {short(landed)}, to stay", fix=fix, commit=at)


def _restore(path: str, commit: str | None) -> str:
    return f"git restore --source={short(commit)} --staged --worktree -- {path} && git commit -m 'Restore a record'"


def short(commit: str | None) -> str:
    """Returns a commit as people read it."""
    return commit[:12] if commit is not None else INDEX
