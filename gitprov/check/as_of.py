"""What was in effect at a date: by deployers' clocks, and by what commits claim only where no deployer looked."""

from collections.abc import Callable
from datetime import datetime

from gitprov.check.effect import Asked, Observed, Timeline, deployments
from gitprov.check.landed import Landed

CLAIMED = "claimed by its commit"
"""The source of a time that anybody can write."""


def since(landed: Landed, asked: Asked, date_of: Callable[[int], str]) -> Observed:
    """Returns from when on a request that took effect is known to have counted, and by whom.

    That is when a deployer first put it in place. Where none did it is the date that its commit claims: never before
    its requester says that the gates were evaluated, and never after a deployer saw the protected ref with it.

    Args:
        landed: Everything that landed.
        asked: The request; it must have become effective.
        date_of: Returns the date that the commit of a step claims, RFC 3339 UTC.
    """
    step = asked.effective if asked.effective is not None else landed.chain.head
    seen = deployments(landed)
    for one in seen:
        if one.record.request == asked.id:
            return Observed(one.record.observed_at, f"deployer {', '.join(one.people)}")
    later = [
        one.record.observed_at
        for one in seen
        if (there := landed.chain.step_of(one.record.history.commit)) is not None and there >= step
    ]
    claimed = min([date_of(step), *later], key=datetime.fromisoformat)
    return Observed(max(claimed, asked.request.evaluated_at, key=datetime.fromisoformat), CLAIMED)


def effective_at(
    landed: Landed, timeline: Timeline, stage: str, when: str, date_of: Callable[[int], str]
) -> Asked | None:
    """Returns the request that was in effect at a time: the last on the chain that is known to have counted by then."""
    moment = datetime.fromisoformat(when)
    there = [
        one
        for one in timeline.of(stage)
        if one.effective is not None and datetime.fromisoformat(since(landed, one, date_of).at) <= moment
    ]
    return max(there, key=lambda one: one.effective or 0, default=None)
