"""Errors say what, why and what to do; their codes are part of the interface."""

import re
import shlex
import shutil
from contextlib import suppress

import click
import pytest

from gitprov.errors import Code, Exit, GitprovError
from gitprov.errors.catalogue import CATALOGUE, SCH_FIELD
from tests.docs.test_runbooks import parsed


@pytest.mark.parametrize("name", CATALOGUE)
def test_a_code_is_whole(name: str) -> None:
    code = CATALOGUE[name]
    assert code.id == name
    assert re.fullmatch("GP-[A-Z]{2,3}-[0-9]{3}", name)
    assert code.title
    assert not code.title.endswith(".")
    assert code.remedy
    assert code.exit not in (Exit.OK, Exit.INTERRUPTED)


@pytest.mark.parametrize("code", [code for code in CATALOGUE.values() if not code.by_hand], ids=lambda code: code.id)
def test_a_remedy_is_a_command_that_there_is(code: Code) -> None:
    """After `words: `, if it takes words; tests/remedies runs it."""
    for command in code.remedy.partition("  # ")[0].rpartition(": ")[2].split(" && "):
        program, *words = shlex.split(command)
        assert shutil.which(program), code.remedy
        if program == "gitprov" and words != ["--help"]:
            with suppress(click.exceptions.Exit):  # which --help raises
                parsed(words[2:] if words[0] == "-C" else words)


def test_codes_are_counted_without_a_gap_in_each_area() -> None:
    """A code that went away stays in the catalogue, so that its number is never given again."""
    areas: dict[str, list[int]] = {}
    for name in CATALOGUE:
        _, area, number = name.split("-")
        areas.setdefault(area, []).append(int(number))
    assert all(numbers == list(range(1, len(numbers) + 1)) for numbers in areas.values())


def test_an_error_says_what_why_and_what_to_do() -> None:
    error = SCH_FIELD.error("the field is wrong", why="it must be a name")
    assert isinstance(error, GitprovError)
    assert (error.what, error.why, error.fix) == ("the field is wrong", "it must be a name", SCH_FIELD.remedy)
    assert str(error) == "GP-SCH-002: the field is wrong (it must be a name)"
    assert str(SCH_FIELD.error("x")) == "GP-SCH-002: x"
    assert SCH_FIELD.error("x", fix="do this").fix == "do this"


def test_a_finding_carries_the_usual_remedy() -> None:
    finding = SCH_FIELD.finding("a/path", "it is wrong")
    assert (finding.code, finding.subject, finding.why, finding.fix) == (SCH_FIELD, "a/path", "", SCH_FIELD.remedy)
