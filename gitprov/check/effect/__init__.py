"""When a promotion counts: the one place that says so (demands 16, 18; threats A09-A13, A16).

Merging makes nothing effective. A request is judged at each step that adds a file to its folder, against the step's
first parent, and becomes effective at the first step where all clauses hold together. What serves a stage is the last
request that became effective there. Effect is a fact of the commit at which it was reached: whatever lands later
changes nothing of it, and dates, branches and ways of merging never enter.

The clauses are numbered as in docs/verification.md, "A promotion": 1 to 4 are the caller's (the protected ref, the
trust root, the laws of the chain, the settings in force), 5 to 12 make it effective, 13 is time.
"""

from gitprov.check.effect.case import Case
from gitprov.check.effect.exceptions import EXCEPTION, FEWEST, Granted, exceptions, granted
from gitprov.check.effect.judging import judge, judge_at
from gitprov.check.effect.time import Deployed, Observed, deployments, disputes, in_time, observe
from gitprov.check.effect.timeline import Asked, Clause, Judgement, Timeline
from gitprov.check.effect.votes import Votes, count

__all__ = [
    "EXCEPTION",
    "FEWEST",
    "Asked",
    "Case",
    "Clause",
    "Deployed",
    "Granted",
    "Judgement",
    "Observed",
    "Timeline",
    "Votes",
    "count",
    "deployments",
    "disputes",
    "exceptions",
    "granted",
    "in_time",
    "judge",
    "judge_at",
    "observe",
]
