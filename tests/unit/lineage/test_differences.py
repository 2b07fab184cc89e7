"""What differs between two artifacts, and what is only counted (demand 8)."""

from dataclasses import replace

import pytest
from hypothesis import given

from gitprov.ids import Digest, normalize
from gitprov.lineage import Held, Ledger
from gitprov.lineage.differences import (
    Change,
    Differences,
    differences,
    latest_by_suite,
    metric_differences,
    same,
    side,
)
from gitprov.lineage.values import flatten
from gitprov.records import Environment, Evaluation, store
from tests.sim.book import Book, churn
from tests.unit.documents import documents, strict, values


def compare(book: Book, before: Digest, after: Digest) -> Differences:
    ledger = book.ledger
    return differences(ledger, {"": (side(ledger, before), side(ledger, after))})[""]


def of(found: Differences, aspect: str) -> list[tuple[tuple[str, ...], tuple[str, ...], object, object]]:
    return [(one.roles, one.key, one.before, one.after) for one in found.changes if one.aspect == aspect]


def test_every_difference_of_two_trainings_and_of_what_went_into_them() -> None:
    """D8, "why did v7 beat v8": the training's own differences first, then those of the features it read."""
    ledger = churn().ledger
    first, second, _ = ledger.named("churn")
    found = compare(churn(), first, second)
    features = ledger.named("churn-features")
    assert of(found, "input") == [((), ("features",), features[0], features[1])]
    assert of(found, "parameter") == [((), ("lr",), 0.1, 0.05), (("features",), ("window",), 7, 14)]
    assert [row[:2] for row in of(found, "code")] == [((), ("digest",))]
    assert [roles for roles, *_ in found.code] == [()]
    assert of(found, "step") == of(found, "environment") == []
    assert found.equal == {"step": 6, "input": 1, "parameter": 1, "code": 1, "environment": 6}


def test_nothing_differs_from_itself() -> None:
    book = churn()
    for one in book.ledger.artifacts:
        found = compare(book, one, one)
        assert (found.changes, sum(found.equal.values())) == ((), 0)


def test_the_two_directions_mirror_each_other() -> None:
    book = churn()
    first, second, third = book.ledger.named("churn")
    for before, after in ((first, second), (second, third), (first, third)):
        there, back = compare(book, before, after), compare(book, after, before)
        assert there.equal == back.equal
        flipped = {"before": "after", "after": "before", None: None}
        assert list(there.changes) == [
            replace(one, before=one.after, after=one.before, only=flipped[one.only])  # type: ignore[arg-type]
            for one in back.changes
        ]


def test_the_same_bytes_under_another_id_are_the_same_input() -> None:
    book = Book()
    one, other = book.add("data", b"same"), book.add("copy", b"same")
    before = book.make("train", {"data": one}, {"model": ("m", b"1")}, params={"lr": 1})["model"]
    after = book.make("train", {"data": other}, {"model": ("m", b"2")}, params={"lr": 2})["model"]
    found = compare(book, before, after)
    assert of(found, "input") == []
    assert found.equal["input"] == 1


def test_what_only_one_side_has_says_which() -> None:
    book = Book()
    data = book.add("data", b"d")
    before = book.make("train", {"data": data}, {"m": ("m", b"1")}, params={"none": None, "old": 1})["m"]
    after = book.make("train", {"data": data, "extra": book.add("x", b"x")}, {"m": ("m", b"2")}, params={"new": 0})["m"]
    extra = book.ledger.named("x")[0]
    assert {one for one in compare(book, before, after).changes if one.aspect in ("input", "parameter")} == {
        Change((), "input", ("extra",), None, extra, only="after"),
        Change((), "parameter", ("none",), None, None, only="before"),
        Change((), "parameter", ("old",), 1, None, only="before"),
        Change((), "parameter", ("new",), None, 0, only="after"),
    }


def test_every_item_of_the_environment_counts() -> None:
    book = Book()
    data = book.add("data", b"d")
    before = book.make("train", {"data": data}, {"m": ("m", b"1")}, locks={"uv.lock": "1", "a.lock": "1"})["m"]
    after = book.make("train", {"data": data}, {"m": ("m", b"2")}, locks={"uv.lock": "2"}, python="3.12.0")["m"]
    found = of(compare(book, before, after), "environment")
    assert [(key, one is None, other is None) for _, key, one, other in found] == [
        (("locks", "a.lock"), False, True),
        (("locks", "uv.lock"), False, False),
        (("python",), False, False),
    ]


