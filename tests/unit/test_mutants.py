"""What `make mutation` changes, and what it leaves alone."""

import ast

import pytest

from tests.mutation.mutants import ROOT, mutants, mutants_of


def changes(code: str) -> list[str]:
    return [f"{one.before} -> {one.after}" for one in mutants_of("m.py", code)]


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("a < b", ["a < b -> a <= b", "a < b -> a >= b"]),
        ("a in b", ["a in b -> a not in b"]),
        ("a and b", ["a and b -> a or b", "a and b -> b", "a and b -> a"]),
        ("not b", ["not b -> b"]),
        ("x + 1", ["x + 1 -> x - 1", "1 -> 2"]),
        ("a | b", ["a | b -> a", "a | b -> b"]),
        ("any(x for x in y if z)", ["any((x for x in y if z)) -> all((x for x in y if z))", "z -> nothing"]),
        ("{*a, *b}", ["*a -> nothing", "*b -> nothing"]),
        ("a[1:]", ["a[1:] -> a[:]", "1 -> 2"]),
        ("f(a, until=b)", ["until=b -> nothing"]),
        ("a.removesuffix(b)", ["a.removesuffix(b) -> a"]),
        ("a if b else c", ["b -> False", "b -> True"]),
        ("True", ["True -> False"]),
        ("'name'", ["'name' -> 'name~'"]),
        ("'words for people'", []),
        ("f'{a} has words'", []),
        ("code.finding(path, 'what', why='w' if a else 'v', fix=f(1), commit=c)", []),
        ("Thing(a=b)", []),
    ],
)
def test_an_expression_is_changed_into(code: str, found: list[str]) -> None:
    assert changes(f"def f():\n    x = {code}\n") == found


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("if a:\n        return b", ["a -> False", "a -> True", "return b -> return None"]),
        ("for a in b:\n        c(a)", ["for a in b: -> for a in ():", "c(a) -> nothing"]),
        ("yield a", ["yield a -> nothing"]),
        ("raise SomeError('x')", ["raise SomeError('x') -> nothing"]),
        (
            "match a:\n        case 1 if b:\n            pass",
            ["case 1 if b -> case 1 if False", "case 1 if b -> case 1"],
        ),
        ("try:\n        pass\n    except E:\n        pass", ["except E: pass -> except E: raise"]),
        ('"""Docstring."""', []),
        ("why = 'x' if a else 'y'", []),
    ],
)
def test_a_statement_is_changed_into(code: str, found: list[str]) -> None:
    assert [one for one in changes(f"def f():\n    {code}\n") if one != "1 -> 2"] == found


def test_types_and_imports_are_left_alone() -> None:
    assert changes('from a import b\n__all__ = ["c"]\nHow = Literal["d", "e"]\n') == []
    assert changes('@decorated(1)\ndef f(x: "int") -> "str":\n    pass\n') == []


def test_a_mutant_has_a_name_whatever_lines_it_stands_on() -> None:
    code = "class A:\n    x: int = 1\n\n    def f(self, y=2):\n        return y == 1 or y == 1\n"
    found = {one.name: one for one in mutants_of("m.py", code)}
    assert {name: one.is_inside for name, one in found.items() if one.operator == "constant"} == {
        "A: 1 -> 2": False,
        "A.f: 2 -> 3": False,
        "A.f: 1 -> 2": True,
        "A.f: 1 -> 2 (2)": True,
    }
    assert {(one.first, one.last) for name, one in found.items() if name.startswith("A.f: y")} == {(5, 5)}


def test_every_mutant_of_a_module_is_other_code_and_has_its_own_name() -> None:
    found = mutants("gitprov/check/whole.py")
    assert len({one.name for one in found}) == len(found) > 5
    code = ast.unparse(ast.parse((ROOT / "gitprov/check/whole.py").read_text("utf-8")))
    assert code not in {ast.unparse(one.tree()) for one in found}
