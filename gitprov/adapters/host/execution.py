"""Runs the user's command, and notes which files Python opens in it."""

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import source_from_cache
from pathlib import Path
from types import FrameType

from gitprov.adapters.clock import SystemClock
from gitprov.errors import catalogue as codes
from gitprov.ports.host import Executed

_WATCH = str(Path(__file__).with_name("watch"))
_LOG = "GITPROV_OPENED"
"""Names the file in which watched processes note what they open; watch/sitecustomize.py reads it."""

_SYSTEM = ("/bin", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/run", "/sbin", "/sys", "/usr")
_SHARED = "/dev/shm"  # noqa: S108 files in memory are data like others
_NEVER = {".git", "__pycache__", "dist-packages", "site-packages"}


def execute(command: Sequence[str], cwd: str, root: str, variables: Mapping[str, str], *, watch: bool) -> Executed:
    """Runs a command in `cwd` and returns how it ended.

    Raises:
        GitprovError: GP-RUN-009 when it cannot be started.
    """
    environment = {**os.environ, **variables}
    with tempfile.TemporaryDirectory(prefix="gitprov-") as folder:
        log = os.path.join(folder, "opened")
        if watch:
            environment[_LOG] = log
            environment["PYTHONPATH"] = os.pathsep.join(filter(None, [_WATCH, environment.get("PYTHONPATH")]))
        started = SystemClock().now()
        status = _wait(command, cwd, environment)
        finished = SystemClock().now()
        return Executed(status, started, finished, _opened(log, root))


def _wait(command: Sequence[str], cwd: str, environment: Mapping[str, str]) -> int:
    sys.stdout.flush()
    sys.stderr.flush()
    child: list[subprocess.Popen[bytes]] = []

    def pass_on(number: int, _frame: FrameType | None) -> None:
        # A terminal interrupts its whole foreground group, the command included; a second one would cut short what
        # the command does about the first.
        if child and not (number == signal.SIGINT and _in_foreground()):
            with suppress(ProcessLookupError):
                child[0].send_signal(number)

    with _handled(pass_on):
        try:
            child.append(subprocess.Popen(command, cwd=cwd, env=environment))
        except (OSError, ValueError) as error:
            raise codes.RUN_COMMAND.error(f"{command[0]} cannot be started", why=str(error)) from error
        status = child[0].wait()
    return status if status >= 0 else 128 - status


@contextmanager
def _handled(handler: Callable[[int, FrameType | None], None]) -> Iterator[None]:
    if threading.current_thread() is not threading.main_thread():  # only the main thread may handle signals
        yield
        return
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, handler) for number in numbers}
    try:
        yield
    finally:
        for number, old in before.items():
            signal.signal(number, old)


def _in_foreground() -> bool:
    try:
        terminal = os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY)
    except OSError:
        return False
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False
    finally:
        os.close(terminal)


def _opened(log: str, root: str) -> tuple[str, ...]:
    """Returns the files that were read, without those that the watched processes wrote themselves before."""
    try:
        notes = Path(log).read_bytes().split(b"\0")[:-1]
    except FileNotFoundError:
        return ()
    top = os.path.realpath(root)
    first: dict[str, str] = {}
    prefixes = set()
    for note in map(os.fsdecode, notes):
        how, path = note[0], _source(os.path.realpath(note[1:]))
        if how == "p":
            prefixes.update([path] if not _below(top, path) else [f"{path}/bin", f"{path}/lib", f"{path}/share"])
        else:
            first.setdefault(path, how)
    return tuple(
        sorted(
            path for path, how in first.items() if how == "r" and _counts(path, top, prefixes) and os.path.isfile(path)
        )
    )


def _source(path: str) -> str:
    """Returns the module that byte code was compiled from: Python reads only the latter while it is fresh."""
    if os.path.basename(os.path.dirname(path)) == "__pycache__":
        with suppress(ValueError):
            return source_from_cache(path)
    return path


def _counts(path: str, top: str, prefixes: set[str]) -> bool:
    inside = _below(path, top)
    return (
        _NEVER.isdisjoint(path.split("/"))
        and not any(_below(path, prefix) for prefix in prefixes)
        and (inside or _below(path, _SHARED) or not any(_below(path, folder) for folder in _SYSTEM))
    )


def _below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")
