"""The steps that docs/verification.md numbers are those that the code numbers."""

import re
from inspect import getsource
from pathlib import Path

import pytest

from gitprov.adapters.sigstore import verifying
from gitprov.check import landed
from gitprov.check.engine import LAWS
from gitprov.trust import roots
from gitprov.trust.judging import STEPS

PAGE = (Path(__file__).parents[2] / "docs" / "verification.md").read_text("utf-8")


def steps(letter: str) -> dict[str, str]:
    """Returns the steps of a letter that the page numbers, each with its row."""
    return {row[1]: row[0] for row in re.finditer(rf"^\| ({letter}\d+)\b.*$", PAGE, re.MULTILINE)}


def in_source(letter: str, *modules: object) -> set[str]:
    """Returns the steps of a letter that text in modules names."""
    return {step for module in modules for step in re.findall(rf'"({letter}\d+)\b', getsource(module))}  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("letter", "numbered"),
    [
        ("B", set(STEPS.values())),
        ("K", in_source("K", verifying)),
        ("W", in_source("W", roots, landed)),
        ("E", {f"E{number}" for number, _ in enumerate(LAWS, start=1)}),
    ],
)
def test_a_step_has_one_number(letter: str, numbered: set[str]) -> None:
    assert list(steps(letter)) == [f"{letter}{number}" for number in range(1, len(numbered) + 1)]
    assert steps(letter).keys() == numbered


def test_each_code_of_a_signature_stands_at_its_step() -> None:
    said = {step: re.findall(r"\d{3}", row.rpartition("SIG-")[2]) for step, row in steps("B").items()}
    assert {code.id: step for code, step in STEPS.items()} == {
        f"GP-SIG-{number}": step for step, numbers in said.items() for number in numbers
    }
