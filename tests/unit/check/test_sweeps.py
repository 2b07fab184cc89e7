"""A sweep in evidence: out of how many the served run was chosen, which nobody can leave out or make smaller."""

from dataclasses import replace
from typing import Any

import pytest

from gitprov.check.entries import sweeps
from gitprov.check.evidence import again, lacking, summary
from gitprov.check.references import check_references, named_by
from gitprov.errors import Finding, GitprovError
from gitprov.ids import Digest, md5_of, sha256_of
from gitprov.ids.listings import FILE, Entry
from gitprov.lineage import Held, Ledger
from gitprov.lineage.sweeps import Choice, choices, listing_fault, place_in_set
from gitprov.records import RUN_SET, Recipe, Run, Stored, store
from gitprov.records.evidence import SweepEntry
from tests.sim.book import content_of, unverified
from tests.unit.check.story import Story, outcomes, same, train
from tests.unit.check.test_basis import landed_basis, view

POLICY = b"""\
schema: gitprov/policy/v1
description: No run is chosen out of too many
rules:
  searched:
    when: sweeps.all(s, s.size <= 100.0)
    message: Chosen out of more than a hundred
    remedy: evaluate it on data that no run of the sweep has seen
"""

OTHER = sha256_of(b"another")


def told(runs: int = 500) -> tuple[Story, SweepEntry]:
    """Returns a story whose new model was chosen out of a run-set, and what the evidence is to say of that."""
    story = Story()
    story.change()
    sweep = story.book.sweep("lr-sweep", story.second, runs)
    ledger = story.book.ledger
    entry = SweepEntry(
        sweep=sweep,
        run=ledger.makers(story.second)[0],
        artifact=ledger.runs[sweep].outputs[RUN_SET].artifact,
        name="lr-sweep",
        runs=runs,
    )
    return story, entry


# --- evidence --------------------------------------------------------------------------------------------------------


def test_evidence_says_out_of_how_many_a_run_was_chosen() -> None:
    story, entry = told()
    found = story.collect()
    assert found.sweeps == (entry,)
    step = story.land(found)
    assert same(again(story.landed(), step, found), found)
    assert not list(lacking(story.landed(), step, found))
    assert "churn: best of 500 (run-set lr-sweep)" in summary(found, story.landed())
    assert choices(story.landed().ledger, entry.run) == (Choice(entry.sweep, entry.artifact, "lr-sweep", 500),)


def test_without_a_sweep_nothing_is_said() -> None:
    """So evidence that was made before there were sweeps is the same bytes."""
    story = Story()
    story.change()
    found = story.collect()
    assert found.sweeps == ()
    assert b"sweep" not in store(found).data
    assert not [line for line in summary(found, story.landed()) if "best of" in line]
    assert sweeps(view(story), None, 9) == []


@pytest.mark.parametrize(
    "edit", [{"runs": 3}, {"name": "small"}, {"run": sha256_of(b"x")}, {"artifact": sha256_of(b"x")}]
)
def test_a_sweep_that_evidence_makes_smaller_is_another_when_it_is_computed_again(edit: dict[str, Any]) -> None:
    story, entry = told()
    edited = replace(story.collect(), sweeps=(replace(entry, **edit),))
    step = story.land(edited)
    assert again(story.landed(), step, edited).sweeps == (entry,)


def test_a_sweep_that_had_landed_cannot_be_left_out() -> None:
    story, entry = told()
    story.landing.step()
    whole = story.collect()
    assert not list(lacking(story.landed(), story.landing.head + 1, whole))
    silent = replace(whole, sweeps=())
    step = story.land(silent)
    assert same(again(story.landed(), step, silent), silent), "it is true as far as it goes"
    (finding,) = lacking(story.landed(), step, silent)
    assert finding.code.id == "GP-PRO-015"
    assert finding.what == f"the evidence leaves out sweep {story.landed().ledger.short(entry.sweep)}"
    assert finding.why == "of 500 runs, in the run-set lr-sweep"


def test_a_sweep_that_lands_after_the_evidence_need_not_be_there() -> None:
    """Nobody can hold a request up by saying that there was more to choose from."""
    story = Story()
    story.change()
    found = story.collect()
    step = story.land(found)
    story.book.sweep("late", story.second, 900)
    story.landing.step()
    for judged in (step, story.landing.head):
        assert same(again(story.landed(), judged, found), found)
        assert not list(lacking(story.landed(), judged, found))
    assert [one.name for one in story.collect().sweeps] == ["late"]


@pytest.mark.parametrize("is_set_last", [True, False])
def test_sweeps_count_once_they_and_their_run_sets_have_landed(*, is_set_last: bool) -> None:
    story, entry = told()
    first, last = (entry.sweep, entry.artifact) if is_set_last else (entry.artifact, entry.sweep)
    story.landing.step([held.id for held in story.book.held if held.id not in (first, last)])
    story.landing.step([first])
    story.landing.step([last])
    found = [sweeps(view(story), landed_basis(story, story.v2), by) for by in (2, 3, 4)]
    assert found == [[], [], [entry]]


def test_the_summary_names_what_is_there() -> None:
    """Evidence that somebody made up can be read, too."""
    story, entry = told()
    evidence = replace(story.collect(), sweeps=(replace(entry, run=OTHER),))
    story.landing.step([held.id for held in story.book.held if held.id != story.second])
    nowhere = summary(evidence, story.landed())
    assert "a run: best of 500 (run-set lr-sweep)" in nowhere
    assert summary(replace(evidence, sweeps=(entry,)), story.landed()) == nowhere


