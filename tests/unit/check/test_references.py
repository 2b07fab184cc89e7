"""What records say about each other: every reference leads somewhere, every digest follows from its fields (law R)."""

from dataclasses import replace

import pytest

from gitprov.check.changes import Edge
from gitprov.check.landed import Gathered
from gitprov.check.references import check_collisions, check_cycles, check_references, named_by, references
from gitprov.errors import catalogue as codes
from gitprov.ids import digest_hex, sha256_of
from gitprov.lineage import Held, Ledger, State
from gitprov.records import (
    AnyContent,
    Artifact,
    Blob,
    Content,
    Deployment,
    Event,
    Input,
    Output,
    Record,
    Release,
    Request,
    Run,
    Stored,
    Subject,
    store,
)
from gitprov.trust.log import Log
from tests.frozen.promoted import TRUST_1, TRUST_2
from tests.sim.book import unverified
from tests.sim.promoting import NOW, Promoting
from tests.unit.check.edges import add, change
from tests.unit.check.story import Story
from tests.unit.check.test_as_of import deployment

NEVER = sha256_of(b"no record")
STORY = Story()
BOOK = STORY.book
LEDGER = BOOK.ledger
(RUN,) = LEDGER.makers(STORY.first)
(EVALUATION,) = LEDGER.evaluations


def wrong(record: Record, *others: Held, state: State = "committed") -> list[str]:
    """Returns what is wrong with a record beside those of the story."""
    stored = store(record)
    ledger = Ledger([*LEDGER.held.values(), *others, Held(stored, state)])
    found = list(check_references(ledger, [stored.id]))
    assert {one.subject for one in found} <= {stored.path}
    return [f"{one.code.id} {one.what.removeprefix(stored.path)[2:]}" for one in found]


def run(**fields: object) -> Run:
    return replace(LEDGER.runs[RUN], **fields)  # type: ignore[arg-type]


def release(**fields: object) -> Release:
    return replace(LEDGER.releases[STORY.v1], **fields)  # type: ignore[arg-type]


def derived(field: str) -> str:
    return f"GP-LIN-003 {field} does not follow from the fields it is made of"


def test_what_workflows_record_is_right() -> None:
    assert list(check_references(LEDGER, LEDGER.held)) == []
    assert list(check_cycles(LEDGER)) == list(check_collisions(LEDGER)) == []


# --- artifacts, runs --------------------------------------------------------------------------------------------------


def test_the_recipe_of_an_artifact_follows_from_its_fields() -> None:
    made, added = LEDGER.artifacts[STORY.first], LEDGER.artifacts[STORY.raw]
    assert wrong(replace(made, recipe=replace(made.recipe, id=NEVER))) == [derived("recipe.id")]
    assert wrong(replace(added, recipe=replace(added.recipe, id=NEVER))) == [derived("recipe.id")]
    far = unverified(b"far")
    right = Artifact(name="far", kind="dataset", content=far, recipe=replace(added.recipe, id=far.digest))
    assert wrong(right) == []
    other = replace(right, content=replace(far, digest=NEVER), recipe=replace(added.recipe, id=NEVER))
    assert wrong(other) == [derived("content.digest")]


def test_what_a_run_took_and_gave_is_there_with_that_content() -> None:
    one = LEDGER.runs[RUN]
    used, made = one.inputs["raw"], one.outputs["model"]
    elsewhere = run(inputs={"raw": replace(used, artifact=NEVER)})
    assert wrong(elsewhere) == [f"GP-LIN-001 the input raw is not there: {NEVER}"]
    assert wrong(run(inputs={"raw": replace(used, artifact=RUN)})) == [
        f"GP-LIN-001 the input raw is another kind of record: {RUN}"
    ]
    found = wrong(run(inputs={"raw": replace(used, content=NEVER)}))
    assert found[0] == "GP-LIN-005 the input raw has another content than its artifact record"
    assert found[1:] == [derived("outputs.model.recipe")], "the recipe is made of that content"
    assert wrong(run(outputs={"model": replace(made, content=NEVER)})) == [
        "GP-LIN-005 the output model has another content than its artifact record"
    ]
    assert wrong(run(outputs={"model": replace(made, artifact=NEVER)})) == [
        f"GP-LIN-001 the output model is not there: {NEVER}"
    ]


