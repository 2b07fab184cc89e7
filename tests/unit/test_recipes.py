"""Digests of what has no file of its own: recipes, environments, and the canonical JSON below them."""

import hashlib
import json
from typing import Any

import pytest
import rfc8785
from hypothesis import example, given
from hypothesis import strategies as st

from gitprov.errors import GitprovError
from gitprov.ids import Digest, canonical_json, digest_hex, digest_of, is_digest, is_md5, md5_of, normalize, sha256_of
from gitprov.ids.notebooks import notebook_digest
from gitprov.ids.recipes import environment_digest, recipe_id
from tests.unit.documents import documents, texts, values
from tests.unit.made import digests, names, params

RECIPE: dict[str, Any] = {
    "step": "train",
    "command": ["python", "train.py"],
    "cwd": ".",
    "inputs": {"features": sha256_of(b"f"), "split": sha256_of(b"s")},
    "code": sha256_of(b"c"),
    "params": {"rate": 0.1, "seed": 42, "deep": {"b": 1, "a": [1, 2]}},
    "environment": sha256_of(b"e"),
    "output": "model",
}


@given(values)
@example({'a"1e-05,': [1e-05, 1.0, -1e22, 0.5, "1e-05", ":1.0,", "\\", '\\"', '",1e-05,"']})
@example({"\uffff": "é 1.0", "\U0001f600": 1e-05})
def test_canonical_json_is_rfc_8785(value: Any) -> None:
    data = canonical_json(value)
    assert data == rfc8785.dumps(normalize(value)) == canonical_json(value, of_record=True)
    assert rfc8785.dumps(json.loads(data, parse_int=float)) == data


@given(st.binary())
def test_digests_carry_their_algorithm(data: bytes) -> None:
    assert sha256_of(data) == "sha256:" + hashlib.sha256(data).hexdigest()
    assert md5_of(data) == "md5:" + hashlib.md5(data, usedforsecurity=False).hexdigest()
    assert is_digest(sha256_of(data))
    assert is_md5(md5_of(data))
    assert digest_hex(sha256_of(data)) == hashlib.sha256(data).hexdigest()


@pytest.mark.parametrize(
    "text", ["", "sha256:", "0" * 64, "sha256:" + "0" * 63, "sha256:" + "A" * 64, "sha256:" + "0" * 64 + "\n"]
)
def test_a_digest_has_one_spelling(text: str) -> None:
    assert not is_digest(text)
    assert not is_md5(text.replace("sha256", "md5"))


def test_a_recipe_is_the_digest_of_a_text_that_anybody_can_write() -> None:
    """A recipe is a promise between clones, machines and versions (demand 1)."""
    code, environment, features, split = (sha256_of(one) for one in (b"c", b"e", b"f", b"s"))
    text = (
        f'{{"code":"{code}","command":["python","train.py"],"cwd":".","environment":"{environment}",'
        f'"inputs":{{"features":"{features}","split":"{split}"}},"output":"model",'
        '"params":{"deep":{"a":[1,2],"b":1},"rate":0.1,"seed":42},"step":"train"}'
    )
    assert recipe_id(**RECIPE) == sha256_of(text.encode())


@given(st.randoms(use_true_random=False))
def test_a_recipe_does_not_depend_on_order(rng: Any) -> None:
    def shuffled(value: Any) -> Any:
        if isinstance(value, dict):
            items = list(value.items())
            rng.shuffle(items)
            return {key: shuffled(item) for key, item in items}
        return value

    assert recipe_id(**shuffled(RECIPE)) == recipe_id(**RECIPE)


@given(params)
def test_a_recipe_does_not_depend_on_how_a_number_is_written(value: dict[str, Any]) -> None:
    floats = json.loads(json.dumps(value), parse_int=float)
    assert recipe_id(**{**RECIPE, "params": floats}) == recipe_id(**{**RECIPE, "params": value})


OTHER: dict[str, Any] = {
    "step": "train2",
    "command": ["python", "train.py", ""],
    "cwd": "sub",
    "inputs": {"features": sha256_of(b"f"), "split": sha256_of(b"other")},
    "code": "unknown",
    "params": {"rate": 0.1, "seed": "42", "deep": {"b": 1, "a": [1, 2]}},
    "environment": "unknown",
    "output": "metrics",
}


