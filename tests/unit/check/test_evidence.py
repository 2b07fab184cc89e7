"""Evidence says what a release rests on, and anybody can compute it again (demand 19)."""

from collections.abc import Callable
from dataclasses import fields, replace
from random import Random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitprov.check.evidence import again, lacking
from gitprov.ids import sha256_of
from gitprov.records import Evidence, ReleaseRef
from gitprov.records.evidence import MetricEntry
from tests.unit.check.story import Story, add_again, outcomes, same, train


def test_evidence_lists_what_a_release_rests_on() -> None:
    """Demand 19: data manifest, lineage, commit, environment, parameters, metrics against the incumbent."""
    story = Story()
    story.change()
    found = story.collect()
    assert {one.name: one.observed for one in found.data} == {
        "filter": "2026-11-20T09:03:00Z",
        "raw": "2026-11-20T09:01:00Z",
    }
    assert found.members["model"].artifact == story.second
    assert found.members["model"].incumbent == sha256_of(b"model 1")
    (run,) = [run for run in found.runs if run.step == "train"]
    assert (run.params, run.people, run.accepted, run.reviewed) == ({"lr": 0.05, "seed": 42}, ("paul",), True, True)
    assert run.inputs == {"raw": sha256_of(b"raw")}
    assert found.metrics == {"holdout": {"auc": MetricEntry(after=(0.93,), before=(0.91,))}}
    assert [entry.accepted for entry in (*found.evaluations, *found.incumbent_evaluations)] == [True, True]
    assert found.candidates == (story.second,)
    assert found.missing == ()


Later = Callable[[Story], Any]


def _other_release(story: Story) -> None:
    story.book.seal("other", 1, model=story.second, data=story.raw)


LATER: dict[str, Later] = {
    "an evaluation of the candidate": lambda s: s.book.evaluate(s.second, {"auc": 0.2}, data=s.holdout),
    "an evaluation of the incumbent": lambda s: s.book.evaluate(s.first, {"auc": 0.99}, data=s.holdout),
    "another candidate": lambda s: train(s.book, s.raw, 0.01, b"model 3"),
    "the same data again": lambda s: s.book.add("raw", b"raw"),
    "the same data, as read before": lambda s: add_again(s, "2026-01-01T12:00:00Z"),
    "the same data under another name": lambda s: s.book.add("raw-2", b"raw"),
    "the same model by somebody else": lambda s: train(s.book, s.raw, 0.05, b"model 2"),
    "another name": lambda s: s.book.add("other", b"other"),
    "a release of another name": _other_release,
}


@settings(max_examples=25)
@given(
    st.lists(st.sampled_from(sorted(LATER)), max_size=4),
    st.lists(st.sampled_from(sorted(LATER)), max_size=4),
    st.randoms(),
)
def test_evidence_is_the_same_whatever_lands_later(racing: list[str], later: list[str], random: Random) -> None:
    """What lands between the evidence and its landing, or while approvals are awaited, does not change it."""
    story = Story()
    story.landing.starter("not-worse", "data-age", "reproducible", "two-person")
    story.change()
    evidence = story.collect()
    branch = [held.id for held in story.book.held]
    for what in racing:
        LATER[what](story)
        story.landing.step([held.id for held in story.book.held if held.id not in branch], by="pia")
    step = story.land(evidence)
    for what in later:
        LATER[what](story)
        story.landing.step(by="pia")
    for judged in range(step, story.landing.head + 1):
        assert same(again(story.landing.landed(random), judged, evidence), evidence)


def test_evidence_is_the_same_whichever_way_the_branch_was_merged() -> None:
    """In one commit, as a squash or a merge does, or in one commit each, as a rebase does."""
    story = Story()
    story.change()
    evidence = story.collect()
    for held in list(story.book.held):
        if held.stored.path not in story.landing.files:
            story.landing.step([held.id])
    step = story.land(evidence)
    assert step > 4
    assert same(again(story.landed(), step, evidence), evidence)
    assert not list(lacking(story.landed(), step, evidence))


def test_a_signature_counts_when_it_lands_with_the_evidence_and_not_later() -> None:
    story = Story()
    story.change()
    evidence = story.collect()
    (run,) = [run for run in evidence.runs if run.step == "train"]
    step = story.land(evidence)
    story.landing.step()
    story.landing.sign(run.run, "pia")
    assert same(again(story.landed(), story.landing.head, evidence), evidence)
    story.landing.head = step
    story.landing.sign(run.run, "eric")
    assert not same(again(story.landed(), step, evidence), evidence)


OTHER: dict[str, Any] = {
    "release": ReleaseRef(id=sha256_of(b"no"), set_=sha256_of(b"no"), version=1),
    "incumbent": None,
    "policy": sha256_of(b"another policy"),
    "members": {},
    "missing": ("filter",),
    "data": (),
    "runs": (),
    "metrics": {"holdout": {"auc": MetricEntry(after=(0.99,), before=(0.91,))}},
    "rules": (),
}