@pytest.mark.parametrize(
    "fields",
    [
        {"step": "tune"},
        {"command": ("python",)},
        {"cwd": "src"},
        {"params": None},
        {"code": None},
        {"environment": None},
    ],
)
def test_the_recipe_of_an_output_follows_from_the_run(fields: dict[str, object]) -> None:
    assert wrong(run(**fields)) == [derived("outputs.model.recipe")]


def test_the_recipe_of_an_output_is_that_of_its_artifact() -> None:
    made = LEDGER.runs[RUN].outputs["model"]
    twice = [derived("outputs.model.recipe")] * 2
    assert wrong(run(outputs={"model": replace(made, recipe=NEVER)})) == twice
    assert wrong(run(outputs={"other": made})) == [derived("outputs.other.recipe")], "the role is part of the recipe"


def test_a_run_without_a_command_recorded_what_was_there() -> None:
    (added,) = LEDGER.makers(STORY.raw)
    record = LEDGER.runs[added]
    out = record.outputs["source"]
    assert (
        wrong(replace(record, outputs={"source": replace(out, recipe=NEVER)})) == [derived("outputs.source.recipe")] * 2
    )
    made = LEDGER.runs[RUN].outputs["model"]
    assert wrong(replace(record, outputs={"model": made})) == [], "what was made elsewhere keeps its recipe"
    assert wrong(replace(record, outputs={"model": replace(made, artifact=NEVER)})) == [
        f"GP-LIN-001 the output model is not there: {NEVER}"
    ]


# --- evaluations, releases, events ------------------------------------------------------------------------------------


def test_an_evaluation_is_about_an_artifact_or_the_set_of_a_release() -> None:
    one = LEDGER.evaluations[EVALUATION]
    assert wrong(replace(one, subject=Subject(artifact=NEVER))) == [f"GP-LIN-001 the subject is not there: {NEVER}"]
    assert wrong(replace(one, subject=Subject(set_=NEVER))) == [f"GP-LIN-001 no release has the set {NEVER}"]
    assert wrong(replace(one, subject=Subject(set_=LEDGER.releases[STORY.v1].set_))) == []
    assert one.data is not None
    assert wrong(replace(one, data=replace(one.data, artifact=NEVER))) == [f"GP-LIN-001 the data is not there: {NEVER}"]
    assert wrong(replace(one, data=replace(one.data, content=NEVER))) == [
        "GP-LIN-005 the data has another content than its artifact record"
    ]
    assert wrong(replace(one, data=None)) == []


def test_a_release_rests_on_what_is_there() -> None:
    members = LEDGER.releases[STORY.v1].members
    model = members["model"]
    lost = wrong(release(members={**members, "model": replace(model, artifact=NEVER)}))
    assert lost[0] == f"GP-LIN-001 the member model is not there: {NEVER}"
    assert lost[1:] == ["GP-LIN-005 member model was not made by the run that is named", derived("set")]
    assert wrong(release(members={**members, "model": replace(model, run=NEVER)})) == [
        f"GP-LIN-001 the the run of member model is not there: {NEVER}"
    ]
    (other,) = LEDGER.makers(STORY.raw)
    found = wrong(release(members={**members, "model": replace(model, run=other)}))
    assert found[0] == "GP-LIN-005 member model was not made by the run that is named"
    assert wrong(release(runs=(NEVER,))) == [f"GP-LIN-001 the one of the runs is not there: {NEVER}"]


