"""Each promise of docs/threat-model.md names tests, and these are there."""

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).parents[1]
PAGE = (TESTS.parent / "docs" / "threat-model.md").read_text("utf-8")
PROMISES = PAGE.partition("## What is promised")[2].partition("\n## ")[0]
ROWS = [row for row in PROMISES.splitlines() if row.startswith("| ")][1:]


def test_there_are_promises() -> None:
    assert len(ROWS) > 20


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.split("|")[1].strip()[:40])
def test_a_promise_names_tests_that_are_there(row: str) -> None:
    named = re.findall(r"`([a-z_/0-9]+\.py)::(test_[a-z_0-9]+)`", row.rstrip("| ").rpartition(" | ")[2])
    assert named, "a promise that nothing tests"
    for file, test in named:
        assert f"def {test}(" in (TESTS / file).read_text("utf-8"), f"{file}::{test}"
