"""`gitprov hooks`: puts the scripts where git looks for hooks, beside nobody else's and over nobody else's."""

import shlex
from collections.abc import Iterator, Mapping
from typing import Literal

from gitprov.errors import Finding
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.hooks import HookFolder, Script

LOCAL = ("pre-commit", "pre-push", "reference-transaction")
"""The hooks of a person's clone."""
SERVER = ("pre-receive",)
"""The hooks of a bare repository that people push to."""

State = Literal["installed", "missing", "old", "foreign"]
_MARK = b"\n# gitprov hooks install: "


@dataclass(frozen=True, slots=True)
class Hooks:
    """What git would run in this repository, or with `dry_run` would after the change.

    Attributes:
        folder: Where git looks for hooks.
        states: By name of the hook. A foreign one that calls gitprov counts as installed.
        changed: Those that were written or taken away.
        findings: Those that do not call gitprov, each with what to do.
        dry_run: Whether nothing was written.
    """

    folder: str
    states: Mapping[str, State]
    changed: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    dry_run: bool = False


def status(folder: HookFolder, scripts: Mapping[str, bytes]) -> Hooks:
    """Returns the state of each hook.

    Args:
        folder: Where git looks for hooks.
        scripts: What belongs there, by name.

    Raises:
        GitprovError: GP-IO-001.
    """
    states = {name: _state(folder.read(name), name, data) for name, data in scripts.items()}
    return Hooks(folder.path, states, findings=tuple(_findings(folder, states)))


def install(folder: HookFolder, scripts: Mapping[str, bytes], *, dry_run: bool = False) -> Hooks:
    """Writes the hooks that are missing or old; somebody else's stays as it is, with a finding that says what to add.

    Raises:
        GitprovError: GP-IO-001.
    """
    before = status(folder, scripts).states
    changed = tuple(name for name, state in before.items() if state in ("missing", "old"))
    if not dry_run:
        for name in changed:
            folder.write(name, scripts[name])
    states: dict[str, State] = {**before, **dict.fromkeys(changed, "installed")}
    return Hooks(folder.path, states, changed, tuple(_findings(folder, states)), dry_run)


def uninstall(folder: HookFolder, scripts: Mapping[str, bytes], *, dry_run: bool = False) -> Hooks:
    """Takes our hooks away, and no other.

    Raises:
        GitprovError: GP-IO-001.
    """
    before = status(folder, scripts).states
    changed = tuple(name for name in scripts if (there := folder.read(name)) is not None and _MARK in there.data)
    if not dry_run:
        for name in changed:
            folder.remove(name)
    return Hooks(folder.path, {**before, **dict.fromkeys(changed, "missing")}, changed, dry_run=dry_run)


def _state(there: Script | None, name: str, ours: bytes) -> State:
    if there is None:
        return "missing"
    calls = there.data == ours or (_MARK not in there.data and f"gitprov hook {name}".encode() in there.data)
    if calls and there.runs:
        return "installed"
    return "old" if _MARK in there.data else "foreign"


def _findings(folder: HookFolder, states: Mapping[str, State]) -> Iterator[Finding]:
    for name, state in states.items():
        path = f"{folder.path}/{name}"
        if state == "foreign":
            what = f"{path} is somebody else's, and does not call gitprov (or git does not run it)"
            line = f"gitprov hook {name}{_arguments(name)} || exit 1"
            yield codes.HOK_FOREIGN.finding(name, what, fix=f"add the line: echo '{line}' >> {shlex.quote(path)}")
        elif state != "installed":
            yield codes.HOK_MISSING.finding(name, f"{folder.path} has no current hook {name}")


def _arguments(name: str) -> str:
    return ' "$1"' if name == "reference-transaction" else ""
