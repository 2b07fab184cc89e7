"""Plain data to frozen record types and back, judged field by field.

A field's type hint is its rule; `Annotated[..., Rule]` adds a pattern. A field that has its default (None, an empty
list) is left out of the file, and refused in one: there is one way to say nothing. Unknown fields of records are kept
in `extra` (TUF ADR 0008's habit), so that writing what was read changes nothing. The same hints give the JSON Schemas.
"""

import collections.abc
import dataclasses
import types
import typing
from collections.abc import Callable, Mapping
from dataclasses import field
from functools import cache
from typing import Annotated, Any, Literal, TypeVar, Union, get_args, get_origin

from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass, setters_of
from gitprov.ids import Value
from gitprov.ids.digests import COMMIT_PATTERN, DIGEST_PATTERN, MD5_PATTERN, Digest, Md5
from gitprov.ids.names import NAME_PATTERN, path_fault
from gitprov.records.rules import AtLeast, Rule, pattern_rule, time_rule

Decoder = Callable[[Any], Any]
Writer = Callable[[Any], Any]


Count = Annotated[int, AtLeast(0)]
Version = Annotated[int, AtLeast(1)]
DigestField = Annotated[Digest, pattern_rule(DIGEST_PATTERN, "a SHA-256 digest with its prefix")]
Md5Field = Annotated[Md5, pattern_rule(MD5_PATTERN, "an MD5 locator with its prefix")]
DigestOrUnknown = Annotated[str, pattern_rule(f"(?:{DIGEST_PATTERN}|unknown)", "a SHA-256 digest, or unknown")]
CommitField = Annotated[str, pattern_rule(COMMIT_PATTERN, "a git commit with its prefix")]
TimeField = Annotated[str, time_rule(6)]
NameField = Annotated[str, pattern_rule(NAME_PATTERN, "a name", recurs=True)]
ContainerField = Annotated[str, pattern_rule(rf"[a-z0-9][a-zA-Z0-9._/:-]*@{DIGEST_PATTERN}", "IMAGE@sha256:DIGEST")]
PathField = Annotated[
    str,
    Rule(
        r"^(?:\.|(?![\s\S]*(?:^|/)\.{0,2}(?:/|(?![\s\S])))[^\\\x00]+)$",
        "a path relative to the repository's root",
        lambda path: path == "." or path_fault(path) is None,
        recurs=True,
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


def from_data(kind: type[P], data: object) -> P:
    """Returns `data` as a `kind`.

    Raises:
        GitprovError: GP-SCH-002 with the path of the field that is missing or does not fit.
    """
    try:
        result: P = _decoder(kind)(data)
    except _UnfitError as unfit:
        where = "".join(reversed(unfit.path)).removeprefix(".")[:200] or "at the top"
        raise codes.SCH_FIELD.error(f"field {where} {unfit.why}") from None
    return result


class _UnfitError(Exception):
    """A field does not fit; whatever it lies in adds its part of the path, the innermost first."""

    def __init__(self, why: str, *path: str) -> None:
        super().__init__(why)
        self.why = why
        self.path = [*path]


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
        (name, key, default, _is_distinct(default), _make_writer(hints[name])) for name, key, default in keys_of(kind)
    ]

    def write(part: Any) -> Any:
        if type(part) is not kind:
            return _plain(part)
        out = {**part.extra}
        for name, key, default, is_distinct, writer in fields:
            value = getattr(part, name)
            if value is not default and (is_distinct or value != default):
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
        return lambda value: value
    return _number if hint is float else _exactly(hint)


def _exactly(kind: type) -> Decoder:
    def decode(value: Any) -> Any:
        if type(value) is not kind:
            raise _UnfitError(f"must be {kind.__name__}, not {type(value).__name__}")
        return value

    return decode


def _number(value: Any) -> float:
    if type(value) not in {int, float}:
        raise _UnfitError(f"must be a number, not {type(value).__name__}")
    return float(value)


def _ruled(rule: Rule) -> Decoder:
    accepts = rule.accepts

    def decode(value: Any) -> Any:
        if not isinstance(value, str) or not accepts(value):
            raise _UnfitError(f"must be {rule.meaning}, not {str(value)[:80]!r}")
        return value

    return _remembering(decode) if rule.recurs else decode


def _remembering(decoder: Decoder) -> Decoder:
    """Decodes texts, of which it remembers what it was given last."""
    known: set[str] = set()

    def decode(value: Any) -> Any:
        if type(value) is str and value in known:
            return value
        decoder(value)
        if len(value) <= _SHORT:
            if len(known) == _REMEMBERED:
                known.clear()
            known.add(value)
        return value

    return decode


_REMEMBERED, _SHORT = 1_000, 250
"""How many texts of how many characters at most are remembered by each rule: hostile ones take no more memory."""


def _at_least(least: int) -> Decoder:
    def decode(value: Any) -> Any:
        if type(value) is not int or value < least:
            raise _UnfitError(f"must be a whole number from {least} on, not {str(value)[:80]!r}")
        return value

    return decode


def _literal(allowed: tuple[object, ...]) -> Decoder:
    kinds = {type(item) for item in allowed}

    def decode(value: Any) -> Any:
        if type(value) not in kinds or value not in allowed:
            raise _UnfitError(f"must be one of {', '.join(map(str, allowed))}, not {str(value)[:80]!r}")
        return value

    return decode


def _list(item: Decoder) -> Decoder:
    def decode(value: Any) -> Any:
        if not isinstance(value, list):
            raise _UnfitError("must be a list")
        made: list[Any] = []
        try:
            for each in value:
                made.append(item(each))  # noqa: PERF401 - how many there are says where one is that does not fit
        except _UnfitError as unfit:
            unfit.path.append(f"[{len(made)}]")
            raise
        return tuple(made)

    return decode


def _map(key: Decoder, item: Decoder) -> Decoder:
    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _UnfitError("must be a mapping")
        made = {}
        for name, each in value.items():
            try:
                known = key(name)
                made[known] = item(each)
            except _UnfitError as unfit:
                unfit.path.append(f".{name}")
                raise
        return made

    return decode


def _choice(kinds: list[Any]) -> Decoder:
    """Decodes as the first kind whose required keys are all there, else as the last kind."""
    *others, last = kinds
    if not others:
        return _decoder(last)
    choices, other = [(_required(kind), _decoder(kind)) for kind in others], _decoder(last)

    def decode(value: Any) -> Any:
        for required, decoder in choices:
            if isinstance(value, dict) and required <= value.keys():
                return decoder(value)
        return other(value)

    return decode


def _required(kind: type[Part]) -> frozenset[str]:
    return frozenset(key for _, key, default in keys_of(kind) if default is dataclasses.MISSING)


def _part(kind: type[Part]) -> Decoder:
    hints = typing.get_type_hints(kind, include_extras=True)
    setters = setters_of(kind)
    fields = [
        (setters[name], key, _decoder(hints[name]), default, _is_distinct(default))
        for name, key, default in keys_of(kind)
    ]
    known, set_extra = {key for _, key, *_ in fields}, setters["extra"]
    is_setting = issubclass(kind, Setting)

    def decode(value: Any) -> Any:
        if not isinstance(value, dict):
            raise _UnfitError("must be a mapping")
        part = kind.__new__(kind)
        for set_field, key, decoder, default, is_distinct in fields:
            if key in value:
                try:
                    made = decoder(value[key])
                except _UnfitError as unfit:
                    unfit.path.append(f".{key}")
                    raise
                if not is_setting and (made is default or (not is_distinct and made == default)):
                    raise _UnfitError("says nothing and must be left out", f".{key}")
                set_field(part, made)
            elif default is dataclasses.MISSING:
                raise _UnfitError("is missing", f".{key}")
            else:
                set_field(part, {} if type(default) is dict else default)
        set_extra(part, {} if known.issuperset(value) else _unknown(kind, value, known))
        if fault := part.fault():
            raise _UnfitError(fault)
        return part

    return _forgiving(decode, known) if is_setting else decode


def _forgiving(decoder: Decoder, known: set[str]) -> Decoder:
    """Decodes settings, in which people leave a value empty."""

    def decode(value: Any) -> Any:
        if isinstance(value, dict):
            value = {key: item for key, item in value.items() if item is not None or key not in known}
        return decoder({} if value is None else value)

    return decode


def _unknown(kind: type[Part], value: dict[str, Any], known: set[str]) -> dict[str, Any]:
    extra = {key: item for key, item in value.items() if key not in known}
    if extra and issubclass(kind, Closed):
        from difflib import get_close_matches  # noqa: PLC0415 - slow to import, and needed for a refusal only

        near = get_close_matches(min(extra), known, 1)
        hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(sorted(known))}"
        raise _UnfitError(f"is unknown: {hint}", f".{min(extra)}")
    return extra


def _is_distinct(default: object) -> bool:
    """Tells whether nothing else equals a default: to ask a part whether it does costs a call."""
    return default is None or default is dataclasses.MISSING


keys_of: Callable[[Any], tuple[tuple[str, str, object], ...]] = cache(_find_keys)
_decoder: Callable[[Any], Decoder] = cache(_make_decoder)
_part_writer: Callable[[Any], Writer] = cache(_make_part_writer)
