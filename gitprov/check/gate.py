"""The facts that rules see, made of evidence and the records that it names; the settings that hold the rules."""

from collections.abc import Iterable, Iterator

from gitprov.check.basis import Basis, View
from gitprov.check.entries import assurance, values
from gitprov.check.landed import Landed
from gitprov.errors import GitprovError
from gitprov.ids import Digest, digest_of
from gitprov.lineage.values import flatten
from gitprov.policy.decide import Decision, Tried, decide
from gitprov.policy.facts import (
    DataFacts,
    EvaluationFacts,
    Facts,
    MemberFacts,
    PeopleFacts,
    ReleaseFacts,
    RunFacts,
    SchemaFacts,
    SweepFacts,
    days_between,
)
from gitprov.records import Evaluation, Evidence
from gitprov.records.evidence import DataEntry, EvaluationEntry, RunEntry
from gitprov.records.policies import Policy
from gitprov.records.roots import RoleName
from gitprov.records.settings import CatalogEntry
from gitprov.records.stored import ROOT

POLICIES = f"{ROOT}/policies/"
PROJECT = f"{ROOT}/project.yaml"
ADD = "add"
"""The step of what records a source: it runs no code."""
SCHEMA = "schema"
"""The role of a schema: of a member, or of an input of what makes one."""


def catalog_path(name: str) -> str:
    """Returns where the catalog says what a name is."""
    return f"{ROOT}/catalog/{name}.yaml"


def policies_in_force(landed: Landed, step: int) -> tuple[dict[str, Policy], list[Tried]]:
    """Returns the policies that judge a step, by name; and, for each that cannot be read, what blocks instead."""
    found: dict[str, Policy] = {}
    broken = []
    for path in sorted(landed.settings.at(step - 1)):
        if path.startswith(POLICIES):
            name, policy = path.removeprefix(POLICIES).removesuffix(".yaml"), _setting(landed, step, path)
            if isinstance(policy, Policy):
                found[name] = policy
            else:
                broken.append(_unreadable(name, path))
    return found, broken


def policy_digest(landed: Landed, step: int, name: str, stage: str) -> Digest:
    """Returns the digest of the settings that judge a request at a step: those in force after its first parent.

    They are the project's, the catalog entry of the name, every policy of which some rule is in scope, and the trust
    version: not a neighbour's.
    """
    in_force = landed.settings.at(step - 1)
    policies, broken = policies_in_force(landed, step)
    names = [one for one, policy in policies.items() if any(_guards(policy, name, stage))]
    root = landed.roots.at(step - 1)
    return digest_of(
        {
            "catalog": in_force.get(catalog_path(name)),
            "policies": {
                path: in_force[path]
                for path in (f"{POLICIES}{one}.yaml" for one in (*names, *(entry.policy for entry in broken)))
            },
            "project": in_force.get(PROJECT),
            "trust": root.id if root is not None else None,
        }
    )


def _guards(policy: Policy, name: str, stage: str) -> Iterator[bool]:
    for rule in policy.rules.values():
        for kind in rule.applies_to:
            yield rule.judges(kind=kind, name=name, stage=stage)


def _setting(landed: Landed, step: int, path: str) -> object | None:
    """Returns a setting that judges a step; None when there is none or it cannot be read."""
    try:
        return landed.settings.setting(step - 1, path)
    except GitprovError:
        return None


def _unreadable(name: str, path: str) -> Tried:
    remedy = f"mend {path}, then gitprov policy sign"
    return Tried(name, "readable", "deny", "error", f"{path} in force cannot be read", remedy)


def decide_on(view: View, evidence: Evidence, candidate: Basis | None, incumbent: Basis | None) -> Decision:
    """Returns what the policies in force say of evidence that lacks its rules; what cannot be read blocks."""
    policies, broken = policies_in_force(view.landed, view.step)
    path = catalog_path(evidence.name)
    entry = _setting(view.landed, view.step, path)
    if not isinstance(entry, CatalogEntry):
        broken += [_unreadable("catalog", path)] if path in view.landed.settings.at(view.step - 1) else []
        entry = CatalogEntry()
    decision = decide(_facts(view, evidence, entry, candidate, incumbent), policies)
    return Decision(tuple(sorted([*broken, *decision.tried], key=lambda one: (one.policy, one.rule))))


