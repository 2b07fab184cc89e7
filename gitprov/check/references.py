"""What records say about each other, and the digests that follow from their fields: step (3)."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from gitprov.check.seen import Change, read_record
from gitprov.errors import Code, Finding, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, digest_hex
from gitprov.ids.recipes import UNKNOWN, recipe_id
from gitprov.lineage import Held, Ledger
from gitprov.lineage.graph import cycles
from gitprov.lineage.layers import closure, layers_of, other_runs
from gitprov.records import (
    RUN_SET,
    Artifact,
    Content,
    Deployment,
    Evaluation,
    Event,
    Input,
    Output,
    Record,
    ReferencedContent,
    Release,
    Request,
    Run,
    Sweep,
    TrustRoot,
    reference_digest,
    set_digest,
)


def references(change: Change) -> Iterator[Finding]:
    """Yields what is wrong with the references of the records that a change adds: the law of docs/verification.md."""
    if change.after is not None:
        ledger = change.after.landed.ledger
    elif change.context is not None:
        there = [read_record(path, data) for path, data in change.context.items()]
        all_ = (*change.records.values(), *there)
        ledger = Ledger(Held(one, "committed") for one in all_ if not isinstance(one, GitprovError))
    else:
        return
    added = [one.id for one in change.records.values() if not isinstance(one, GitprovError)]
    found = [
        *check_references(ledger, dict.fromkeys(one for one in added if one in ledger.held)),
        *check_cycles(ledger),
        *check_collisions(ledger),
    ]
    for finding in found:
        if finding.subject in change.final:
            yield replace(finding, commit=change.final[finding.subject][0])


def named_by(record: Record) -> set[Digest]:
    """Returns the ids of all records that a record names."""
    match record:
        case Run():
            used = {one.artifact for one in record.inputs.values()}
            kept = {record.sweep.kept} if record.sweep is not None else set()
            return used | kept | {made.artifact for made in record.outputs.values()}
        case Evaluation():
            about = {record.subject.artifact} if record.subject.artifact is not None else set()
            return about | ({record.data.artifact} if record.data is not None else set())
        case Release():
            members = record.members.values()
            return {*(one.artifact for one in members), *(one.run for one in members), *record.runs}
        case Event():
            return {*record.subjects}
    return {*_names(record).values()}


_RANK = {"committed": 0, "staged": 1, "draft": 2}


def check_references(ledger: Ledger, records: Iterable[Digest]) -> Iterator[Finding]:
    """Yields every reference of these records that leads nowhere, and every derived digest that is wrong."""
    for one in records:
        held = ledger.held[one]
        match held.stored.record:
            case Artifact() as artifact:
                yield from _artifact(held, artifact)
            case Run() as run:
                yield from _run(ledger, held, run)
            case Evaluation() as evaluation:
                yield from _evaluation(ledger, held, evaluation)
            case Release() as release:
                yield from _release(ledger, held, release)
            case Event() as event:
                for subject in event.subjects:
                    yield from _there(ledger, held, subject, ledger.held, "subject")
            case other:
                for role, named in _names(other).items():
                    yield from _there(ledger, held, named, ledger.held, role)


def check_cycles(ledger: Ledger) -> Iterator[Finding]:
    """Yields artifacts that are their own ancestors."""
    for way in cycles(ledger):
        known = [one for one in way if one in ledger.held]
        yield codes.LIN_CYCLE.finding(
            ledger.held[known[0]].stored.path if known else way[0],
            f"{ledger.short(way[0])} is its own ancestor",
            why=" from ".join(ledger.short(one) for one in [*way, way[0]]),
        )


def check_collisions(ledger: Ledger) -> Iterator[Finding]:
    """Yields files that share an MD5 and are not the same bytes: DVC would keep only one of them (threat A06)."""
    first: dict[str, Digest] = {}
    for one, artifact in ledger.artifacts.items():
        content = artifact.content
        if isinstance(content, Content) and content.listing is None:
            other = first.setdefault(content.md5, one)
            if ledger.artifacts[other].content.digest != content.digest:
                yield _finding(
                    ledger.held[one],
                    codes.BLB_COLLISION,
                    f"{ledger.short(one)} and {ledger.short(other)} are different bytes with one MD5",
                    why=content.md5,
                )


def _names(record: Record) -> dict[str, Digest]:
    """What a record of trust or promotion rests on; what evidence names, its release and its request name too."""
    match record:
        case TrustRoot():
            found = {"trust version that it follows": record.follows}
        case Request():
            found = {
                "project": record.project,
                "evidence": record.evidence,
                "request replaced": record.replaces,
            }
            found |= {"release": record.release.id if record.release else None}
        case Deployment():
            found = {"project": record.project, "request": record.request, "release": record.release.id}
        case _:
            found = {}
    return {role: named for role, named in found.items() if named is not None}


def _artifact(held: Held, artifact: Artifact) -> Iterator[Finding]:
    content, recipe = artifact.content, artifact.recipe
    if isinstance(content, ReferencedContent):
        yield from _equal(held, "content.digest", content.digest, reference_digest(content.reference))
    yield from _equal(held, "recipe.id", recipe.id, recipe.expected_id() or content.digest)


def _run(ledger: Ledger, held: Held, run: Run) -> Iterator[Finding]:
    for role, used in run.inputs.items():
        yield from _uses(ledger, held, used, f"input {role}")
    for role, made in run.outputs.items():
        yield from _uses(ledger, held, made, f"output {role}")
        artifact = ledger.artifacts.get(made.artifact)
        if artifact is not None:
            yield from _equal(held, f"outputs.{role}.recipe", made.recipe, artifact.recipe.id)
        yield from _equal(held, f"outputs.{role}.recipe", made.recipe, _recipe(run, role, artifact))
    if run.sweep is not None:
        yield from _sweep(ledger, held, run.sweep, ledger.artifacts.get(run.outputs[RUN_SET].artifact))


def _sweep(ledger: Ledger, held: Held, sweep: Sweep, artifact: Artifact | None) -> Iterator[Finding]:
    """What the listing would show, as far as the records show it: each run is a file of the run-set."""
    yield from _there(ledger, held, sweep.kept, ledger.runs, "kept run")
    if artifact is None:
        return  # that it is not there is told of every output
    content = artifact.content
    if artifact.kind != RUN_SET or not isinstance(content, Content) or content.listing is None:
        yield _finding(held, codes.LIN_SWEEP, "what it gave is no run-set", why=f"its kind is {artifact.kind}")
    elif content.files < sweep.runs:
        why = f"{sweep.runs} runs, and {content.files} files"
        yield _finding(held, codes.LIN_SWEEP, "the run-set holds fewer records than runs are recorded", why=why)


def _recipe(run: Run, role: str, artifact: Artifact | None) -> Digest:
    """The recipe that the run's own fields give; a run without a command recorded what was there."""
    if run.command is None:
        return artifact.content.digest if artifact and artifact.recipe.is_source else run.outputs[role].recipe
    return recipe_id(
        step=run.step,
        command=run.command,
        cwd=run.cwd,
        inputs={name: used.content for name, used in run.inputs.items()},
        code=run.code.digest if run.code else UNKNOWN,
        params=run.params or {},
        environment=run.environment.digest if run.environment else UNKNOWN,
        output=role,
    )


