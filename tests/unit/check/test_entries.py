"""What evidence lists, entry by entry: what counts, up to which step, signed by whom (docs/format.md, "Evidence")."""

from dataclasses import replace

import pytest

from gitprov.check.basis import Basis, View, basis
from gitprov.check.entries import (
    assurance,
    candidates,
    data,
    evaluations,
    evaluations_of,
    members,
    metrics,
    runs,
    subjects,
    values,
)
from gitprov.check.evidence import again, lacking
from gitprov.ids import Digest, sha256_of
from gitprov.records import Artifact, Recipe
from gitprov.records.evidence import MetricEntry
from tests.sim.book import unverified
from tests.unit.check.story import Story, add_again, same, train
from tests.unit.check.test_basis import view

NEVER = sha256_of(b"no record")


def told() -> Story:
    """Returns a story whose change has landed at step 2."""
    story = Story()
    story.change()
    story.landing.step()
    return story


def side(story: Story, release: Digest, seen: View | None = None) -> Basis:
    found = basis(seen or view(story), release)
    assert found is not None
    return found


# --- members and data ------------------------------------------------------------------------------------------------


def test_assurance_is_that_of_the_reference_else_we_have_the_bytes() -> None:
    referenced = unverified(b"far")
    artifact = Artifact(name="far", kind="dataset", content=referenced, recipe=Recipe(id=referenced.digest))
    held = told().book.ledger.artifacts.values()
    assert assurance(artifact) == "asserted"
    assert {assurance(one) for one in held} == {"verified"}


def test_members_stand_beside_those_of_the_incumbent() -> None:
    story = told()
    found = members(side(story, story.v2), side(story, story.v1))
    assert {role: (one.content, one.incumbent) for role, one in found.items()} == {
        "filter": (sha256_of(b"filter"), sha256_of(b"filter")),
        "model": (sha256_of(b"model 2"), sha256_of(b"model 1")),
    }
    assert {one.incumbent for one in members(side(story, story.v2), None).values()} == {None}


def observed(story: Story, seen: View | None = None) -> tuple[str | None, str | None]:
    """Returns when the raw data of version 2 was first seen, and what its run says of its end."""
    (entry,) = [one for one in data(seen or view(story), side(story, story.v2, seen)) if one.name == "raw"]
    return entry.observed, entry.cutoff


def test_data_has_a_size_where_we_have_the_bytes() -> None:
    story = told()
    assert {one.name: (one.size, one.assurance) for one in data(view(story), side(story, story.v2))} == {
        "filter": (6, "verified"),
        "raw": (3, "verified"),
    }
    story = Story()
    far = story.book.add("far", unverified(b"far"))
    story.second = train(story.book, far, 0.1, b"far model")
    story.seal(filter=story.filter)
    story.landing.step()
    entries = {one.name: (one.size, one.assurance) for one in data(view(story), side(story, story.v2))}
    assert entries["far"] == (None, "asserted")


def test_data_is_as_old_as_the_first_run_that_met_the_content() -> None:
    """Under whatever name; as a producer signed, and as far as it had landed by the evidence's commit."""
    story = told()
    first = observed(story)[0]
    assert first == "2026-11-20T09:01:00Z"
    early = "2026-01-01T12:00:00Z"
    add_again(story, early)
    step = story.landing.step(by="eva")
    assert observed(story)[0] == first, "eva is no producer"
    (run,) = [one for one, record in story.book.ledger.runs.items() if record.finished == early]
    story.landing.step()
    story.landing.sign(run, "pia")
    assert observed(story)[0] == early
    assert observed(story, view(story, head=step)) == (first, None), "signed after the evidence's commit"
    assert observed(story, view(story, head=step - 1)) == (first, None), "it landed after the evidence's commit"


