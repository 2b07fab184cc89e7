"""The JSON Schemas that ship with gitprov accept what gitprov writes and refuse what it refuses, field by field."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from jsonschema import Draft202012Validator

from docs.schemas import FOLDER, pages
from gitprov.records import Record, encode, read
from gitprov.records.types import RECORD_TYPES
from tests.frozen.make import FOLDER as FROZEN
from tests.unit.made import records

ROOT = Path(__file__).parents[2]
SCHEMAS = {schema["title"]: schema for schema in (json.loads(text) for _, text in pages())}
VALIDATORS = {title: Draft202012Validator(schema) for title, schema in SCHEMAS.items()}
FIXTURES = sorted(path.name for path in FROZEN.glob("*.yaml"))


def load(name: str) -> dict[str, Any]:
    return read((FROZEN / name).read_bytes())


def accepts(data: dict[str, Any]) -> bool:
    return bool(VALIDATORS[data["schema"]].is_valid(data))


def test_they_are_committed_as_the_types_say() -> None:
    made = dict(pages())
    committed = {path.relative_to(ROOT).as_posix(): path.read_text("utf-8") for path in (ROOT / FOLDER).iterdir()}
    assert committed == made, "run: make docs"


@pytest.mark.parametrize("title", SCHEMAS)
def test_a_schema_is_a_schema(title: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[title])


def test_every_record_type_has_one() -> None:
    assert set(RECORD_TYPES) < set(SCHEMAS)


@pytest.mark.parametrize("name", FIXTURES)
def test_a_frozen_record_is_accepted(name: str) -> None:
    assert accepts(load(name))


@given(records)
@settings(max_examples=60)
def test_what_is_written_is_accepted(record: Record) -> None:
    data = read(encode(record))
    assert VALIDATORS[record.schema].is_valid(data), list(VALIDATORS[record.schema].iter_errors(data))


def places(value: Any, above: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yields the way to every value but free ones, and `subject`, of which a schema cannot say that one is needed."""
    for key in value if isinstance(value, dict) else ():
        if key not in ("schema", "params", "metrics", "checks", "details", "later", "subject"):
            yield (*above, key)
            yield from places(value[key], (*above, key))


@pytest.mark.parametrize("name", FIXTURES)
def test_a_field_of_the_wrong_type_is_refused(name: str) -> None:
    """No field takes every value: one of a list, a mapping, a number and null is always wrong."""
    for way in places(load(name)):
        wrong_ones: list[Any] = [[[]], {"A B": 1}, 0.5, None]
        for wrong in wrong_ones:
            data = load(name)
            target: Any = data
            for key in way[:-1]:
                target = target[key]
            target[way[-1]] = wrong
            assert not accepts(data), (way, wrong)


REQUIRED = [(title, key) for title in RECORD_TYPES for key in SCHEMAS[title]["required"] if key != "schema"]


@pytest.mark.parametrize(("title", "key"), REQUIRED)
def test_a_missing_field_is_refused(title: str, key: str) -> None:
    kind = title.split("/")[1]
    data = load(next(name for name in FIXTURES if name.startswith(kind)))
    del data[key]
    assert not accepts(data)


@pytest.mark.parametrize(
    "name",
    [
        "explicit-default.yaml",
        "missing-field.yaml",
        "name-with-capital.yaml",
        "negative-size.yaml",
        "path-above.yaml",
        "time-with-offset.yaml",
        "unprefixed-digest.yaml",
        "upper-case-digest.yaml",
    ],
)
def test_a_refused_field_is_refused_by_the_schema_too(name: str) -> None:
    assert not accepts(read((FROZEN / "refused" / name).read_bytes()))


def test_settings_take_no_unknown_field() -> None:
    catalog = {"schema": "gitprov/catalog/v1", "owner": "ada", "members": {"model": "fraud.model"}}
    assert accepts(catalog)
    assert not accepts({**catalog, "onwer": "ada"})
    assert accepts({"schema": "gitprov/project/v1", "environment": {"variables": ["OMP_NUM_THREADS"]}})
    assert not accepts({"schema": "gitprov/project/v1", "environment": {"variable": []}})


@pytest.mark.parametrize(
    ("path", "fits"),
    [
        (".", True),
        ("a", True),
        ("a/b", True),
        ("a..b/...", True),
        (".a/.b", True),
        ("a\n/..b", True),
        ("", False),
        ("/a", False),
        ("a/", False),
        ("a//b", False),
        ("..", False),
        ("a/..", False),
        ("../a", False),
        ("a/../b", False),
        ("./a", False),
        ("a/.", False),
        ("a\\b", False),
        ("a\0b", False),
    ],
)
def test_paths_are_judged_alike(path: str, fits: bool) -> None:
    data = load("run-add-file.yaml")
    data["outputs"]["source"]["path"] = path
    assert accepts(data) == fits
