"""CEL, the language of rules: the one module that knows its engine, CEL-C++ by way of cel-expr-python.

The engine reads no file, no clock and no network. What it gets wrong for a gate is made right here: an error is a value
or an exception, depending on where it happens, and here always a text; a result that is neither true nor false is an
error, too. docs/policy.md.
"""

import collections.abc
import re
from datetime import datetime
from functools import cache, lru_cache
from typing import Annotated, Any, Literal, NewType, get_args, get_origin

from cel_expr_python import cel

from gitprov.policy.facts import VARIABLES, Facts, values_of
from gitprov.records.codec import Part

Activation = NewType("Activation", object)
"""Facts as the engine holds them, for any number of rules."""

_MIXED_NUMBERS = re.compile(r"\((?:u?int(?:64)?, double|double, u?int(?:64)?)\)").search
_NOISE = re.compile(r"^[A-Z_]+: |ERROR: <input>:| \[[A-Z_]+\]$", re.MULTILINE)


def activate(facts: Facts) -> Activation | str:
    """Returns facts ready for rules, or the text of an error when they hold what no rule can judge. Never raises."""
    try:
        return Activation(_environment().Activation(values_of(facts)))
    except Exception as error:  # noqa: BLE001 a gate has no third answer
        return f"the facts cannot be judged: {error}"


def evaluate(text: str, facts: Activation) -> bool | str:
    """Returns what a rule says of the facts: true, false, or the text of an error. Never raises."""
    rule = _compiled(text)
    if isinstance(rule, str):
        return rule
    try:
        result = rule.eval(facts)
        kind = result.type()
        if kind == cel.Type.BOOL:
            return bool(result.value())
        return _in_words(result.value()) if kind == cel.Type.ERROR else _not_boolean(kind)
    except Exception as error:  # noqa: BLE001 whatever goes wrong in the engine, memory included, is a no
        return _in_words(error)


def static_fault(text: str) -> str | None:
    """Returns what is wrong with a rule whatever the facts are, line and column first, with a caret; or None."""
    rule = _compiled(text)
    return rule if isinstance(rule, str) else None


@cache
def _environment() -> Any:
    return cel.NewEnv(variables={name: _type(hint) for name, hint in VARIABLES.items()})


def _type(hint: Any) -> Any:
    """Returns the engine's type of a fact.

    A number's type is left open, since only so may it be compared with 1 as well as with 1.0; the fields of a mapping
    too, since the engine knows no records.
    """
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _type(args[0])
    if origin is tuple:
        return cel.Type.List(_type(args[0]))
    if origin is collections.abc.Mapping:
        return cel.Type.Map(cel.Type.STRING, _type(args[1]))
    if isinstance(hint, type) and issubclass(hint, Part):
        return cel.Type.Map(cel.Type.STRING, cel.Type.DYN)
    if hint is str or origin is Literal:
        return cel.Type.STRING
    return cel.Type.TIMESTAMP if hint is datetime else cel.Type.DYN


@lru_cache(maxsize=1024)
def _compiled(text: str) -> Any:
    """Returns the compiled rule, or the text of its fault."""
    try:
        rule = _environment().compile(text)
    except Exception as error:  # noqa: BLE001 the engine's own, and what Python raises for text that is not Unicode
        return _in_words(error)
    kind = rule.return_type()
    return rule if kind in (cel.Type.BOOL, cel.Type.DYN) else _not_boolean(kind)


def _not_boolean(kind: object) -> str:
    return f"the rule gives a value of type {str(kind).lower()}, not true or false"


def _in_words(error: object) -> str:
    text = _NOISE.sub("", str(error)).strip() or type(error).__name__
    if _MIXED_NUMBERS(text):
        text += "\n(facts hold decimal numbers: write 1.0 for 1)"
    return text
