"""Formatters and scanners that would rewrite or flag records are told to leave `.gitprov/` alone.

An edit touches the place where the exclusion belongs and nothing else: comments, order and layout stay as people wrote
them. What cannot be parsed is left alone, and so is a file in which the edit would change anything but the exclusion.
"""

import json
import re
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from gitprov.errors import GitprovError

if TYPE_CHECKING:
    from ruamel.yaml.nodes import MappingNode, ScalarNode

Read = Callable[[str], bytes | None]

IGNORED = ".gitprov/"
PATTERN = r"^\.gitprov/"
PRE_COMMIT = ".pre-commit-config.yaml"
PRETTIER = tuple(
    stem + ending
    for stem, endings in (
        (".prettierrc", ("", ".json", ".json5", ".toml", ".yaml", ".yml")),
        (".prettierrc", (".cjs", ".cts", ".js", ".mjs", ".mts", ".ts")),
        ("prettier.config", (".cjs", ".cts", ".js", ".mjs", ".mts", ".ts")),
    )
    for ending in endings
)
PRETTIER_IGNORE = ".prettierignore"
SECRETS_BASELINE = ".secrets.baseline"
SECRETS_FILTER = "detect_secrets.filters.regex.should_exclude_file"
YAMLLINT = (".yamllint", ".yamllint.yaml", ".yamllint.yml")
YAMLLINT_IGNORE = ".yamllintignore"
YAMLLINT_OWN = ("default", "relaxed")

_flags = re.compile(r"(?:\(\?[aiLmsux]+\))*")
_plain = re.compile(r"[A-Za-z_./][A-Za-z0-9_./*-]*")


def exclusions(read: Read) -> dict[str, bytes]:
    """Returns the settings of formatters and scanners that do not leave `.gitprov/` alone yet: path to new bytes.

    Args:
        read: Returns the bytes of a file at the top of the work tree, or None when there is none.
    """
    found = dict([*_prettier(read), *_yamllint(read), *_pre_commit(read), *_detect_secrets(read)])
    return {path: text.encode() for path, text in found.items()}


def _prettier(read: Read) -> Iterator[tuple[str, str]]:
    package = _json(_text(read, "package.json")) or {}
    asked = [package, package.get("dependencies"), package.get("devDependencies")]
    if any(read(name) is not None for name in (PRETTIER_IGNORE, *PRETTIER)) or any(
        isinstance(one, dict) and "prettier" in one for one in asked
    ):
        yield from _ignore_file(read, PRETTIER_IGNORE)


def _ignore_file(read: Read, path: str) -> Iterator[tuple[str, str]]:
    text = _text(read, path) if read(path) is not None else ""
    if text is not None and not _is_ignored(text.splitlines()):
        joint = "" if not text or text.endswith("\n") else _line_end(text)
        yield path, f"{text}{joint}{IGNORED}{_line_end(text)}"


def _yamllint(read: Read) -> Iterator[tuple[str, str]]:
    path = next((name for name in YAMLLINT if read(name) is not None), "")
    seen = set()
    while path not in seen:
        seen.add(path)
        text = _text(read, path)
        data = _load(text)
        if text is None or not data or not isinstance(data, dict):
            return
        base = data.get("extends", "default")
        if "ignore" in data:
            yield from _with_ignored(path, text, data, "ignore", IGNORED)
        elif "ignore-from-file" in data:
            yield from _yamllint_ignore_files(read, path, text, data)
        elif base in YAMLLINT_OWN:
            yield from _with_ignored(path, text, data, "ignore", IGNORED)
        elif isinstance(base, str):
            path = base  # to ignore something here would be to forget what that file ignores


