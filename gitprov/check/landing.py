"""Effect: a request that lands and cannot count is refused at once, with every clause that fails (demand 16).

The clauses are those of `gitprov.check.effect`, as at the step where the request lands or gets its last file. Approvals
that are still missing are told: they may come later. A request that another one has overtaken since does no harm.
"""

from collections.abc import Iterator
from dataclasses import replace

from gitprov.check.seen import Change
from gitprov.errors import Finding
from gitprov.records.stored import ROOT


def effect(change: Change) -> Iterator[Finding]:
    """Yields what keeps the requests that land from counting."""
    if change.after is None:
        return
    from gitprov.check.effect import judge  # noqa: PLC0415 - where trust is judged only: hooks are quick

    landed = change.after.landed
    folders = {tuple(path.split("/")[2:5]) for path in change.final if path.startswith(f"{ROOT}/promotions/")}
    for name in sorted({folder[0] for folder in folders}):
        timeline = judge(landed, name)
        for one in timeline.asked:
            judgement, request = one.judgement, one.request
            if one.effective is not None or judgement is None:
                continue
            if (name, request.stage, f"{request.sequence:04d}") not in folders:
                continue
            if any(
                later.effective is not None and later.effective > one.landed for later in timeline.of(request.stage)
            ):
                continue
            commit = landed.chain.commits[judgement.step]
            for clause in judgement.clauses:
                yield from (replace(finding, commit=commit) for finding in clause.findings)
