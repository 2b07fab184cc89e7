"""Judges every request about a name, step by step."""

from collections.abc import Iterator, Mapping
from dataclasses import replace

from gitprov.check.effect import clauses
from gitprov.check.effect.case import Case, people, short
from gitprov.check.effect.exceptions import exceptions, granted
from gitprov.check.effect.timeline import Asked, Clause, Judgement, Timeline
from gitprov.check.effect.votes import approvals, count, rejections
from gitprov.check.landed import Landed
from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.lineage import Held
from gitprov.records import Request
from gitprov.records.promotions import Waived
from gitprov.records.stored import ROOT


def judge(landed: Landed, name: str) -> Timeline:
    """Judges every request about a name at each step that adds to its folder, or an exception for it.

    Returns:
        What became of each.
    """
    top = f"{ROOT}/promotions/{name}/"
    touched = _touched(landed, top)
    at_path = {held.stored.path: held for held in landed.ledger.held.values() if held.stored.path.startswith(top)}
    known: dict[str, Asked] = {}
    for step in sorted(touched):
        before = Timeline(name, tuple(known.values()))
        ready: dict[str, list[str]] = {}
        for folder in sorted(touched[step]):
            asked = known.get(folder) or _asked(landed, at_path.get(f"{folder}/request.yaml"), step)
            if asked is not None and asked.effective is None:
                judgement = judge_at(landed, before, asked.held, step)
                known[folder] = replace(asked, judgement=judgement)
                if judgement.holds:
                    ready.setdefault(asked.request.stage, []).append(folder)
        for stage, folders in ready.items():
            current = before.effective(stage, step)
            known |= _effects({folder: known[folder] for folder in folders}, step)
            if current is not None and len(folders) == 1:
                known |= {folder: replace(one, replaced=step) for folder, one in known.items() if one.id == current.id}
    return Timeline(name, tuple(known.values()))


def _touched(landed: Landed, top: str) -> dict[int, set[str]]:
    """Returns the folders of requests that each step adds a file to, or an exception for."""
    touched: dict[int, set[str]] = {}
    for path, step in landed.chain.landed.items():
        if path.startswith(top):
            touched.setdefault(step, set()).add("/".join(path.split("/")[:5]))
    for _, request, steps in exceptions(landed):
        held = landed.ledger.held.get(request)
        if held is not None and held.stored.path.startswith(top):
            for step in steps:
                touched.setdefault(step, set()).add(held.stored.path.rpartition("/")[0])
    return touched


def judge_at(landed: Landed, timeline: Timeline, held: Held, step: int) -> Judgement:
    """Judges one request at a step, by what holds at the step's first parent."""
    root, request = landed.roots.at(step - 1), held.stored.record
    if not isinstance(request, Request):
        raise TypeError(f"{held.stored.path} is no request")
    if root is None:
        finding = codes.PRO_MALFORMED.finding(
            held.stored.path, "no trust root was in force before it landed", fix="gitprov trust init"
        )
        return Judgement(step, (Clause(5, "request", "", (finding,)),))
    try:
        return Judgement(step, tuple(_clauses(Case(landed, timeline, held, request, step, root))))
    except GitprovError as error:  # a setting in force that cannot be read: never "ok", and no other request suffers
        finding = error.code.finding(held.stored.path, error.what, why=error.why, fix=error.fix)
        return Judgement(step, (Clause(10, "policy", "", (finding,)),))


def _asked(landed: Landed, held: Held | None, step: int) -> Asked | None:
    if held is None or not isinstance(held.stored.record, Request) or landed.chain.landed[held.stored.path] > step:
        return None
    return Asked(held, held.stored.record, step)


def _clauses(case: Case) -> Iterator[Clause]:
    request, evidence = case.request, case.evidence()
    votes = count(case, evidence)
    yield Clause(5, "request", f"{case.name} is well-formed, of this project", tuple(clauses.well_formed(case)))
    asks = case.landed.signers(case.held.id, case.before) & case.askers
    yield Clause(6, "requester", f"asked for by {people(asks)}", tuple(clauses.requester(case)))
    replaced = f"replaces {short(request.replaces)}, in effect before" if request.replaces else "the first here"
    origin = f", comes from {request.from_}" if request.from_ else ""
    yield Clause(7, "move", replaced + origin, (*clauses.replaces(case), *clauses.allowed_move(case)))
    says = f"{request.name}@v{request.release.version} resolves, signed" if request.release else "serve nothing"
    yield Clause(8, "release", says, tuple(clauses.release(case)))
    says = "complete, and the same when computed again"
    yield Clause(9, "evidence", says, tuple(clauses.evidence(case, evidence)))
    rules = len(evidence.rules) if evidence else 0
    says = f"{rules} rules of the settings in force, as of {request.evaluated_at}" if rules else "no rule is in force"
    yield _waivable(case, Clause(10, "policy", says, tuple(clauses.policy(case, evidence))))
    yield _waivable(case, Clause(11, "approvals", votes.says, tuple(approvals(case, votes))))
    yield Clause(12, "rejections", "none", tuple(rejections(case, votes)))


_WAIVABLE: Mapping[Waived, frozenset[Code]] = {
    "approvals": frozenset({codes.APR_MISSING, codes.APR_UNKNOWN}),
    "gates": frozenset({codes.PRO_GATE}),
}
"""What an exception can waive: rules that deny and approvals that are missing, never what they were judged by."""


def _waivable(case: Case, clause: Clause) -> Clause:
    """Returns a clause without what the exceptions for its request waive."""
    if clause.holds:
        return clause
    grants = granted(case.landed, case.held.id, case.before, case.step)
    free = {code for one in grants for what in one.waives for code in _WAIVABLE[what]}
    waived = tuple(one for one in clause.findings if one.code in free)
    if not waived:
        return clause
    by = ", ".join(short(one.id) for one in grants)
    left = tuple(one for one in clause.findings if one not in waived)
    return replace(clause, says=f"{len(waived)} waived by exception {by}", findings=left, waived=waived)


def _effects(those: Mapping[str, Asked], step: int) -> dict[str, Asked]:
    """Returns what becomes of the requests of a stage that hold at a step: one takes effect; of two neither does."""
    if len(those) == 1:
        return {folder: replace(one, effective=step) for folder, one in those.items()}
    found = {}
    for folder, one in those.items():
        others = ", ".join(str(other.request.sequence) for other in those.values() if other is not one)
        name = one.request.label
        finding = codes.PRO_TWO.finding(
            one.held.stored.path,
            f"{name} and {others} would take effect at one step: neither does",
            fix=f"gitprov renumber {name}",
        )
        kept = one.judgement.clauses if one.judgement is not None else ()
        found[folder] = replace(one, judgement=Judgement(step, (*kept, Clause(7, "move", "", (finding,)))))
    return found
