"""The state of a release at a stage (D16): docs/states.md's table, row by row."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.check.effect import Clause, Judgement, Timeline
from gitprov.check.states import STATES, State, is_last, stages, state_of
from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.records.stored import ROOT
from gitprov.trust.roots import Roots
from tests.sim.landing import Landing
from tests.sim.promoting import Promoting

GATE = codes.PRO_GATE.finding("churn/live", "rule auc denies")
LATE = codes.PRO_EXPIRED.finding("churn/live", "it came too late")
LACKING = codes.APR_MISSING.finding("churn/live/1", "0 of 1 approvals")
REJECTED = codes.APR_REJECTED.finding("churn/live/1", "rejected")


def judgement(*findings: tuple[int, Finding]) -> Judgement:
    """Returns the judgement of a request of which these clauses do not hold."""
    return Judgement(
        1,
        tuple(
            Clause(number, "", "", tuple(found for at, found in findings if at == number)) for number in range(5, 13)
        ),
    )


ASKED = {
    "no request": None,
    "all clauses hold": judgement(),
    "approvals are missing": judgement((11, LACKING)),
    "refused": judgement((11, LACKING), (12, REJECTED)),
}


@pytest.mark.parametrize(
    ("serves", "last", "served", "asked", "denied"), list(product([0, 1], [0, 1], [0, 1], ASKED, [0, 1]))
)
def test_every_case_has_the_state_that_the_words_say(
    serves: int, last: int, served: int, asked: str, denied: int
) -> None:
    state, blocks = state_of(
        serves=bool(serves),
        is_last=bool(last),
        served=bool(served),
        asked=ASKED[asked],
        troubles=(LATE,),
        gates=lambda: (GATE,) if denied else (),
    )
    if serves:
        right: tuple[State, tuple[Finding, ...]] = ("promoted" if last else "deployed"), (LATE,)
    elif asked == "all clauses hold":
        right = "approved", ()
    elif asked == "approvals are missing":
        right = "pending approval", (LACKING,)
    elif served:
        right = "retired", (LACKING, REJECTED) if asked == "refused" else ()
    else:
        refused = (LACKING, REJECTED) if asked == "refused" else ()
        right = ("draft", (*refused, GATE)) if denied else ("validated", refused)
    assert (state, blocks) == right


def test_the_page_has_a_row_for_each_state() -> None:
    page = (Path(__file__).parents[3] / "docs" / "states.md").read_text("utf-8")
    rows = [line.split("|")[1].strip() for line in page.splitlines() if line.startswith("| ")][1:]
    assert rows == [f"`{state}`" for state in STATES]


NAMES = ["dev", "live", "staging", "test"]


def ordered(after: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    """Returns the stages of a project whose settings in force say this."""
    landing = Landing()
    text = "schema: gitprov/project/v1\n" + ("stages:\n" if after else "")
    text += "".join(f"  {name}:\n    after: [{', '.join(before)}]\n" for name, before in sorted(after.items()))
    landing.set(f"{ROOT}/project.yaml", text.encode())
    landing.step()
    return stages(landing.landed(), Timeline("churn"))


@given(st.permutations(NAMES), st.lists(st.sets(st.integers(0, 3)), min_size=4, max_size=4))
def test_a_stage_stands_behind_those_that_it_comes_after(names: list[str], before: list[set[int]]) -> None:
    after = {name: [names[one] for one in sorted(before[at]) if one < at] for at, name in enumerate(names)}
    found = ordered(after)
    order = list(found)
    assert sorted(order) == NAMES
    assert {name: list(one) for name, one in found.items()} == after
    assert all(order.index(one) < order.index(name) for name, those in found.items() for one in those)
    assert {name for name in NAMES if is_last(name, found)} == set(NAMES) - {
        one for those in after.values() for one in those
    }


def test_stages_in_a_circle_are_each_named_once() -> None:
    assert list(ordered({"live": ["test"], "test": ["live"], "dev": []})) == ["dev", "live", "test"]


def test_stages_of_approvers_and_requests_count_without_settings() -> None:
    book = Promoting(1)
    assert ordered({}) == {}
    assert stages(book.landed(), book.timeline()) == {"live": ()}, "it has approvers"


def test_stages_of_requests_count_without_a_trust_root() -> None:
    book = Promoting(1)
    wish = book.wish(book.releases[0], stage="far")
    book.move()
    book.request(wish)
    timeline = book.timeline()
    assert list(stages(book.landed(), timeline)) == ["far", "live"]
    assert list(stages(replace(book.landed(), roots=Roots()), timeline)) == ["far"]
