"""Values: each has one form before it is written (docs/format.md, "Values")."""

import enum
import math
from collections import OrderedDict
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import MAX_INTEGER, normalize, sort_key
from tests.unit.documents import numbers, strict, texts, values


class Colour(str, enum.Enum):  # noqa: UP042  # the older way, whose str() is `Colour.RED`
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


@given(values)
def test_normalizing_twice_changes_nothing(value: Any) -> None:
    once = normalize(value)
    assert strict(normalize(once)) == strict(once)


@given(numbers)
def test_an_integral_float_is_that_integer(number: float) -> None:
    found = normalize(number)
    assert found == number
    assert isinstance(found, int) == (float(number).is_integer() and abs(number) <= MAX_INTEGER)


@pytest.mark.parametrize(
    ("value", "same"),
    [
        (1.0, 1), (-0.0, 0), (float(MAX_INTEGER), MAX_INTEGER), ((1, 2), [1, 2]), (Colour.RED, "red"), (Level.HIGH, 3),
        (OrderedDict(b=1, a=2), {"a": 2, "b": 1}), (MappingProxyType({"a": 1}), {"a": 1}),
        ({Colour.RED: 1}, {"red": 1}),
        (True, True),
    ],
)  # fmt: skip
def test_what_python_writes_in_several_ways_has_one_form(value: Any, same: Any) -> None:
    assert strict(normalize(value)) == strict(same)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (MAX_INTEGER + 1, codes.VAL_NUMBER), (-MAX_INTEGER - 1, codes.VAL_NUMBER), ([10**5000], codes.VAL_NUMBER),
        (math.nan, codes.VAL_NUMBER), (math.inf, codes.VAL_NUMBER), (-math.inf, codes.VAL_NUMBER),
        ("\ud800", codes.VAL_TEXT), ({"\udfff": 1}, codes.VAL_TEXT),
        (b"bytes", codes.VAL_TYPE), ({1, 2}, codes.VAL_TYPE),
        (object(), codes.VAL_TYPE), (1j, codes.VAL_TYPE), ({1: 2}, codes.VAL_TYPE), ([{10**5000: 2}], codes.VAL_TYPE),
        ({None: 1}, codes.VAL_TYPE), ([[[float("nan")]]], codes.VAL_NUMBER),
    ],
)  # fmt: skip
def test_what_no_record_can_hold_is_refused(value: Any, code: Code) -> None:
    with pytest.raises(GitprovError) as refused:
        normalize({"k": value})
    assert refused.value.code == code
    assert len(str(refused.value)) < 500


def test_a_value_that_holds_itself_is_too_deep() -> None:
    loop: list[Any] = []
    loop.append(loop)
    with pytest.raises(GitprovError) as refused:
        normalize(loop)
    assert refused.value.code == codes.YML_DEPTH


@given(st.lists(texts, max_size=5))
def test_keys_are_sorted_by_utf_16_code_units(keys: list[str]) -> None:
    """As RFC 8785 sorts them, and as JavaScript does."""

    def units(key: str) -> list[int]:
        data = key.encode("utf-16-le")
        return [int.from_bytes(data[at : at + 2], "little") for at in range(0, len(data), 2)]

    assert sorted(keys, key=sort_key) == sorted(keys, key=units)
