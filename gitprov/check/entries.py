"""What evidence lists: members, data, runs, evaluations and metrics, each computed from records and signatures."""

from collections.abc import Iterable, Mapping
from typing import Any

from gitprov.check.basis import Basis, View
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.sweeps import choices
from gitprov.records import Artifact, Content, ReferencedContent, Run
from gitprov.records.evidence import (
    Assurance,
    DataEntry,
    EvaluationEntry,
    MemberEntry,
    MetricEntry,
    RunEntry,
    SweepEntry,
)

Metrics = Mapping[str, Mapping[str, tuple[Any, ...]]]
"""Suite to metric to the value of every accepted evaluation, oldest first."""


def assurance(artifact: Artifact) -> Assurance:
    """Returns how far the content of an artifact is known."""
    content = artifact.content
    return content.reference.assurance if isinstance(content, ReferencedContent) else "verified"


def members(candidate: Basis, incumbent: Basis | None) -> dict[str, MemberEntry]:
    """Returns the members by role, beside what the incumbent has in the same role."""
    before = {role: one.content.digest for role, (_, one) in (incumbent.members if incumbent else {}).items()}
    return {
        role: MemberEntry(
            artifact=artifact,
            name=record.name,
            kind=record.kind,
            content=record.content.digest,
            incumbent=before.get(role),
        )
        for role, (artifact, record) in candidate.members.items()
    }


def data(view: View, candidate: Basis) -> tuple[DataEntry, ...]:
    """Returns the data manifest."""
    return tuple(_data(view, candidate, one, artifact) for one, artifact in candidate.sources.items())


def _data(view: View, candidate: Basis, one: Digest, artifact: Artifact) -> DataEntry:
    ledger, content = view.landed.ledger, artifact.content
    same = sorted(ledger.with_content(content.digest))
    made = {run for each in same for run in ledger.makers(each)}
    met = made | {run for each in same for run in ledger.users(each)}

    def first(runs: Iterable[Digest]) -> Run | None:
        for run in sorted(runs, key=lambda run: (ledger.runs[run].finished or "", run)):
            by = view.by if run in candidate.ledger.runs else view.head
            if view.has(run, by) and view.is_signed(run, "producer", by):
                return ledger.runs[run]
        return None

    earliest = first(run for run in met if ledger.runs[run].finished is not None)
    stating = first(run for run in made if ledger.runs[run].cutoff is not None)
    observed = earliest.finished if earliest is not None else None
    cutoff = stating.cutoff if stating is not None else None
    return DataEntry(
        artifact=one,
        name=artifact.name,
        content=content.digest,
        size=content.size if isinstance(content, Content) else None,
        assurance=assurance(artifact),
        cutoff=cutoff if (cutoff or "") <= (observed or "") else None,
        observed=observed,
    )


def runs(view: View, candidate: Basis) -> tuple[RunEntry, ...]:
    """Returns the runs that the release names, each with who stands behind it."""
    return tuple(
        RunEntry(
            run=one,
            step=run.step,
            code=run.code.digest if run.code else None,
            commit=run.code.commit if run.code else None,
            environment=run.environment.digest if run.environment else None,
            container=run.environment.container if run.environment else None,
            params=run.params or {},
            inputs={role: used.content for role, used in run.inputs.items()},
            people=tuple(sorted(view.signers(one))),
            accepted=view.is_accepted(one),
            reviewed=view.head >= 0 and view.landed.reviewed(one, view.head),
        )
        for one, run in candidate.runs.items()
    )


def subjects(release: Basis | None) -> dict[Digest, str | None]:
    """Returns what evaluations of a release are about, to the role: its set (no role), and its members."""
    if release is None:
        return {}
    return {release.ref.set_: None, **{one: role for role, (one, _) in release.members.items()}}


def evaluations_of(view: View, release: Basis | None, by: int) -> list[Digest]:
    """Returns the evaluations of a release that had landed after the step `by`, accepted or not."""
    known = (one for about in subjects(release) for one in view.landed.ledger.evaluations_of(about))
    return [one for one in known if view.has(one, by)]


def evaluations(view: View, release: Basis | None, these: Iterable[Digest]) -> tuple[EvaluationEntry, ...]:
    """Returns an entry for each of `these` that is an evaluation of the release and had landed, by suite and id."""
    about, found = subjects(release), []
    for one in set(these) & set(evaluations_of(view, release, view.by)):
        record = view.landed.ledger.evaluations[one]
        found.append(
            EvaluationEntry(
                evaluation=one,
                suite=record.suite,
                role=about[record.subject.artifact or record.subject.set_ or Digest("")],
                data=record.data.content if record.data else None,
                people=tuple(sorted(view.signers(one))),
                accepted=view.is_signed(one, "evaluator"),
            )
        )
    return tuple(sorted(found, key=lambda entry: (entry.suite, entry.evaluation)))


def values(ledger: Ledger, entries: Iterable[EvaluationEntry]) -> Metrics:
    """Returns what the accepted evaluations measured."""
    known = ledger.evaluations
    accepted = [(known[entry.evaluation].evaluated, entry.evaluation) for entry in entries if entry.accepted]
    found: dict[str, dict[str, tuple[Any, ...]]] = {}
    for _, one in sorted(accepted):
        suite = found.setdefault(known[one].suite, {})
        for metric, value in known[one].metrics.items():
            suite[metric] = (*suite.get(metric, ()), value)
    return found


def metrics(after: Metrics, before: Metrics) -> dict[str, dict[str, MetricEntry]]:
    """Returns the metrics of both sides, side by side."""

    def of(suite: str) -> dict[str, MetricEntry]:
        new, old = after.get(suite, {}), before.get(suite, {})
        return {key: MetricEntry(after=new.get(key, ()), before=old.get(key, ())) for key in {**new, **old}}

    return {suite: of(suite) for suite in {**after, **before}}


def candidates(view: View, candidate: Basis | None, incumbent: Basis | None, by: int) -> list[Digest]:
    """Returns what was made like a member, by name and step, and landed after the incumbent did, up to `by`."""
    if candidate is None:
        return []
    ledger = view.landed.ledger
    since = view.landed.landing(incumbent.ref.id) if incumbent is not None else None
    known = {one for one, _ in incumbent.members.values()} if incumbent is not None else set()
    made = [record for _, record in candidate.members.values() if not record.recipe.is_source]
    wanted = {(record.name, record.recipe.step) for record in made}
    return sorted(
        one
        for name, step in wanted
        for one in ledger.named(name)
        if ledger.artifacts[one].recipe.step == step and one not in known
        if view.has(one, by) and (since is None or not view.has(one, since))
    )


def sweeps(view: View, candidate: Basis | None, by: int) -> list[SweepEntry]:
    """Returns what the runs that a release rests on were chosen from, as far as it had landed after the step `by`.

    Whoever signed it: it can only say that there was more to choose from.
    """
    found = (
        SweepEntry(sweep=one.sweep, run=run, artifact=one.artifact, name=one.name, runs=one.runs)
        for run in (candidate.runs if candidate is not None else ())
        for one in choices(view.landed.ledger, run)
        if view.has(one.sweep, by) and view.has(one.artifact, by)
    )
    return sorted(found, key=lambda entry: entry.sweep)
