"""The summary of a request: one screen, which follows from the evidence (demand 18)."""

from dataclasses import replace

from gitprov.check.evidence import summary
from gitprov.records.evidence import MetricEntry, RuleEntry
from tests.sim.book import churn
from tests.sim.landing import Landing
from tests.unit.check.story import Story, reference, train

RULES = (
    RuleEntry(policy="age", rule="recent", outcome="passed"),
    RuleEntry(policy="fairness", rule="parity", outcome="denied", message="unfair"),
    RuleEntry(policy="load", rule="latency", severity="warn", outcome="warned", message="slow"),
)


def test_a_manager_reads_what_changes_on_one_screen() -> None:
    story = Story()
    story.change()
    evidence = replace(story.collect(), rules=RULES)
    story.land(evidence)
    assert summary(evidence, story.landed()) == (
        "promote churn in production: v1 -> v2",
        "model: parameter lr 0.1 -> 0.05",
        "holdout auc: 0.91 -> 0.93 (+0.02)",
        "gates passed 2 of 3, warned: latency",
    )


def test_changes_are_told_all_the_way_up() -> None:
    landing = Landing(churn())
    landing.step()
    ledger = landing.landed().ledger
    first, second = (ledger.held[one].stored for one in ledger.releases_of("churn").values())
    story = Story()
    story.landing, story.v1, story.v2 = landing, first.id, second.id
    lines = summary(story.collect(release=second, incumbent=reference(first)), landing.landed())
    assert lines[0] == "promote churn in production: v1 -> v2"
    assert any(line.startswith("model: input features id:") for line in lines)
    assert "model: parameter lr 0.1 -> 0.05" in lines
    assert any(line.startswith("model: code id:") for line in lines)
    assert "model: features < parameter window 7 -> 14" in lines


def test_it_says_the_same_whatever_is_recorded_later() -> None:
    """Else a request would be void for what somebody else recorded."""
    story = Story()
    story.change()
    evidence = story.collect()
    story.land(evidence)
    before = summary(evidence, story.landed())
    story.book.make(
        "train",
        {"raw": story.raw},
        {"model": ("churn", b"model 2")},
        kind="model",
        params={"lr": 0.05, "seed": 42},
        python="3.13.0",
    )
    train(story.book, story.raw, 0.5, b"model 3")
    story.book.evaluate(story.second, {"auc": 0.1}, data=story.holdout)
    story.landing.step()
    assert summary(evidence, story.landed()) == before


def test_a_member_that_was_added_is_told_by_its_content() -> None:
    story = Story()
    other = story.book.add("filter", b"another filter", kind="filter")
    story.second = story.first
    story.seal(filter=other)
    evidence = story.collect()
    story.land(evidence)
    (line,) = [line for line in summary(evidence, story.landed()) if line.startswith("filter: ")]
    assert line.count("id:") == 2


def test_it_stays_one_screen_however_much_changed() -> None:
    story = Story()
    params = {f"p{number:02}": "x" * 500 for number in range(60)}
    made = story.book.make("train", {"raw": story.raw}, {"model": ("churn", b"m")}, kind="model", params=params)
    story.second = made["model"]
    story.book.evaluate(story.second, {f"m{number:02}": number for number in range(60)}, data=story.holdout)
    story.seal(filter=story.filter)
    evidence = story.collect()
    story.land(evidence)
    lines = summary(evidence, story.landed())
    assert len(lines) < 50
    assert max(map(len, lines)) < 160
    assert "and 42 more changes" in lines
    assert "and 41 more metrics" in lines


def test_metrics_are_told_with_every_value_and_on_which_data() -> None:
    story = Story()
    story.change()
    metrics = {
        "holdout": {
            "auc": MetricEntry(after=(0.9, 0.95), before=(0.8,)),
            "passed": MetricEntry(after=(True,), before=(False,)),
            "new": MetricEntry(after=({"nonfinite": "nan", "value": None},)),
            "count": MetricEntry(after=(3,), before=(5,)),
        }
    }
    told = summary(replace(story.collect(), metrics=metrics), story.landed())
    assert "holdout auc: 0.8 -> 0.9 and 0.95" in told
    assert "holdout passed: false -> true" in told
    assert 'holdout new: none -> {"nonfinite": "nan", "value": null}' in told
    assert "holdout count: 5 -> 3 (-2)" in told


def test_metrics_of_other_data_are_marked() -> None:
    """A better number on easier data is no better model."""
    story = Story()
    easy = story.book.add("easy", b"easy")
    story.second = train(story.book, story.raw, 0.05, b"model 2")
    story.book.evaluate(story.second, {"auc": 0.99}, data=easy)
    story.seal(filter=story.filter)
    evidence = story.collect()
    assert "holdout auc: 0.91 -> 0.99 (+0.08) (on other data)" in summary(evidence, story.landed())


def test_no_rule_at_all_is_said() -> None:
    """Without policies nothing is refused, and nobody can take that for a gate that was passed."""
    story = Story()
    story.change()
    evidence = story.collect()
    assert evidence.allowed
    assert summary(evidence, story.landed())[-1] == "no rule is in force: nothing was gated"


def test_a_withdrawal_says_that_nothing_will_serve() -> None:
    story = Story()
    story.change()
    evidence = story.collect(kind="withdraw", release=None)
    assert summary(evidence, story.landed())[0] == "withdraw churn in production: v1 -> nothing"