def _yamllint_ignore_files(read: Read, path: str, text: str, data: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Yields one more ignore file: those that are named may be git's own, and .gitignore must not name records."""
    named = _lines(data["ignore-from-file"])
    if named is None or any(_is_ignored((_text(read, name) or "").splitlines()) for name in named):
        return
    yield from _ignore_file(read, YAMLLINT_IGNORE)
    if YAMLLINT_IGNORE not in named:
        yield from _with_ignored(path, text, data, "ignore-from-file", YAMLLINT_IGNORE)


def _with_ignored(path: str, text: str, data: dict[str, Any], key: str, item: str) -> Iterator[tuple[str, str]]:
    before = _lines(data.get(key, []))
    if before is None or _is_ignored(before):
        return
    root = _compose(text)
    node = _value(root, key)
    edited = _with_key(text, root, f"{key}: {item}") if node is None else _with_item(text, node, item)
    after = _load(edited)
    got = _lines(after[key]) if _changes_only(key, data, after) else None
    if got is not None and item in got and [line for line in got if line != item] == before:
        yield path, edited


def _pre_commit(read: Read) -> Iterator[tuple[str, str]]:
    text = _text(read, PRE_COMMIT)
    data = _load(text)
    if text is None or not data or not isinstance(data, dict):
        return
    root = _compose(text)
    node = _value(root, "exclude")
    if node is None:
        edited, wanted = _with_key(text, root, f"exclude: {PATTERN}"), PATTERN
    else:
        old = data["exclude"]
        if not isinstance(old, str) or ".gitprov" in old.replace("\\", ""):
            return
        # As the leftmost alternative it needs no brackets; only flags may stand before it.
        at = _flags_end(text, _content(text, node))
        pattern = PATTERN.replace("\\", "\\\\") if node.style == '"' else PATTERN
        edited = f"{text[:at]}{pattern}|{text[at:]}"
        at = _flags_end(old, 0)
        wanted = f"{old[:at]}{PATTERN}|{old[at:]}"
    after = _load(edited)
    if _changes_only("exclude", data, after) and after["exclude"] == wanted and _is_regex(wanted):
        yield PRE_COMMIT, edited


def _detect_secrets(read: Read) -> Iterator[tuple[str, str]]:
    text = _text(read, SECRETS_BASELINE)
    data = _json(text)
    filters = data.get("filters_used") if data else None
    if text is None or not isinstance(filters, list) or not all(isinstance(one, dict) for one in filters):
        return
    ours = next((one for one in filters if one.get("path") == SECRETS_FILTER), None)
    if ours is None:
        ours = {"path": SECRETS_FILTER, "pattern": []}
        filters.append(ours)
    patterns = _lines(ours.get("pattern"))
    if patterns is None or any(".gitprov" in one.replace("\\", "") for one in patterns):
        return
    ours["pattern"] = [*patterns, PATTERN]
    yield SECRETS_BASELINE, json.dumps(data, indent=2) + text[len(text.rstrip()) :]  # as detect-secrets writes it


def _lines(value: object) -> list[str] | None:
    """Returns a list of lines, which a setting may hold as a text too; None when it holds something else."""
    lines = value.splitlines() if isinstance(value, str) else value
    return lines if isinstance(lines, list) and all(isinstance(line, str) for line in lines) else None


def _is_ignored(lines: Sequence[str]) -> bool:
    return any(line.strip().rstrip("*").strip("/") == IGNORED.strip("/") for line in lines)


def _is_regex(pattern: str) -> bool:
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True


def _flags_end(text: str, at: int) -> int:
    match = _flags.match(text, at)
    return match.end() if match else at


def _text(read: Read, path: str) -> str | None:
    """Returns the text of a file, or None when there is none that can be read."""
    try:
        data = read(path)
        return None if data is None else data.decode()
    except (GitprovError, UnicodeDecodeError):
        return None


def _json(text: str | None) -> dict[str, Any] | None:
    try:
        data = json.loads(text or "")
    except (ValueError, RecursionError):
        return None
    return data if isinstance(data, dict) else None


# --- editing YAML where it stands, by the marks of its nodes ---------------------------------------------------------


def _load(text: str | None) -> Any:
    """Returns the data of a YAML text, or None when it cannot be parsed."""
    from ruamel.yaml import YAML
    from ruamel.yaml.error import YAMLError

    try:
        return YAML(typ="safe", pure=True).load(text or "")
    except (YAMLError, ValueError, RecursionError):
        return None


def _compose(text: str) -> "MappingNode":
    """Returns the root of a YAML text that holds a mapping."""
    from ruamel.yaml import YAML

    root: MappingNode = YAML(typ="safe", pure=True).compose(text)
    return root


def _value(root: "MappingNode", key: str) -> Any:
    """Returns the node of a key, or None."""
    return next((value for name, value in root.value if name.value == key), None)


def _changes_only(key: str, before: dict[str, Any], after: object) -> bool:
    return isinstance(after, dict) and key in after and before | {key: None} == after | {key: None}


def _with_key(text: str, root: "MappingNode", pair: str) -> str:
    """Returns the text with one more entry in its mapping, before the others."""
    at = root.value[0][0].start_mark.index
    return f"{text[:at]}{pair}{', ' if root.flow_style else _line_end(text)}{text[at:]}"


def _with_item(text: str, node: Any, item: str) -> str:
    """Returns the text with one more item in a sequence, or one more line in a scalar that is a list of lines."""
    start, end = node.start_mark.index, node.end_mark.index
    if not isinstance(node.value, list):
        if node.style in ("|", ">"):
            at = _content(text, node)
            return f"{text[:at]}{item}{_next_line(text, at)}{text[at:]}"
        lines = [line if _plain.fullmatch(line) else json.dumps(line) for line in (*node.value.splitlines(), item)]
        return f"{text[:start]}[{', '.join(lines)}]{text[end:]}"
    if node.flow_style:
        return f"{text[: start + 1]}{item}{', ' if node.value else ''}{text[start + 1 :]}"
    return f"{text[:start]}- {item}{_next_line(text, start)}{text[start:]}"


def _content(text: str, node: "ScalarNode") -> int:
    """Returns where the content of a scalar begins: behind its quote, or below the head of its block."""
    start: int = node.start_mark.index
    if node.style in ("|", ">"):
        head = re.compile(r"[^\n]*\n\s*").match(text, start)
        return head.end() if head else start
    return start + 1 if node.style else start


def _line_end(text: str) -> str:
    return "\r\n" if "\r\n" in text else "\n"


def _next_line(text: str, at: int) -> str:
    """Returns a line end, and the indentation that makes the next line begin in the column of `at`."""
    return _line_end(text) + " " * (at - text.rfind("\n", 0, at) - 1)
