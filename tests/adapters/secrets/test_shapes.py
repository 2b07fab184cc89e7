"""Tokens and keys by their shape (demand 34, threat A31): all that are planted, and nothing of ours."""

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gitprov.adapters.secrets import DetectSecrets
from gitprov.adapters.secrets.shapes import PIECE
from gitprov.check.secrets import texts_of
from gitprov.ids.urls import mask_user_info
from gitprov.recording.secrets import SMALL
from gitprov.records import Record, decode
from tests.adapters.secrets.fakes import BLOCKS, TOKENS
from tests.unit.made import records

FROZEN = Path(__file__).parents[2] / "frozen" / "v1"
SCANNER = DetectSecrets()


def alarms(record: Record) -> list[str]:
    """Returns the texts of a record that are taken for secrets."""
    found = texts_of(record)
    return [one.text for one in found if SCANNER.kinds(one.text, name=one.name) or mask_user_info(one.text) != one.text]


@pytest.mark.parametrize("kind", TOKENS)
@pytest.mark.parametrize("around", ["{}", "--token {} --rate 0.1", 'export T="{}"', "a\nb {}\nc"])
def test_a_planted_token_is_found(kind: str, around: str) -> None:
    assert kind in SCANNER.kinds(around.format(TOKENS[kind]))


@given(before=st.integers(0, 3 * PIECE), after=st.integers(0, 3 * PIECE), kind=st.sampled_from(sorted(TOKENS)))
def test_a_token_is_found_anywhere_in_a_long_line(before: int, after: int, kind: str) -> None:
    assert kind in SCANNER.kinds("." * before + f" {TOKENS[kind]} " + "." * after)


@pytest.mark.parametrize("unit", ["eyJ", "sk-aT3BlbkFJ", "-", "://"])
def test_hostile_lines_take_linear_time(unit: str) -> None:
    """Threat A29: some detectors take the square of their time: a minute for such a line, if they got it whole."""
    started = time.process_time()
    assert SCANNER.kinds(unit * (SMALL // 8 // len(unit))) == ()
    assert time.process_time() - started < 20


@pytest.mark.parametrize("block", BLOCKS)
def test_a_private_key_of_any_kind_is_found(block: str) -> None:
    assert SCANNER.kinds(f"-----BEGIN {block} " + "PRIVATE KEY-----\nMIIEow\n") == ("Private Key",)


@pytest.mark.parametrize("name", ["db_password", "API_KEY", "client_secret", "aws_secret_access_key"])
def test_a_value_is_found_by_its_name_however_short(name: str) -> None:
    assert SCANNER.kinds("hunter2", name=name) == ("a value named like a secret",)
    assert SCANNER.kinds("{params.password}", name=name) == ()
    assert SCANNER.kinds("$PASSWORD", name=name) == ()


@pytest.mark.parametrize("name", ["max_tokens", "pad_token", "key", "keys", "passes", "tokenizer", "bypass"])
def test_names_that_models_have_are_none(name: str) -> None:
    assert SCANNER.kinds("hunter2", name=name) == ()


def test_no_frozen_record_is_taken_for_a_secret() -> None:
    names = json.loads((FROZEN / "manifest.json").read_text("utf-8"))["records"]
    assert len(names) > 15
    assert {name: found for name in names if (found := alarms(decode((FROZEN / name).read_bytes(), name=name)))} == {}


@given(records)
@settings(max_examples=400)
def test_no_record_is_taken_for_a_secret(record: Record) -> None:
    assert alarms(record) == []


def test_without_the_extra_there_is_no_scanner() -> None:
    code = (
        "import sys; sys.modules['detect_secrets'] = None\n"
        "from gitprov.adapters.secrets import find_scanner; sys.exit(find_scanner() is not None)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
