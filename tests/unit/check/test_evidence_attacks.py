"""What people might try, to get a request past the gate on evidence that flatters it."""

from dataclasses import replace

import pytest

from gitprov.check.evidence import again, lacking, summary
from gitprov.records import Evidence, store
from tests.sim.landing import Landing
from tests.unit.check.story import Story, add_again, outcomes, reference, same, train

OLD = "2026-05-01T12:00:00Z"
"""More than 90 days before the request."""


def left_out(story: Story, step: int, evidence: Evidence) -> list[str]:
    return sorted(finding.why.split(",")[0] for finding in lacking(story.landed(), step, evidence))


def test_the_best_of_ten_evaluations_cited_alone_is_found() -> None:
    story = Story()
    story.change()
    for value in range(9):
        story.book.evaluate(story.second, {"auc": value / 10}, data=story.holdout)
    story.landing.step()
    whole = story.collect()
    assert len(whole.evaluations) == 10
    assert not list(lacking(story.landed(), story.landing.head + 1, whole))
    best = next(
        entry
        for entry in whole.evaluations
        if story.landed().ledger.evaluations[entry.evaluation].metrics == {"auc": 0.93}
    )
    flattering = again(story.landed(), story.landing.head + 1, replace(whole, evaluations=(best,)))
    step = story.land(flattering)
    assert same(again(story.landed(), step, flattering), flattering), "it is true as far as it goes"
    found = list(lacking(story.landed(), step, flattering))
    assert [finding.code.id for finding in found] == ["GP-PRO-015"] * 9
    assert found[0].fix == "gitprov renumber churn/production/2"


def test_an_evaluation_of_another_suite_or_of_the_set_cannot_be_left_out_either() -> None:
    story = Story()
    story.change()
    story.book.evaluate(story.second, {"parity": 0.1}, suite="fairness", data=story.holdout)
    story.book.evaluate(story.v2, {"latency": 900}, suite="load", data=story.holdout)
    story.landing.step()
    whole = story.collect()
    assert [entry.role for entry in whole.evaluations] == ["model", "model", None]
    assert left_out(story, story.landing.head + 1, replace(whole, evaluations=())) == ["of churn"] * 3


def test_an_evaluation_that_no_listed_evaluator_signed_need_not_be_there() -> None:
    """Nobody outside can hold a release up, nor help it."""
    story = Story()
    story.change()
    before = story.collect()
    story.landing.step()
    story.book.evaluate(story.second, {"auc": 0.1}, data=story.holdout)
    story.landing.step(by=lambda _: ())
    assert not list(lacking(story.landed(), story.landing.head + 1, before))
    found = story.collect()
    assert len(found.evaluations) == 2
    assert found.metrics["holdout"]["auc"].after == (0.93,)
    story.landing.sign(found.evaluations[0].evaluation, "stranger", listed=False, fault="unlisted key")
    assert story.collect().metrics == found.metrics, "an unlisted key beside it takes no evaluation away"


def test_an_evaluation_that_lands_before_the_approvals_must_be_answered() -> None:
    story = Story()
    story.change()
    evidence = story.collect()
    step = story.land(evidence)
    assert not list(lacking(story.landed(), step, evidence))
    story.book.evaluate(story.second, {"auc": 0.1}, data=story.holdout)
    story.landing.step()
    assert not list(lacking(story.landed(), story.landing.head, evidence))
    assert left_out(story, story.landing.step(), evidence) == ["of churn"]


def test_the_worst_evaluation_of_the_incumbent_cited_alone_is_found() -> None:
    story = Story()
    story.landing.starter("not-worse")
    low = story.book.evaluate(story.first, {"auc": 0.5}, data=story.holdout)
    story.landing.step()
    story.second = story.first
    story.change()
    whole = story.collect()
    entries = tuple(entry for entry in whole.incumbent_evaluations if entry.evaluation == low)
    flattering = replace(whole, incumbent_evaluations=entries)
    assert left_out(story, story.land(flattering), flattering) == ["of churn"]


def test_what_is_measured_or_trained_after_the_evidence_need_not_be_there() -> None:
    """An incumbent is measured every night, and teams train all day: no request waits for that."""
    story = Story()
    story.change()
    evidence = story.collect()
    branch = [held.id for held in story.book.held]
    story.book.evaluate(story.first, {"auc": 0.2}, data=story.holdout)
    train(story.book, story.raw, 0.7, b"another")
    story.landing.step([held.id for held in story.book.held if held.id not in branch])
    step = story.land(evidence)
    assert not list(lacking(story.landed(), step, evidence))


def test_candidates_of_the_round_before_are_not_counted_again() -> None:
    story = Story()
    train(story.book, story.raw, 0.7, b"loser")
    story.change()
    story.landing.step()
    before = reference(story.landed().ledger.held[story.v2].stored)
    third = train(story.book, story.raw, 0.01, b"model 3")
    story.v2 = story.book.seal("churn", 3, model=third, filter=story.filter)
    assert story.collect(incumbent=before).candidates == (third,)


def test_candidates_that_lost_are_counted_and_cannot_be_left_out() -> None:
    """`best of 5` is what a manager reads, whatever the requester would rather say."""
    story = Story()
    for number in range(4):
        train(story.book, story.raw, number / 100, f"loser {number}".encode())
    story.landing.step()
    story.change()
    whole = story.collect()
    assert len(whole.candidates) == 5
    flattering = replace(whole, candidates=(story.second,))
    step = story.land(flattering)
    assert "churn: best of 5 candidates" in summary(whole, story.landed())
    assert same(again(story.landed(), step, flattering), flattering)
    assert left_out(story, step, flattering) == ["another churn"] * 4


