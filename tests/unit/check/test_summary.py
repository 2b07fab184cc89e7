"""The summary of a request: one screen, which follows from the evidence (demand 18)."""

from dataclasses import replace

import pytest

from gitprov.check.evidence import summary
from gitprov.ids import Value, digest_hex, sha256_of
from gitprov.records import Evidence
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


# --- to the letter ----------------------------------------------------------------------------------------------------


def lines(story: Story, evidence: Evidence) -> tuple[str, ...]:
    """Returns the summary without its first line."""
    return summary(evidence, story.landed())[1:]


def test_rules_are_counted_by_what_blocks() -> None:
    story = Story()
    story.change()
    evidence = story.collect()
    assert lines(story, replace(evidence, rules=RULES))[-1] == "gates passed 2 of 3, warned: latency"
    assert lines(story, replace(evidence, rules=RULES[:1]))[-1] == "gates passed 1 of 1"
    slow = replace(RULES[2], rule="memory")
    assert lines(story, replace(evidence, rules=(*RULES, slow)))[-1].endswith("warned: latency, memory")


def test_members_that_came_and_went_are_named_and_the_others_compared() -> None:
    story = Story()
    extra = story.book.add("extra", b"extra", kind="filter")
    story.second = story.first
    story.seal(more=extra)
    evidence = story.collect()
    story.land(evidence)
    found = lines(story, evidence)
    assert found[:2] == ("filter: left out", "more: new, extra")
    assert not any(line.startswith("model: ") for line in found), "the same model"


def test_changes_are_told_from_near_to_far() -> None:
    """A member's own first, then what it was made of, by the kind of change and its name."""
    story = Story()
    book = story.book
    old = book.make("features", {"raw": story.raw}, {"features": ("features", b"f 1")}, params={"window": 7})[
        "features"
    ]
    story.first = book.make("train", {"data": old}, {"model": ("churn", b"m 1")}, kind="model", params={"lr": 1})[
        "model"
    ]
    story.v1 = book.seal("churn", 3, model=story.first)
    story.landing.step()
    new = book.make("features", {"raw": story.raw}, {"features": ("features", b"f 2")}, params={"window": 14})[
        "features"
    ]
    params = {"lr": 2, "depth": None}
    story.second = book.make("train", {"data": new}, {"model": ("churn", b"m 2")}, kind="model", params=params)["model"]
    story.seal()
    evidence = story.collect()
    story.land(evidence)
    told = [line for line in lines(story, evidence) if line.startswith("model: ")]
    features = [f"id:{digest_hex(one)[:8]}" for one in (old, new)]
    assert told == [
        f"model: input data {features[0]} -> {features[1]}",
        "model: parameter depth none -> null",
        "model: parameter lr 1 -> 2",
        "model: data < parameter window 7 -> 14",
    ]


def test_what_a_member_was_made_of_is_told_step_by_step() -> None:
    story = Story()
    made = []
    for number, rate in enumerate((0.1, 0.2), start=3):
        clean = story.book.make(
            "clean", {"raw": story.raw}, {"clean": ("clean", b"c %d" % number)}, params={"rate": rate}
        )
        rows = story.book.make("rows", {"clean": clean["clean"]}, {"rows": ("rows", b"r %d" % number)})
        made.append(story.book.make("train", rows, {"model": ("churn", b"m %d" % number)}, kind="model")["model"])
    story.first, story.second = made
    story.v1 = story.book.seal("churn", 3, model=story.first)
    story.landing.step()
    story.seal()
    evidence = story.collect()
    story.land(evidence)
    assert "model: clean < rows < parameter rate 0.1 -> 0.2" in lines(story, evidence)


def test_what_is_counted_begins_after_twenty() -> None:
    story = Story()
    story.change()
    evidence = story.collect()
    for number, last in ((20, "all m19: none -> 19"), (21, "and 1 more metric"), (22, "and 2 more metrics")):
        metrics = {"all": {f"m{n:02}": MetricEntry(after=(n,)) for n in range(number)}}
        found = lines(story, replace(evidence, metrics=metrics))[:-1]
        assert found[-1] == last
        assert sum(line.startswith("all ") for line in found) == 20


