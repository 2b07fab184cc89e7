"""Records of all types, as hypothesis makes them up."""

from collections.abc import Mapping
from typing import Any, get_args

from hypothesis import strategies as st

from gitprov.ids import Digest, Md5, normalize
from gitprov.ids.names import is_name, path_fault
from gitprov.records import (
    RUN_SET,
    Artifact,
    Blob,
    Code,
    Content,
    Deployment,
    Environment,
    Evaluation,
    Event,
    Evidence,
    Fact,
    History,
    Identity,
    Input,
    Layers,
    Lock,
    Member,
    Output,
    Person,
    Placed,
    Recipe,
    Record,
    Reference,
    ReferencedContent,
    Release,
    ReleaseRef,
    Request,
    Role,
    Roles,
    Run,
    Subject,
    Sweep,
    TrustRoot,
    reference_digest,
    set_digest,
)
from gitprov.records.evidence import (
    DataEntry,
    EvaluationEntry,
    MemberEntry,
    MetricEntry,
    RuleEntry,
    RunEntry,
    SweepEntry,
)
from gitprov.records.promotions import Move
from gitprov.records.roots import Acted
from tests.unit.documents import documents, texts
from tests.unit.trust.facts import pem


def hexes(length: int) -> st.SearchStrategy[str]:
    """Hex digits."""
    return st.binary(min_size=length // 2, max_size=length // 2).map(bytes.hex)


def optional(strategy: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """None, or one of the strategy's."""
    return st.none() | strategy


digests = hexes(64).map(lambda digits: Digest(f"sha256:{digits}"))
md5s = hexes(32).map(lambda digits: Md5(f"md5:{digits}"))
known_or_not = digests | st.just(Digest("unknown"))
names = st.from_regex(r"[a-z0-9]{1,6}([._-][a-z0-9]{1,4}){0,2}", fullmatch=True).filter(is_name)
paths = st.lists(texts, min_size=1, max_size=3).map("/".join).filter(lambda path: path_fault(path) is None)
places = paths | st.just(".")
sizes = st.integers(0, 2**53 - 1)
params: st.SearchStrategy[Mapping[str, Any]] = documents.map(normalize)  # type: ignore[arg-type]
times = st.datetimes().map(lambda time: f"{time:%Y-%m-%dT%H:%M:%S.%fZ}".rjust(27, "0"))
commits = (hexes(40) | hexes(64)).map("git:".__add__)
commands = st.lists(texts, max_size=4).map(tuple)
facts = st.lists(st.sampled_from(get_args(Fact)), unique=True, max_size=4)

# Fields that a later version may add.
extras = st.dictionaries(names.map("later.".__add__), params, max_size=1)


def by_name(strategy: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[dict[str, Any]]:
    """A mapping from names."""
    return st.dictionaries(names, strategy, min_size=least, max_size=3)


blobs = st.builds(Blob, md5=md5s, size=sizes)
files = st.builds(Content, digest=digests, md5=md5s, size=sizes, extra=extras)
folders = st.builds(Content, digest=digests, files=sizes, md5=md5s, size=sizes, listing=blobs)
references = st.builds(
    Reference,
    kind=names,
    locator=texts,
    version=texts,
    checks=params,
    assurance=st.sampled_from(["verified", "provider", "asserted"]),
)
referenced = references.map(lambda one: ReferencedContent(digest=reference_digest(one), reference=one))
contents = files | folders | referenced
sources = contents.map(lambda content: {"content": content, "recipe": Recipe(id=content.digest)})
recipes = st.builds(
    Recipe,
    id=digests,
    code=known_or_not,
    command=commands,
    cwd=places,
    environment=known_or_not,
    inputs=by_name(digests),
    output=names,
    params=params,
    step=names,
)
made = st.builds(lambda content, recipe: {"content": content, "recipe": recipe}, contents, recipes)
artifacts = st.builds(
    lambda fields, **rest: Artifact(**fields, **rest), sources | made, name=names, kind=names, extra=extras
)
codes = st.builds(
    Code,
    digest=known_or_not,
    paths=st.lists(places, max_size=3).map(tuple),
    commit=optional(commits),
    dirty=st.booleans(),
    listing=optional(blobs),
)
environments = st.builds(
    Environment,
    digest=known_or_not,
    container=optional(digests.map("registry.example/train@".__add__)),
    locks=optional(st.lists(st.builds(Lock, path=paths, sha256=digests), max_size=2).map(tuple)),
    variables=optional(st.dictionaries(texts, texts, max_size=2)),
    packages=optional(digests),
    python=optional(texts),
    hardware=optional(texts),
)
inputs = st.builds(
    Input,
    artifact=digests,
    content=digests,
    after=st.sampled_from(["same", "changed", "unknown"]),
    path=optional(paths),
)
outputs = st.builds(Output, artifact=digests, content=digests, path=paths, recipe=digests)
marks = facts.flatmap(
    lambda declared: st.fixed_dictionaries(
        {
            "declared": st.just(tuple(declared)),
            "unknown": facts.map(lambda unknown: tuple(one for one in unknown if one not in declared)),
        }
    )
)
sweeps = st.builds(Sweep, runs=st.integers(1, 2**53 - 1), kept=digests)
made_or_swept = st.fixed_dictionaries({"outputs": by_name(outputs)}) | st.fixed_dictionaries(
    {"outputs": st.fixed_dictionaries({RUN_SET: outputs}), "sweep": sweeps}
)
runs = st.builds(
    lambda marks, made, **rest: Run(**marks, **made, **rest),
    marks,
    made_or_swept,
    step=names,
    actor=names,
    inputs=by_name(inputs),
    command=optional(commands),
    cwd=places,
    params=optional(params),
    code=optional(codes),
    environment=optional(environments),
    started=optional(times),
    finished=optional(times),
    exit=st.integers(-128, 255),
    undeclared=optional(st.lists(texts, max_size=3).map(tuple)),
    secrets=st.lists(texts, max_size=2).map(tuple),
    cutoff=optional(times),
    extra=extras,
)
evaluations = st.builds(
    Evaluation,
    name=names,
    suite=names,
    subject=digests.map(lambda one: Subject(artifact=one)) | digests.map(lambda one: Subject(set_=one)),
    metrics=params,
    source=digests,
    actor=names,
    evaluated=times,
    data=optional(inputs),
    extra=extras,
)
members = by_name(st.builds(Member, artifact=digests, run=digests), least=1)
layers = st.builds(Layers, artifacts=digests, code=digests, data=digests, environment=digests)
releases = st.builds(
    lambda members, **rest: Release(members=members, set_=set_digest(members), **rest),
    members,
    name=names,
    version=st.integers(1, 10**6),
    layers=layers,
    runs=st.lists(digests, max_size=3, unique=True).map(lambda found: tuple(sorted(found))),
)
events = st.builds(
    Event,
    kind=names,
    actor=names,
    at=times,
    subjects=st.lists(digests, max_size=3).map(tuple),
    reason=texts,
    details=params,
    extra=extras,
)
sequences = st.integers(1, 12_000)
release_refs = st.builds(ReleaseRef, id=digests, set_=digests, version=st.integers(1, 10**6))
histories = st.builds(History, commit=optional(commits), size=sizes, root=digests)
subsets = st.lists(names, max_size=3, unique=True).map(lambda found: tuple(sorted(found)))


@st.composite
def trust_roots(draw: st.DrawFn) -> TrustRoot:
    """A trust version whose roles name the people that it lists; machines decide nothing."""
    humans = sorted(draw(st.sets(names, min_size=1, max_size=3)))
    machines = sorted(draw(st.sets(names.filter(lambda name: name not in humans), max_size=2)))
    everybody = sorted([*humans, *machines])

    def role(of: list[str]) -> Role:
        people = sorted(draw(st.sets(st.sampled_from(of), min_size=1)))
        distinct: tuple[Acted, ...] = draw(st.sampled_from([(), ("evaluator",), ("evaluator", "owner")]))
        return Role(people=tuple(people), threshold=draw(st.integers(1, len(people))), distinct_from=distinct)

    version = draw(sequences)
    first = version == 1
    return TrustRoot(
        version=version,
        follows=None if first else draw(digests),
        history=History(commit=None if first else draw(commits), size=draw(sizes), root=draw(digests)),
        ref=f"refs/heads/{draw(names)}",
        people={
            name: Person(
                identities=tuple(
                    Identity(key=pem(f"{name} {number}"), revoked=draw(optional(texts)))
                    for number in range(draw(st.integers(0, 2)))
                )
            )
            for name in everybody
        },
        roles=Roles(
            owner=role(humans),
            producer=draw(st.none() | st.just(role(everybody))),
            evaluator=draw(st.none() | st.just(role(everybody))),
            deployer=draw(st.none() | st.just(role(everybody))),
            machine=Role(people=tuple(machines)) if machines else None,
            approver={draw(names): role(humans)} if draw(st.booleans()) else {},
        ),
        expires=draw(optional(times)),
    )


moves = st.sampled_from([("promote", True), ("rollback", True), ("withdraw", False)]).flatmap(
    lambda move: st.fixed_dictionaries(
        {
            "kind": st.just(move[0]),
            "release": release_refs if move[1] else st.none(),
            "replaces": digests if move[0] != "promote" else optional(digests),
        }
    )
)
spans = st.lists(times, min_size=2, max_size=2, unique=True).map(sorted)
requests = st.builds(
    lambda move, span, **rest: Request(**move, evaluated_at=span[0], expires=span[1], **rest),
    moves,
    spans,
    project=digests,
    name=names,
    stage=names,
    sequence=sequences,
    from_=optional(names),
    evidence=digests,
    policy=digests,
    authors=subsets,
    reason=texts,
    summary=st.lists(texts, max_size=3).map(tuple),
    extra=extras,
)
deployments = st.builds(
    Deployment,
    project=digests,
    name=names,
    stage=names,
    request=digests,
    release=release_refs,
    members=by_name(st.builds(Placed, artifact=digests, content=digests, path=paths, directory=st.booleans())),
    observed_at=times,
    history=histories,
    extra=extras,
)
evaluation_entries = st.lists(
    st.builds(
        EvaluationEntry,
        evaluation=digests,
        suite=names,
        role=optional(names),
        data=optional(digests),
        people=subsets,
        accepted=st.booleans(),
    ),
    max_size=2,
).map(tuple)
numbers = st.lists(st.floats(allow_nan=False, allow_infinity=False) | st.booleans(), max_size=2).map(
    lambda found: tuple(normalize(one) for one in found)
)
evidences = st.builds(
    Evidence,
    name=names,
    stage=names,
    sequence=sequences,
    kind=st.sampled_from(get_args(Move)),
    requester=names,
    authors=subsets,
    evaluated_at=times,
    commit=commits,
    release=optional(release_refs),
    incumbent=optional(release_refs),
    policy=digests,
    members=by_name(
        st.builds(MemberEntry, artifact=digests, name=names, kind=names, content=digests, incumbent=optional(digests))
    ),
    missing=subsets,
    data=st.lists(
        st.builds(
            DataEntry,
            artifact=digests,
            name=names,
            content=digests,
            size=optional(sizes),
            cutoff=optional(times),
            observed=optional(times),
        ),
        max_size=2,
    ).map(tuple),
    runs=st.lists(
        st.builds(
            RunEntry,
            run=digests,
            step=names,
            code=optional(known_or_not),
            params=params,
            people=subsets,
            accepted=st.booleans(),
            reviewed=st.booleans(),
        ),
        max_size=2,
    ).map(tuple),
    evaluations=evaluation_entries,
    incumbent_evaluations=evaluation_entries,
    metrics=by_name(by_name(st.builds(MetricEntry, after=numbers, before=numbers))),
    candidates=st.lists(digests, max_size=2).map(tuple),
    sweeps=st.lists(
        st.builds(SweepEntry, sweep=digests, run=digests, artifact=digests, name=names, runs=st.integers(1, 2**53 - 1)),
        max_size=2,
    ).map(tuple),
    rules=st.lists(
        st.builds(
            RuleEntry,
            policy=names,
            rule=names,
            severity=st.sampled_from(["deny", "warn"]),
            outcome=st.sampled_from(["passed", "denied", "warned", "error"]),
            message=optional(texts),
        ),
        max_size=2,
    ).map(tuple),
    extra=extras,
)
records: st.SearchStrategy[Record] = (
    artifacts | runs | evaluations | releases | events | trust_roots() | requests | evidences | deployments
)
