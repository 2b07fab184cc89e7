"""Where tests are run: every run is a forked child, with a folder of its own, that is killed with all that it started.

A mutant's code takes the place of the function's own in a process that has everything imported; what is run at import
is changed before the import, in a process that has nothing of gitprov yet.
"""

import ast
import importlib.abc
import importlib.util
import os
import resource
import shutil
import signal
import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import _lru_cache_wrapper, cache, partial
from importlib.machinery import ModuleSpec
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from pathlib import Path
from types import CodeType, FrameType, FunctionType, ModuleType
from typing import Any, TypeVar, cast

import pytest
from _pytest.runner import runtestprotocol

from tests.mutation.mutants import FOLDERS, ROOT, Mutant

T = TypeVar("T")
Line = tuple[str, int]
MEMORY = 8 << 30
"""What a child may take, in bytes: a mutant may run away."""
PATIENCE, SLOWER = 20.0, 10.0
"""A test may take so many seconds, and so many times what it took as the code is: the machine may be busy."""


@dataclass(frozen=True, slots=True)
class Ran:
    """What a test did, as the code is: whether it passed, the lines that it ran, how many seconds processors took.

    Line 0 of a module stands for what its file imports from there.
    """

    test: str
    passed: bool
    lines: frozenset[Line]
    seconds: float


@dataclass(frozen=True, slots=True)
class Tracer:
    """A pytest plugin that runs every `of`-th test and notes what it runs."""

    share: int
    of: int
    ran: list[Ran] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs them."""
        self.ran.extend(_traced(item) for item in session.items[self.share :: self.of])
        return True


@dataclass(frozen=True, slots=True)
class Judge:
    """A pytest plugin that gets mutants, with tests and their seconds, and tells which test fails: "" for none.

    A mutant is judged in a child: what its tests leave behind is gone with it. None: the child was stopped.
    """

    orders: Connection

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Answers until there are no more orders."""
        items = {item.nodeid: item for item in session.items}
        while (order := self.orders.recv()) is not None:
            mutant, tests = order
            self.orders.send(in_child(partial(_judged, mutant, tests, items)))
        return True


