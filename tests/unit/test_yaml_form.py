"""The canonical YAML form: one value has one form, and one form is one value (docs/format.md, "Canonical form")."""

import random
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import normalize
from gitprov.records import RECORD_LIMIT, emit, read
from gitprov.records.emit import KEY_LIMIT, emit_float, emit_text
from tests.unit.documents import documents, mutants, numbers, random_document, strict, texts

VOLUME = 3000


@given(documents)
def test_what_is_written_is_read(value: dict[str, Any]) -> None:
    assert strict(read(emit(value))) == strict(normalize(value))


def test_what_is_written_is_read_in_volume() -> None:
    rng = random.Random("round trip")
    for _ in range(VOLUME):
        value = random_document(rng, depth=rng.randrange(6))
        assert strict(read(emit(value))) == strict(normalize(value))


@given(documents, documents)
def test_two_values_have_two_forms(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (emit(one) == emit(other)) == (strict(normalize(one)) == strict(normalize(other)))


@pytest.mark.parametrize(
    ("one", "other"),
    [
        (1, "1"), (1, True), (0, False), (None, "null"), (None, ""), ("", []), ([], {}), (0.5, "0.5"), ([1], [[1]]),
        ("a", ["a"]), ("\\n", "\n"), ('"', "'"), ("''", "'"), (["a", "b"], ["a b"]), ("\u2028", "\\u2028"),
        ("é", "e\u0301"), ({"a": 1}, [{"a": 1}]), ([["a"], "b"], [["a", "b"]]), ("True", True), (1e16, "1.0e+16"),
    ],
)  # fmt: skip
def test_values_that_look_alike_have_two_forms(one: Any, other: Any) -> None:
    assert emit({"x": one}) != emit({"x": other})


def test_equal_values_have_one_form() -> None:
    assert emit({"a": 1, "b": (2.0, -0.0)}) == emit({"b": [2, 0], "a": 1.0}) == b"a: 1\nb:\n  - 2\n  - 0\n"


def test_a_mutant_is_refused_or_is_canonical_itself() -> None:
    rng = random.Random("mutants")
    accepted = 0
    for data in mutants(rng, 2 * VOLUME):
        try:
            value = read(data)
        except GitprovError:
            continue
        accepted += 1
        assert emit(value) == data
    assert accepted > VOLUME / 10  # some mutants must live, or this has tested nothing


@given(documents, st.data())
def test_a_changed_byte_is_refused_or_is_another_value(value: dict[str, Any], data: st.DataObject) -> None:
    original = emit(value)
    at = data.draw(st.integers(0, len(original) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != original[at]))
    changed = original[:at] + bytes([byte]) + original[at + 1 :]
    try:
        found = read(changed)
    except GitprovError:
        return
    assert strict(found) != strict(normalize(value))
    assert emit(found) == changed


@given(numbers)
def test_a_number_reads_back_exactly(number: float) -> None:
    found = read(emit({"x": number}))["x"]
    assert strict(found) == strict(normalize(number))
    assert found == number


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (0.1, "0.1"), (1e-7, "1.0e-7"), (1.5e-7, "1.5e-7"), (1e16, "1.0e+16"), (1.25e22, "1.25e+22"),
        (-2e-300, "-2.0e-300"),
        (5e-324, "5.0e-324"), (2.0**53, "9007199254740992.0"), (1.7976931348623157e308, "1.7976931348623157e+308"),
        (1e-5, "1.0e-5"), (0.0001, "0.0001"), (1e17 / 3, "3.3333333333333332e+16"),
    ],
)  # fmt: skip
def test_a_float_has_a_point_and_a_signed_exponent(number: float, text: str) -> None:
    """PyYAML reads `1e-7` as a string."""
    assert emit_float(number) == text


@given(texts)
def test_text_stands_on_one_line_and_shows_what_it_is(text: str) -> None:
    written = emit_text(text)
    assert all(char == " " or unicodedata.category(char) not in ("Cc", "Cs", "Zl", "Zp", "Zs") for char in written)
    assert not {"\u202e", "\u200b", "\u2066", "\ufeff", "\u00ad", "\U000e0041", "\ufe0f"} & set(written)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("plain", "plain"), ("a:b", "a:b"), ("a:", '"a:"'), ("1a", '"1a"'), ("No", '"No"'), ("", '""'),
        ("it's", '"it\'s"'),
        ('say "hi"', "'say \"hi\"'"), ('it\'s "x"', "'it''s \"x\"'"), ('a\\b "c"', "'a\\b \"c\"'"),
        ('"\n', '"\\"\\n"'), ("a\\b", '"a\\\\b"'), ("\u202e", '"\\u202e"'), ("\x85", '"\\x85"'),
        ("\U000e0041", '"\\U000e0041"'),
        ("😀", '"😀"'), ("\t", '"\\t"'),
    ],
)  # fmt: skip
def test_text_has_its_only_form(text: str, written: str) -> None:
    assert emit_text(text) == written


def test_the_layout() -> None:
    value: dict[str, Any] = {
        "map": {"b": {}, "a": []},
        "list": [1, [2, [3, {"k": 4, "l": [5]}]], {"x": {"z": 6}}, [[7]]],
        "é": None,
        "\uffee": 1,
        "😀": 2,
    }
    assert emit(value).decode() == (
        "list:\n  - 1\n  - - 2\n    - - 3\n      - k: 4\n        l:\n          - 5\n  - x:\n      z: 6\n  - - - 7\n"
        'map:\n  a: []\n  b: {}\n"é": null\n"😀": 2\n"\uffee": 1\n'
    )


def test_the_empty_document() -> None:
    assert emit({}) == b"{}\n"
    assert read(b"{}\n") == {}


def nested(depth: int) -> dict[str, Any]:
    value: Any = "x"
    for level in range(depth - 1):
        value = [value] if level % 2 else {"k": value}
    return {"k": value}


def test_depth_has_a_limit() -> None:
    assert read(emit(nested(24))) == nested(24)
    with pytest.raises(GitprovError) as refused:
        emit(nested(25))
    assert refused.value.code == codes.YML_DEPTH
    for data in (b"a:\n  " + b"- " * 24 + b"1\n", b"".join(b"  " * level + b"a:\n" for level in range(25))):
        with pytest.raises(GitprovError) as refused:
            read(data)
        assert refused.value.code == codes.YML_DEPTH


def test_size_has_a_limit() -> None:
    room = RECORD_LIMIT - len(b"k: \n")
    assert len(emit({"k": "x" * room})) == RECORD_LIMIT
    assert read(emit({"k": "x" * room})) == {"k": "x" * room}
    for refuse in (lambda: emit({"k": "x" * (room + 1)}), lambda: read(b"k: " + b"x" * (room + 1) + b"\n")):
        with pytest.raises(GitprovError) as refused:
            refuse()
        assert refused.value.code == codes.YML_SIZE


@pytest.mark.parametrize("char", ["x", "é", " ", '"', "\n", "\U000e0041"])
def test_a_key_has_a_limit(char: str) -> None:
    """YAML readers refuse a key that is longer than 1,024 characters as written."""
    longest = max(count for count in range(1, KEY_LIMIT + 1) if len(emit_text(char * count)) <= KEY_LIMIT)
    assert read(emit({char * longest: 1})) == {char * longest: 1}
    with pytest.raises(GitprovError) as refused:
        emit({char * (longest + 1): 1})
    assert refused.value.code == codes.YML_SIZE
    with pytest.raises(GitprovError) as refused:
        read(f"{emit_text(char * (longest + 1))}: 1\n".encode())
    assert refused.value.code == codes.YML_SYNTAX
