"""docs/benchmarks.md shows what docs/benchmarks.json holds, however few of the claims were measured last."""

import json
from pathlib import Path

import pytest

from benchmarks.run import BEGIN, END, GROUPS, merged, table

DOCS = Path(__file__).parents[2] / "docs"
CLAIMS = json.loads((DOCS / "benchmarks.json").read_text("utf-8"))["claims"]


def test_the_page_shows_every_claim_with_its_own_day_and_commit() -> None:
    shown = (DOCS / "benchmarks.md").read_text("utf-8").partition(BEGIN)[2].partition(END)[0]
    assert shown.strip().splitlines() == list(table(CLAIMS))
    assert {claim["group"] for claim in CLAIMS} <= set(GROUPS)


@pytest.mark.parametrize("group", GROUPS)
def test_what_is_measured_takes_the_place_of_its_group_alone(group: str) -> None:
    new = {"group": group, "work": "new"}
    found = merged(CLAIMS, {group: [new]})
    assert [one for one in found if one["group"] == group] == [new]
    assert [one for one in found if one["group"] != group] == [one for one in CLAIMS if one["group"] != group]
    assert merged(CLAIMS, {}) == CLAIMS
