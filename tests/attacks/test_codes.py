"""Each code that may refuse a promotion is expected by some test, and the table of attacks names what is there."""

import re
from pathlib import Path

import pytest

from gitprov.errors import Code, catalogue
from gitprov.errors.catalogue import CATALOGUE

TESTS = Path(__file__).parents[1]
AREAS = ("GP-APR-", "GP-PRO-", "GP-SET-", "GP-SIG-", "GP-TRU-")
NAMES = {code.id: name for name, code in vars(catalogue).items() if isinstance(code, Code)}
SOURCES = "\n".join(path.read_text("utf-8") for path in sorted(TESTS.rglob("test_*.py")) if path != Path(__file__))


@pytest.mark.parametrize("code", [code for code in CATALOGUE if code.startswith(AREAS)])
def test_a_code_is_expected_by_a_test(code: str) -> None:
    assert re.search(rf"{code}\b|\b{NAMES[code]}\b", SOURCES)


def test_the_table_of_attacks_names_what_is_there() -> None:
    table = (Path(__file__).parent / "README.md").read_text("utf-8")
    named = re.findall(r"`([a-z_/0-9]+\.py)(?:::(test_[a-z_0-9]+))?`", table)
    assert len(named) > 40
    for file, test in named:
        path = TESTS / file if (TESTS / file).exists() else TESTS / "attacks" / file
        assert path.exists(), file
        assert f"def {test}(" in path.read_text("utf-8") if test else True, (file, test)