@pytest.mark.parametrize("field", OTHER)
def test_evidence_that_somebody_edited_is_another_when_it_is_computed_again(field: str) -> None:
    """Threat A12: nothing derived is copied out of what was committed."""
    story = Story()
    story.landing.starter("not-worse")
    story.change()
    edited = replace(story.collect(), **{field: OTHER[field]})
    step = story.land(edited)
    assert not same(again(story.landed(), step, edited), edited)


def test_every_field_is_either_a_claim_or_computed() -> None:
    """Claims are signed with the request, or judged by `lacking`; all others were edited in the test above."""
    claims = {"extra", "name", "stage", "sequence", "kind", "requester", "authors", "evaluated_at", "commit"}
    named = {"evaluations", "incumbent_evaluations", "candidates", "sweeps"}
    assert {field.name for field in fields(Evidence)} == claims | named | set(OTHER)


def test_records_that_evidence_names_and_that_are_none_of_its_own_drop_out() -> None:
    story = Story()
    foreign = story.book.evaluate(story.holdout, {"rows": 5}, data=story.holdout)
    story.change()
    found = story.collect()
    (entry,) = found.evaluations
    step = story.land(found)
    assert same(again(story.landed(), step, found), found)
    for edited in (
        replace(found, evaluations=(replace(entry, evaluation=foreign),)),
        replace(found, evaluations=(replace(entry, evaluation=story.raw),)),
        replace(found, candidates=tuple(sorted([*found.candidates, story.raw]))),
        replace(found, incumbent_evaluations=(entry,)),
    ):
        assert not same(again(story.landed(), step, edited), edited)


def test_a_withdrawal_names_no_release() -> None:
    story = Story()
    story.landing.starter("data-age", "roles-kept")
    story.change()
    found = story.collect(kind="withdraw", release=None)
    assert (found.release, found.members, found.runs, found.candidates, found.rules) == (None, {}, (), (), ())
    assert found.incumbent is not None
    assert same(again(story.landed(), story.land(found), found), found)


def test_a_first_release_is_compared_with_nothing() -> None:
    story = Story()
    story.landing.starter("not-worse", "roles-kept")
    story.change()
    found = story.collect(incumbent=None)
    assert found.metrics["holdout"]["auc"] == MetricEntry(after=(0.93,))
    assert outcomes(found) == {"not-worse/auc": "passed", "roles-kept/complete": "passed"}
    assert set(found.candidates) == {story.first, story.second}


def test_a_model_counts_as_reproduced_when_two_without_a_person_in_common_made_it() -> None:
    story = Story()
    story.landing.set(".gitprov/policies/twice.yaml", REPRODUCED)
    story.change()
    assert outcomes(story.collect()) == {"twice/twice": "denied"}
    story.landing.step()
    train(story.book, story.raw, 0.05, b"model 2")
    story.landing.step(by="paul")
    assert outcomes(story.collect()) == {"twice/twice": "denied"}, "the same person again"
    train(story.book, story.raw, 0.05, b"model 2")
    story.landing.step(by="eva")
    assert outcomes(story.collect()) == {"twice/twice": "denied"}, "somebody who is no producer"
    train(story.book, story.raw, 0.05, b"model 2")
    story.landing.step(by="pia")
    assert outcomes(story.collect()) == {"twice/twice": "passed"}


def test_what_was_added_and_not_made_is_never_reproduced() -> None:
    story = Story()
    story.landing.set(".gitprov/policies/twice.yaml", REPRODUCED.replace(b"m.kind != 'model'", b"m.role != 'filter'"))
    story.book.add("filter", b"filter", kind="filter")
    story.landing.step(by="pia")
    story.change()
    assert outcomes(story.collect()) == {"twice/twice": "denied"}


REPRODUCED = b"""\
schema: gitprov/policy/v1
rules:
  twice:
    when: release.members.all(m, m.kind != 'model' || m.reproduced)
    message: Nobody made it again
    remedy: gitprov run --force
"""


def test_code_is_reviewed_when_the_protected_ref_has_it() -> None:
    story = Story()
    story.landing.starter("code-reviewed")
    story.change()
    assert outcomes(story.collect()) == {"code-reviewed/merged": "passed"}
    (run,) = [run.run for run in story.collect().runs if run.step == "train"]
    story.landing.unreviewed.add(run)
    assert outcomes(story.collect()) == {"code-reviewed/merged": "denied"}


def test_evidence_of_a_commit_that_is_on_no_chain_rests_on_what_it_names_alone() -> None:
    story = Story()
    story.change()
    found = story.collect(commit="git:" + "f" * 40)
    assert {run.step: run.reviewed for run in found.runs} == {"add": False, "train": False}
    assert all(entry.observed for entry in found.data)
