"""What rules see of a request: each fact, where it is so and where it is not (docs/policy.md)."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from gitprov.check.evidence import policy_digest
from gitprov.check.gate import catalog_path, policies_in_force
from gitprov.ids import Digest, digest_of, sha256_of
from gitprov.records import Environment, Event, Run, store
from tests.sim.landing import Landing
from tests.sim.promoting import Promoting
from tests.unit.check.story import Story, add_again, outcomes, train
from tests.unit.check.test_gate import NO, narrow

POLICY = ".gitprov/policies/all.yaml"


def holds(story: Story, rule: str, **fields: object) -> bool:
    """Tells whether a rule passes on the change of a story."""
    story.landing.set(POLICY, NO.replace(b'"false"', f'"{rule}"'.encode()))
    found = outcomes(story.collect(**fields))  # type: ignore[arg-type]
    assert found["all/never"] in {"passed", "denied"}
    return found["all/never"] == "passed"


def changed(edit: Callable[[Run], Run] = lambda run: run) -> Story:
    """Returns a story whose training is recorded otherwise."""
    story = Story()
    story.change()
    (run,) = story.book.ledger.makers(story.second)
    edited = store(edit(story.book.ledger.runs[run]))
    for number, held in enumerate(story.book.held):
        if held.id == run:
            story.book.held[number] = replace(held, stored=edited)
    story.book.held.pop()
    story.seal(filter=story.filter)
    return story


ENVIRONMENT = Environment(digest=sha256_of(b"environment"))
IMAGE = f"image@{sha256_of(b'image')}"
PACKAGES = replace(ENVIRONMENT, packages=sha256_of(b"packages"))


def packages(run: Run) -> Run:
    """Returns the run in an environment with lock files and a list of packages."""
    assert run.environment is not None
    return replace(run, environment=replace(run.environment, packages=PACKAGES.packages))


def code(run: Run, *, dirty: bool) -> Run:
    assert run.code is not None
    return replace(run, code=replace(run.code, dirty=dirty))


@pytest.mark.parametrize(
    ("edit", "rule"),
    [
        (lambda run: run, "!r.dirty"),
        (lambda run: code(run, dirty=True), "r.dirty"),
        (lambda run: replace(run, unknown=("dirty",)), "r.dirty == null"),
        (lambda run: replace(run, code=None), "r.dirty == null"),
        (lambda run: replace(run, environment=None), "r.locks == [] && !r.environment_observed && r.container == null"),
        (lambda run: replace(run, environment=ENVIRONMENT), "r.locks == [] && !r.environment_observed"),
        (lambda run: replace(run, environment=PACKAGES), "r.environment_observed"),
        (lambda run: replace(run, environment=replace(PACKAGES, container=IMAGE)), "!r.environment_observed"),
        (packages, "!r.environment_observed"),
        (lambda run: replace(run, params={"random_state": 1}), "r.seeded"),
        (lambda run: replace(run, params={"a": {"np_seed": 0}}), "r.seeded"),
        (lambda run: replace(run, params={"seed": None}), "!r.seeded"),
        (lambda run: replace(run, params={"seeds": 1, "_seed_": 1, "seedling": 2}), "!r.seeded"),
        (lambda run: replace(run, params=None), "!r.seeded"),
        (lambda run: inputs(run, "same"), "!r.inputs_changed"),
        (lambda run: inputs(run, "changed"), "r.inputs_changed"),
        (lambda run: inputs(run, "unknown"), "r.inputs_changed == null"),
    ],
)  # fmt: skip
def test_a_run_is_told_as_it_was_recorded(edit: Callable[[Run], Run], rule: str) -> None:
    story = changed(edit)
    assert holds(story, f"runs.size() == 1 && runs.all(r, {rule})")


def inputs(run: Run, after: str) -> Run:
    """Returns the run with inputs that were so when it had ended."""
    return replace(run, inputs={role: replace(one, after=after) for role, one in run.inputs.items()})  # type: ignore[arg-type]


def test_a_run_that_makes_no_member_says_so() -> None:
    story = Story()
    features = story.book.make("features", {"raw": story.raw}, {"features": ("features", b"features")})
    story.second = train(story.book, features["features"], 0.3, b"model 2")
    story.seal(filter=story.filter)
    assert holds(story, "runs.all(r, r.makes_member == (r.step == 'train')) && runs.size() == 2")


def test_adding_data_is_no_run_that_rules_see() -> None:
    story = Story()
    story.change()
    assert holds(story, "runs.all(r, r.step != 'add') && runs.size() == 1")
    assert holds(story, "runs.size() == 0 && release == null", kind="promote", release=None)


def deprecate(story: Story, record: Digest, by: str) -> int:
    """Lands an event that a record is to be used no more."""
    event = Event(kind="deprecation", actor=by, at="2026-11-22T00:00:00Z", subjects=(record,), reason="bias")
    story.book.keep(event)
    return story.landing.step(by=by)


@pytest.mark.parametrize(("by", "yes"), [("pia", True), ("olga", True), ("eva", False)])
def test_a_member_or_a_release_is_deprecated_by_a_producer_or_an_owner(by: str, yes: bool) -> None:
    story = Story()
    story.change()
    story.landing.step()
    deprecate(story, story.second, by)
    assert holds(story, "release.members.exists(m, m.deprecated && m.role == 'model')") is yes
    assert not holds(story, "release.deprecated || release.members.exists(m, m.deprecated && m.role != 'model')")
    deprecate(story, story.v2, by)
    assert holds(story, "release.deprecated") is yes


def test_a_deprecation_counts_from_the_evidences_commit_on() -> None:
    story = Story()
    story.change()
    story.landing.step()
    before = story.commit
    deprecate(story, story.second, "pia")
    assert not holds(story, "release.members.exists(m, m.deprecated)", commit=before)
    assert holds(story, "release.members.exists(m, m.deprecated)")


def test_a_signature_that_lands_before_its_deprecation_does_not_make_it_count() -> None:
    story = Story()
    story.change()
    story.landing.step()
    deprecate(story, story.second, "pia")
    before = story.commit
    path = story.book.held[-1].stored.path
    story.landing.files[path] = (story.landing.step(), story.landing.files[path][1])
    assert not holds(story, "release.members.exists(m, m.deprecated)", commit=before)
    assert holds(story, "release.members.exists(m, m.deprecated)")


def test_data_is_as_old_as_its_cutoff_and_else_as_when_it_was_observed() -> None:
    story = Story()
    story.change()
    add_again(story, "2026-11-21T12:00:00Z", "2026-11-01T12:00:00Z")
    story.landing.step()
    assert holds(story, "data.exists(d, d.age_days == 30.0 && d.cutoff != null)")


def test_one_of_several_deprecations_is_enough() -> None:
    story = Story()
    story.change()
    story.landing.step()
    for by in ("eva", "pia", "eric"):
        event = Event(kind="deprecation", actor=by, at="2026-11-22T00:00:00Z", subjects=(story.second,), reason=by)
        story.book.keep(event)
        story.landing.step(by=by)
    assert holds(story, "release.members.exists(m, m.deprecated)")


def test_a_model_that_somebody_else_made_again_before_the_evidence_is_reproduced() -> None:
    rule = "release.members.exists(m, m.role == 'model' && m.reproduced)"
    story = Story()
    story.change()
    story.landing.step()
    before = story.commit
    train(story.book, story.raw, 0.05, b"model 2")
    story.landing.step(by="pia")
    assert holds(story, rule)
    assert not holds(story, rule, commit=before), "it landed after the evidence's commit"
    assert not holds(story, "release.members.exists(m, m.role == 'filter' && m.reproduced)")


@pytest.mark.parametrize("by", ["eva", "eve"])
def test_who_is_no_producer_reproduces_nothing(by: str) -> None:
    """A11: anybody can record that they made the same; a producer has to stand behind it."""
    story = Story()
    story.change()
    story.landing.step()
    train(story.book, story.raw, 0.05, b"model 2")
    story.landing.step(by=by)
    assert not holds(story, "release.members.exists(m, m.reproduced)")
    train(story.book, story.raw, 0.05, b"model 2")
    story.landing.step(by=lambda _: ())
    assert not holds(story, "release.members.exists(m, m.reproduced)"), "nobody signed it"


def test_a_run_that_the_evidence_names_counts_though_it_lands_with_it() -> None:
    story = Story()
    story.change()
    (run, *_) = story.book.ledger.makers(story.second)
    train(story.book, story.raw, 0.05, b"model 2")
    (again,) = set(story.book.ledger.makers(story.second)) - {run}
    story.landing.step(only=[again], by="pia")
    assert holds(story, "release.members.exists(m, m.role == 'model' && m.reproduced)")


def test_of_three_makers_two_must_have_nobody_in_common() -> None:
    rule = "release.members.exists(m, m.role == 'model' && m.reproduced)"
    story = Story()
    story.change()
    story.landing.step()
    train(story.book, story.raw, 0.05, b"model 2")
    step = story.landing.step(by=lambda _: ("paul", "pia"))
    assert not holds(story, rule), "paul stands behind both"
    train(story.book, story.raw, 0.05, b"model 2")
    story.landing.step(by="pia")
    assert holds(story, rule)
    assert step < story.landing.head


def test_schemas_of_both_sides_are_told() -> None:
    story = Story()
    old, new = (story.book.add("columns", name, kind="schema") for name in (b"old", b"new"))
    story.v1 = story.book.seal("churn", 3, model=story.first, schema=old)
    story.landing.step()
    story.second = story.first
    story.seal(schema=new)
    both = "s.role == 'schema' && s.candidate != s.incumbent && s.incumbent != null"
    assert holds(story, f"schemas.size() == 1 && schemas.all(s, {both})")
    story.v2 = story.book.seal("churn", 4, model=story.first)
    assert holds(story, "schemas.size() == 1 && schemas.all(s, s.role == 'schema' && s.candidate == null)")


def test_an_evaluation_is_about_the_set_or_an_artifact() -> None:
    story = Story()
    story.change()
    story.book.evaluate(story.v2, {"auc": 0.5}, data=story.holdout, suite="whole")
    rule = "evaluations.exists(e, e.suite == 'whole' && e.subject == 'set' && e.role == null)"
    assert holds(story, rule)
    assert holds(story, "evaluations.exists(e, e.suite == 'holdout' && e.subject == 'artifact' && e.role == 'model')")


def test_only_who_evaluated_as_an_evaluator_is_one() -> None:
    story = Story()
    story.change()
    story.landing.step()
    story.book.evaluate(story.second, {"auc": 0.5}, data=story.holdout, suite="own")
    story.landing.step(by="pia")
    assert holds(story, "people.evaluators == ['eva'] && evaluations.size() == 2 && people.producers == ['paul']")


def test_outcomes_are_in_the_order_of_their_names_whatever_cannot_be_read() -> None:
    story = Story()
    for name, data in (("b", NO), ("c", b"rules: ["), ("a", NO), ("z", b"rules: [")):
        story.landing.set(f".gitprov/policies/{name}.yaml", data)
    story.landing.set(".gitprov/project.yaml", b"schema: gitprov/project/v1\n")
    story.change()
    evidence = story.collect()
    assert [(rule.policy, rule.rule, rule.severity, rule.outcome) for rule in evidence.rules] == [
        ("a", "never", "deny", "denied"),
        ("b", "never", "deny", "denied"),
        ("c", "readable", "deny", "error"),
        ("z", "readable", "deny", "error"),
    ]
    assert [rule.message for rule in evidence.rules][:2] == ["Nothing passes"] * 2
    assert holds(story, "true") is True
    story.landing.set(".gitprov/policies/a.yaml", NO.replace(b'"false"', b'"true"'))
    assert next(rule.message for rule in story.collect().rules if rule.policy == "a") is None


def test_the_digest_is_that_of_the_settings_before_the_step_by_their_paths() -> None:
    """So that anybody can compute it (docs/format.md)."""
    world = Promoting(1)
    settings = {
        POLICY: NO,
        ".gitprov/policies/broken.yaml": b"rules: [",
        ".gitprov/policies/far.yaml": narrow("scope: [fraud]"),
        ".gitprov/policies/two.yaml": narrow("applies_to: [rollback, withdraw]"),
        ".gitprov/policies/mixed.yaml": narrow("scope: [fraud]")
        + NO.partition(b"rules:\n")[2].replace(b"never", b"other"),
        catalog_path("model"): b"schema: gitprov/catalog/v1\n",
        ".gitprov/project.yaml": b"schema: gitprov/project/v1\n",
    }
    for path, data in settings.items():
        world.set(path, data)
    digests = {path: sha256_of(data) for path, data in settings.items()}
    world.move()
    expected = {
        "catalog": digests[catalog_path("model")],
        "policies": {path: digests[path] for path in digests if "policies" in path and "far" not in path},
        "project": digests[".gitprov/project.yaml"],
        "trust": world.versions[0].id,
    }
    assert policy_digest(world.landed(), world.head, "model", "live") == digest_of(expected)
    assert list(policies_in_force(world.landed(), world.head)[0]) == ["all", "far", "mixed", "two"]
    nothing: dict[str, object] = {"catalog": None, "policies": {}, "project": None, "trust": world.versions[0].id}
    assert policy_digest(world.landed(), world.head - 1, "model", "live") == digest_of(nothing)
    world.versions.clear()
    assert policy_digest(world.landed(), world.head - 1, "model", "live") == digest_of(nothing | {"trust": None})
    assert policies_in_force(world.landed(), world.head - 1) == ({}, [])


def test_a_version_or_a_catalog_that_comes_with_the_step_does_not_judge_it() -> None:
    world = Promoting(1)
    world.move()
    before = policy_digest(world.landed(), world.head, "model", "live")
    world.set(catalog_path("model"), b"schema: gitprov/catalog/v1\nowner: ben\n")
    last = world.versions[-1]
    world.versions.append(replace(last, id=sha256_of(b"next"), step=world.head))
    assert policy_digest(world.landed(), world.head, "model", "live") == before
    assert policy_digest(world.landed(), world.head + 1, "model", "live") != before


def test_a_catalog_that_cannot_be_read_refuses_from_the_next_step_on() -> None:
    story = Story()
    story.change()

    def lands(landing: Landing) -> None:
        landing.step()
        landing.set(catalog_path("churn"), b"owner: [")

    assert outcomes(story.collect(lands)) == {}
