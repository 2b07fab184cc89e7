"""Killing real processes of gitprov, with all their children, at random moments.

A server that has gitprov loaded forks each of them, so that 500 take minutes and not an hour.
"""

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from gitprov.cli.main import main

PRELOADED = [
    "tests.crash.killed", "gitprov.cli.add", "gitprov.cli.run", "gitprov.cli.push", "gitprov.cli.seal",
    "gitprov.cli.keep", "gitprov.adapters.git", "gitprov.adapters.worktree", "gitprov.adapters.blobs",
    "gitprov.adapters.dvc", "gitprov.adapters.settings", "gitprov.adapters.signing.keys", "gitprov.wiring.opening",
]  # fmt: skip


class Killer:
    """Starts commands, many at once or to kill them."""

    def __init__(self, seed: int) -> None:
        """Takes what makes the moments repeatable, as far as a machine repeats itself."""
        self._chance = random.Random(seed)
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload(PRELOADED)

    def whole(self, folder: Path, words: Sequence[str]) -> float:
        """Runs a command to its end and returns how long it took, in seconds."""
        process = self._start(folder, words)
        began = time.monotonic()
        process.join()
        assert process.exitcode == 0, words
        return time.monotonic() - began

    def together(self, folder: Path, commands: Sequence[Sequence[str]]) -> list[int]:
        """Runs commands at the same time and returns their exit statuses."""
        processes = [self._start(folder, words) for words in commands]
        for process in processes:
            process.join()
        return [process.exitcode or 0 for process in processes]

    def kill(self, folder: Path, words: Sequence[str], seconds: float) -> bool:
        """Kills a command at a moment before `seconds` have passed; returns whether it was still at work."""
        process = self._start(folder, words)
        process.join(self._chance.uniform(0, seconds))
        at_work = process.exitcode is None
        if at_work and process.pid is not None:
            with contextlib.suppress(ProcessLookupError):  # it has not come so far as to have a group
                os.killpg(process.pid, signal.SIGKILL)
            process.kill()
        process.join()
        return at_work

    def _start(self, folder: Path, words: Sequence[str]) -> multiprocessing.process.BaseProcess:
        process = self._context.Process(target=_work, args=(str(folder), list(words)))
        process.start()
        return process


def _work(folder: str, words: list[str]) -> None:
    """Is gitprov, in a process group of its own."""
    os.setsid()
    os.chdir(folder)
    for stream in (1, 2):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream)
    sys.exit(main(words))