def test_data_under_another_name_and_what_was_made_of_it_tell_its_age_too() -> None:
    story = Story()
    story.book.day = "2026-01-02"
    other = story.book.add("raw-2", b"raw")
    story.landing.step(by="pia")
    story.book.day = "2026-11-21"
    story.change()
    story.landing.step()
    assert str(observed(story)[0]).startswith("2026-01-02")
    story = Story()
    story.book.day = "2026-01-02"
    train(story.book, story.raw, 0.7, b"model 0")
    story.landing.step(by="pia")
    story.book.day = "2026-11-21"
    story.change()
    story.landing.step()
    assert str(observed(story)[0]).startswith("2026-01-02"), "a run that took it has met it"
    assert other != story.raw


def test_a_run_that_the_release_names_counts_up_to_where_the_evidence_landed() -> None:
    """And any other one up to the evidence's commit only."""
    story = told()
    (run,) = story.book.ledger.makers(story.filter)
    seen = view(story, head=-1)
    (entry,) = [one for one in data(seen, side(story, story.v2, seen)) if one.name == "filter"]
    assert entry.observed == story.book.ledger.runs[run].finished


@pytest.mark.parametrize(
    ("cutoff", "kept"),
    [("2026-01-01T00:00:00Z", True), ("2026-01-01T12:00:00Z", True), ("2026-01-01T12:00:01Z", False)],
)
def test_data_does_not_end_after_it_was_first_seen(cutoff: str, kept: bool) -> None:
    story = told()
    add_again(story, "2026-01-01T12:00:00Z", cutoff)
    story.landing.step(by="pia")
    assert observed(story) == ("2026-01-01T12:00:00Z", cutoff if kept else None)


def test_a_run_that_took_the_data_says_nothing_of_its_end() -> None:
    story = told()
    (run,) = story.book.ledger.makers(story.second)
    story.book.keep(replace(story.book.ledger.runs[run], cutoff="2026-01-01T00:00:00Z"))
    story.landing.step(by="pia")
    assert observed(story)[1] is None


def test_a_run_that_says_no_end_dates_nothing() -> None:
    story = told()
    add_again(story, "2026-01-01T12:00:00Z", "2025-11-01T00:00:00Z")
    (run,) = [one for one, record in story.book.ledger.runs.items() if record.finished == "2026-01-01T12:00:00Z"]
    story.book.keep(replace(story.book.ledger.runs[run], finished=None, cutoff="2025-12-01T00:00:00Z"))
    story.landing.step(by="pia")
    assert observed(story) == ("2026-01-01T12:00:00Z", "2025-12-01T00:00:00Z")


def test_the_first_run_that_says_where_the_data_ends_is_believed() -> None:
    story = told()
    add_again(story, "2026-01-01T12:00:00Z")
    add_again(story, "2026-02-01T12:00:00Z", "2025-06-01T00:00:00Z")
    add_again(story, "2026-03-01T12:00:00Z", "2025-07-01T00:00:00Z")
    story.landing.step(by="pia")
    assert observed(story) == ("2026-01-01T12:00:00Z", "2025-06-01T00:00:00Z")


def test_data_that_nobody_saw_has_no_end() -> None:
    story = told()
    found = side(story, story.v2)
    seen = view(story)
    for run, record in list(seen.landed.ledger.runs.items()):
        seen.landed.ledger.runs[run] = replace(record, finished=None, cutoff="2025-06-01T00:00:00Z")
    assert {(entry.observed, entry.cutoff) for entry in data(seen, found)} == {(None, None)}


def test_a_signature_that_landed_before_its_run_dates_nothing_by_then() -> None:
    story = told()
    run = add_again(story, "2026-01-01T12:00:00Z")
    story.landing.step(by="pia")
    story.landing.step()
    path = next(path for path, one in story.landing.signatures.items() if one.record == run)
    story.landing.files[path] = (1, b"")
    assert observed(story, view(story, head=2))[0] == "2026-11-20T09:01:00Z"
    assert observed(story, view(story, head=3))[0] == "2026-01-01T12:00:00Z"


# --- runs ------------------------------------------------------------------------------------------------------------


