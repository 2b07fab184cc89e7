"""DVC's YAML: read so that a hostile file raises nothing but our errors, written as DVC writes it.

DVC reads its files with ruamel's safe loader, so that anchors and merge keys are everyday things in a dvc.yaml. The
same loader is used here, with bounds: on size, on nesting, and on what aliases may stand for.
"""

import io
import shlex
from collections.abc import Iterator, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from gitprov.errors import Code, GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass

if TYPE_CHECKING:
    from ruamel.yaml import YAML

SIZE_LIMIT = 64 * 1024 * 1024
"""Largest file of DVC's that is read, in bytes."""

DEPTH_LIMIT = 64
NODE_LIMIT = 5_000_000
"""How many nodes a file may hold when each alias counts as what it stands for."""

# What ruamel's reader, resolver and constructors raise besides YAMLError (property test: tests/adapters/dvc).
_RAISED = (ValueError, TypeError, KeyError, IndexError, AttributeError, OverflowError, RecursionError, AssertionError)

Where = tuple[str | int, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A YAML file: its path for errors, its text and its plain data (an empty mapping for an empty file)."""

    name: str
    text: str
    data: Any

    def top(self) -> "At":
        """Returns the whole, to be taken apart."""
        return At(self, (), self.data)

    def fault(self, where: Where, why: str, code: Code = codes.DVC_FILE) -> GitprovError:
        """Makes the error about the value at `where`, with its line."""
        place = ".".join(map(str, where)) or "the top"
        return code.error(f"{self.name}:{self._line(where)}: {place} {why}")

    def _line(self, where: Where) -> int:
        from ruamel.yaml.nodes import MappingNode, SequenceNode

        node = bounded("safe").compose(self.text)
        line = 0
        for step in where:
            if isinstance(node, MappingNode):
                found = [(key, value) for key, value in node.value if key.value == str(step)]
                if not found:  # it came with a merge key
                    break
                line, node = found[0][0].start_mark.line, found[0][1]
            elif isinstance(node, SequenceNode) and isinstance(step, int) and step < len(node.value):
                node = node.value[step]
                line = node.start_mark.line
        return line + 1


@dataclass(frozen=True, slots=True)
class At:
    """A value of a document and where it stands. Its methods raise GP-DVC-001 when the value is something else."""

    document: Document
    where: Where
    value: Any

    def fault(self, why: str, code: Code = codes.DVC_FILE) -> GitprovError:
        """Makes the error about this value."""
        return self.document.fault(self.where, why, code)

    def mapping(self) -> dict[str, "At"]:
        """Returns the entries; an empty value has none."""
        if self.value is None:
            return {}
        if not isinstance(self.value, dict) or not all(isinstance(key, str) for key in self.value):
            raise self.fault("must be a mapping with text as keys")
        return {key: At(self.document, (*self.where, key), value) for key, value in self.value.items()}

    def get(self, key: str) -> "At":
        """Returns an entry of a mapping; an empty value when it is not there."""
        return self.mapping().get(key) or At(self.document, (*self.where, key), None)

    def items(self) -> list["At"]:
        """Returns the items of a list; an empty value has none."""
        if self.value is None:
            return []
        if not isinstance(self.value, list):
            raise self.fault("must be a list")
        return [At(self.document, (*self.where, at), value) for at, value in enumerate(self.value)]

    def text(self) -> str:
        """Returns text."""
        if not isinstance(self.value, str):
            raise self.fault("must be text" if self.value is not None else "is missing")
        return self.value

    def flag(self, *, default: bool) -> bool:
        """Returns true or false; `default` when the value is empty."""
        if self.value is None:
            return default
        if not isinstance(self.value, bool):
            raise self.fault("must be true or false")
        return self.value

    def count(self) -> int | None:
        """Returns a whole number, or None."""
        if self.value is None:
            return None
        if type(self.value) is not int or self.value < 0:
            raise self.fault("must be a whole number")
        return self.value


@lru_cache(maxsize=8)
def read_document(data: bytes, name: str) -> Document:
    """Returns a YAML file of DVC's as plain data, which nobody changes.

    Raises:
        GitprovError: GP-DVC-001 with the file, and the line where there is one.
    """
    from ruamel.yaml.error import YAMLError

    if len(data) > SIZE_LIMIT:
        raise codes.DVC_FILE.error(f"{name} has {len(data)} bytes, more than {SIZE_LIMIT}")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise codes.DVC_FILE.error(f"{name}:{line}: is not UTF-8") from None
    try:
        return Document(name, text, bounded("safe").load(text) or {})
    except (YAMLError, *_RAISED) as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        place = name if mark is None else f"{name}:{mark.line + 1}"
        why = getattr(error, "problem", None) or str(error).partition("\n")[0]
        if text.startswith("<<<<<<< ") or "\n<<<<<<< " in text:
            quoted = shlex.quote(f"./{name}")
            raise codes.DVC_FILE.error(
                f"{name} has a merge conflict", fix=f"git checkout --ours {quoted} (or --theirs), then git add {quoted}"
            ) from None
        raise codes.DVC_FILE.error(f"{place}: {str(why)[:200] or type(error).__name__}") from None


def bounded(kind: str) -> "YAML":
    """Returns ruamel's pure loader (`safe` or `rt`) that gives up on what is nested too deep or grows by aliases."""
    from ruamel.yaml import YAML

    yaml = YAML(typ=kind, pure=True)
    yaml.Composer = _bounded_composer()
    return yaml


def dump(data: Mapping[str, Any]) -> bytes:
    """Returns what DVC writes for `data`; comments and order of what `bounded("rt")` read are kept."""
    from ruamel.yaml import YAML

    yaml = YAML()
    yaml.default_flow_style = False
    out = io.StringIO()
    yaml.dump(data, out)
    return out.getvalue().encode()


def plain(value: Any) -> Any:
    """Returns a YAML, TOML or Python value as records hold it: dates become text, tuples and sets become lists."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if isinstance(value, set | frozenset):
        return sorted((plain(item) for item in value), key=repr)
    if isinstance(value, Sequence) and not isinstance(value, str | bytes):
        return [plain(item) for item in value]
    return value.isoformat() if hasattr(value, "isoformat") else value


def _bounded_composer() -> Any:
    from ruamel.yaml.composer import Composer, ComposerError
    from ruamel.yaml.events import AliasEvent

    class Bounded(Composer):
        """Counts as it composes, so that nothing is read beyond the point where a bound is passed."""

        def __init__(self, loader: Any = None) -> None:
            super().__init__(loader=loader)
            self.warn_double_anchors = False  # the later one counts, as for DVC
            self._depth = self._nodes = 0
            self._weights: dict[int, int] = {}

        def compose_node(self, parent: Any, index: Any) -> Any:
            event = self.parser.peek_event()
            self._depth += 1
            if self._depth > DEPTH_LIMIT:
                raise ComposerError(None, None, f"nested more than {DEPTH_LIMIT} levels deep", event.start_mark)
            before = self._nodes
            node = super().compose_node(parent, index)
            if isinstance(event, AliasEvent):
                weight = self._weights.get(id(node))
                if weight is None:
                    raise ComposerError(None, None, "an alias stands inside what it stands for", event.start_mark)
                self._nodes += weight
            else:
                self._nodes += 1
                self._weights[id(node)] = self._nodes - before
            if self._nodes > NODE_LIMIT:
                raise ComposerError(None, None, "its aliases stand for too much", event.start_mark)
            self._depth -= 1
            return node

    return Bounded


def flatten(nested: Sequence[At]) -> Iterator[tuple[str, At]]:
    """Yields path and options of a list whose items are `PATH` or `{PATH: OPTIONS}`."""
    for item in nested:
        if isinstance(item.value, str):
            yield item.value, At(item.document, item.where, None)
        else:
            yield from item.mapping().items()
