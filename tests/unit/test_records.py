"""Records as files: what is written is read, nothing is lost, and no byte can change unseen."""

import dataclasses
import hashlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gitprov.check.files import is_record
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import digest_hex, sha256_of
from gitprov.records import (
    Artifact,
    Content,
    Environment,
    Evaluation,
    Event,
    Evidence,
    Lock,
    Member,
    Recipe,
    Record,
    Reference,
    Release,
    Request,
    Run,
    Subject,
    TrustRoot,
    decode,
    emit,
    encode,
    path_of,
    read,
    reference_digest,
    set_digest,
    store,
)
from gitprov.records.codec import from_data
from tests.unit.documents import strict
from tests.unit.made import artifacts, records, references, releases

A, B = sha256_of(b"a"), sha256_of(b"b")
FILE = Content(digest=A, md5="md5:" + "0" * 32, size=1)  # type: ignore[arg-type]
MADE = Recipe(id=B, code=A, command=("x",), cwd="sub", environment="unknown", output="model", step="train")


def plain(value: Any) -> Any:
    """Returns a record as nested plain values, type-strictly comparable; a mapping type does not matter."""
    if dataclasses.is_dataclass(value):
        fields = {field.name: plain(getattr(value, field.name)) for field in dataclasses.fields(value)}
        return {"type": type(value).__name__, **fields}
    if isinstance(value, tuple):
        return ("tuple", *map(plain, value))
    return strict(value)


@given(records)
def test_what_is_written_is_read(record: Record) -> None:
    data = encode(record)
    assert plain(decode(data)) == plain(record)
    assert encode(decode(data)) == data


def test_a_stored_record_is_what_will_be_read() -> None:
    written = dataclasses.replace(MADE, params={"x": 1.0, "y": (1, 2)})
    stored = store(Artifact(name="m", kind="model", content=FILE, recipe=written)).record
    assert isinstance(stored, Artifact)
    assert strict(stored.recipe.params) == strict({"x": 1, "y": [1, 2]})


@given(records)
def test_the_id_is_what_sha256sum_says(record: Record) -> None:
    stored = store(record)
    digits = hashlib.sha256(stored.data).hexdigest()
    assert digest_hex(stored.id) == digits
    assert is_record(stored.path)
    match record:
        case Release(version=number) | TrustRoot(version=number):
            assert int(stored.path.rpartition("/")[2].removesuffix(".yaml")) == number
        case Request(sequence=number) | Evidence(sequence=number):
            assert int(stored.path.split("/")[-2]) == number
        case _:
            assert stored.path.endswith(f"/{digits[:2]}/{digits}.yaml")


@given(records, st.data())
def test_a_changed_byte_is_seen(record: Record, data: st.DataObject) -> None:
    """A named record: its id is no longer its name. A release: refused, or it says something else (threats A1, A3)."""
    stored = store(record)
    at = data.draw(st.integers(0, len(stored.data) - 1))
    byte = data.draw(st.integers(0, 255).filter(lambda one: one != stored.data[at]))
    changed = stored.data[:at] + bytes([byte]) + stored.data[at + 1 :]
    assert sha256_of(changed) != stored.id
    try:
        found = decode(changed)
    except GitprovError:
        return
    assert plain(found) != plain(record)
    assert encode(found) == changed


@given(releases)
def test_every_changed_byte_of_a_release_is_seen(release: Release) -> None:
    """Path, number and set are judged by the record alone; runs and layers are computed again from other records."""
    stored = store(release)
    for at in range(len(stored.data)):
        changed = bytearray(stored.data)
        changed[at] ^= 1
        try:
            found = decode(bytes(changed))
        except GitprovError:
            continue
        assert isinstance(found, Release)
        alone = path_of(found, stored.id) != stored.path or found.set_ != set_digest(found.members)
        runs = [member.run for member in found.members.values()]
        before = [member.run for member in release.members.values()]
        others = (runs, found.runs, found.layers) != (before, release.runs, release.layers)
        assert alone or others


