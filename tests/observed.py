"""What a run of the tests saw of the catalogue: which codes gitprov raised, and which ways out were gone (issue 5).

`pytest --every-code` fails a run in which some code was raised by no test, or whose command no test ran. Nothing is
searched for in the text of tests: codes are noted when gitprov's own code makes an error or finding of them.
"""

import sys
from collections.abc import Callable, Iterator
from functools import wraps
from typing import Any

import pytest

from gitprov.errors import Code
from gitprov.errors.catalogue import CATALOGUE

OPTION = "--every-code"
raised: set[str] = set()
"""Codes that gitprov made errors or findings of, in this process."""
mended: set[str] = set()
"""Codes whose way out was printed, run as it was printed, and did what it is for (`tests.remedies`)."""


def watch() -> None:
    """Notes the codes that gitprov raises from now on; what it does with them is not touched."""
    for make in (Code.error, Code.finding):
        setattr(Code, make.__name__, _noting(make))


def _noting(make: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(make)
    def noted(code: Code, *args: Any, **kwargs: Any) -> Any:
        if sys._getframe(1).f_globals["__name__"].startswith("gitprov."):  # and not a test itself
            raised.add(code.id)
        return make(code, *args, **kwargs)

    return noted


def lacking() -> Iterator[str]:
    """Yields what the run did not see."""
    for name, code in CATALOGUE.items():
        if name not in raised:
            yield f"{name}: no test raises it"
        if not code.by_hand and name not in mended:
            yield f"{name}: no test runs its remedy"


class EveryCode:
    """Brings together what the processes of a run saw, and judges it where the run ends."""

    def __init__(self, config: pytest.Config) -> None:
        self._config = config

    def pytest_sessionfinish(self, session: pytest.Session) -> None:
        """In a worker of xdist: tells what was seen. Else fails the run, if it is to see every code."""
        if hasattr(self._config, "workeroutput"):
            self._config.workeroutput["codes"] = (sorted(raised), sorted(mended))
        elif self._config.getoption(OPTION) and any(lacking()):
            session.exitstatus = pytest.ExitCode.TESTS_FAILED

    @pytest.hookimpl(optionalhook=True)
    def pytest_testnodedown(self, node: Any) -> None:
        """Takes over what a worker of xdist saw."""
        seen = getattr(node, "workeroutput", {}).get("codes", ((), ()))
        raised.update(seen[0])
        mended.update(seen[1])

    def pytest_terminal_summary(self, terminalreporter: pytest.TerminalReporter) -> None:
        """Lists what the run did not see."""
        if self._config.getoption(OPTION):
            for line in lacking():
                terminalreporter.write_line(line, red=True)