def test_a_value_is_told_in_sixty_signs() -> None:
    story = Story()
    story.change()
    evidence = story.collect()
    for value, said in (
        ("x" * 60, "x" * 60),
        ("x" * 61, "x" * 59 + "…"),
        (f"sha256:{'ab' * 32}", "id:abababab"),
        ({"b": 1, "a": "é"}, '{"a": "é", "b": 1}'),
    ):
        metrics = {"all": {"m": MetricEntry(after=(value,), before=(1, 2))}}
        assert f"all m: 1 and 2 -> {said}" in lines(story, replace(evidence, metrics=metrics))


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ((1,), (3,), "1 -> 3 (+2)"),
        ((0.5,), (0.25,), "0.5 -> 0.25 (-0.25)"),
        ((1,), (1,), "1 -> 1"),
        ((1,), (True,), "1 -> true"),
        (("1",), (2,), "1 -> 2"),
        ((1, 2), (3,), "1 and 2 -> 3"),
        ((1,), (2, 3), "1 -> 2 and 3"),
        ((), (2,), "none -> 2"),
        ((1,), (2, "x"), "1 -> 2 and x"),
        ((1, "x"), (2,), "1 and x -> 2"),
        ((1.0000001,), (2.0000002,), "1.0000001 -> 2.0000002 (+1)"),
    ],
)
def test_a_difference_is_told_between_two_numbers(
    before: tuple[Value, ...], after: tuple[Value, ...], said: str
) -> None:
    story = Story()
    story.change()
    metrics = {"all": {"m": MetricEntry(after=after, before=before)}}
    assert f"all m: {said}" in lines(story, replace(story.collect(), metrics=metrics))


def test_other_data_is_marked_where_both_sides_have_accepted_evaluations_of_the_suite() -> None:
    story = Story()
    story.change()
    evidence = story.collect()
    (ours,), (theirs,) = evidence.evaluations, evidence.incumbent_evaluations
    mark = "holdout auc: 0.91 -> 0.93 (+0.02) (on other data)"
    other = replace(ours, data=sha256_of(b"other"))
    for one, yes in (
        (replace(evidence, evaluations=(other,)), True),
        (evidence, False),
        (replace(evidence, evaluations=(ours, other)), True),
        (replace(evidence, evaluations=(ours, replace(other, accepted=False))), False),
        (replace(evidence, evaluations=(ours, replace(other, suite="x"))), False),
        (replace(evidence, evaluations=(other,), incumbent_evaluations=()), False),
        (replace(evidence, evaluations=(), incumbent_evaluations=(theirs,)), False),
    ):
        assert (mark in lines(story, one)) is yes


def test_the_choice_is_told_by_name_where_there_was_one() -> None:
    story = Story()
    story.change()
    third = train(story.book, story.raw, 0.3, b"model 3")
    filters = [story.book.add("filter", name, kind="filter") for name in (b"1", b"2", b"3")]
    story.landing.step()
    evidence = story.collect(lambda landing: landing.step())
    none = [line for line in lines(story, replace(evidence, candidates=(third,))) if "best of" in line]
    many = replace(evidence, candidates=(story.second, third, *filters, sha256_of(b"no record")))
    assert none == []
    assert [line for line in lines(story, many) if "best of" in line] == [
        "churn: best of 2 candidates",
        "filter: best of 3 candidates",
    ]


def test_a_first_release_has_nothing_to_change() -> None:
    story = Story()
    story.change()
    evidence = story.collect(incumbent=None)
    story.land(evidence)
    found = summary(evidence, story.landed())
    assert found[0] == "promote churn in production: nothing -> v2"
    assert not any(line.startswith(("model: ", "filter: ")) for line in found)


def test_a_parameter_that_went_is_told() -> None:
    story = Story()
    made = story.book.make("train", {"raw": story.raw}, {"model": ("churn", b"m")}, kind="model", params={"lr": 0.1})
    story.second = made["model"]
    story.seal(filter=story.filter)
    evidence = story.collect()
    story.land(evidence)
    assert "model: parameter seed 42 -> none" in lines(story, evidence)