def test_what_is_missing_of_any_member_leaves_nothing_to_follow_from() -> None:
    members = LEDGER.releases[STORY.v1].members
    found = wrong(release(members={**members, "filter": replace(members["filter"], run=NEVER)}))
    assert found == [f"GP-LIN-001 the the run of member filter is not there: {NEVER}"]
    found = wrong(release(members={"a": replace(members["model"], run=NEVER), "filter": members["filter"]}))
    assert found == [f"GP-LIN-001 the the run of member a is not there: {NEVER}", derived("set")]


def test_a_set_is_one_of_some_release() -> None:
    story = Story()
    story.change()
    ledger = story.book.ledger
    for one in (story.v1, story.v2):
        record = replace(ledger.evaluations[EVALUATION], subject=Subject(set_=ledger.releases[one].set_))
        stored = store(record)
        assert list(check_references(Ledger([*ledger.held.values(), Held(stored, "committed")]), [stored.id])) == []


def test_what_a_release_says_follows_from_its_members() -> None:
    layers = LEDGER.releases[STORY.v1].layers
    assert wrong(release(set_=NEVER)) == [derived("set")]
    assert wrong(release(runs=(*LEDGER.releases[STORY.v1].runs, *LEDGER.makers(STORY.holdout)))) == [derived("runs")]
    assert wrong(release(layers=replace(layers, artifacts=NEVER))) == [derived("layers.artifacts")]
    assert wrong(release(layers=replace(layers, code=NEVER))) == [derived("layers.code")]
    assert wrong(release(layers=replace(layers, data=NEVER))) == [derived("layers.data")]
    assert wrong(release(layers=replace(layers, environment=NEVER))) == [derived("layers.environment")]


def test_a_run_that_made_several_made_each_of_them() -> None:
    story = Story()
    made = story.book.make("train", {"raw": story.raw}, {"a": ("churn", b"m"), "b": ("report", b"r")}, kind="model")
    one = story.book.seal("churn", 2, model=made["a"], report=made["b"])
    assert list(check_references(story.book.ledger, [one])) == []


def test_an_event_is_about_records_of_any_kind() -> None:
    event = Event(kind="note", actor="ann", at=NOW, subjects=(RUN, STORY.v1, STORY.raw), reason="why")
    assert wrong(event) == []
    assert wrong(replace(event, subjects=(RUN, NEVER))) == [f"GP-LIN-001 the subject is not there: {NEVER}"]


def test_a_record_rests_on_nothing_that_has_not_come_as_far() -> None:
    """Committed on committed, staged on staged, a draft on all; the way out names the draft, or the file."""
    story = Story()
    for state, draft, allowed in (("committed", None, 3), ("staged", None, 2), ("draft", "d1", 1)):
        one = store(replace(LEDGER.artifacts[STORY.raw], name=f"{state}-raw"))
        there = Held(one, state, draft)  # type: ignore[arg-type]
        event = Event(kind="note", actor="ann", at=NOW, subjects=(one.id,), reason="why")
        for held, ok in (("draft", 1), ("staged", 2), ("committed", 3)):
            found = wrong(event, there, state=held)  # type: ignore[arg-type]
            assert bool(found) is (ok > allowed)
        if allowed < 3:
            ledger = Ledger([*story.book.held, there, Held(store(event), "committed")])
            [finding] = check_references(ledger, [store(event).id])
            assert (finding.code, finding.why) == (codes.LIN_DANGLING, "this record is committed")
            assert finding.fix == ("gitprov keep d1" if draft else f"git commit -- {one.path}")
            assert f"the subject is {state} only" in finding.what


def test_who_misses_a_record_is_told_how_to_find_it() -> None:
    stored = store(Event(kind="note", actor="ann", at=NOW, subjects=(NEVER,), reason="why"))
    [finding] = check_references(Ledger([Held(stored, "committed")]), [stored.id])
    file = f"':(glob).gitprov/**/{digest_hex(NEVER)}.yaml'"
    assert finding.fix.partition("  #")[0] == f"git log --all --oneline -- {file}"


