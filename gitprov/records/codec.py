"""Plain data to frozen record types and back, judged field by field.

A field's type hint is its rule; `Annotated[..., Rule]` adds a pattern. A field that has its default (None, an empty
list) is left out of the file, and refused in one: there is one way to say nothing. Unknown fields of records are kept
in `extra` (TUF ADR 0008's habit), so that writing what was read changes nothing. The same hints give the JSON Schemas.
"""

import collections.abc
import dataclasses
import re
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import field
from datetime import datetime
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Value
from gitprov.ids.digests import COMMIT_PATTERN, DIGEST_PATTERN, MD5_PATTERN, Digest, Md5
from gitprov.ids.names import NAME_PATTERN, path_fault

Decoder = Callable[[Any, str], Any]
Writer = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Rule:
    """What a text field must look like; `pattern` says it in the JSON Schema."""

    pattern: str
    meaning: str
    accepts: Callable[[str], object] = field(compare=False)


@dataclass(frozen=True, slots=True)
class AtLeast:
    """How small a whole number may be."""

    least: int


def pattern_rule(pattern: str, meaning: str) -> Rule:
    """Returns the rule that the whole text matches a pattern; errors name it by its `meaning`."""
    return Rule(f"^{pattern}$", meaning, re.compile(pattern).fullmatch)


def time_rule(digits: int) -> Rule:
    """Returns the rule for a time that exists, with at most `digits` of a second's fraction.

    Rules about age and expiry must be able to count with it: there is no 30th of February, and no year 0.
    """
    pattern = (
        r"[0-9]{4}-(?:0[1-9]|1[0-2])-(?:0[1-9]|[12][0-9]|3[01])"
        rf"T(?:[01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](?:\.[0-9]{{1,{digits}}})?Z"
    )

    def accepts(text: str) -> bool:
        if re.fullmatch(pattern, text) is None:
            return False
        try:
            datetime.fromisoformat(text)
        except ValueError:
            return False
        return True

    return Rule(f"^{pattern}$", "an RFC 3339 time in UTC, ending in Z", accepts)


