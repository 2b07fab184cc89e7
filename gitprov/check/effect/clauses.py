"""Clauses 5 to 10: the request itself, who asks, what it replaces, the release, the evidence, the rules."""

from collections.abc import Iterator
from datetime import UTC, datetime

from gitprov.check.effect.case import Case, in_words, people, short
from gitprov.check.effect.time import SKEW
from gitprov.check.evidence import again, lacking, policy_digest, summary
from gitprov.check.references import check_references
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.records import Evidence, Release, ReleaseRef, path_of, store
from gitprov.records.settings import Project


def well_formed(case: Case) -> Iterator[Finding]:
    """Clause 5: it lies where its fields say, and is a wish of this project (threat A09)."""
    path, right = case.held.stored.path, path_of(case.request, case.held.id)
    branch = case.root.root.ref.removeprefix("refs/heads/")
    again = f"git switch {branch} && gitprov promote {case.request.name} --to {case.request.stage} --reason TEXT"
    if path != right:
        yield case.find(codes.PRO_MALFORMED, f"{path} belongs at {right}", fix=again)
    project = case.landed.roots.project
    if case.request.project != project:
        yield case.find(
            codes.PRO_MALFORMED,
            f"{case.name} is a request of another project",
            why=f"it names {case.request.project}, this project is {project}",
            fix=again,
        )


def requester(case: Case) -> Iterator[Finding]:
    """Clause 6: a producer or an owner asks for it."""
    if not case.landed.signers(case.held.id, case.before) & case.askers:
        yield case.find(
            codes.PRO_UNSIGNED,
            f"{case.name} is signed by nobody who may ask for it",
            why=in_words(case.signatures(case.held.id)),
            fix=f"gitprov sign {case.name}  # as a producer",
        )


def replaces(case: Case) -> Iterator[Finding]:
    """Clause 7: what it replaces is what is in effect, so that one that was overtaken is void for ever (threat A09)."""
    in_effect = case.current.id if case.current is not None else None
    if case.request.replaces != in_effect:
        yield case.find(
            codes.PRO_REPLACED,
            f"{case.name} replaces {short(case.request.replaces)}, which is not in effect",
            why=f"in effect is {short(in_effect)}",
            fix=f"gitprov renumber {case.name}",
        )


def allowed_move(case: Case) -> Iterator[Finding]:
    """Clause 7: the move is one of project.yaml's; a rollback goes back to what was in effect here (demand 16)."""
    request = case.request
    project = case.setting("project.yaml")
    stages = project.stages if isinstance(project, Project) else {}
    if request.stage not in stages and request.stage not in case.root.root.roles.approver:
        yield case.find(
            codes.PRO_FROM,
            f"{request.stage} is no stage of this project",
            why=f"the settings in force name {people({*stages, *case.root.root.roles.approver})}",
            fix="add it to the stages of .gitprov/project.yaml, then: gitprov policy sign",
        )
        return
    if request.release is None:
        return
    version = f"{request.name}@v{request.release.version}"
    if request.kind == "rollback":
        if not case.timeline.was_effective(request.stage, request.release.id, case.before):
            yield case.find(codes.PRO_TARGET, f"{version} was never in effect in {request.stage}")
        return
    after = stages[request.stage].after if request.stage in stages else ()
    if (request.from_ not in after) if after else (request.from_ is not None):
        yield case.find(
            codes.PRO_FROM,
            f"{case.name} comes from {request.from_ or 'no stage'}",
            why=f"{request.stage} comes after {people(after) if after else 'no stage'}",
            fix=f"gitprov promote {version} --to {after[0] if after else request.stage} --reason TEXT",
        )
    elif request.from_ is not None:
        there = case.timeline.effective(request.from_, case.before)
        if there is None or there.request.release is None or there.request.release.id != request.release.id:
            yield case.find(
                codes.PRO_FROM,
                f"{version} is not in effect in {request.from_}",
                why=f"{request.stage} comes after {people(after)}",
                fix=f"gitprov promote {version} --to {request.from_} --reason TEXT",
            )


def release(case: Case) -> Iterator[Finding]:
    """Clause 8: the release and all that it rests on is there, and producers stand behind it."""
    wanted = case.request.release
    if wanted is None:
        return
    found = case.release()
    if found is None:
        yield case.find(codes.PRO_RELEASE, f"release {case.request.name}@v{wanted.version} is not there")
        return
    name = f"{found.name}@v{found.version}"
    if found.name != case.request.name or wanted != ReleaseRef(id=wanted.id, set_=found.set_, version=found.version):
        yield case.find(
            codes.PRO_RELEASE, f"{case.name} does not describe the release that it names", why=f"that is {name}"
        )
    if not case.landed.signers(wanted.id, case.before) & case.askers:
        yield case.find(
            codes.PRO_RELEASE,
            f"release {name} is signed by nobody who may release",
            why=in_words(case.signatures(wanted.id)),
            fix=f"gitprov sign {name}  # as a producer",
        )
    yield from _closure(case, found, wanted.id)