# --- trust and promotions ---------------------------------------------------------------------------------------------


def promoted() -> tuple[Promoting, Request, Deployment]:
    world = Promoting(1)
    wish = world.wish(world.releases[0])
    world.move()
    world.request(wish)
    world.sign(wish.id, "ben", "approves")
    stored = deployment(world.timeline().asked[0], world, NOW)
    assert isinstance(wish.request.record, Request)
    assert isinstance(stored.record, Deployment)
    return world, wish.request.record, stored.record


def lacks(record: Record, *records: Stored) -> list[str]:
    """Returns which references of a record lead nowhere beside these records."""
    stored = store(record)
    ledger = Ledger([*(Held(one, "committed") for one in records), Held(stored, "committed")])
    return [
        one.what.removeprefix(f"{stored.path}: the ").partition(" is ")[0]
        for one in check_references(ledger, [stored.id])
    ]


def test_a_request_and_a_deployment_rest_on_what_they_name() -> None:
    world, request, deployed = promoted()
    records = [held.stored for held in world.held]
    assert lacks(request, *records) == lacks(deployed, *records) == []
    assert lacks(replace(request, replaces=NEVER)) == ["project", "evidence", "request replaced", "release"]
    assert lacks(replace(request, kind="withdraw", release=None, replaces=NEVER)) == [
        "project",
        "evidence",
        "request replaced",
    ]
    assert lacks(deployed) == ["project", "request", "release"]


def test_a_trust_version_rests_on_the_one_that_it_follows() -> None:
    assert lacks(TRUST_2.record, TRUST_1) == lacks(TRUST_1.record) == []
    assert lacks(TRUST_2.record) == ["trust version that it follows"]


def test_what_a_record_names() -> None:
    one, used = LEDGER.runs[RUN], LEDGER.runs[RUN].inputs["raw"].artifact
    evaluation, sealed = LEDGER.evaluations[EVALUATION], LEDGER.releases[STORY.v1]
    assert named_by(one) == {used, STORY.first}
    assert named_by(evaluation) == {STORY.first, STORY.holdout}
    assert named_by(replace(evaluation, data=None)) == {STORY.first}
    assert named_by(replace(evaluation, subject=Subject(set_=sealed.set_))) == {STORY.holdout}
    runs = {member.run for member in sealed.members.values()}
    assert named_by(sealed) == {STORY.first, STORY.filter, *runs, *sealed.runs}
    assert named_by(Event(kind="note", actor="ann", at=NOW, subjects=(NEVER,), reason="why")) == {NEVER}
    _, request, deployed = promoted()
    assert request.release is not None
    assert named_by(request) == {request.project, request.evidence, request.release.id}
    assert named_by(deployed) == {deployed.project, deployed.request, deployed.release.id}
    assert named_by(LEDGER.artifacts[STORY.raw]) == set()


# --- the whole --------------------------------------------------------------------------------------------------------


def cyclic() -> list[Stored]:
    """Returns two artifacts, each made from the other."""
    a, b = (store(replace(LEDGER.artifacts[STORY.raw], name=name)) for name in ("a", "b"))
    pairs = ((a, b), (b, a))
    runs = [
        store(
            Run(
                step="loop",
                actor="ann",
                inputs={"in": Input(artifact=one.id, content=NEVER, after="same", path="in")},
                outputs={"out": Output(artifact=other.id, content=NEVER, path="out", recipe=NEVER)},
            )
        )
        for one, other in pairs
    ]
    return [a, b, *runs]


