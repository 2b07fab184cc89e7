"""Clauses 5 to 10 one by one: what each refuses, with everything else right (docs/verification.md, "A promotion")."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from gitprov.check.effect import Case
from gitprov.check.effect import clauses as law
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.records import Artifact, Evidence, Recipe, Record, Release, ReleaseRef, Role, store
from gitprov.records.evidence import EvaluationEntry, RuleEntry
from tests.sim.book import content_of
from tests.sim.promoting import NOW, Promoting
from tests.unit.check.test_case import asked, case

STAGES = b"schema: gitprov/project/v1\nstages:\n  staging: {}\n  live:\n    after: [staging]\n"
NEVER = sha256_of(b"no record")

Clause = Callable[[Case], Iterator[Finding]]


def made(releases: int = 2) -> tuple[Promoting, Case]:
    """Returns a world and a request for version 1 at the head, which all clauses but 11 hold for."""
    world = Promoting(releases)
    wish = asked(world)
    return world, case(world, wish)


def other(one: Case, **fields: object) -> Case:
    """Returns the case of a request that says something else."""
    return replace(one, request=replace(one.request, **fields))  # type: ignore[arg-type]


def found(findings: Iterator[Finding]) -> list[tuple[str, str]]:
    return [(one.code.id, one.what) for one in findings]


def reference(world: Promoting, number: int) -> ReleaseRef:
    stored = world.releases[number - 1]
    assert isinstance(stored.record, Release)
    return ReleaseRef(id=stored.id, set_=stored.record.set_, version=stored.record.version)


@pytest.mark.parametrize("clause", [law.well_formed, law.requester, law.replaces, law.allowed_move, law.release])
def test_what_is_right_is_not_refused(clause: Clause) -> None:
    assert found(clause(made()[1])) == []


def test_clause_5_a_request_of_another_project_is_none() -> None:
    world, one = made()
    [finding] = law.well_formed(other(one, project=NEVER))
    assert finding.what == "model/live/1 is a request of another project"
    assert finding.why == f"it names {NEVER}, this project is {world.versions[0].id}"
    [elsewhere] = law.well_formed(other(one, sequence=2))
    assert elsewhere.what.endswith("belongs at .gitprov/promotions/model/live/0002/request.yaml")


def test_clause_6_who_may_not_ask_asked_in_vain() -> None:
    world, one = made()
    world.versions[0] = replace(
        one.root, root=replace(one.root.root, roles=replace(one.root.root.roles, owner=Role(people=("ben",))))
    )
    mine = replace(one, landed=world.landed(), root=world.versions[0])
    assert found(law.requester(mine)) == [("GP-PRO-002", "model/live/1 is signed by nobody who may ask for it")]


def test_clause_7_what_it_replaces_is_what_is_in_effect() -> None:
    world, one = made()
    assert found(law.replaces(other(one, replaces=NEVER)))[0][0] == "GP-PRO-003"
    world.sign(one.held.id, "ben", "approves")
    second = case(world, asked(world, 2))
    assert found(law.replaces(second)) == []
    for wrong in (None, NEVER):
        [finding] = law.replaces(other(second, replaces=wrong))
        assert finding.why == f"in effect is id:{one.held.id[7:15]}"


def test_clause_7_a_stage_is_one_of_the_settings_or_of_the_approvers() -> None:
    world, one = made()
    [finding] = law.allowed_move(other(one, stage="test", release=None))
    assert (finding.code, finding.why) == (codes.PRO_FROM, "the settings in force name live")
    world.set(".gitprov/project.yaml", b"schema: gitprov/project/v1\nstages:\n  test: {}\n")
    world.move()
    named = replace(one, landed=world.landed(), step=world.head)
    assert found(law.allowed_move(other(named, stage="test"))) == []
    assert found(law.allowed_move(named)) == []
    [finding] = law.allowed_move(other(named, stage="far", from_="live"))
    assert finding.why == "the settings in force name live, test"


def staged() -> tuple[Promoting, Case]:
    """Returns a request to live, which comes after staging, where version 1 is in effect."""
    world = Promoting(2, stages=("live", "staging"))
    world.set(".gitprov/project.yaml", STAGES)
    world.move()
    wish = world.wish(world.releases[0], stage="staging")
    world.move()
    world.request(wish)
    world.sign(wish.id, "ben", "approves")
    return world, case(world, asked(world))


def test_clause_7_a_release_comes_from_where_it_is_in_effect() -> None:
    world, one = staged()
    assert found(law.allowed_move(other(one, from_="staging"))) == []
    [finding] = law.allowed_move(one)
    assert (finding.what, finding.why) == ("model/live/1 comes from no stage", "live comes after staging")
    assert finding.fix == "gitprov promote model@v1 --to staging --reason TEXT"
    [finding] = law.allowed_move(other(one, from_="staging", release=reference(world, 2)))
    assert finding.what == "model@v2 is not in effect in staging"
    [finding] = law.allowed_move(other(one, stage="staging", from_="live"))
    assert (finding.what, finding.why) == ("model/staging/1 comes from live", "staging comes after no stage")
    assert finding.fix == "gitprov promote model@v1 --to staging --reason TEXT"


def test_clause_7_what_was_withdrawn_there_is_in_effect_no_more() -> None:
    world, one = staged()
    wish = world.wish(None, kind="withdraw", stage="staging", sequence=2)
    world.move()
    world.request(wish)
    world.sign(wish.id, "ben", "approves")
    gone = replace(one, landed=world.landed(), timeline=world.timeline(), step=world.head + 1)
    assert found(law.allowed_move(other(gone, from_="staging")))[0][1] == "model@v1 is not in effect in staging"
    nothing = replace(gone, timeline=replace(gone.timeline, asked=()))
    assert found(law.allowed_move(other(nothing, from_="staging")))[0][1] == "model@v1 is not in effect in staging"


def test_clause_7_a_withdrawal_comes_from_nowhere_and_a_rollback_from_what_was_here() -> None:
    _, one = staged()
    assert found(law.allowed_move(other(one, kind="withdraw", release=None))) == []
    back = other(one, kind="rollback", stage="staging")
    assert found(law.allowed_move(back)) == []
    assert found(law.allowed_move(other(back, stage="live"))) == [
        ("GP-PRO-012", "model@v1 was never in effect in live")
    ]


def test_clause_8_the_release_is_the_one_that_is_described() -> None:
    world, one = made()
    right = reference(world, 1)
    for wrong in (replace(right, version=9), replace(right, set_=NEVER)):
        [finding] = law.release(other(one, release=wrong))
        assert (finding.code, finding.why) == (codes.PRO_RELEASE, "that is model@v1")
    assert found(law.release(other(one, name="models")))[0][1].startswith("models/live/1 does not describe")
    assert found(law.release(other(one, release=None))) == []
    [finding] = law.release(other(one, release=replace(right, id=NEVER)))
    assert finding.what == "release model@v1 is not there"


def test_clause_8_producers_or_owners_stand_behind_the_release_and_producers_behind_each_run() -> None:
    world = Promoting(1)
    stored = world.releases[0]
    assert isinstance(stored.record, Release)
    runs = {stored.record.members["model"].run, *stored.record.runs}
    for path, signature in list(world.signatures.items()):
        if signature.record in {stored.id, *runs}:
            del world.signatures[path], world.files[path]
            world.sign(signature.record, "ben")
    one = case(world, asked(world))
    assert sorted(found(law.release(one))) == sorted(
        [("GP-PRO-005", "release model@v1 is signed by nobody who may release")]
        + [
            (
                "GP-PRO-006",
                f"run {one.landed.ledger.runs[run].step} {one.landed.ledger.short(run)} is signed by no producer",
            )
            for run in runs
        ]
    )


def test_clause_8_what_it_rests_on_is_judged_as_it_had_landed() -> None:
    """A member that is not there, a digest that does not follow, a run that is left out."""
    world, one = made()
    stored = world.releases[0].record
    assert isinstance(stored, Release)
    model, run = stored.members["model"].artifact, stored.members["model"].run
    late = {world.landed().ledger.held[each].stored.path for each in (model, run)}
    chain = replace(
        one.landed.chain, landed={path: 9 if path in late else step for path, step in one.landed.chain.landed.items()}
    )
    assert {code for code, _ in found(law.release(replace(one, landed=replace(one.landed, chain=chain))))} == {
        "GP-LIN-001"
    }
    wrong = store(replace(stored, version=5, set_=NEVER, runs=()))
    world.land(wrong, "ada")
    ref = ReleaseRef(id=wrong.id, set_=NEVER, version=5)
    codes_ = {code for code, _ in found(law.release(other(replace(one, landed=world.landed()), release=ref)))}
    assert codes_ == {"GP-LIN-003", "GP-PRO-005"}


def rests_on(record: Record, *, lands: bool = True) -> tuple[Promoting, Case]:
    """Returns a request for a release of a model that was made of data that no run is known to have made."""
    world = Promoting(1)
    data = world.book.keep(record).id
    model = world.book.make("train", {"raw": data}, {"model": ("model", b"m")}, kind="model")["model"]
    one = world.book.seal("model", 9, model=model)
    world.step([held.id for held in world.book.held if lands or held.id != data], by="ada")
    stored = next(held.stored for held in world.held if held.id == one)
    wish = world.wish(stored)
    world.move()
    world.request(wish)
    return world, case(world, wish)


NAMELESS = [("GP-PRO-005", "release model@v9 names no run that made found")]


def told(one: Case) -> list[tuple[str, str]]:
    return [(code, what.rpartition(" id:")[0]) for code, what in found(law.release(one))]


def test_clause_8_data_that_nobody_added_is_known_by_its_content() -> None:
    """Until a run that made it lands: then the release leaves out who did. What lands later changes nothing before."""
    content = content_of(b"found")
    world, one = rests_on(Artifact(name="found", kind="dataset", content=content, recipe=Recipe(id=content.digest)))
    assert found(law.release(one)) == []
    world.book.add("found", b"found")
    world.step(by="ada")
    assert found(law.release(replace(one, landed=world.landed()))) == []
    assert told(replace(one, landed=world.landed(), step=world.head)) == NAMELESS


def test_clause_8_what_was_made_was_made_by_a_run() -> None:
    world = Promoting(1)
    (model,) = world.landed().ledger.named("model")
    made = world.landed().ledger.artifacts[model]
    _, one = rests_on(replace(made, name="found"))
    assert told(one) == NAMELESS


def test_clause_8_what_has_not_landed_is_told_as_missing() -> None:
    content = content_of(b"found")
    source = Artifact(name="found", kind="dataset", content=content, recipe=Recipe(id=content.digest))
    _, one = rests_on(source, lands=False)
    assert {code for code, _ in found(law.release(one))} == {"GP-LIN-001", "GP-LIN-003"}


def evidence_of(one: Case, **fields: object) -> list[tuple[str, str]]:
    record = one.evidence()
    assert record is not None
    return found(law.evidence(one, replace(record, **fields)))  # type: ignore[arg-type]


AGAIN = ("GP-PRO-007", "the evidence is another when it is computed again")
ABOUT = ("GP-PRO-007", "the evidence is not about model/live/1")


def test_clause_9_the_evidence_lies_beside_the_request() -> None:
    _, one = made()
    assert found(law.evidence(one, one.evidence())) == []
    [finding] = law.evidence(one, None)
    assert finding.what == f"evidence id:{one.request.evidence[7:15]} does not lie beside model/live/1"


@pytest.mark.parametrize(
    "fields",
    [
        {"name": "models"}, {"stage": "test"}, {"sequence": 2}, {"kind": "rollback"}, {"authors": ("cleo",)},
        {"evaluated_at": "2026-03-01T00:00:01Z"}, {"release": None}, {"policy": NEVER}, {"requester": "ben"},
    ],
)  # fmt: skip
def test_clause_9_the_evidence_is_about_the_request(fields: dict[str, object]) -> None:
    _, one = made()
    assert ABOUT in evidence_of(one, **fields)


def test_clause_9_it_compares_with_what_is_in_effect() -> None:
    world, one = made()
    assert any("compares with another release" in what for _, what in evidence_of(one, incumbent=reference(world, 2)))
    world.sign(one.held.id, "ben", "approves")
    second = case(world, asked(world, 2))
    assert evidence_of(second) == []
    assert any("compares with another release" in what for _, what in evidence_of(second, incumbent=None))


def test_clause_9_it_was_made_on_this_chain_since_what_it_compares_with() -> None:
    world, one = made()
    for commit in ("git:" + "f" * 40, world.commit):
        assert ("GP-PRO-007", f"the evidence was made at {commit}, not on the protected ref") in evidence_of(
            one, commit=commit
        )
    world.sign(one.held.id, "ben", "approves")
    effective = world.commit
    world.move()
    before, second = one.evidence(), case(world, asked(world, 2))
    assert before is not None
    early = ("GP-PRO-007", f"the evidence was made at {before.commit}, before what it compares with took effect")
    assert early in evidence_of(second, commit=before.commit)
    assert not any("before what it compares" in what for _, what in evidence_of(second, commit=effective))
    assert not any("before what it compares" in what for _, what in evidence_of(one))


def test_clause_9_gates_are_not_older_than_what_they_are_about() -> None:
    """Within what the clocks of honest people may differ by: five minutes."""
    world, one = made()
    record = one.evidence()
    assert record is not None
    ledger = one.landed.ledger
    newest = max(str(ledger.runs[entry.run].finished) for entry in record.runs)
    assert newest < NOW
    old = ("GP-PRO-007", "the gates of model/live/1 cannot have been evaluated at {}")

    def refused(case: Case, at: str) -> bool:
        return (old[0], old[1].format(at)) in found(law.evidence(other(case, evaluated_at=at), record))

    bound = datetime.fromisoformat(newest) - timedelta(minutes=5)
    assert not refused(one, f"{bound:%Y-%m-%dT%H:%M:%SZ}")
    assert refused(one, f"{bound - timedelta(seconds=1):%Y-%m-%dT%H:%M:%SZ}")
    world.sign(one.held.id, "ben", "approves")
    second = case(world, asked(world, 2))
    assert (old[0], "the gates of model/live/2 cannot have been evaluated at 2026-02-28T23:54:59Z") in found(
        law.evidence(other(second, evaluated_at="2026-02-28T23:54:59Z"), record)
    ), "nor than the request that it replaces"


def test_clause_9_what_evidence_names_and_nobody_has_dates_nothing() -> None:
    """That it is not there is told: the evidence is another when it is computed again."""
    _, one = made()
    record = one.evidence()
    assert record is not None
    nobodys = EvaluationEntry(evaluation=NEVER, suite="x", role=None, data=None, people=(), accepted=True)
    assert all(
        "cannot have been" not in what for _, what in found(law.evidence(one, replace(record, evaluations=(nobodys,))))
    )
    runs = tuple(replace(entry, run=NEVER) for entry in record.runs)
    assert all("cannot have been" not in what for _, what in found(law.evidence(one, replace(record, runs=runs))))
    for run, said in list(one.landed.ledger.runs.items()):
        one.landed.ledger.runs[run] = replace(said, finished=None)
    assert all("cannot have been" not in what for _, what in found(law.evidence(one, record)))


def test_clause_9_evaluations_date_the_gates_too() -> None:
    world = Promoting(2)
    stored = world.releases[0].record
    assert isinstance(stored, Release)
    (data,) = world.landed().ledger.named("raw-1")
    world.book.evaluate(stored.members["model"].artifact, {"auc": 0.9}, data=data)
    world.step(by="ada")
    one = case(world, asked(world))
    record = one.evidence()
    assert record is not None
    (entry,) = record.evaluations
    measured = datetime.fromisoformat(one.landed.ledger.evaluations[entry.evaluation].evaluated)
    early = f"{measured - timedelta(minutes=5, seconds=1):%Y-%m-%dT%H:%M:%SZ}"
    assert any("cannot have been" in what for _, what in found(law.evidence(other(one, evaluated_at=early), record)))


def test_clause_9_the_summary_says_what_the_evidence_says() -> None:
    _, one = made()
    assert found(law.evidence(other(one, summary=("all is well",)), one.evidence())) == [
        ("GP-PRO-008", "the summary of model/live/1 does not say what the evidence says")
    ]
    assert AGAIN in found(law.evidence(other(one, evidence=NEVER), one.evidence()))


def test_clause_10_it_was_judged_by_the_settings_in_force_and_no_rule_denies() -> None:
    _, one = made()
    record = one.evidence()
    assert isinstance(record, Evidence)
    assert found(law.policy(one, record)) == found(law.policy(one, None)) == []
    [finding] = law.policy(other(one, policy=NEVER), None)
    assert (finding.code, finding.why.startswith(f"it names {NEVER}")) == (codes.PRO_POLICY, True)
    rules = (
        RuleEntry(policy="p", rule="one", outcome="passed"),
        RuleEntry(policy="p", rule="two", outcome="warned", severity="warn", message="slow"),
        RuleEntry(policy="p", rule="three", outcome="denied", message="worse"),
        RuleEntry(policy="p", rule="four", outcome="error"),
    )
    assert found(law.policy(one, replace(record, rules=rules))) == [
        ("GP-PRO-010", "rule three denies: worse"),
        ("GP-PRO-010", "rule four denies: error"),
    ]
