"""Which Python a command runs, and what is installed for it."""

import json
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from pathlib import Path

from gitprov.adapters.paths import real_path
from gitprov.frozen import dataclass

_TIMEOUT = 60
"""Seconds that an interpreter may take to say what is installed."""

_RUNNERS = {"/usr/bin/env", "env", "exec", "nice", "nohup", "time"}
_SHELLS = {"bash", "dash", "sh", "zsh"}

_is_python = re.compile(r"(python|pypy)[0-9.]*").fullmatch
_is_assignment = re.compile(r"[A-Za-z_][A-Za-z0-9_]*=.*", re.DOTALL).fullmatch
_shell_operator = re.compile(r"[;&|`\n]|\$\(")
_long_shebang = re.compile(r"'''exec' (.+) \"\$0\" \"\$@\"").match

# Asked in isolation (-I), so that no module of the project is imported; what isolation leaves out is added again.
_ASK = """
import json, os, platform, re, site, sys
try:
    from importlib.metadata import distributions
except ImportError:
    from importlib_metadata import distributions
path = [entry for entry in os.environ.get("PYTHONPATH", "").split(os.pathsep) if entry] + sys.path
if sys.prefix == sys.base_prefix and not os.environ.get("PYTHONNOUSERSITE"):
    path.append(site.getusersitepackages())
packages = {}
for found in distributions(path=path):
    name, version = found.metadata["Name"], found.version
    if name and version:
        packages.setdefault(re.sub("[-_.]+", "-", name).lower(), version)
info = sys.implementation.version
release = "%d.%d.%d" % info[:3] + (info.releaselevel[0] + str(info.serial) if info.releaselevel != "final" else "")
print()
print(json.dumps({
    "packages": packages,
    "searched": [entry for entry in path if os.path.isdir(entry)],
    "markers": {
        "implementation_name": sys.implementation.name,
        "implementation_version": release,
        "os_name": os.name,
        "platform_machine": platform.machine(),
        "platform_python_implementation": platform.python_implementation(),
        "platform_release": platform.release(),
        "platform_system": platform.system(),
        "platform_version": platform.version(),
        "python_full_version": platform.python_version(),
        "python_version": ".".join(platform.python_version_tuple()[:2]),
        "sys_platform": sys.platform,
    },
}))
"""


@dataclass(frozen=True, slots=True)
class Installed:
    """What a Python interpreter has.

    Attributes:
        packages: Normalized name to version.
        markers: What environment markers (PEP 508) see.
        searched: The folders that were searched, with their modification times in nanoseconds.
    """

    packages: Mapping[str, str]
    markers: Mapping[str, str]
    searched: Mapping[str, int]

    @property
    def lines(self) -> bytes:
        """The sorted `name==version` lines."""
        return "".join(f"{name}=={version}\n" for name, version in sorted(self.packages.items())).encode()

    @property
    def python(self) -> str:
        """The version of the interpreter."""
        return self.markers["python_full_version"]


_answers: dict[tuple[str, str], Installed] = {}


def ask(interpreter: str, cwd: str) -> Installed | None:
    """Returns what is installed for an interpreter, or None when it does not answer.

    An answer is remembered until one of the folders that were searched changes.
    """
    key = (interpreter, os.path.join(cwd, os.environ.get("PYTHONPATH", "")))
    known = _answers.get(key)
    if known and known.searched == _times(known.searched):
        return known
    try:
        done = subprocess.run(
            [interpreter, "-I", "-c", _ASK],
            cwd=cwd,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=_TIMEOUT,
            check=True,
        )
        said = json.loads(done.stdout.splitlines()[-1])
        folders = [os.path.join(cwd, folder) for folder in said["searched"]]
        _answers[key] = Installed(said["packages"], said["markers"], _times(folders))
    except (OSError, subprocess.SubprocessError, ValueError, LookupError):
        return None
    return _answers[key]


def find_interpreter(command: Sequence[str], cwd: str) -> str | None:
    """Returns the Python that a command runs, or None when it runs something else or that cannot be told.

    Python by its name, a script that begins with `#!...python`, each also behind variable assignments, `env`, `exec`,
    `nice`, `nohup` and `time`, or as the only command of `sh -c`.
    """
    words = list(command)
    while words and (_is_assignment(words[0]) or words[0] in _RUNNERS):
        words.pop(0)
    if len(words) == 3 and os.path.basename(words[0]) in _SHELLS and words[1] in ("-c", "-ec"):
        return None if _shell_operator.search(words[2]) else find_interpreter(_split(words[2]), cwd)
    if not words:
        return None
    program = os.path.join(cwd, words[0]) if os.sep in words[0] else shutil.which(words[0])
    if program is None or not os.path.isfile(program):
        return None
    if _named_python(program):
        return program
    return _interpreter_of_script(program)


def _interpreter_of_script(script: str) -> str | None:
    try:
        with open(script, "rb") as file:
            first, second = (file.readline(4096).decode("utf-8", "replace").strip() for _ in range(2))
    except OSError:
        return None
    if not first.startswith("#!"):
        return None
    words = _split(first[2:])
    if words == ["/bin/sh"] and (match := _long_shebang(second)):
        words = _split(match[1])
    if words and os.path.basename(words[0]) == "env":
        words = [word for word in words[1:] if not word.startswith("-") and not _is_assignment(word)]
    program = shutil.which(words[0]) if words else None
    return program if program and _named_python(program) else None


def _named_python(program: str) -> bool:
    return any(_is_python(os.path.basename(path)) for path in (program, real_path(program)))


def _split(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        return []


def _times(folders: Mapping[str, int] | Sequence[str]) -> dict[str, int]:
    return {folder: Path(folder).stat().st_mtime_ns for folder in folders if os.path.isdir(folder)}
