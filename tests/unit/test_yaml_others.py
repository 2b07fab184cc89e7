"""What other YAML readers make of canonical documents: the same values, so that any tool can read a record."""

import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from ruamel.yaml import YAML

from gitprov.records import emit, read
from gitprov.records.emit import KEY_LIMIT
from tests.unit.documents import AWKWARD, NUMBERS, random_document, strict

VOLUME = 12_000
SYNTAX = """
extends: default
rules:
  document-start: disable
  line-length: disable
  empty-values: enable
  float-values: {require-numeral-before-decimal: true, forbid-nan: true, forbid-inf: true}
  octal-values: enable
  quoted-strings: {quote-type: any, required: false}
"""


def libyaml(data: bytes) -> Any:
    """PyYAML's safe loader over libyaml: YAML 1.1, with booleans, octals, base sixty, dates and merge keys."""
    return yaml.load(data, Loader=yaml.CSafeLoader)


def pyyaml(data: bytes) -> Any:
    """PyYAML's own safe loader."""
    return yaml.load(data, Loader=yaml.SafeLoader)


def ruamel(data: bytes) -> Any:
    """ruamel's safe loader: YAML 1.2."""
    return YAML(typ="safe", pure=True).load(data)


@pytest.mark.parametrize("other", [libyaml, pyyaml, ruamel])
def test_other_readers_agree(other: Callable[[bytes], Any]) -> None:
    rng = random.Random("others")
    for _ in range(VOLUME):
        data = emit(random_document(rng, depth=2))
        assert strict(other(data)) == strict(read(data)), data


@pytest.mark.parametrize("other", [libyaml, pyyaml, ruamel])
def test_other_readers_agree_on_the_awkward(other: Callable[[bytes], Any]) -> None:
    for value in [*AWKWARD, *NUMBERS]:
        key = value if isinstance(value, str) else "k"
        data = emit({key: value, "list": [value, {key: value}, [value]]})
        assert strict(other(data)) == strict(read(data)), data


@pytest.mark.parametrize("other", [libyaml, pyyaml, ruamel])
@pytest.mark.parametrize("char", ["x", "é", " ", "\n"])
def test_other_readers_take_the_longest_key(other: Callable[[bytes], Any], char: str) -> None:
    width = len(emit({char * 100: 1})) - len(emit({char * 99: 1})) if char != "é" else 1
    key = char * ((KEY_LIMIT - 2) // width)
    data = emit({"outer": [{key: {key: 1}}]})
    assert other(data) == {"outer": [{key: {key: 1}}]}


@pytest.mark.parametrize("other", [libyaml, pyyaml, ruamel])
def test_other_readers_take_every_character(other: Callable[[bytes], Any]) -> None:
    points = [*range(0x3100), *range(0xD7F0, 0xD800), *range(0xE000, 0xE010), *range(0xF8F0, 0x10100)]
    points += [*range(0x1BC90, 0x1BCB0), *range(0x1D160, 0x1D190), *range(0xDFFF0, 0xE1010, 7), 0x1FFFE, 0x10FFFF]
    for start in range(0, len(points), 256):
        value = {"k": [f"a{chr(point)}b" for point in points[start : start + 256]]}
        assert other(emit(value)) == value


def test_yamllint_finds_no_syntax_error(tmp_path: Path) -> None:
    """Style is none of its business here: `gitprov init` puts .gitprov/ on its ignore list; the syntax must hold."""
    rng = random.Random("yamllint")
    for number in range(60):
        (tmp_path / f"{number}.yaml").write_bytes(emit(random_document(rng)))
    assert yamllint(tmp_path, SYNTAX) == ""


def test_yamllint_leaves_gitprov_alone(tmp_path: Path) -> None:
    folder = tmp_path / ".gitprov" / "runs" / "train"
    folder.mkdir(parents=True)
    (folder / "x.yaml").write_bytes(emit({"k": "long " * 40}))
    assert "line too long" in yamllint(tmp_path, "extends: default")
    assert yamllint(tmp_path, "extends: default\nignore: |\n  .gitprov/\n") == ""


def yamllint(folder: Path, config: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "yamllint", "--config-data", config, "--format", "parsable", "."],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stderr == ""
    return done.stdout
