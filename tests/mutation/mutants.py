"""What is changed: one small change of a module at a time, of a kind that a slip of the hand or of thought makes.

Not changed are words for people (messages, docstrings), annotations, decorators and imports: they decide nothing.
"""

import ast
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.mutation.operators import FINDERS, changes, is_sentence

ROOT = Path(__file__).parents[2]
FOLDERS = ("gitprov/check", "gitprov/trust")

_WORDS = {"fix", "how", "remedy", "repr", "compare", "says", "what", "why"}
"""Variables and arguments that hold words, or matter to debuggers only."""
_UNTOUCHED = {"annotation", "bases", "decorator_list", "returns"}
_BLOCKS = (ast.If, ast.For, ast.While, ast.Try, ast.With, ast.Match, ast.FunctionDef, ast.ClassDef)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change of one module.

    Attributes:
        path: Of the module, from the top of the repository.
        function: What it is in, by qualified name; empty at the top of the module.
        operator: The kind of change.
        before: The piece of code, as Python writes it.
        after: What stands in its place.
        number: Which one, when a function has the same piece several times: from 1.
        first: The first line of the piece.
        last: Its last line; of a block, that of its header.
        is_inside: Whether it is in a function: else it is run when the module is imported.
        at: Where in the tree: the fields and indices that lead there.
        node: What is put there; None takes an element out of its list.
    """

    path: str
    function: str
    operator: str
    before: str
    after: str
    number: int
    first: int
    last: int
    is_inside: bool
    at: tuple[str | int, ...]
    node: ast.AST | None

    @property
    def name(self) -> str:
        """What it is called, whatever lines it stands on."""
        again = f" ({self.number})" if self.number > 1 else ""
        return f"{self.function or 'module'}: {self.before} -> {self.after}{again}"

    @property
    def module(self) -> str:
        """The module, as it is imported."""
        return self.path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")

    def tree(self) -> ast.Module:
        """Returns the module with the change."""
        tree = ast.parse((ROOT / self.path).read_text("utf-8"))
        holder: Any = tree
        for step in self.at[:-1]:
            holder = holder[step] if isinstance(step, int) else getattr(holder, step)
        last = self.at[-1]
        if isinstance(last, str):
            setattr(holder, last, self.node)
        elif self.node is None:
            del holder[last]
        else:
            holder[last] = self.node
        return ast.fix_missing_locations(tree)


def mutants(only: str = "") -> list[Mutant]:
    """Returns every mutant of the modules whose path contains `only`, in the order of the code."""
    paths = sorted(path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py"))
    names = [path.relative_to(ROOT).as_posix() for path in paths]
    chosen = [name for name in names if only in name]
    return [mutant for name in chosen for mutant in mutants_of(name, (ROOT / name).read_text("utf-8"))]


def mutants_of(path: str, code: str) -> Iterator[Mutant]:
    """Yields every mutant of the code of a module."""
    seen: Counter[tuple[str, str, str]] = Counter()
    for site in _walk(ast.parse(code), _Place((), "", (1, 1), is_inside=False)):
        at = site.place
        text = (at.function, _text(site.old), _text(site.new) if site.new is not None else "nothing")
        if text[1] != text[2]:
            seen[text] += 1
            yield Mutant(
                path, at.function, site.operator, *text[1:], seen[text], *at.lines, at.is_inside, at.at, site.new
            )


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a piece of code is: its way in the tree, the function, and the lines."""

    at: tuple[str | int, ...]
    function: str
    lines: tuple[int, int]
    is_inside: bool


@dataclass(frozen=True, slots=True)
class _Site:
    """What is changed there, and into what."""

    place: _Place
    operator: str
    old: ast.AST
    new: ast.AST | None


def _walk(node: ast.AST, place: _Place) -> Iterator[_Site]:
    """Yields every change of what is below a node."""
    function = place.function
    if isinstance(node, ast.FunctionDef | ast.ClassDef):
        function = f"{function}.{node.name}" if function else node.name
    for field, value in ast.iter_fields(node):
        if field in _UNTOUCHED or _is_words(node, field):
            continue
        is_inside = place.is_inside or (isinstance(node, ast.FunctionDef) and field == "body")
        for index, child in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if not isinstance(child, ast.AST) or _is_said(node, field, index, child):
                continue
            at = (*place.at, field) if index is None else (*place.at, field, index)
            here = _Place(at, function, _lines(child, place.lines), is_inside)
            for operator, new in changes(child, node, field, is_top=not function):
                yield _Site(here, operator, child, new)
            yield from _walk(child, here)


def _lines(node: ast.AST, outer: tuple[int, int]) -> tuple[int, int]:
    """Returns the lines of a piece of code; of a block, those of its header."""
    first = getattr(node, "lineno", None)
    if first is None:
        return outer
    last = getattr(node, "end_lineno", None) or first
    if isinstance(node, _BLOCKS):
        below = node.cases[0].pattern if isinstance(node, ast.Match) else node.body[0]
        last = max(first, below.lineno - 1)
    return first, last


def _is_words(node: ast.AST, field: str) -> bool:
    """Tells whether a field holds words for people, or types."""
    match node:
        case ast.Assign(targets=[ast.Name(id=name)]) if field == "value":
            return name in _WORDS or name == "__all__" or _is_type(node.value)
        case ast.Assign(targets=[ast.Tuple(elts=names)]) if field == "value":
            return all(isinstance(one, ast.Name) and one.id in _WORDS for one in names)
        case ast.AnnAssign(value=ast.expr() as value) if field == "value":
            return _is_type(value)
        case ast.keyword(arg=name):
            return name in _WORDS
        case ast.Expr(value=ast.Constant()) | ast.Import() | ast.ImportFrom() | ast.If(test=ast.Name("TYPE_CHECKING")):
            return True
        case ast.JoinedStr(values=parts):
            return any(is_sentence(part) for part in parts)
    return False


def _is_type(node: ast.expr) -> bool:
    return isinstance(node, ast.Subscript) and ast.unparse(node.value) in {"Callable", "Literal", "Mapping"}


def _is_said(node: ast.AST, field: str, index: int | None, child: ast.AST) -> bool:
    """Tells whether a part of a call is what a finding or an error says."""
    if isinstance(node, ast.Call) and field == "args":
        called = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        return called.endswith("Error") or (called in FINDERS and (index != 0 or isinstance(child, ast.JoinedStr)))
    return False


def _text(node: ast.AST) -> str:
    """Returns a piece of code on one line; of a block, its header."""
    if isinstance(node, ast.match_case):
        guard = f" if {ast.unparse(node.guard)}" if node.guard is not None else ""
        return f"case {ast.unparse(node.pattern)}{guard}"
    if isinstance(node, ast.ExceptHandler):
        return f"except {ast.unparse(node.type) if node.type else ''}: {ast.unparse(node.body[0])}"
    text = ast.unparse(ast.fix_missing_locations(node)) if not isinstance(node, ast.Pass) else "nothing"
    return text.partition("\n")[0]