def test_runs_are_told_with_who_stands_behind_them() -> None:
    story = told()
    found = {entry.step: entry for entry in runs(view(story), side(story, story.v2))}
    run = story.book.ledger.runs[found["train"].run]
    assert run.code is not None
    assert run.environment is not None
    made, added = found["train"], found["add"]
    assert (made.code, made.commit) == (run.code.digest, run.code.commit)
    assert (made.environment, made.container) == (run.environment.digest, None)
    assert (made.people, made.accepted, made.reviewed) == (("paul",), True, True)
    assert (added.code, added.commit, added.environment, added.container, added.params) == (None, None, None, None, {})


def test_code_is_reviewed_as_of_the_evidences_commit() -> None:
    story = told()
    basis_ = side(story, story.v2)
    for head, yes in ((-1, False), (0, True), (2, True)):
        assert {entry.reviewed for entry in runs(view(story, head=head), basis_)} == {yes}
    (run,) = story.book.ledger.makers(story.second)
    story.landing.unreviewed.add(run)
    assert {entry.step: entry.reviewed for entry in runs(view(story), side(story, story.v2))}["train"] is False


def test_a_container_is_told() -> None:
    story = told()
    (run,) = story.book.ledger.makers(story.second)
    record = story.book.ledger.runs[run]
    assert record.environment is not None
    found = side(story, story.v2)
    found.ledger.runs[run] = replace(record, environment=replace(record.environment, container="image@sha256:1"))
    assert {entry.container for entry in runs(view(story), found)} == {None, "image@sha256:1"}


# --- evaluations -----------------------------------------------------------------------------------------------------


def test_evaluations_are_about_the_set_or_a_member() -> None:
    story = told()
    found = side(story, story.v2)
    assert subjects(found) == {found.ref.set_: None, story.second: "model", story.filter: "filter"}
    assert subjects(None) == {}
    whole = story.book.evaluate(story.v2, {"auc": 0.5}, data=story.holdout, suite="a")
    story.landing.step()
    entries = evaluations(view(story), side(story, story.v2), story.book.ledger.evaluations)
    assert [(entry.suite, entry.role, entry.data, entry.people, entry.accepted) for entry in entries] == [
        ("a", None, sha256_of(b"holdout"), ("eva",), True),
        ("holdout", "model", sha256_of(b"holdout"), ("eva",), True),
    ]
    assert [entry.evaluation for entry in evaluations(view(story), side(story, story.v2), [whole])] == [whole]


def test_evaluations_count_from_where_they_landed_and_for_evaluators() -> None:
    story = told()
    late = story.book.evaluate(story.second, {"auc": 0.5}, data=story.holdout)
    story.landing.step(by="pia")
    found = side(story, story.v2)
    assert late not in evaluations_of(view(story), found, 2)
    assert late in evaluations_of(view(story), found, 3)
    assert evaluations(view(story, by=2), found, [late]) == ()
    assert [entry.accepted for entry in evaluations(view(story), found, [late])] == [False]


def test_an_evaluation_without_data_has_none() -> None:
    story = told()
    (one,) = evaluations_of(view(story), side(story, story.v2), 2)
    record = replace(story.book.ledger.evaluations[one], data=None, suite="blind")
    other = story.book.keep(record).id
    story.landing.step()
    assert [entry.data for entry in evaluations(view(story), side(story, story.v2), [other])] == [None]


def test_values_are_those_of_accepted_evaluations_oldest_first() -> None:
    story = told()
    story.book.evaluate(story.second, {"auc": 0.1, "loss": 1}, data=story.holdout)
    story.book.evaluate(story.second, {"auc": 0.7}, data=story.holdout, suite="other")
    story.landing.step()
    story.book.evaluate(story.second, {"auc": 0.99}, data=story.holdout)
    story.landing.step(by="pia")
    found = evaluations(view(story), side(story, story.v2), story.book.ledger.evaluations)
    assert values(story.book.ledger, reversed(found)) == {
        "holdout": {"auc": (0.93, 0.1), "loss": (1,)},
        "other": {"auc": (0.7,)},
    }