def _closure(case: Case, found: Release, wanted: Digest) -> Iterator[Finding]:
    """Yields what is wrong with what the release names, as it had landed: what lands later changes nothing of it."""
    basis = case.basis()
    if basis is None:
        return
    ledger = Ledger([case.landed.ledger.held[wanted], *basis.ledger.held.values()])
    yield from check_references(ledger, ledger.held)
    for one, run in basis.made_by.items():
        makers = [maker for maker in case.landed.ledger.makers(one) if case.is_there(maker)]
        artifact = ledger.artifacts.get(one)
        if run is None and artifact is not None and (makers or not artifact.recipe.is_source):
            yield case.find(
                codes.PRO_RELEASE,
                f"release {found.name}@v{found.version} names no run that made {artifact.name} {ledger.short(one)}",
                why="who made what it rests on must be known",
                fix=f"gitprov seal {found.name}",
            )
    producers = set(case.root.role("producer", case.request.name).people)
    for one in basis.runs:
        if not case.landed.signers(one, case.before) & producers:
            yield case.find(
                codes.PRO_RUN,
                f"run {ledger.runs[one].step} {ledger.short(one)} is signed by no producer",
                why=in_words(case.signatures(one)),
                fix=f"gitprov sign {ledger.short(one)}  # as a producer",
            )


def evidence(case: Case, found: Evidence | None) -> Iterator[Finding]:
    """Clause 9: the evidence is there, true and complete, and the summary says what it says."""
    request, fix = (
        case.request,
        f"gitprov renumber {case.name}  # gitprov evidence verify {case.name} says what differs",
    )
    if found is None:
        what = f"evidence {short(request.evidence)} does not lie beside {case.name}"
        yield case.find(codes.PRO_EVIDENCE, what, fix=f"gitprov renumber {case.name}")
        return
    same = ("name", "stage", "sequence", "kind", "evaluated_at", "release", "policy", "authors")
    signers = case.landed.signers(case.held.id, case.before)
    if any(getattr(found, field) != getattr(request, field) for field in same) or found.requester not in signers:
        yield case.find(codes.PRO_EVIDENCE, f"the evidence is not about {case.name}", fix=fix)
    if found.incumbent != (case.current.request.release if case.current is not None else None):
        yield case.find(
            codes.PRO_EVIDENCE, "the evidence compares with another release than the one in effect", fix=fix
        )
    made = case.landed.chain.step_of(found.commit)
    if made is None or made > case.before:
        yield case.find(
            codes.PRO_EVIDENCE, f"the evidence was made at {found.commit}, not on the protected ref", fix=fix
        )
    elif case.current is not None and made < (case.current.effective or 0):
        yield case.find(
            codes.PRO_EVIDENCE,
            f"the evidence was made at {found.commit}, before what it compares with took effect",
            why="what landed since would be left out",
            fix=fix,
        )
    if (newest := _newest(case, found)) > datetime.fromisoformat(request.evaluated_at) + SKEW:
        yield case.find(
            codes.PRO_EVIDENCE,
            f"the gates of {case.name} cannot have been evaluated at {request.evaluated_at}",
            why=f"it rests on what was made at {newest:%Y-%m-%dT%H:%M:%SZ}",
            fix=fix,
        )
    if store(again(case.landed, case.step, found)).id != request.evidence:
        yield case.find(codes.PRO_EVIDENCE, "the evidence is another when it is computed again", fix=fix)
    if summary(found, case.landed) != request.summary:
        yield case.find(codes.PRO_SUMMARY, f"the summary of {case.name} does not say what the evidence says", fix=fix)
    yield from lacking(case.landed, case.step, found)


def _newest(case: Case, found: Evidence) -> datetime:
    """Returns when the newest of what evidence names says that it was made: old data must not be judged as of then."""
    ledger = case.landed.ledger
    times = [ledger.runs[entry.run].finished for entry in found.runs if entry.run in ledger.runs]
    measured = (entry.evaluation for entry in found.evaluations)
    times += [ledger.evaluations[one].evaluated for one in measured if one in ledger.evaluations]
    times += [case.current.request.evaluated_at] if case.current is not None else []
    known = [datetime.fromisoformat(time) for time in times if time is not None]
    return max(known, default=datetime.min.replace(tzinfo=UTC))


def policy(case: Case, found: Evidence | None) -> Iterator[Finding]:
    """Clause 10: judged by the settings in force, as of the signed time; every rule that denies is listed (A16)."""
    request = case.request
    right = policy_digest(case.landed, case.step, request.name, request.stage)
    if request.policy != right:
        yield case.find(
            codes.PRO_POLICY,
            f"{case.name} was judged by other settings than those in force",
            why=f"it names {request.policy}, in force are {right}",
            fix=f"gitprov renumber {case.name}",
        )
    for rule in found.rules if found is not None else ():
        if rule.blocks:
            yield case.find(
                codes.PRO_GATE,
                f"rule {rule.rule} denies: {rule.message or rule.outcome}",
                why=f"policy {rule.policy}",
                fix=f"gitprov policy check {request.name} --to {request.stage}",
            )
