"""The operators: into what a piece of code is changed, a slip of the hand or of thought each time."""

import ast
from collections.abc import Iterator, Sequence
from copy import copy

Change = tuple[str, ast.AST | None]
"""The kind of change, and what is put in the place; None takes an element out of its list."""

_OTHERS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.Lt: (ast.LtE, ast.GtE),
    ast.LtE: (ast.Lt, ast.Gt),
    ast.Gt: (ast.GtE, ast.LtE),
    ast.GtE: (ast.Gt, ast.Lt),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}
_NAMES = {"any": "all", "all": "any", "min": "max", "max": "min", "startswith": "endswith", "endswith": "startswith"}
_TRIMS = {"casefold", "lower", "lstrip", "removeprefix", "removesuffix", "rstrip", "strip"}
FINDERS = {"_finding", "error", "find", "finding", "omitted"}
"""What makes findings and errors: first what they are about, then words."""


def changes(node: ast.AST, parent: ast.AST, field: str, *, is_top: bool) -> Iterator[Change]:
    """Yields what one piece of code is changed into.

    Args:
        node: The piece.
        parent: What it is a part of.
        field: As which part.
        is_top: Whether it stands at the top of the module.
    """
    match node:
        case ast.stmt():
            yield from _of_statement(node, parent)
        case ast.expr():
            decides = field == "test" and isinstance(parent, ast.If | ast.IfExp | ast.While)
            yield from _of_condition(parent, field) if decides or field == "ifs" else ()
            yield from _of_expression(node, negates=not decides)
            if _is_element(node, parent, is_top=is_top):
                yield "element", None
        case ast.match_case(pattern=pattern, guard=guard, body=body):
            yield "case", ast.match_case(pattern, ast.Constant(False), body)
            if guard is not None and not isinstance(pattern, ast.MatchAs):  # which would leave nothing to later cases
                yield "case", ast.match_case(pattern, None, body)
        case ast.ExceptHandler():
            yield "handler", ast.ExceptHandler(node.type, node.name, [ast.Raise()])
        case ast.keyword() if isinstance(parent, ast.Call) and not _makes(parent):
            yield "argument", None


def _of_condition(parent: ast.AST, field: str) -> Iterator[Change]:
    if field == "ifs":
        yield "condition", None
        return
    yield "condition", ast.Constant(False)
    if not isinstance(parent, ast.While):
        yield "condition", ast.Constant(True)


def _is_element(node: ast.expr, parent: ast.AST, *, is_top: bool) -> bool:
    """Tells whether an expression is one of several that may be left out."""
    match parent:
        case ast.List() | ast.Set():
            return True
        case ast.Tuple(elts=elements):
            return len(elements) > 1 and (is_top or isinstance(node, ast.Starred))
    return isinstance(parent, ast.Call) and isinstance(node, ast.Starred)


def _makes(call: ast.Call) -> bool:
    """Tells whether a call makes a value of a class: what is left out then is no slip, but a crash."""
    name = ast.unparse(call.func).rpartition(".")[2]
    return name[:1].isupper() or name in FINDERS | {"dataclass", "field", "replace"}


def _of_statement(node: ast.stmt, parent: ast.AST) -> Iterator[Change]:
    alone = isinstance(parent, ast.If) and len(parent.body) == 1 and not parent.orelse and node is parent.body[0]
    match node:
        case ast.Return(value=value) if value is not None and ast.unparse(value) not in {"None", "True", "False"}:
            yield "return", ast.Return(ast.Constant(None))
        case ast.For():
            yield "loop", _with(node, iter=ast.Tuple([], ast.Load()))
        case ast.Expr(value=ast.Constant()):
            return
    if alone:
        return  # as the condition that is never true
    match node:
        case ast.Raise() | ast.AugAssign() | ast.Continue() | ast.Break() | ast.Delete() | ast.Expr():
            yield "statement", ast.Pass()
        case ast.Return(value=None):
            yield "statement", ast.Pass()
        case ast.Assign(targets=[ast.Subscript() | ast.Attribute(), *_]):
            yield "statement", ast.Pass()