def test_metrics_of_both_sides_stand_side_by_side() -> None:
    after = {"a": {"x": (1,), "y": (2,)}, "b": {"z": (3,)}}
    before = {"a": {"y": (4,), "v": (5,)}, "c": {"w": (6,)}}
    assert metrics(after, before) == {
        "a": {"x": MetricEntry(after=(1,)), "y": MetricEntry(after=(2,), before=(4,)), "v": MetricEntry(before=(5,))},
        "b": {"z": MetricEntry(after=(3,))},
        "c": {"w": MetricEntry(before=(6,))},
    }


# --- candidates ------------------------------------------------------------------------------------------------------


def test_candidates_were_made_like_a_member_since_the_incumbent_landed() -> None:
    story = told()
    third = train(story.book, story.raw, 0.01, b"model 3")
    other = story.book.make("tune", {"raw": story.raw}, {"model": ("churn", b"model 4")}, kind="model")["model"]
    story.book.add("filter", b"another filter", kind="filter")
    story.landing.step()
    after, before = side(story, story.v2), side(story, story.v1)
    assert candidates(view(story), after, before, 3) == sorted([story.second, third])
    assert candidates(view(story), after, before, 2) == [story.second]
    assert candidates(view(story), after, None, 3) == sorted([story.first, story.second, third])
    assert candidates(view(story), None, before, 3) == []
    assert other not in candidates(view(story), after, None, 3), "it is of another step"


def test_what_the_incumbent_has_is_no_candidate_even_if_it_landed_later() -> None:
    story = Story()
    story.change()
    ledger = story.book.ledger
    story.landing.step([story.v2])
    story.landing.step()
    assert ledger.artifacts[story.second].name == "churn"
    assert candidates(view(story), side(story, story.v2), side(story, story.v2), 3) == []


# --- what is left out ------------------------------------------------------------------------------------------------


def test_each_thing_that_is_left_out_is_told() -> None:
    story = told()
    found = story.collect(lambda landing: landing.step())
    step = story.land(found)
    assert list(lacking(story.landed(), step, found)) == []
    for edited, what in (
        (replace(found, evaluations=()), "evaluation"),
        (replace(found, incumbent_evaluations=()), "evaluation"),
        (replace(found, candidates=()), "candidate"),
    ):
        [finding] = lacking(story.landed(), step, edited)
        assert finding.what.startswith(f"the evidence leaves out {what} id:")
        assert finding.subject == ".gitprov/promotions/churn/production/0002/evidence.yaml"
        assert finding.fix == "gitprov renumber churn/production/2"


def test_what_landed_later_or_nobody_in_the_role_signed_is_not_missed() -> None:
    story = told()
    found = story.collect(lambda landing: landing.step())
    head = story.landing.head
    story.book.evaluate(story.second, {"auc": 0.2}, data=story.holdout)
    story.landing.step(by="pia")
    story.book.evaluate(story.first, {"auc": 0.2}, data=story.holdout)
    train(story.book, story.raw, 0.01, b"model 3")
    story.landing.step()
    step = story.land(found)
    assert head < step - 1
    assert list(lacking(story.landed(), step, found)) == [], "pia is no evaluator; the rest landed after the commit"
    story.book.evaluate(story.second, {"auc": 0.3}, data=story.holdout)
    story.landing.step()
    assert list(lacking(story.landed(), step, found)) == [], "it landed after the evidence"
    assert len(list(lacking(story.landed(), step + 2, found))) == 1, "it had landed before the step that is judged"
    assert len(list(lacking(story.landed(), step + 1, found))) == 0


def test_candidates_that_evidence_makes_up_drop_out() -> None:
    story = told()
    found = story.collect(lambda landing: landing.step())
    edited = replace(found, candidates=tuple(sorted([*found.candidates, story.filter])))
    step = story.land(edited)
    assert again(story.landed(), step, edited).candidates == found.candidates
    assert same(again(story.landed(), step, found), found)


def test_evidence_says_which_members_are_missing() -> None:
    story = Story()
    story.change()
    story.book.held.pop()
    story.v2 = story.book.seal("churn", 2, "committed", model=story.second)
    assert story.collect().missing == ("filter",)