Count = Annotated[int, AtLeast(0)]
Version = Annotated[int, AtLeast(1)]
DigestField = Annotated[Digest, pattern_rule(DIGEST_PATTERN, "a SHA-256 digest with its prefix")]
Md5Field = Annotated[Md5, pattern_rule(MD5_PATTERN, "an MD5 locator with its prefix")]
DigestOrUnknown = Annotated[str, pattern_rule(f"(?:{DIGEST_PATTERN}|unknown)", "a SHA-256 digest, or unknown")]
CommitField = Annotated[str, pattern_rule(COMMIT_PATTERN, "a git commit with its prefix")]
TimeField = Annotated[str, time_rule(6)]
NameField = Annotated[str, pattern_rule(NAME_PATTERN, "a name")]
ContainerField = Annotated[str, pattern_rule(rf"[a-z0-9][a-zA-Z0-9._/:-]*@{DIGEST_PATTERN}", "IMAGE@sha256:DIGEST")]
PathField = Annotated[
    str,
    Rule(
        r"^(?:\.|(?![\s\S]*(?:^|/)\.{0,2}(?:/|(?![\s\S])))[^\\\x00]+)$",
        "a path relative to the repository's root",
        lambda path: path == "." or path_fault(path) is None,
    ),
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A mapping inside a record, or a record; `extra` keeps the fields that this version does not know."""

    extra: Mapping[str, Value] = field(default_factory=dict, repr=False)

    def fault(self) -> str | None:
        """Returns what is wrong between fields that are right one by one, or None."""
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Closed(Part):
    """A mapping in which an unknown field is refused, not kept.

    Ignored, it would be a rule that somebody relies on and nobody enforces.
    """


@dataclass(frozen=True, slots=True, kw_only=True)
class Setting(Closed):
    """A mapping in a settings file: people may write a default out, and leave a value empty."""


P = TypeVar("P", bound=Part)


def to_data(part: Part) -> dict[str, Value]:
    """Returns the plain mapping that is written; the inverse of `from_data`."""
    made: dict[str, Value] = _part_writer(type(part))(part)
    return made


def from_data(kind: type[P], data: object, where: str = "") -> P:
    """Returns `data` as a `kind`.

    Raises:
        GitprovError: GP-SCH-002 with the path of the field that is missing or does not fit.
    """
    result: P = _decoder(kind)(data, where)
    return result


def _plain(value: Any) -> Any:
    """Returns plain data of a value whose hint does not say what it is, or is not what its hint says."""
    if isinstance(value, Part):
        return to_data(value)
    if isinstance(value, (list, tuple)):
        return [item if type(item) in _SCALARS else _plain(item) for item in value]
    if type(value) is dict or (type(value) not in _SCALARS and isinstance(value, Mapping)):
        return {key: item if type(item) in _SCALARS else _plain(item) for key, item in value.items()}
    return value


_SCALARS = frozenset({bool, float, int, str, type(None)})


def _make_writer(hint: Any) -> Writer | None:
    """Returns what makes plain data of a value of this hint; None when it is plain already."""
    origin, args = get_origin(hint), get_args(hint)
    if isinstance(hint, type) and issubclass(hint, Part):
        return _part_writer(hint)
    if origin in (Union, types.UnionType):
        kinds = [arg for arg in args if arg is not type(None)]
        return _make_writer(kinds[0]) if len(kinds) == 1 else _plain
    if origin is tuple:
        return _list_writer(_make_writer(args[0]))
    if origin is collections.abc.Mapping:
        return _map_writer(_make_writer(args[1]))
    return _plain if hint is Any else None


def _list_writer(item: Writer | None) -> Writer:
    def write(value: Any) -> Any:
        if type(value) is not tuple:
            return _plain(value)
        return [*value] if item is None else [item(each) for each in value]

    return write


def _map_writer(item: Writer | None) -> Writer:
    def write(value: Any) -> Any:
        if type(value) is not dict:
            return _plain(value)
        return {**value} if item is None else {name: item(each) for name, each in value.items()}

    return write


def _make_part_writer(kind: type[Part]) -> Writer:
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = [
        (name, key, default, default is None or default is dataclasses.MISSING, _make_writer(hints[name]))
        for name, key, default in keys_of(kind)
    ]

    def write(part: Any) -> Any:
        if type(part) is not kind:
            return _plain(part)
        out = {**part.extra}
        for name, key, default, only_itself, writer in fields:  # nothing else equals None, and to ask costs a call
            value = getattr(part, name)
            if value is not default and (only_itself or value != default):
                out[key] = value if writer is None else writer(value)
        return out

    return write


def _find_keys(kind: type[Part]) -> tuple[tuple[str, str, object], ...]:
    """Returns attribute, key and default of each field; `set_` is written `set`, a name that Python needs."""
    return tuple(
        (f.name, f.name.removesuffix("_"), f.default_factory() if callable(f.default_factory) else f.default)
        for f in dataclasses.fields(kind)
        if f.name != "extra"
    )


def _refuse(where: str, why: str) -> GitprovError:
    return codes.SCH_FIELD.error(f"field {where.removeprefix('.')[:200] or 'at the top'} {why}")


def _make_decoder(hint: Any) -> Decoder:
    if isinstance(hint, type) and issubclass(hint, Part):
        return _part(hint)
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _ruled(args[1]) if isinstance(args[1], Rule) else _at_least(args[1].least)
    if origin is Literal:
        return _literal(args)
    if origin is tuple:
        return _list(_decoder(args[0]))
    if origin in (Union, types.UnionType):
        return _choice([arg for arg in args if arg is not type(None)])
    if origin is collections.abc.Mapping:
        return _map(_decoder(args[0]), _decoder(args[1]))
    if hint is Any:
        return lambda value, _where: value
    return _number if hint is float else _exactly(hint)


def _exactly(kind: type) -> Decoder:
    def decode(value: Any, where: str) -> Any:
        if type(value) is not kind:
            raise _refuse(where, f"must be {kind.__name__}, not {type(value).__name__}")
        return value

    return decode


def _number(value: Any, where: str) -> float:
    if type(value) not in {int, float}:
        raise _refuse(where, f"must be a number, not {type(value).__name__}")
    return float(value)


def _ruled(rule: Rule) -> Decoder:
    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, str) or not rule.accepts(value):
            raise _refuse(where, f"must be {rule.meaning}, not {str(value)[:80]!r}")
        return value

    return decode


def _at_least(least: int) -> Decoder:
    def decode(value: Any, where: str) -> Any:
        if type(value) is not int or value < least:
            raise _refuse(where, f"must be a whole number from {least} on, not {str(value)[:80]!r}")
        return value

    return decode


def _literal(allowed: tuple[object, ...]) -> Decoder:
    def decode(value: Any, where: str) -> Any:
        if type(value) not in {type(item) for item in allowed} or value not in allowed:
            raise _refuse(where, f"must be one of {', '.join(map(str, allowed))}, not {str(value)[:80]!r}")
        return value

    return decode


def _list(item: Decoder) -> Decoder:
    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, list):
            raise _refuse(where, "must be a list")
        return tuple(item(each, f"{where}[{n}]") for n, each in enumerate(value))

    return decode


def _map(key: Decoder, item: Decoder) -> Decoder:
    def decode(value: Any, where: str) -> Any:
        if not isinstance(value, dict):
            raise _refuse(where, "must be a mapping")
        return {key(name, f"{where}.{name}"): item(each, f"{where}.{name}") for name, each in value.items()}

    return decode


def _choice(kinds: list[Any]) -> Decoder:
    """Decodes as the first kind whose required keys are all there, else as the last kind."""
    *others, last = [(_required(kind) if len(kinds) > 1 else frozenset(), _decoder(kind)) for kind in kinds]

    def decode(value: Any, where: str) -> Any:
        for required, decoder in others:
            if isinstance(value, dict) and required <= value.keys():
                return decoder(value, where)
        return last[1](value, where)

    return decode


def _required(kind: type[Part]) -> frozenset[str]:
    return frozenset(key for _, key, default in keys_of(kind) if default is dataclasses.MISSING)


def _part(kind: type[Part]) -> Decoder:
    hints = typing.get_type_hints(kind, include_extras=True)
    fields = [(name, key, _decoder(hints[name]), default) for name, key, default in keys_of(kind)]
    known = {key for _, key, _, _ in fields}
    is_setting, is_closed = issubclass(kind, Setting), issubclass(kind, Closed)

    def decode(value: Any, where: str) -> Any:
        if is_setting:  # people leave a value empty
            value = {} if value is None else value
        if not isinstance(value, dict):
            raise _refuse(where, "must be a mapping")
        found = {}
        for name, key, decoder, default in fields:
            if key in value and not (is_setting and value[key] is None):
                found[name] = decoder(value[key], f"{where}.{key}")
                if found[name] == default and not is_setting:
                    raise _refuse(f"{where}.{key}", "says nothing and must be left out")
            elif default is dataclasses.MISSING:
                raise _refuse(f"{where}.{key}", "is missing")
        unknown = sorted(value.keys() - known)
        if is_closed and unknown:
            from difflib import get_close_matches  # noqa: PLC0415 - slow to import, and needed for a refusal only

            near = get_close_matches(unknown[0], known, 1)
            hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
            raise _refuse(f"{where}.{unknown[0]}", f"is unknown: {hint}")
        made = kind(**found, extra={key: item for key, item in value.items() if key not in known})
        if fault := made.fault():
            raise _refuse(where, fault)
        return made

    return decode


keys_of: Callable[[Any], tuple[tuple[str, str, object], ...]] = cache(_find_keys)
_decoder: Callable[[Any], Decoder] = cache(_make_decoder)
_part_writer: Callable[[Any], Writer] = cache(_make_part_writer)