@pytest.mark.parametrize("field", RECIPE)
def test_a_recipe_changes_with_each_field(field: str) -> None:
    assert recipe_id(**{**RECIPE, field: OTHER[field]}) != recipe_id(**RECIPE)


def test_a_recipe_changes_with_a_role_and_with_what_is_missing() -> None:
    renamed = {"features": sha256_of(b"f"), "other": sha256_of(b"s")}
    swapped = {"features": sha256_of(b"s"), "split": sha256_of(b"f")}
    ids = {recipe_id(**{**RECIPE, "inputs": inputs}) for inputs in (RECIPE["inputs"], renamed, swapped, {})}
    ids |= {recipe_id(**{**RECIPE, "params": value}) for value in ({}, {"rate": 0.1}, {"rate": None})}
    assert len(ids) == 7


def test_the_command_keeps_its_order_and_its_words() -> None:
    commands = (["a", "b"], ["b", "a"], ["a b"], ["a", "", "b"], ["ab"])
    assert len({recipe_id(**{**RECIPE, "command": command}) for command in commands}) == 5


@given(documents, documents)
def test_different_values_have_different_digests(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert (digest_of(one) == digest_of(other)) == (canonical_json(one) == canonical_json(other))


@given(st.dictionaries(names, digests, max_size=4), st.dictionaries(texts, texts, max_size=3))
def test_an_environment_does_not_depend_on_order(locks: dict[str, Digest], variables: dict[str, str]) -> None:
    one = environment_digest(container=None, locks=locks, variables=variables)
    assert one == environment_digest(
        container=None, locks=dict(reversed(list(locks.items()))), variables=dict(reversed(list(variables.items())))
    )
    assert one != environment_digest(container="image@sha256:" + "0" * 64, locks=locks, variables=variables)
    assert one != environment_digest(container=None, locks={**locks, "Other": sha256_of(b"")}, variables=variables)
    assert one != environment_digest(container=None, locks=locks, variables={**variables, "new variable!?": ""})


def notebook(*cells: dict[str, Any], **rest: Any) -> bytes:
    return json.dumps({"cells": cells, **rest}).encode()


CELL = {"cell_type": "code", "source": ["x = 1\n", "print(x)"]}


def test_a_notebook_counts_by_the_source_of_its_code_cells() -> None:
    """Demand 1: running a notebook does not make its code another."""
    plain = notebook(CELL)
    assert notebook_digest(plain) == digest_of(["x = 1\nprint(x)"])
    run = notebook({**CELL, "execution_count": 7, "outputs": [{"text": "1"}]}, metadata={"kernel": "x"}, nbformat=4)
    prose = notebook({"cell_type": "markdown", "source": "text"}, {**CELL, "source": "x = 1\nprint(x)"})
    assert notebook_digest(plain) == notebook_digest(run) == notebook_digest(prose)
    assert notebook_digest(plain) != notebook_digest(notebook({**CELL, "source": ["x = 2\n", "print(x)"]}))
    assert notebook_digest(plain) != notebook_digest(
        notebook({**CELL, "source": "x = 1"}, {**CELL, "source": "print(x)"})
    )


@pytest.mark.parametrize(
    "data",
    [
        b"", b"{}", b"[]", b"\xff", b'{"cells": 1}', b'{"cells": [1]}', b'{"cells": [{}]}', b"[" * 100_000,
        b'{"cells": [{"cell_type": "code", "source": [1]}]}',
        b'{"cells": [{"cell_type": "code", "source": "\\ud800"}]}',
        b'{"cells": [{"cell_type": "code", "source": 1}]}', b"1" * 5000,
    ],
)  # fmt: skip
def test_a_notebook_that_cannot_be_understood_counts_by_its_bytes(data: bytes) -> None:
    assert notebook_digest(data) == sha256_of(data)


@given(values)
def test_canonical_json_raises_nothing_but_our_errors(value: Any) -> None:
    for hostile in ([value, float("inf")], {"k": {"\ud800": value}}, [value, 2**60]):
        with pytest.raises(GitprovError):
            canonical_json(hostile)