def test_every_sweep_of_a_run_is_told_and_those_of_other_runs_are_not() -> None:
    story, entry = told()
    more = story.book.sweep("again", story.second, 7)
    other = train(story.book, story.raw, 0.7, b"loser")
    story.book.sweep("lr-sweep", other, 500)
    found = story.collect().sweeps
    assert [one.sweep for one in found] == sorted([entry.sweep, more])
    assert {one.name: one.runs for one in found} == {"again": 7, "lr-sweep": 500}


def test_a_rule_sees_the_size() -> None:
    for runs, outcome in ((100, "passed"), (101, "denied")):
        story, _ = told(runs)
        story.landing.set(".gitprov/policies/search.yaml", POLICY)
        assert outcomes(story.collect()) == {"search/searched": outcome}


# --- records ---------------------------------------------------------------------------------------------------------


def wrong(story: Story, sweep: Digest, **edit: Any) -> list[str]:
    """Returns what is wrong with the record of a sweep that somebody edited."""
    run = story.book.ledger.runs[sweep]
    assert run.sweep is not None
    stored = store(replace(run, sweep=replace(run.sweep, **edit)))
    return [f"{one.code.id} {one.what.removeprefix(stored.path)[2:]}" for one in _about(story, stored)]


def test_what_a_sweep_kept_must_be_a_run_that_is_there() -> None:
    story, entry = told()
    assert wrong(story, entry.sweep, runs=499) == []
    nowhere = sha256_of(b"nowhere")
    assert wrong(story, entry.sweep, kept=nowhere) == [f"GP-LIN-001 the kept run is not there: {nowhere}"]
    (found,) = wrong(story, entry.sweep, kept=story.raw)
    assert found.startswith("GP-LIN-001 the kept run is another kind of record")
    run = story.book.ledger.runs[entry.sweep]
    assert named_by(run) == {entry.run, entry.artifact}


def test_a_run_set_holds_a_file_for_each_run() -> None:
    """Threat: a count that nobody can hold against the bytes, when these are not there."""
    story, entry = told(4)
    assert wrong(story, entry.sweep, runs=8) == []
    assert wrong(story, entry.sweep, runs=9) == ["GP-LIN-007 the run-set holds fewer records than runs are recorded"]


def test_what_a_sweep_gave_must_be_a_run_set() -> None:
    story, entry = told()
    run, (_, right) = story.book.ledger.runs[entry.sweep], [*story.book.ledger.artifacts.items()][-1]
    for edit, kind in (
        ({"kind": "dataset"}, "dataset"),
        ({"content": content_of(b"a file"), "recipe": Recipe(id=content_of(b"a file").digest)}, "run-set"),
        ({"content": unverified(b"far"), "recipe": Recipe(id=unverified(b"far").digest)}, "run-set"),
    ):
        other = store(replace(right, **edit))
        content = other.record.content.digest  # type: ignore[union-attr]
        made = replace(run.outputs[RUN_SET], artifact=other.id, content=content, recipe=content)
        found = _about(story, store(replace(run, outputs={RUN_SET: made})), other)
        assert [(one.code.id, one.why) for one in found] == [("GP-LIN-007", f"its kind is {kind}")]
    with pytest.raises(GitprovError, match="another output than a run-set"):
        store(replace(run, outputs={"other": run.outputs[RUN_SET]}))


def test_a_run_set_that_is_not_there_is_told_once() -> None:
    story, entry = told()
    run = story.book.ledger.runs[entry.sweep]
    made = replace(run.outputs[RUN_SET], artifact=OTHER)
    found = _about(story, store(replace(run, outputs={RUN_SET: made})))
    assert [one.code.id for one in found] == ["GP-LIN-001"]


def _about(story: Story, *stored: Stored) -> list[Finding]:
    ledger = Ledger([*story.book.held, *(Held(one, "committed") for one in stored)])
    return list(check_references(ledger, [stored[0].id]))


def test_the_listing_shows_what_a_run_set_holds() -> None:
    """No bytes of records are needed: a name in it is the digest of what it names."""
    story, entry = told(2)
    loser = train(story.book, story.raw, 0.7, b"loser")
    ledger = story.book.ledger
    held = [entry.run, story.second, ledger.makers(loser)[0], loser, story.raw]
    rows = [_row(place_in_set(ledger.held[one].stored), one) for one in held]
    assert listing_fault(ledger, entry.sweep, rows) is None
    assert listing_fault(ledger, entry.run, []) is None, "it is no sweep"
    count = listing_fault(ledger, entry.sweep, rows[:2])
    assert count == "it holds 1 run of train, and 2 are recorded"
    lost = listing_fault(ledger, entry.sweep, rows[1:])
    assert lost == f"it does not hold the run that was kept, {ledger.short(entry.run)}"
    false = listing_fault(ledger, entry.sweep, [*rows, _row(rows[2].path.replace("/runs", "/"), sha256_of(b"other"))])
    assert false == f"{rows[2].path} has other bytes than its name says"


def _row(path: str, digest: Digest) -> Entry:
    return Entry(path, FILE, digest, md5_of(b""), 0)


def test_a_run_set_was_never_in_the_work_tree() -> None:
    story, entry = told()
    ledger = story.book.ledger
    assert "run-sets/lr-sweep" not in ledger.paths()
    assert ledger.paths_of(entry.artifact) == ["run-sets/lr-sweep"]
    assert isinstance(ledger.runs[entry.sweep], Run)
