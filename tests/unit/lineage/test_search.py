"""What search finds, against asking of every artifact by itself (demand 30)."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.differences import latest_by_suite
from gitprov.lineage.graph import descendants
from gitprov.lineage.search import Condition, Query, condition, search
from gitprov.lineage.values import flatten
from tests.sim.book import Book, unverified

SIGNS = (">=", "<=", ">", "<", "=", "!=")
numbers = st.floats(-10, 10).map(lambda one: round(one, 1)) | st.integers(-10, 10)


@pytest.mark.parametrize(
    ("text", "key", "sign", "value"),
    [
        ("auc>=0.9", "auc", ">=", "0.9"),
        (" model.lr = 1e-3 ", "model.lr", "=", "1e-3"),
        ("loss<.5", "loss", "<", ".5"),
        ("kind=a >= b", "kind", "=", "a >= b"),
        ("top-1 rate!=-inf", "top-1 rate", "!=", "-inf"),
    ],
)
def test_a_condition_is_a_name_a_sign_and_a_value(text: str, key: str, sign: str, value: str) -> None:
    assert condition("metric", text) == Condition("metric", key, sign, value)


@pytest.mark.parametrize("text", ["", "auc", "auc>=", ">=0.9", "auc=>0.9", "auc==0.9", "auc<>0.9", "auc>=good"])
def test_anything_else_is_refused_with_one_that_is(text: str) -> None:
    for what, example in (("metric", "--metric 'auc>=0.9'"), ("param", "--param 'lr=0.1'")):
        with pytest.raises(GitprovError) as caught:
            condition(what, text)  # type: ignore[arg-type]
        assert caught.value.code is codes.USE_ARGUMENT
        assert example in caught.value.fix


@given(numbers, numbers, st.sampled_from(SIGNS))
def test_numbers_are_compared_by_size(left: float, right: float, sign: str) -> None:
    holds = {">=": left >= right, "<=": left <= right, ">": left > right, "<": left < right}
    holds |= {"=": left == right, "!=": left != right}
    assert condition("metric", f"x{sign}{right}").holds(left) == holds[sign]


@pytest.mark.parametrize(
    ("value", "text", "holds"),
    [
        (True, "x=true", True),
        (True, "x=1", False),
        (1, "x=true", False),
        (1, "x=1.0", True),
        (True, "x>=0", False),
        (None, "x=null", True),
        ("adam", "x=adam", True),
        ("adam", "x!=sgd", True),
        ("adam", "x>1", False),
        ("1", "x=1", True),
        ([1, 2], "x=[1, 2]", True),
        ({"nonfinite": "nan", "value": None}, "x=nan", True),
        ({"nonfinite": "nan", "value": None}, "x>0", False),
        ({"nonfinite": "inf", "value": None}, "x>0", True),
        ({"nonfinite": "-inf", "value": None}, "x<0", True),
    ],
)
def test_anything_else_is_equal_or_is_not(value: Any, text: str, holds: bool) -> None:
    assert condition("param", text).holds(value) == holds


class World:
    """Models made from two data sets, again and again, with parameters and metrics that repeat."""

    def __init__(self, turns: list[tuple[int, int, int | None, bool]]) -> None:
        book = Book()
        self.data = [book.add(name, name.encode()) for name in ("first", "second")]
        book.add("old", unverified(b"old"))
        for number, (data, rate, score, sealed) in enumerate(turns):
            model = book.make(
                "train",
                {"data": self.data[data]},
                {"model": (f"model-{data}", b"%d" % (number % 4))},
                kind="model",
                params={"model": {"rate": rate}},
            )["model"]
            subject = book.seal(f"model-{data}", number + 1, model=model) if sealed else model
            if score is not None:
                book.evaluate(subject, {"auc": score}, suite=f"suite-{score % 2}", data=self.data[data])
        self.ledger = book.ledger


def one_by_one(ledger: Ledger, query: Query) -> list[Digest]:
    """Returns what a query asks for, newest first: each artifact is asked by itself."""

    def fits(one: Digest) -> bool:
        record, made = ledger.artifacts[one], ledger.made(one)
        params = flatten(ledger.runs[ledger.makers(one)[-1]].params or {})
        sets = [one, *(ledger.releases[release].set_ for release in ledger.released_as(one))]
        last = [evaluation.metrics for subject in sets for evaluation in latest_by_suite(ledger, subject).values()]
        met = {
            condition: any(condition.holds(found[condition.key]) for found in last if condition.key in found)
            if condition.what == "metric"
            else any(".".join(key) == condition.key and condition.holds(value) for key, value in params.items())
            for condition in query.conditions
        }
        return (
            (query.names is None or record.name in query.names)
            and query.kind in (None, record.kind)
            and (query.since is None or made >= query.since)
            and (query.until is None or made <= query.until)
            and all(met.values())
            and all(one in descendants(ledger, group) and one not in group for group in query.sources)
        )

    return sorted((one for one in ledger.artifacts if fits(one)), key=lambda one: (ledger.made(one), one), reverse=True)


turns = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 2), st.none() | st.integers(0, 3), st.booleans()), max_size=6
)
times = st.none() | st.integers(0, 30).map(lambda minute: f"2026-11-20T09:{minute:02}:00Z")
wanted = st.lists(
    st.builds(Condition, st.just("param"), st.just("model.rate"), st.sampled_from(SIGNS), st.sampled_from("012"))
    | st.builds(Condition, st.just("metric"), st.just("auc"), st.sampled_from(SIGNS), st.sampled_from("0123")),
    max_size=2,
)


queries = st.tuples(
    st.none() | st.lists(st.sampled_from(["model-0", "model-1", "old"])),
    st.sampled_from([None, "model", "dataset", "none"]),
    times,
    times,
    wanted,
)


@settings(max_examples=40)
@given(turns, queries, st.lists(st.integers(0, 1), max_size=2))
def test_what_is_found_is_what_fits(
    turns: list[tuple[int, int, int | None, bool]], asked: tuple[Any, ...], sources: list[int]
) -> None:
    world = World(turns)
    names, kind, since, until, conditions = asked
    query = Query(names, kind, since, until, conditions, [[world.data[one]] for one in sources])
    found = search(world.ledger, query)
    assert [one for one, _ in found.artifacts] == one_by_one(world.ledger, query)
    for one, _ in found.artifacts:
        assert found.values.get(one, {}).keys() == set(conditions)
        assert all(each.holds(value) for each, value in found.values.get(one, {}).items())


def test_what_nobody_knows_the_time_of_is_left_out_and_counted() -> None:
    book = Book()
    dated, lost = book.add("known", b"1"), book.add("lost", b"2")
    ledger = Ledger(held for held in book.held if held.id not in book.ledger.makers(lost))
    assert [one for one, _ in search(ledger, Query()).artifacts] == [dated, lost]
    for query in (Query(since="2020-01-01T00:00:00Z"), Query(until="2030-01-01T00:00:00.5Z")):
        found = search(ledger, query)
        assert ([one for one, _ in found.artifacts], found.undated) == ([dated], 1)