def _facts(
    view: View, evidence: Evidence, catalog: CatalogEntry, candidate: Basis | None, incumbent: Basis | None
) -> Facts:
    ledger = view.landed.ledger
    by_time = sorted(
        evidence.evaluations, key=lambda one: (one.suite, ledger.evaluations[one.evaluation].evaluated, one.evaluation)
    )
    return Facts(
        now=evidence.evaluated_at,
        kind=evidence.kind,
        name=evidence.name,
        stage=evidence.stage,
        owner=catalog.owner,
        tags=catalog.tags,
        release=_release(view, candidate, incumbent),
        incumbent=_release(view, incumbent, incumbent),
        data=tuple(_data(entry, evidence.evaluated_at) for entry in evidence.data),
        runs=tuple(_run(entry, candidate) for entry in evidence.runs if entry.step != ADD) if candidate else (),
        schemas=_schemas(candidate, incumbent),
        evaluations=tuple(_evaluation(ledger.evaluations[entry.evaluation], entry) for entry in by_time),
        metrics=values(ledger, evidence.evaluations),
        incumbent_metrics=values(ledger, evidence.incumbent_evaluations),
        candidates=float(len(evidence.candidates)),
        sweeps=tuple(SweepFacts(name=one.name, size=float(one.runs)) for one in evidence.sweeps),
        people=PeopleFacts(
            requester=evidence.requester,
            producers=_people(run.people for run in evidence.runs),
            evaluators=_people(entry.people for entry in evidence.evaluations if entry.accepted),
            authors=evidence.authors,
            owners=tuple(sorted(view.holders("owner"))),
        ),
    )


def _release(view: View, release: Basis | None, incumbent: Basis | None) -> ReleaseFacts | None:
    if release is None:
        return None
    before = incumbent.members if incumbent is not None else {}
    return ReleaseFacts(
        version=float(release.ref.version),
        set_=release.ref.set_,
        members=tuple(
            MemberFacts(
                role=role,
                name=record.name,
                kind=record.kind,
                artifact=one,
                content=record.content.digest,
                assurance=assurance(record),
                reproduced=_is_reproduced(view, release, one),
                remade=role not in before or before[role][1].recipe.id != record.recipe.id,
                deprecated=_is_deprecated(view, one),
            )
            for role, (one, record) in release.members.items()
        ),
        deprecated=_is_deprecated(view, release.ref.id),
    )


def _is_deprecated(view: View, record: Digest) -> bool:
    """Tells whether a producer or an owner had signed by the evidence's commit that a record is to be used no more."""
    roles: tuple[RoleName, ...] = ("producer", "owner")
    return any(
        view.has(event, view.head) and any(view.is_signed(event, role, view.head) for role in roles)
        for event in view.landed.ledger.deprecations_of(record)
    )


def _is_reproduced(view: View, release: Basis, artifact: Digest) -> bool:
    """Tells whether two runs without a person in common, each with a producer behind it, gave the same artifact."""
    if release.ledger.artifacts[artifact].recipe.is_source:
        return False
    makers = [
        view.signers(run)
        for run in view.landed.ledger.makers(artifact)
        if view.has(run, view.by if run in release.ledger.runs else view.head) and view.is_accepted(run)
    ]
    return any(one.isdisjoint(other) for n, one in enumerate(makers) for other in makers[:n])


def _data(entry: DataEntry, now: str) -> DataFacts:
    since = entry.cutoff or entry.observed
    return DataFacts(
        name=entry.name,
        content=entry.content,
        assurance=entry.assurance,
        cutoff=entry.cutoff,
        observed=entry.observed,
        age_days=days_between(since, now) if since is not None else None,
    )


def _run(entry: RunEntry, candidate: Basis) -> RunFacts:
    run = candidate.ledger.runs[entry.run]
    environment = run.environment
    locks = environment.locks or () if environment is not None else ()
    after = {used.after for used in run.inputs.values()}
    made = {out.artifact for out in run.outputs.values()}
    return RunFacts(
        step=run.step,
        id=entry.run,
        makes_member=any(one in made for one, _ in candidate.members.values()),
        code_reviewed=entry.reviewed,
        dirty=run.code.dirty if run.code is not None and "dirty" not in run.unknown else None,
        container=entry.container,
        locks=tuple(lock.path for lock in locks),
        seeded=any(_is_seed(key[-1]) and value is not None for key, value in flatten(entry.params).items()),
        environment_observed=environment is not None
        and environment.packages is not None
        and not (locks or environment.container),
        inputs_changed="changed" in after or (None if "unknown" in after else False),
        unknown=run.unknown,
        declared=run.declared,
        signed_by=entry.people,
        accepted=entry.accepted,
    )


def _is_seed(parameter: str) -> bool:
    return parameter in ("seed", "random_state") or parameter.endswith("_seed")


def _schemas(candidate: Basis | None, incumbent: Basis | None) -> tuple[SchemaFacts, ...]:
    after = candidate.contents(SCHEMA) if candidate is not None else {}
    before = incumbent.contents(SCHEMA) if incumbent is not None else {}
    return tuple(
        SchemaFacts(role=role, candidate=after.get(role), incumbent=before.get(role))
        for role in sorted({*after, *before})
    )


def _evaluation(record: Evaluation, entry: EvaluationEntry) -> EvaluationFacts:
    return EvaluationFacts(
        suite=entry.suite,
        subject="set" if entry.role is None else "artifact",
        role=entry.role,
        metrics=record.metrics,
        by=entry.people,
        accepted=entry.accepted,
        evaluated=record.evaluated,
    )


def _people(groups: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(sorted({person for group in groups for person in group}))
