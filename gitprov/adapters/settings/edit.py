"""Settings edited by a program, so that what people wrote (comments, order, quotes, layout) stays."""

import io
import re
from collections.abc import Mapping
from typing import Any

from gitprov.adapters.settings.reader import read_settings
from gitprov.errors import catalogue as codes
from gitprov.ids import Value

_below_key = re.compile(r"^( *)[^\s#-][^\n]*:[ \t]*\n(?:[ \t]*(?:#[^\n]*)?\n)*( *)(- )?", re.MULTILINE)


def edit_settings(data: bytes, changes: Mapping[tuple[str, ...], Value], name: str) -> bytes:
    """Returns settings with values set, each at its path of keys; mappings on the way are made where missing.

    Raises:
        GitprovError: As `read_settings` does; GP-YML-006 when the file cannot be edited without changing more.
    """
    from ruamel.yaml import YAML

    wanted = _applied(read_settings(data, name), changes)
    text = data.decode()
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.explicit_start = bool(re.search(r"^---\s", text, re.MULTILINE))
    yaml.width = len(text) + 4096
    yaml.indent(**_layout(text))
    document = yaml.load(text)
    out = io.StringIO()
    yaml.dump(_applied({} if document is None else document, changes), out)
    edited = out.getvalue() if document is not None else text + "\n" * (text[-1:] not in ("", "\n")) + out.getvalue()
    result = (edited.replace("\n", "\r\n") if "\r\n" in text else edited).encode()
    if read_settings(result, name) != wanted:
        raise codes.YML_SETTINGS.error(f"{name} cannot be edited", fix=f"edit {name} by hand: {_said(changes)}")
    return result


def _applied(document: Any, changes: Mapping[tuple[str, ...], Value]) -> Any:
    for path, value in changes.items():
        *above, last = path
        place = document
        for key in above:
            if not isinstance(place.get(key), dict):
                place[key] = {}
            place = place[key]
        place[last] = value
    return document


def _layout(text: str) -> dict[str, int]:
    """Returns how the file is indented, as ruamel calls it: by its first mapping and its first list below a key."""
    mapping, offset = 2, 2
    found = [(len(match[2]) - len(match[1]), bool(match[3])) for match in _below_key.finditer(text)]
    mapping = next((deeper for deeper, is_list in found if not is_list and deeper > 0), mapping)
    offset = next((deeper for deeper, is_list in found if is_list and deeper >= 0), offset)
    return {"mapping": mapping, "sequence": offset + 2, "offset": offset}


def _said(changes: Mapping[tuple[str, ...], Value]) -> str:
    return ", ".join(f"{'.'.join(path)}: {value}" for path, value in changes.items())