@given(artifacts)
def test_an_artifact_says_nothing_of_who_when_or_where(artifact: Artifact) -> None:
    """Two people who make the same thing write the same file (demand 3)."""
    assert {field.name for field in dataclasses.fields(artifact)} == {"extra", "name", "kind", "content", "recipe"}
    assert encode(artifact) == encode(dataclasses.replace(artifact))


def test_two_ways_to_the_same_artifact_give_the_same_bytes() -> None:
    one = dataclasses.replace(MADE, inputs={"b": B, "a": A}, params={"x": 1.0, "y": (1, 2)})
    other = dataclasses.replace(MADE, inputs={"a": A, "b": B}, params={"y": [1, 2], "x": 1})
    files = [encode(Artifact(name="m", kind="model", content=FILE, recipe=recipe)) for recipe in (one, other)]
    assert files[0] == files[1]


def test_unknown_fields_are_kept_everywhere() -> None:
    data = emit(
        {
            "schema": "gitprov/artifact/v1",
            "name": "m",
            "kind": "model",
            "later": {"set_": 1, "extra": [None]},
            "extra": "x",
            "content": {"digest": A, "later": 1, "md5": FILE.md5, "set_": 0, "size": 1},
            "recipe": {"id": A, "later": [1]},
        }
    )
    assert encode(decode(data)) == data


def artifact(**changes: Any) -> dict[str, Any]:
    """Returns the data of a valid artifact with changes: `content__size=1`; None takes the field away."""
    data = read(
        encode(Artifact(name="m", kind="model", content=FILE, recipe=dataclasses.replace(MADE, inputs={"x": A})))
    )
    for place, value in changes.items():
        *above, last = place.split("__")
        target: Any = data
        for key in above:
            target = target[key]
        if value is None:
            del target[last]
        else:
            target[last] = value
    return data


def test_the_artifact_of_these_tests_is_valid() -> None:
    assert isinstance(decode(emit(artifact())), Artifact)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": None}, "name is missing"),
        ({"name": "Model"}, "name must be"),
        ({"name": "a" * 101}, "name must be"),
        ({"name": "x.lock"}, "name must be"),
        ({"name": "aux.x"}, "name must be"),
        ({"name": ["m"]}, "name must be"),
        ({"content": []}, "content must be a mapping"),
        ({"content__digest": "md5:" + "0" * 32}, "content.digest must be"),
        ({"content__digest": A.upper()}, "content.digest must be"),
        ({"content__files": 2}, "content has several files"),
        ({"content__files": True}, "content.files must be"),
        ({"content__size": -1}, "content.size must be"),
        ({"content__size": "1"}, "content.size must be"),
        ({"content__size": 1.5}, "content.size must be"),
        ({"content__listing": {}}, "content.listing.md5 is missing"),
        ({"content__md5": None}, "content.md5 is missing"),
        ({"content__reference": {}}, "content.reference.kind is missing"),
        ({"recipe__step": None}, "recipe must have the id only"),
        ({"recipe__code": None}, "recipe must have the id only"),
        ({"recipe__params": {}}, "recipe.params says nothing"),
        ({"recipe__inputs": {}}, "recipe.inputs says nothing"),
        ({"recipe__inputs__x": 1}, "recipe.inputs.x must be"),
        ({"recipe__inputs__X": 1}, "recipe.inputs.X must be a name"),
        ({"recipe__command": "x"}, "recipe.command must be a list"),
        ({"recipe__command": [1]}, r"recipe.command\[0\] must be"),
        ({"recipe__cwd": "/x"}, "recipe.cwd must be"),
        ({"recipe__cwd": "a/../b"}, "recipe.cwd must be"),
        ({"recipe__code": "none"}, "recipe.code must be"),
    ],
)
def test_a_field_that_does_not_fit_is_named(changes: dict[str, Any], field: str) -> None:
    with pytest.raises(GitprovError, match=f"field {field}") as refused:
        decode(emit(artifact(**changes)), name="it")
    assert refused.value.code == codes.SCH_FIELD
    assert refused.value.what.startswith("it: ")