@dataclass(frozen=True, slots=True)
class Runner:
    """A pytest plugin that runs some tests, in this order, until one fails."""

    tests: Mapping[str, float]
    failed: list[str] = field(default_factory=list)

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Runs them."""
        self.failed.append(_first_failure(self.tests, {item.nodeid: item for item in session.items}))
        return True


def run_pytest(plugin: object, paths: Iterable[str]) -> int:
    """Collects tests and hands them to a plugin."""
    return pytest.main(["-qq", "-s", "-p", "no:cacheprovider", "-p", "no:xdist", *paths], plugins=[plugin])


def trace(paths: Sequence[str], share: int, of: int) -> list[Ran]:
    """Returns what a share of the tests runs; nothing when they cannot be collected."""
    plugin = Tracer(share, of)
    run_pytest(plugin, paths)
    return plugin.ran


def judge_at_import(mutant: Mutant, tests: Mapping[str, float]) -> str:
    """Changes a module before it is imported; returns which test fails then, "" for none."""
    _quiet()
    sys.meta_path.insert(0, _Finder(mutant))
    plugin = Runner(tests)
    run_pytest(plugin, dict.fromkeys(one.partition("::")[0] for one in tests))
    return plugin.failed[0] if plugin.failed else "(import)"


def in_child(work: Callable[[], T]) -> T | None:
    """Returns what some work gives in a forked child; None when the child is stopped before.

    Raises:
        Exception: What the work raised.
    """
    ours, theirs = Pipe(duplex=False)
    folder = tempfile.mkdtemp()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        try:
            theirs.send((work(), None))
        except MemoryError:
            pass
        except Exception as error:  # noqa: BLE001 - raised where it is read
            theirs.send((None, error))
        finally:
            os._exit(0)
    theirs.close()
    try:
        result, failure = ours.recv()
    except EOFError:
        return None
    finally:
        os.killpg(child, signal.SIGKILL)
        os.waitpid(child, 0)
        shutil.rmtree(folder, ignore_errors=True)
    if failure is not None:
        raise failure
    return cast("T | None", result)


def _judged(mutant: Mutant, tests: Mapping[str, float], items: Mapping[str, pytest.Item]) -> str:
    _quiet()
    _install(mutant)
    _forget()
    return _first_failure(tests, items)


def _first_failure(tests: Mapping[str, float], items: Mapping[str, pytest.Item]) -> str:
    """Returns the first test that fails, "" for none. One that takes much longer than it should ends the process."""
    names = [*tests]
    for name, following in zip(names, [*names[1:], None], strict=True):
        signal.setitimer(signal.ITIMER_REAL, PATIENCE + SLOWER * tests[name])
        if not _passes(items[name], items[following] if following is not None else None):
            return name
    return ""


def _passes(item: pytest.Item, following: pytest.Item | None = None) -> bool:
    return not any(report.failed for report in runtestprotocol(item, log=False, nextitem=following))


def _quiet() -> None:
    with open(os.devnull, "w", encoding="utf-8") as nothing:
        for stream in (1, 2):
            os.dup2(nothing.fileno(), stream)


def _install(mutant: Mutant) -> None:
    """Gives the outermost function around a mutant the changed code: whoever holds the function has the change."""
    holder: Any = sys.modules[mutant.module]
    parts = mutant.function.split(".")
    for depth, part in enumerate(parts, 1):
        holder = vars(holder)[part]
        function = _function(holder)
        if function is not None:
            module = compile(mutant.tree(), str(ROOT / mutant.path), "exec")
            function.__code__ = next(one for one in _codes(module) if one.co_qualname == ".".join(parts[:depth]))
            return
    raise LookupError(mutant.name)


def _function(value: object) -> FunctionType | None:
    """Returns the function in a property, a static method, or a function that remembers."""
    for inside in ("fget", "func", "__func__", "__wrapped__"):
        value = getattr(value, inside, None) or value
    return value if isinstance(value, FunctionType) else None


def _codes(code: CodeType) -> Iterable[CodeType]:
    for one in code.co_consts:
        if isinstance(one, CodeType):
            yield one
            yield from _codes(one)


def _forget() -> None:
    """Empties what functions of the changed modules remember."""
    prefixes = tuple(folder.replace("/", ".") for folder in FOLDERS)
    for name, module in list(sys.modules.items()):
        for value in vars(module).values() if name.startswith(prefixes) else ():
            if isinstance(value, _lru_cache_wrapper):
                value.cache_clear()


@cache
def _imported(test: Path) -> set[str]:
    """Returns the paths of the modules that define what a file of tests imports."""
    nodes = ast.walk(ast.parse(test.read_text("utf-8")))
    found = {
        (node.module or "", alias.name) for node in nodes if isinstance(node, ast.ImportFrom) for alias in node.names
    }
    return {path for module, name in found if (path := _defining(module, name)).startswith(FOLDERS)}


def _defining(module: str, name: str) -> str:
    """Returns the path of the module that defines a name of another one, or that the name is."""
    value = getattr(sys.modules.get(module), name, None)
    defining = value.__name__ if isinstance(value, ModuleType) else getattr(value, "__module__", None) or module
    return f"{defining.replace('.', '/')}.py"


def _traced(item: pytest.Item) -> Ran:
    lines: set[Line] = set()
    unseen: dict[int, tuple[CodeType, set[int]]] = {}  # by identity: to hash code takes long, every time
    folders = tuple(str(ROOT / folder) for folder in FOLDERS)

    def called(frame: FrameType, _event: str, _argument: object) -> Callable[..., Any] | None:
        code = frame.f_code
        if id(code) not in unseen:
            is_ours = code.co_filename.startswith(folders)
            unseen[id(code)] = code, {line for *_, line in code.co_lines() if line is not None} if is_ours else set()
        return ran if unseen[id(code)][1] else None

    def ran(frame: FrameType, event: str, _argument: object) -> Callable[..., Any]:
        code, left = unseen[id(frame.f_code)]
        if event == "line" and frame.f_lineno in left:
            left.discard(frame.f_lineno)
            lines.add((Path(code.co_filename).relative_to(ROOT).as_posix(), frame.f_lineno))
        return ran

    lines.update((path, 0) for path in _imported(item.path))
    _forget()
    start = sum(os.times()[:4])
    threading.settrace(called)
    sys.settrace(called)
    try:
        passed = _passes(item)
    finally:
        sys.settrace(None)
        threading.settrace(None)
    return Ran(item.nodeid, passed, frozenset(lines), sum(os.times()[:4]) - start)


@dataclass(frozen=True, slots=True)
class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Loads one module with a change."""

    mutant: Mutant

    def find_spec(self, fullname: str, path: object, target: ModuleType | None = None) -> ModuleSpec | None:  # noqa: ARG002
        if fullname != self.mutant.module:
            return None
        return importlib.util.spec_from_file_location(fullname, ROOT / self.mutant.path, loader=self)

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:  # noqa: ARG002 - as usual
        return None

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.mutant.tree(), str(ROOT / self.mutant.path), "exec"), vars(module))  # noqa: S102
