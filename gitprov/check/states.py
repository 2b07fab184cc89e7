"""The state of a release at a stage: computed, never stored (demand 16). docs/states.md has the table."""

from collections.abc import Callable, Mapping
from typing import Literal

from gitprov.check.effect import Judgement, Timeline
from gitprov.check.landed import Landed
from gitprov.errors import Finding
from gitprov.records.settings import Project
from gitprov.records.stored import ROOT

State = Literal["draft", "validated", "retired", "pending approval", "approved", "deployed", "promoted"]
STATES: tuple[State, ...] = ("draft", "validated", "retired", "pending approval", "approved", "deployed", "promoted")
"""From the least to the most: a release as a whole is in the furthest state that it has at any stage."""

APPROVALS = 11
"""The clause that asks for approvals: all that a pending request may lack."""


def state_of(
    *,
    serves: bool,
    is_last: bool,
    served: bool,
    asked: Judgement | None,
    troubles: tuple[Finding, ...],
    gates: Callable[[], tuple[Finding, ...]],
) -> tuple[State, tuple[Finding, ...]]:
    """Returns the state of a release at a stage, and what stands in the way of the next one.

    Args:
        serves: Whether the stage is in effect with this release.
        is_last: Whether no stage comes after it.
        served: Whether it ever was in effect with this release.
        asked: The newest request for it that has not taken effect, judged as if it landed now; None without one.
        troubles: What keeps a release that serves from being deployed: late, disputed.
        gates: Returns what the rules in force have against it.
    """
    if serves:
        return ("promoted" if is_last else "deployed"), troubles
    if asked is not None and asked.holds:
        return "approved", ()
    if asked is not None and all(clause.holds or clause.number == APPROVALS for clause in asked.clauses):
        return "pending approval", asked.findings
    refused = asked.findings if asked is not None else ()
    if served:
        return "retired", refused
    found = gates()
    return ("draft" if found else "validated"), tuple(dict.fromkeys([*refused, *found]))


def stages(landed: Landed, timeline: Timeline) -> dict[str, tuple[str, ...]]:
    """Returns every stage that settings in force, approvers or requests name, with those that it comes after.

    A stage stands behind those that it comes after; otherwise they are sorted.
    """
    head = landed.chain.head
    project, root = landed.settings.setting(head, f"{ROOT}/project.yaml"), landed.roots.at(head)
    after = {name: one.after for name, one in project.stages.items()} if isinstance(project, Project) else {}
    known = {*after, *(root.root.roles.approver if root is not None else ()), *timeline.stages()}
    ordered: dict[str, tuple[str, ...]] = {}
    while left := sorted(known - ordered.keys()):
        ready = [one for one in left if not (set(after.get(one, ())) & set(left))]
        ordered |= {one: after.get(one, ()) for one in ready or left}
    return ordered


def is_last(stage: str, after: Mapping[str, tuple[str, ...]]) -> bool:
    """Tells whether no stage comes after a stage; `after` is what `stages` returns."""
    return not any(stage in before for before in after.values())