@pytest.mark.parametrize("cutoff", [None, "2026-11-30T00:00:00Z"])
def test_data_that_is_added_again_to_look_fresh_stays_old(cutoff: str | None) -> None:
    """Age counts from the earliest run that met the content; a cutoff after that cannot be true."""
    story = Story()
    story.landing.starter("data-age")
    old = add_again(story, OLD)
    story.landing.step()
    add_again(story, "2026-11-30T12:00:00Z", cutoff)
    story.change()
    found = story.collect()
    assert {one.name: (one.observed, one.cutoff) for one in found.data}["raw"] == (OLD, None)
    assert outcomes(found) == {"data-age/recent": "denied"}
    story.landing.sign(old, "stranger", listed=False, fault="unlisted key")
    assert outcomes(story.collect()) == {"data-age/recent": "denied"}, "a signature beside it takes no age away"


def test_data_that_is_renamed_to_look_fresh_stays_old() -> None:
    story = Story()
    add_again(story, OLD)
    story.landing.step()
    story.raw = story.book.add("new-raw", b"raw")
    story.change()
    assert {one.name: one.observed for one in story.collect().data}["new-raw"] == OLD


def test_data_is_as_old_as_the_first_training_on_it() -> None:
    """Also where nobody in standing signed how it was added."""
    story = Story()
    story.raw = story.book.add("other", b"other")
    story.landing.step(by="eva")
    first = train(story.book, story.raw, 0.3, b"old model")
    met = story.book.ledger.runs[story.book.ledger.makers(first)[0]].finished
    story.landing.step()
    story.book.add("other", b"other")
    story.landing.step()
    story.change()
    assert {one.name: one.observed for one in story.collect().data}["other"] == met


def test_data_that_the_branch_brings_along_has_an_age() -> None:
    story = Story()
    story.raw = story.book.add("fresh", b"fresh")
    story.change()
    assert {one.name: one.observed for one in story.collect().data}["fresh"] == "2026-11-20T09:07:00Z"


def test_a_run_that_no_producer_signed_makes_data_neither_old_nor_new() -> None:
    story = Story()
    add_again(story, OLD)
    story.landing.step(by=lambda _: ())
    story.change()
    assert {one.name: one.observed for one in story.collect().data}["raw"] == "2026-11-20T09:01:00Z"


def test_a_cutoff_that_was_stated_counts_before_the_time_of_the_run() -> None:
    story = Story()
    story.landing.starter("data-age")
    add_again(story, "2026-11-20T08:00:00Z", OLD)
    story.landing.step()
    story.change()
    found = story.collect()
    assert {one.name: one.cutoff for one in found.data}["raw"] == OLD
    assert outcomes(found) == {"data-age/recent": "denied"}


def test_a_set_that_lost_its_safety_filter_is_refused_and_says_so() -> None:
    story = Story()
    story.landing.starter("roles-kept")
    story.change(labels=story.holdout)
    found = story.collect()
    assert found.missing == ("filter",)
    assert outcomes(found) == {"roles-kept/complete": "denied"}
    assert not found.allowed
    story.landing.step()
    lines = summary(found, story.landed())
    assert "filter: left out" in lines
    assert "labels: new, holdout" in lines


def test_an_unlisted_key_on_a_run_must_be_vouched_for_by_a_countersignature() -> None:
    story = Story()
    story.change()
    (run,) = [run.run for run in story.collect().runs if run.step == "train"]

    def stranger(landing: Landing) -> None:
        landing.step()
        landing.sign(run, "stranger", listed=False, fault="unlisted key")

    def vouched(landing: Landing) -> None:
        stranger(landing)
        landing.sign(run, "pia", "countersigns")

    def entry(evidence: Evidence) -> tuple[tuple[str, ...], bool]:
        return next((one.people, one.accepted) for one in evidence.runs if one.run == run)

    assert entry(story.collect()) == (("paul",), True)
    assert entry(story.collect(stranger)) == (("paul",), False)
    assert entry(story.collect(vouched)) == (("paul", "pia"), True)


@pytest.mark.parametrize("name", ["eva", "olga"])
def test_a_run_that_somebody_else_than_a_producer_signed_is_not_accepted(name: str) -> None:
    story = Story()
    story.change()
    found = story.collect(lambda landing: landing.step(by=name))
    (run,) = [run for run in found.runs if run.step == "train"]
    assert (run.people, run.accepted) == ((name,), False)


def test_a_signature_that_is_false_counts_for_nothing() -> None:
    story = Story()
    story.change()
    (run,) = [run.run for run in story.collect().runs if run.step == "train"]

    def broken(landing: Landing) -> None:
        landing.step()
        landing.sign(run, "pia", fault="the payload is another")

    assert next(one for one in story.collect(broken).runs if one.run == run).people == ("paul",)


def test_true_is_not_one_in_evidence() -> None:
    """In Python `True == 1`: evidence is compared by its bytes."""
    story = Story()
    story.change()
    story.book.evaluate(story.second, {"safe": True}, suite="safety", data=story.holdout)
    found = story.collect()
    entry = replace(found.metrics["safety"]["safe"], after=(1,))
    edited = replace(found, metrics={**found.metrics, "safety": {"safe": entry}})
    assert edited == found
    assert store(edited).id != store(found).id
    assert not same(again(story.landed(), story.land(edited), edited), edited)
