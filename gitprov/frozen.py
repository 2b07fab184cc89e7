"""Frozen dataclasses that are quick to define (docs/adr/0010-classes-compiled-late.md).

`dataclasses` compiles six functions for a frozen class when it is defined: 0.6 ms, a hundred times in one command. Here
each is compiled when it is first called, and most never are.
"""

import dataclasses
from collections.abc import Callable
from typing import Any, Literal, NoReturn, TypeVar, dataclass_transform

T = TypeVar("T")

_OPTIONS = {"__init__": "init", "__repr__": "repr", "__eq__": "eq", "__hash__": "eq"}
"""The functions that are compiled late, and with which option `dataclasses` makes each."""


@dataclass_transform(frozen_default=True, field_specifiers=(dataclasses.field,))
def dataclass(
    *,
    frozen: Literal[True],  # noqa: ARG001 - there are no others; said where a class is read
    slots: Literal[True],
    kw_only: bool = False,
) -> Callable[[type[T]], type[T]]:
    """Returns what makes a class what `dataclasses.dataclass` makes of it."""

    def made(plain: type[T]) -> type[T]:
        cls = dataclasses.dataclass(init=False, repr=False, eq=False, slots=slots, kw_only=kw_only)(plain)
        for name in _OPTIONS:
            setattr(cls, name, _late(cls, name))
        for name, function in _SHARED.items():
            setattr(cls, name, function)
        return cls

    return made


def setters_of(cls: type) -> dict[str, Callable[[Any, Any], None]]:
    """Returns what gives each field of a new instance its value: to call the class takes twice as long.

    For `cls.__new__(cls)`, by whoever makes thousands of instances, gives every field a value, and has no use for
    `__post_init__`.
    """
    return {one.name: getattr(cls, one.name).__set__ for one in dataclasses.fields(cls)}


def _late(cls: type, name: str) -> Callable[..., Any]:
    """Returns a function that, when it is first called, gives its place to the one that `dataclasses` makes."""

    def first(self: object, *given: object, **named: object) -> Any:
        function = getattr(_twin(cls, _OPTIONS[name]), name)
        setattr(cls, name, function)
        return function(self, *given, **named)

    return first


def _twin(cls: Any, option: str) -> type:
    """Returns a frozen class with the same fields, of whose functions one was made."""
    options: Any = {one: one == option for one in _OPTIONS.values()}
    space = {"__doc__": cls.__doc__ or cls.__name__}  # `dataclasses` takes its time to make one up
    if hasattr(cls, "__post_init__"):
        space["__post_init__"] = cls.__post_init__
    fields = [(one.name, one.type, one) for one in dataclasses.fields(cls)]
    return dataclasses.make_dataclass(cls.__name__, fields, namespace=space, frozen=True, **options)


def _refuse(self: object, name: str, *_: object) -> NoReturn:
    raise dataclasses.FrozenInstanceError(f"{type(self).__name__}.{name} cannot be changed")


def _state(self: Any) -> list[object]:
    """Returns what is pickled and copied."""
    return [getattr(self, one.name) for one in dataclasses.fields(self)]


def _restore(self: Any, state: list[object]) -> None:
    for one, value in zip(dataclasses.fields(self), state, strict=True):
        object.__setattr__(self, one.name, value)


_SHARED = {"__setattr__": _refuse, "__delattr__": _refuse, "__getstate__": _state, "__setstate__": _restore}
"""The functions that need not be compiled for each class."""
