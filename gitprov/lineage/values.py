"""The values in records that people ask for by name: parameters of runs, metrics of evaluations. Pure."""

from collections.abc import Iterator, Mapping
from typing import Literal

from gitprov.ids import Value
from gitprov.records import Evaluation, Record, Run

Key = tuple[str, ...]
What = Literal["param", "metric"]


def values(record: Record) -> Iterator[tuple[What, str, Value]]:
    """Yields the parameters of a run, or the metrics of an evaluation, by dotted name."""
    what: What = "param" if isinstance(record, Run) else "metric"
    found = record.params if isinstance(record, Run) else record.metrics if isinstance(record, Evaluation) else None
    for key, value in flatten(found or {}).items():
        yield what, ".".join(key), value


def flatten(values: Mapping[str, Value], above: Key = ()) -> dict[Key, Value]:
    """Returns the leaves of nested mappings by their keys from the top; an empty mapping and a list are leaves."""
    out: dict[Key, Value] = {}
    for name, value in values.items():
        if isinstance(value, Mapping) and value and "nonfinite" not in value:
            out |= flatten(value, (*above, name))
        else:
            out[(*above, name)] = value
    return out
