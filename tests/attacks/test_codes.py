"""The table of attacks names what is there. That each code is raised by some test is seen by `tests.observed`."""

import re
from pathlib import Path

TESTS = Path(__file__).parents[1]


def test_the_table_of_attacks_names_what_is_there() -> None:
    table = (Path(__file__).parent / "README.md").read_text("utf-8")
    named = re.findall(r"`([a-z_/0-9]+\.py)(?:::(test_[a-z_0-9]+))?`", table)
    assert len(named) > 40
    for file, test in named:
        path = TESTS / file if (TESTS / file).exists() else TESTS / "attacks" / file
        assert path.exists(), file
        assert f"def {test}(" in path.read_text("utf-8") if test else True, (file, test)