def test_a_path_is_judged_alike_however_many_were_before() -> None:
    """Names and paths that passed are remembered for a while: nothing else passes because of them (A22)."""
    deep = "/".join(["long"] * 100)
    for path in [*(f"data/{number}" for number in range(1_200)), deep, "data/0", deep]:
        assert from_data(Lock, {"path": path, "sha256": A}).path == path
    for wrong in ["data/..", "/data", f"{deep}/..", ["data/0"], None] * 2:
        with pytest.raises(GitprovError) as refused:
            from_data(Lock, {"path": wrong, "sha256": A})
        assert refused.value.code == codes.SCH_FIELD


@pytest.mark.parametrize("schema", [None, 1, "gitprov/artifact/v2", "gitprov/artifact", "x" * 5000])
def test_an_unknown_schema_is_refused(schema: object) -> None:
    with pytest.raises(GitprovError) as refused:
        decode(emit({**artifact(), "schema": schema}))
    assert refused.value.code == codes.SCH_UNKNOWN
    assert len(refused.value.what) < 200


RUN = Run(step="train", actor="ada", outputs={})
EVALUATION = Evaluation(
    name="m",
    suite="s",
    subject=Subject(artifact=A),
    metrics={},
    source=A,
    actor="ada",
    evaluated="2026-01-01T00:00:00Z",
)
EVENT = Event(kind="hold", actor="ada", at="2026-01-01T00:00:00Z", subjects=(A,), reason="because")


@pytest.mark.parametrize(
    "record",
    [
        dataclasses.replace(RUN, actor="Ada"),
        dataclasses.replace(RUN, declared=("actor",), unknown=("actor",)),
        dataclasses.replace(RUN, declared=("nonsense",)),  # type: ignore[arg-type]
        dataclasses.replace(RUN, finished="2026-01-01 00:00:00"),
        dataclasses.replace(RUN, finished="2026-13-01T00:00:00Z"),
        dataclasses.replace(RUN, finished="2026-01-01T00:00:00+00:00"),
        dataclasses.replace(RUN, environment=Environment(digest="unknown", container="image:latest")),
        dataclasses.replace(RUN, actor=FILE),  # type: ignore[arg-type]
        dataclasses.replace(RUN, code=Recipe(id=A)),  # type: ignore[arg-type]
        dataclasses.replace(RUN, inputs=(("x", A),)),  # type: ignore[arg-type]
        dataclasses.replace(RUN, undeclared="abc"),  # type: ignore[arg-type]
        dataclasses.replace(EVALUATION, subject=Subject()),
        dataclasses.replace(EVALUATION, subject=Subject(artifact=A, set_=A)),
        dataclasses.replace(EVENT, reason=None),  # type: ignore[arg-type]
        dataclasses.replace(EVENT, details={"x": float("nan")}),
        dataclasses.replace(EVENT, details={"x": b"bytes"}),
    ],
)
def test_what_would_not_be_read_is_not_written(record: Record) -> None:
    with pytest.raises(GitprovError):
        encode(record)


@given(references)
def test_assurance_is_no_part_of_a_reference(reference: Reference) -> None:
    digest = reference_digest(reference)
    assert all(
        reference_digest(dataclasses.replace(reference, assurance=level)) == digest
        for level in ("verified", "provider", "asserted")
    )
    for change in (
        {"kind": reference.kind + "x"},
        {"locator": reference.locator + "x"},
        {"version": reference.version + "x"},
    ):
        assert reference_digest(dataclasses.replace(reference, **change)) != digest  # type: ignore[arg-type]
    assert reference_digest(dataclasses.replace(reference, checks={**reference.checks, "rows": "other"})) != digest


@given(releases)
def test_a_set_is_its_roles_and_artifacts(release: Release) -> None:
    members = dict(reversed(list(release.members.items())))
    assert set_digest(members) == release.set_
    assert set_digest({role: dataclasses.replace(member, run=A) for role, member in members.items()}) == release.set_
    assert set_digest({**members, "another-role": Member(artifact=A, run=B)}) != release.set_
