"""How large these tests are, and where their figures go.

In `make test` they are small. `make test-long` runs them at full size and keeps what they counted in
docs/reliability.md.
"""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[2] / "docs" / "reliability.md"
LONG = bool(os.environ.get("TEST_LONG"))
HEADING = "\n## Crashes\n"
TEXT = """
What `make test-long` counted. A trial is a copy of a project with real git and a real remote. After each: no record
or object is half, no record is without bytes, no object that was there is gone, the same command ends well with equal
ids, and after `gitprov doctor --fix` nothing is wrong.

| what was done to the writer | trials | what came of it |
|---|---|---|
"""
_figures: dict[str, tuple[int, str]] = {}

Figure = Callable[[str, int, str], None]


@pytest.fixture
def figure() -> Figure:
    """Notes what was done, how often, and what came of it."""

    def note(what: str, trials: int, came: str) -> None:
        _figures[what] = (trials, came)
        print(f"{what}: {trials}; {came}")

    return note


@pytest.fixture
def long() -> bool:
    """Whether the tests run at full size."""
    return LONG


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Path]:
    """A folder that is emptied at once: there are many copies."""
    yield tmp_path
    shutil.rmtree(tmp_path, ignore_errors=True)


def pytest_sessionfinish() -> None:
    """Keeps the figures of a long run; those of tests that did not run stay as they are."""
    if not LONG or not _figures:
        return
    page, _, before = PAGE.read_text("utf-8").partition(HEADING)
    rows = {line.split(" | ")[0]: line for line in before.split("|---|---|---|\n")[-1].splitlines() if line}
    rows |= {f"| {what}": f"| {what} | {trials} | {came} |" for what, (trials, came) in _figures.items()}
    PAGE.write_text(page + HEADING + TEXT + "".join(f"{rows[what]}\n" for what in sorted(rows)), "utf-8")
