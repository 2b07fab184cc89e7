"""The rules of the house that import-linter and ruff cannot see (docs/architecture.md)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LINES = 400
CORE = {"check", "errors", "frozen", "ids", "lineage", "policy", "ports", "records", "trust"}

# What the core may import besides gitprov's own lower layers: nothing that reads a file, a clock or the environment.
PURE = {
    "abc", "base64", "bisect", "cel_expr_python", "collections", "contextlib", "copy", "dataclasses", "datetime",
    "decimal", "difflib", "enum", "fnmatch", "functools", "gitprov", "graphlib", "hashlib", "heapq", "hmac",
    "itertools", "json", "math", "operator", "orjson", "pathlib", "posixpath", "re", "rfc8785", "string", "struct",
    "textwrap", "types", "typing", "unicodedata",
}  # fmt: skip
IO_CALLS = {"open", "print", "input", "exec", "eval", "compile", "breakpoint"}
CLOCKS = {"now", "today", "utcnow"}

# The command table imports commands by name, so that --help need not import them.
BY_NAME = {"gitprov/api/__init__.py", "gitprov/cli/group.py"}


def problems(root: Path) -> Iterator[str]:
    """Yields every breach under `root`, which holds a package `gitprov`."""
    for path in sorted(root.glob("gitprov/**/*.py")):
        name = path.relative_to(root).as_posix()
        tree = ast.parse(path.read_text("utf-8"))
        layer = path.relative_to(root).parts[1].removesuffix(".py")
        for node in ast.walk(tree):
            for problem in _anywhere(node, name):
                yield f"{name}:{problem}"
            if layer in CORE:
                for problem in _core(node):
                    yield f"{name}:{problem}"


def too_long(root: Path) -> Iterator[str]:
    """Yields every Python file under `root` that is longer than a person reads in one go."""
    for folder in ("gitprov", "tests", "docs", "benchmarks", "examples"):
        for path in sorted(root.glob(f"{folder}/**/*.py")):
            lines = path.read_text("utf-8").count("\n")
            if lines > LINES:
                yield f"{path.relative_to(root).as_posix()}: {lines} lines, limit {LINES}"


def _anywhere(node: ast.AST, name: str) -> Iterator[str]:
    if isinstance(node, ast.Call):
        called = ast.unparse(node.func)
        if (called == "__import__" or called.endswith("import_module")) and name not in BY_NAME:
            yield f"{node.lineno}: hidden import ({called})"
    if "dataclasses.dataclass" in _imported(node):
        yield f"{node.lineno}: a dataclass that is slow to define (gitprov.frozen)"  # type: ignore[attr-defined]
    if isinstance(node, ast.ClassDef):
        for decorator in map(ast.unparse, node.decorator_list):
            if decorator.removeprefix("dataclasses.").startswith("dataclass") and not (
                "frozen=True" in decorator and "slots=True" in decorator
            ):
                yield f"{node.lineno}: {node.name} is not frozen and slotted"


def _core(node: ast.AST) -> Iterator[str]:
    line = getattr(node, "lineno", 0)
    for imported in _imported(node):
        top = imported.partition(".")[0]
        if top not in PURE or (top == "pathlib" and not imported.startswith("pathlib.Pure")):
            yield f"{line}: the core imports {imported}"
    match node:
        case ast.Call(func=ast.Name(id=called)) if called in IO_CALLS:
            yield f"{line}: I/O in the core ({called})"
        case ast.Call(func=ast.Attribute(attr=called)) if called in CLOCKS:
            yield f"{line}: the core reads a clock ({called})"


def _imported(node: ast.AST) -> list[str]:
    match node:
        case ast.Import(names=names):
            return [alias.name for alias in names]
        case ast.ImportFrom(module=module, names=names):
            return [f"{module}.{alias.name}" for alias in names]
    return []


def test_the_house_is_in_order() -> None:
    assert not list(problems(ROOT))


def test_no_file_is_too_long() -> None:
    assert not list(too_long(ROOT))


@pytest.mark.parametrize(
    ("path", "code", "found"),
    [
        ("ids/a.py", "text = open('x').read()", "I/O in the core (open)"),
        ("records/a.py", "print('x')", "I/O in the core (print)"),
        ("lineage/a.py", "import os.path", "the core imports os.path"),
        ("policy/a.py", "from time import time", "the core imports time.time"),
        ("check/a.py", "from pathlib import Path", "the core imports pathlib.Path"),
        ("check/a.py", "import pathlib", "the core imports pathlib"),
        ("trust/a.py", "def f():\n    import random", "the core imports random"),
        ("errors.py", "import sys", "the core imports sys"),
        ("records/a.py", "import datetime\nx = datetime.datetime.now()", "the core reads a clock (now)"),
        ("audit/a.py", "import importlib\nimportlib.import_module('git')", "hidden import (importlib.import_module)"),
        ("audit/a.py", "__import__('git')", "hidden import (__import__)"),
        ("recording/a.py", "@dataclass\nclass A: ...", "A is not frozen and slotted"),
        ("records/a.py", "@dataclasses.dataclass(frozen=True)\nclass A: ...", "A is not frozen and slotted"),
        ("cli/a.py", "from dataclasses import dataclass", "a dataclass that is slow to define (gitprov.frozen)"),
    ],
)
def test_a_planted_fault_is_found(tmp_path: Path, path: str, code: str, found: str) -> None:
    file = tmp_path / "gitprov" / path
    file.parent.mkdir(parents=True)
    file.write_text(code)
    assert [problem.split(": ", 1)[1] for problem in problems(tmp_path)] == [found]


def test_what_is_allowed_is_not_found(tmp_path: Path) -> None:
    file = tmp_path / "gitprov" / "records" / "a.py"
    file.parent.mkdir(parents=True)
    file.write_text(
        "import json\nfrom pathlib import PurePosixPath\nfrom gitprov.ids import Digest\n"
        "@dataclass(frozen=True, slots=True)\nclass A: ...\n"
    )
    assert not list(problems(tmp_path))


def test_a_long_file_is_found(tmp_path: Path) -> None:
    file = tmp_path / "tests" / "test_long.py"
    file.parent.mkdir()
    file.write_text("\n" * (LINES + 1))
    assert list(too_long(tmp_path)) == ["tests/test_long.py: 401 lines, limit 400"]