def test_nothing_is_its_own_ancestor() -> None:
    records = cyclic()
    [finding] = check_cycles(Ledger(Held(one, "committed") for one in records))
    assert (finding.code, finding.subject in {one.path for one in records[:2]}) == (codes.LIN_CYCLE, True)
    assert finding.why.count(" from ") == 2
    for there in (records[2:], records[1:], [records[0], *records[2:]]):
        made = Output(artifact=STORY.raw, content=NEVER, path="out", recipe=NEVER)
        looped = Input(artifact=records[0].id, content=NEVER, after="same", path="in")
        below = store(Run(step="use", actor="ann", inputs={"in": looped}, outputs={"out": made}))
        raw = LEDGER.held[STORY.raw].stored
        [finding] = check_cycles(Ledger(Held(one, "committed") for one in (raw, below, *there)))
        known = {one.path for one in there if isinstance(one.record, Artifact)}
        first = finding.why.partition(" from ")[0]
        way = {one.id for one in records[:2] if first == f"id:{digest_hex(one.id)[:8]}"}
        assert finding.subject in (known or way), "by its file, where it is there"


def artifact(name: str, content: AnyContent) -> Held:
    added = LEDGER.artifacts[STORY.raw]
    recipe = replace(added.recipe, id=content.digest)
    return Held(store(replace(added, name=name, content=content, recipe=recipe)), "committed")


def test_files_with_one_md5_are_the_same_bytes() -> None:
    """Threat A06. A directory has the MD5 of its listing, which says nothing of this."""
    content = LEDGER.artifacts[STORY.raw].content
    assert isinstance(content, Content)
    same, other = artifact("same", content), artifact("other", replace(content, digest=NEVER))
    folder = artifact("folder", replace(content, digest=NEVER, listing=Blob(md5=content.md5, size=3)))
    there = [same, artifact("twin", content), folder, artifact("far", unverified(b"raw"))]
    assert list(check_collisions(Ledger(there))) == []
    [finding] = check_collisions(Ledger([same, other]))
    assert (finding.code, finding.subject, finding.why) == (codes.BLB_COLLISION, other.stored.path, content.md5)


def test_a_change_answers_for_what_it_adds() -> None:
    """Found in everything that is there; told where the change touches it."""
    loop = cyclic()
    landed = Promoting(0).landed()
    ledger = Ledger([*landed.ledger.held.values(), *(Held(one, "committed") for one in loop)])
    after = Gathered(replace(landed, ledger=ledger), Log([]), (), (), partial=False)
    content = LEDGER.artifacts[STORY.raw].content
    assert isinstance(content, Content)
    both = [artifact("one", content).stored, artifact("two", replace(content, digest=NEVER)).stored]
    for records, code in ((loop, codes.LIN_CYCLE), (both, codes.BLB_COLLISION)):
        edges = [Edge(f"c{n}", None, (add(one.path, one.data),)) for n, one in enumerate(records)]
        seen = change(*edges, blobs=tuple(one.data for one in records))
        found = [one for one in references(seen) if one.code is code]
        assert len(found) == 1
        assert found[0].commit in {"c0", "c1"}
        assert [one for one in references(replace(seen, edges=())) if one.code is code] == []
    assert list(references(change(Edge("c", None, (add("README.md", b""),)), after=after))) == []
    seen = change(Edge("c", None, (add(loop[0].path, loop[0].data),)), blobs=(loop[0].data,), after=after, context=None)
    assert {one.code for one in references(seen)} <= {codes.LIN_CYCLE}
    assert (
        list(
            references(change(Edge("c", None, (add(loop[2].path, loop[2].data),)), blobs=(loop[2].data,), context=None))
        )
        == []
    )


def test_a_record_that_did_not_land_is_not_asked_for() -> None:
    """One that lies in the wrong place is told by the law of names, and is in no ledger of what landed."""
    landed = Promoting(0).landed()
    after = Gathered(landed, Log([]), (), (), partial=False)
    event = store(Event(kind="note", actor="ann", at=NOW, subjects=(NEVER,), reason="why"))
    seen = change(Edge("c", None, (add(event.path, event.data),)), blobs=(event.data,), after=after)
    assert list(references(seen)) == []
    assert [one.code for one in references(replace(seen, after=None))] == [codes.LIN_DANGLING]
