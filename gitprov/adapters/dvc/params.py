"""Parameter files, read as DVC reads them."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from gitprov.adapters.dvc.documents import read_document
from gitprov.errors import catalogue as codes


def read_params(data: bytes, name: str) -> Mapping[str, Any]:
    """Returns a parameter file: TOML, JSON or Python by its ending, else YAML.

    Raises:
        GitprovError: GP-DVC-001 when it cannot be understood; GP-DVC-004 for Python without the dvc package.
    """
    ending = name.rpartition(".")[2].lower()
    if ending not in _PARSERS:
        found = read_document(data, name).data
    else:
        try:
            found = _PARSERS[ending](data.decode())
        except (ValueError, SyntaxError, RecursionError) as error:  # ValueError is what all parsers' errors are
            raise codes.DVC_FILE.error(f"{name}: {error}") from error
    if not isinstance(found, Mapping):
        raise codes.DVC_FILE.error(f"{name} must be a mapping")
    return found


def choose(params: Mapping[str, Any], wanted: Sequence[str]) -> dict[str, Any]:
    """Returns the wanted parameters that are there, by their dotted names; all of the file's top when none is named."""
    if not wanted:
        return dict(params)
    found = {name: _find(params, name.split(".")) for name in wanted}
    return {name: value for name, (there, value) in found.items() if there}


def _find(value: Any, names: Sequence[str]) -> tuple[bool, Any]:
    for name in names:
        if isinstance(value, Mapping):
            key = next((key for key in value if str(key) == name), None)
            if key is None:
                return False, None
            value = value[key]
        elif isinstance(value, Sequence) and not isinstance(value, str) and name.isdecimal() and int(name) < len(value):
            value = value[int(name)]
        else:
            return False, None
    return True, value


def _json(text: str) -> Any:
    return json.loads(text) or {}


def _python(text: str) -> Any:
    try:
        from dvc.utils.serialize import parse_py
    except ImportError as error:
        raise codes.DVC_MISSING.error("a Python file with parameters is read by DVC", why=str(error)) from error
    return parse_py(text, "params.py")


def _toml(text: str) -> Any:
    import tomllib

    return tomllib.loads(text)


_PARSERS: Mapping[str, Callable[[str], Any]] = {"json": _json, "py": _python, "toml": _toml}
