"""Effect: a request that lands and cannot count is refused at once, with every clause that fails (demand 16).

The clauses are those of `gitprov.check.effect`, as at the step where the request lands or gets its last file. Approvals
that are still missing are told: they may come later. A request that another one has overtaken since does no harm.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from gitprov.check.landed import Landed
from gitprov.check.seen import Change
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.records.stored import ROOT, signed_path

if TYPE_CHECKING:
    from gitprov.check.effect import Asked


def effect(change: Change) -> Iterator[Finding]:
    """Yields what keeps the requests that land from counting."""
    if change.after is None:
        return
    from gitprov.check.effect import judge  # noqa: PLC0415 - where trust is judged only: hooks are quick

    landed = change.after.landed
    folders = {tuple(path.split("/")[2:5]) for path in [*change.final, *_excepted(change, landed)] if _is_asked(path)}
    for name in sorted({folder[0] for folder in folders}):
        timeline = judge(landed, name)
        for one in timeline.asked:
            judgement, request = one.judgement, one.request
            if judgement is None or (name, request.stage, f"{request.sequence:04d}") not in folders:
                continue
            if one.effective is not None:
                if one.is_exception:
                    yield _by_exception(landed, one, one.effective)
                continue
            if any(
                later.effective is not None and later.effective > one.landed for later in timeline.of(request.stage)
            ):
                continue
            commit = landed.chain.commits[judgement.step]
            for clause in judgement.clauses:
                yield from (replace(finding, commit=commit) for finding in clause.findings)


def _is_asked(path: str) -> bool:
    return path.startswith(f"{ROOT}/promotions/")


def _excepted(change: Change, landed: Landed) -> Iterator[str]:
    """Yields the paths of the requests for which the change brings an exception, or a signature of one."""
    from gitprov.check.effect import exceptions  # noqa: PLC0415 - as above

    for one, request, _ in exceptions(landed):
        path = landed.ledger.held[one].stored.path
        if request in landed.ledger.held and any(path in (file, signed_path(file)) for file in change.final):
            yield landed.ledger.held[request].stored.path


def _by_exception(landed: Landed, one: "Asked", step: int) -> Finding:
    """Returns what is told of a request in effect by an exception, until the owners have acknowledged it."""
    from gitprov.check.effect import granted  # noqa: PLC0415 - as above

    grants = granted(landed, one.id, step - 1, step)
    people = sorted({person for by in grants for person in by.people})
    waived = "; ".join(finding.what for finding in one.judgement.waived) if one.judgement is not None else ""
    found = codes.PRO_EXCEPTION.finding(
        one.held.stored.path,
        f"{one.request.label} took effect by an exception of {', '.join(people)}",
        why=f"{'; '.join(by.reason for by in grants)}: {waived}",
        commit=landed.chain.commits[step],
    )
    return replace(found, fix=f"gitprov acknowledge {found.key} --reason TEXT  # once it is reviewed")