def test_unknown_is_never_equal_to_unknown() -> None:
    """Nobody knows whether two unknown codes are one."""
    book = Book()
    data = book.add("data", b"d")
    made = [book.make("train", {"data": data}, {"m": ("m", b"%d" % one)})["m"] for one in range(2)]
    blind = []
    for held in book.held:
        run = book.ledger.runs.get(held.id)
        if run is None or run.code is None:
            blind.append(held)
            continue
        changed = replace(run, code=replace(run.code, digest="unknown"), environment=Environment(digest="unknown"))
        blind.append(Held(store(changed), "committed"))
    ledger = Ledger(blind)
    found = differences(ledger, {"": (side(ledger, made[0]), side(ledger, made[1]))})[""]
    assert [(one.aspect, one.before, one.after) for one in found.changes] == [
        ("code", "unknown", "unknown"),
        ("environment", "unknown", "unknown"),
    ]


def test_an_artifact_without_a_run_differs_in_everything_its_run_would_say() -> None:
    book = Book()
    data = book.add("data", b"d")
    made = book.make("train", {"data": data}, {"m": ("m", b"1")})["m"]
    found = compare(book, data, made)
    assert (("step",), "add", "train") in [row[1:] for row in of(found, "step")]
    assert of(found, "input") == [((), ("data",), None, data)]


def test_two_roles_that_share_what_differs_list_it_once() -> None:
    """D8: a release on one screen."""
    book = Book()
    pairs = []
    for version in range(2):
        data = book.add("data", b"data %d" % version)
        tables = book.make("split", {"data": data}, {"t": ("table", b"table %d" % version)}, params={"n": version})
        pairs.append([book.make(step, tables, {"o": (step, b"%d" % version)})["o"] for step in ("model", "tokenizer")])
    ledger = book.ledger
    found = differences(
        ledger,
        {role: (side(ledger, before), side(ledger, after)) for role, before, after in zip("ab", *pairs, strict=True)},
    )
    assert [len(of(found[role], "parameter")) for role in "ab"] == [1, 0]
    assert [len(of(found[role], "input")) for role in "ab"] == [2, 1]


def test_metrics_with_their_difference_and_other_data() -> None:
    book = churn()
    ledger = book.ledger
    first, second, _ = ledger.named("churn")
    before, after = latest_by_suite(ledger, first), latest_by_suite(ledger, second)
    found = metric_differences(before, after)
    ((change),) = found.changes
    assert (change.suite, change.metric, change.before, change.after) == ("holdout", "auc", 0.91, 0.93)
    assert change.delta == pytest.approx(0.02)
    assert (found.equal, found.other_data) == (1, ())
    book.evaluate(second, {"auc": True}, data=ledger.named("raw")[0])
    moved = metric_differences(before, latest_by_suite(book.ledger, second))
    assert moved.other_data == ("holdout",)
    assert {one.metric: (one.before, one.after, one.delta) for one in moved.changes} == {
        "auc": (0.91, True, None),
        "f1": (0.8, None, None),
    }


def test_a_later_evaluation_of_a_suite_counts() -> None:
    book = churn()
    (first, *_) = book.ledger.named("churn")
    book.evaluate(first, {"auc": 0.5}, data=book.ledger.named("holdout")[0])
    (evaluation,) = latest_by_suite(book.ledger, first).values()
    assert isinstance(evaluation, Evaluation)
    assert evaluation.metrics == {"auc": 0.5}


@given(documents)
def test_flattening_loses_nothing(document: dict[str, object]) -> None:
    """Law: the leaves put back where their keys say give the mapping, but for numbers that are not finite."""
    data = normalize(document)
    assert isinstance(data, dict)
    built: dict[str, object] = {}
    for key, value in flatten(data).items():
        inner = built
        for name in key[:-1]:
            inner = inner.setdefault(name, {})  # type: ignore[assignment]
        inner[key[-1]] = value
    assert strict(built) == strict(data)


@given(values, values)
def test_same_is_type_strict_equality(one: object, other: object) -> None:
    left, right = normalize(one), normalize(other)
    assert same(left, right) == (strict(left) == strict(right))
    assert same(left, left)