def _evaluation(ledger: Ledger, held: Held, evaluation: Evaluation) -> Iterator[Finding]:
    artifact, set_ = evaluation.subject.artifact, evaluation.subject.set_
    if artifact is not None:
        yield from _there(ledger, held, artifact, ledger.artifacts, "subject")
    if set_ is not None and not any(release.set_ == set_ for release in ledger.releases.values()):
        yield _finding(held, codes.LIN_DANGLING, f"no release has the set {set_}")
    if evaluation.data is not None:
        yield from _uses(ledger, held, evaluation.data, "data")


def _release(ledger: Ledger, held: Held, release: Release) -> Iterator[Finding]:
    whole = True
    for role, member in release.members.items():
        found = [
            *_there(ledger, held, member.artifact, ledger.artifacts, f"member {role}"),
            *_there(ledger, held, member.run, ledger.runs, f"the run of member {role}"),
        ]
        yield from found
        whole = whole and not found
        run = ledger.runs.get(member.run)
        if run is not None and all(made.artifact != member.artifact for made in run.outputs.values()):
            yield _finding(
                held,
                codes.LIN_CONTENT,
                f"member {role} was not made by the run that is named",
                why=f"{ledger.short(member.run)} did not make {ledger.short(member.artifact)}",
            )
    for one in release.runs:
        found = [*_there(ledger, held, one, ledger.runs, "one of the runs")]
        yield from found
        whole = whole and not found
    yield from _equal(held, "set", release.set_, set_digest(release.members))
    if whole:
        made_by = closure(ledger, release.members, release.runs)
        runs = " ".join(other_runs(made_by, release.members))
        yield from _equal(held, "runs", " ".join(release.runs), runs)
        layers = layers_of(ledger, made_by, release.members)
        for name in ("artifacts", "code", "data", "environment"):
            yield from _equal(held, f"layers.{name}", getattr(release.layers, name), getattr(layers, name))


def _uses(ledger: Ledger, held: Held, used: Input | Output, role: str) -> Iterator[Finding]:
    yield from _there(ledger, held, used.artifact, ledger.artifacts, role)
    artifact = ledger.artifacts.get(used.artifact)
    if artifact is not None and artifact.content.digest != used.content:
        yield _finding(
            held,
            codes.LIN_CONTENT,
            f"the {role} has another content than its artifact record",
            why=f"here {used.content}, in {ledger.short(used.artifact)} {artifact.content.digest}",
        )


def _there(ledger: Ledger, held: Held, target: Digest, kind: Mapping[Digest, Any], role: str) -> Iterator[Finding]:
    """A reference must lead to a record of the right kind that has come at least as far as the one that refers."""
    if target not in kind:
        what = "is another kind of record" if target in ledger.held else "is not there"
        file = f"':(glob).gitprov/**/{digest_hex(target)}.yaml'"
        fix = f"git log --all --oneline -- {file}  # finds the commit that has it"
        yield _finding(held, codes.LIN_DANGLING, f"the {role} {what}: {target}", fix=fix)
    elif _RANK[ledger.held[target].state] > _RANK[held.state]:
        found = ledger.held[target]
        yield _finding(
            held,
            codes.LIN_DANGLING,
            f"the {role} is {found.state} only: {ledger.short(target)}",
            why=f"this record is {held.state}",
            fix=f"gitprov keep {found.draft}" if found.draft else f"git commit -- {found.stored.path}",
        )


def _equal(held: Held, field: str, found: str, expected: str) -> Iterator[Finding]:
    if found != expected:
        yield _finding(
            held,
            codes.LIN_RECIPE,
            f"{field} does not follow from the fields it is made of",
            why=f"recorded {found}, computed {expected}",
        )


def _finding(held: Held, code: Code, what: str, *, why: str = "", fix: str = "") -> Finding:
    path = held.stored.path
    return code.finding(path, f"{path}: {what}", why=why, fix=fix or code.remedy.replace("PATH", path))