def _of_expression(node: ast.expr, *, negates: bool) -> Iterator[Change]:
    match node:
        case ast.Compare():
            yield from _of_comparison(node, negates=negates)
        case ast.BoolOp():
            yield from _of_clauses(node)
        case ast.UnaryOp(op=ast.Not(), operand=operand) if negates:
            yield "not", operand
        case ast.Constant(value=value):
            yield from (("constant", ast.Constant(one)) for one in _other(value))
        case ast.BinOp():
            yield from _of_arithmetic(node)
        case ast.Call():
            yield from _of_call(node)
        case _:
            yield from _of_parts(node)


def _of_parts(node: ast.expr) -> Iterator[Change]:
    """Yields a mapping without each of its entries, a slice without each of its bounds."""
    match node:
        case ast.Dict(keys=keys, values=values):
            for n in range(len(keys)):
                yield "element", ast.Dict([*keys[:n], *keys[n + 1 :]], [*values[:n], *values[n + 1 :]])
        case ast.Subscript(slice=ast.Slice() as bounds):
            for bound in ("lower", "upper"):
                if getattr(bounds, bound) is not None:
                    yield "slice", _with(node, slice=_with(bounds, **{bound: None}))


def _of_comparison(node: ast.Compare, *, negates: bool) -> Iterator[Change]:
    """Yields the bounds beside each bound; its negation only where no condition that is forced says the same."""
    for n, one in enumerate(node.ops):
        others = _OTHERS[type(one)]
        for other in others if negates or len(others) > 1 or len(node.ops) > 1 else ():
            yield "comparison", _with(node, ops=[*node.ops[:n], other(), *node.ops[n + 1 :]])


def _of_clauses(node: ast.BoolOp) -> Iterator[Change]:
    yield "and/or", _with(node, op=ast.And() if isinstance(node.op, ast.Or) else ast.Or())
    for n in range(len(node.values)):
        left = [*node.values[:n], *node.values[n + 1 :]]
        yield "clause", left[0] if len(left) == 1 else _with(node, values=left)


def _other(value: object) -> Sequence[str | bytes | int]:
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int):
        return [value + 1]
    if isinstance(value, str):
        return [] if is_sentence(ast.Constant(value)) else [f"{value}~"]
    return [b"~" + value] if isinstance(value, bytes) else []


def _of_arithmetic(node: ast.BinOp) -> Iterator[Change]:
    numeric = any(isinstance(one, ast.Constant) and isinstance(one.value, int) for one in (node.left, node.right))
    match node.op:
        case ast.Add() | ast.Sub() if numeric:
            yield "arithmetic", _with(node, op=ast.Sub() if isinstance(node.op, ast.Add) else ast.Add())
        case ast.BitOr() | ast.BitAnd():
            yield "arithmetic", node.left
            yield "arithmetic", node.right
        case ast.Mult():
            yield "arithmetic", _with(node, op=ast.Add())
        case ast.Add() | ast.Sub() | ast.Div() | ast.FloorDiv() | ast.Mod() | ast.LShift() | ast.RShift():
            yield "arithmetic", node.left


def _of_call(node: ast.Call) -> Iterator[Change]:
    match node.func:
        case ast.Name(id=name) if name in _NAMES:
            yield "call", _with(node, func=ast.Name(_NAMES[name], ast.Load()))
        case ast.Attribute(value=value, attr=name) if name in _TRIMS:
            yield "call", value
        case ast.Attribute(value=value, attr=name) if name in _NAMES:
            yield "call", _with(node, func=ast.Attribute(value, _NAMES[name], ast.Load()))


def _with(node: ast.AST, **fields: object) -> ast.AST:
    """Returns a copy of a node with other fields."""
    other = copy(node)
    for name, value in fields.items():
        setattr(other, name, value)
    return other


def is_sentence(node: ast.AST) -> bool:
    """Tells whether something is text for people: it has a space."""
    return isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value
