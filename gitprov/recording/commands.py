"""The command of a run: as it is written in a recipe, and as this machine runs it."""

import re
import shlex
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.ids import Value, canonical_json
from gitprov.ports.workplace import Workplace

_placeholder = re.compile(r"\{(params|inputs|outputs)\.([^{}]+)\}")
_option = re.compile(r"(--?[A-Za-z][\w.-]*=)(/.*)", re.DOTALL).fullmatch


def substitute(
    command: Sequence[str],
    cwd: str,
    *,
    params: Mapping[str, Value],
    inputs: Mapping[str, str],
    outputs: Mapping[str, str],
) -> tuple[str, ...]:
    """Returns the command with `{params.x}`, `{inputs.role}` and `{outputs.role}` replaced.

    Args:
        command: The argument list.
        cwd: Where it runs: paths are written as they are found from there.
        params: The parameters.
        inputs: Role to path, from the top of the work tree.
        outputs: Likewise.

    Raises:
        GitprovError: GP-RUN-006 for a placeholder that names nothing.
    """
    up = [".."] * len([part for part in PurePosixPath(cwd).parts if part != "."])

    def from_cwd(path: str) -> str:
        return str(PurePosixPath(path).relative_to(cwd)) if is_below(path, cwd) else "/".join([*up, path])

    def value(match: re.Match[str]) -> str:
        group, name = match.groups()
        if group == "params" and name in params:
            chosen = params[name]
            return chosen if isinstance(chosen, str) else canonical_json(chosen).decode()
        if group == "inputs" and name in inputs:
            return from_cwd(inputs[name])
        if group == "outputs" and name in outputs:
            return from_cwd(outputs[name])
        there = {"params": params, "inputs": inputs, "outputs": outputs}[group]
        raise codes.RUN_PARAM.error(
            f"the command names {match.group()}, and there is no such thing",
            why=f"{group}: {', '.join(there) or 'none'}",
        )

    return tuple(_placeholder.sub(value, word) for word in command)


def recorded_command(place: Workplace, command: Sequence[str]) -> tuple[str, ...]:
    """Returns a command as a recipe holds it: no path of this machine in it.

    A path inside the repository, also in `--option=/path`, becomes relative to its top; an absolute program elsewhere,
    or one that git ignores (of a virtual environment), becomes its name.
    """
    out = []
    for position, word in enumerate(command):
        option = _option(word)
        start, path = option.groups() if option else ("", word)
        if PurePosixPath(path).is_absolute():
            try:
                inside = place.git.relative(path)
            except GitprovError:
                out.append(PurePosixPath(word).name if position == 0 else word)
                continue
            is_installed = position == 0 and place.git.ignored([inside])
            out.append(PurePosixPath(word).name if is_installed else start + inside)
            continue
        out.append(word)
    return tuple(out)


def shell_command(commands: Sequence[str]) -> tuple[str, ...]:
    """Returns the command of a stage: DVC runs each line in a shell of its own and stops at the first that fails."""
    lines = commands[0].splitlines() if len(commands) == 1 else commands
    lines = [line for line in lines if line.strip()]
    if len(lines) == 1:
        return ("sh", "-c", lines[0])
    return ("sh", "-c", " &&\n".join(f"(\n{line}\n)" for line in lines))


def shell_words(text: str) -> list[str]:
    """Returns the words of a shell command, as far as they can be told."""
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return text.split()


def is_below(path: str, folder: str) -> bool:
    """Tells whether a path is a folder or lies in it."""
    return folder in (".", path) or path.startswith(folder + "/")


def overlap(one: str, other: str) -> bool:
    """Tells whether one of two paths is the other, or lies in it."""
    return is_below(one, other) or is_below(other, one)
