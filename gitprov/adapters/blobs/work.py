"""Cutting long work into tasks for an executor, and its results into batches that are made safe together."""

import os
import resource
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Protocol, TypeVar

from gitprov.ports.progress import Progress

if TYPE_CHECKING:
    from concurrent.futures import Executor, ThreadPoolExecutor

TASK_FILES = 250
TASK_BYTES = 64 << 20
MEAN_FOR_THREADS = 16 << 10
"""Threads that read smaller files than this on average (bytes) mostly fight for the interpreter's lock: on two idle
processors, two of them added 20,000 x 4 KiB in 2.9 s of processor time, one in 2.1 s, and neither was done sooner."""

BATCH_BYTES = 1 << 30
BATCH_SECONDS = 10
"""What was done in so much time is made safe, however little it is: a kill costs no more."""

Advance = Callable[[int], None]


class Sized(Protocol):
    """What work is measured by."""

    @property
    def size(self) -> int:
        """Size in bytes."""
        ...


T = TypeVar("T", bound=Sized)
R = TypeVar("R", bound=Sized)


def nobody(done: int) -> None:
    """Stands for a progress bar where there is none."""


@contextmanager
def told(progress: Progress | None, what: str, items: Iterable[Sized]) -> Iterator[Advance]:
    """Begins and ends a piece of work; gives what is to be told of the bytes that are done."""
    total = sum(item.size for item in items)
    if progress is None or total == 0:
        yield nobody
    else:
        progress.begin(what, total)
        try:
            yield progress.advance
        finally:
            progress.end()


@contextmanager
def threads(count: int, advance: Advance) -> Iterator[tuple["ThreadPoolExecutor", Advance]]:
    """Gives so many threads, and what they are to tell of the bytes that are done.

    Whoever leaves before all is done, as Ctrl-C does, waits for no whole file: a thread ends where it tells next.
    """
    from concurrent.futures import CancelledError, ThreadPoolExecutor

    is_left = False

    def advance_there(done: int) -> None:
        if is_left:
            raise CancelledError
        advance(done)

    pool = ThreadPoolExecutor(count)
    try:
        yield pool, advance_there
    finally:
        is_left = True
        pool.shutdown(cancel_futures=True)


def over(
    executor: "Executor | None", work: Callable[..., list[R]], items: Iterable[T], advance: Advance, **settings: object
) -> Iterator[list[R]]:
    """Yields the results of `work(some of the items, advance=…, **settings)`, in order, in lists worth one sync.

    Work that is done here, while nobody does anything with results, is told so by `alone=True`.

    Args:
        executor: What runs the work; threads of our own when None.
        work: A plain function, which can be shipped as its arguments can.
        items: What there is to do. Threads share it unless the items are small and at hand.
        advance: Told of the bytes that are done.
        settings: The other arguments of the work.
    """
    yield from batches(_run(executor, work, list(_tasks(items)), advance, settings))


def batches(results: Iterable[list[R]], seconds: float = BATCH_SECONDS) -> Iterator[list[R]]:
    """Yields results, in order, in lists that are worth being made safe on disk together."""
    batch: list[R] = []
    total, began = 0, time.monotonic()
    for some in results:
        batch += some
        total += sum(one.size for one in some)
        if total >= BATCH_BYTES or time.monotonic() - began >= seconds:
            yield batch
            batch, total, began = [], 0, time.monotonic()
    if batch:
        yield batch


def _run(
    executor: "Executor | None",
    work: Callable[..., list[R]],
    tasks: list[list[T]],
    advance: Advance,
    settings: dict[str, object],
) -> Iterator[list[R]]:
    if executor is not None:
        for results in executor.map(partial(work, advance=nobody, **settings), tasks):
            advance(sum(result.size for result in results))
            yield results
        return
    here = partial(work, advance=advance, **settings)
    left = iter(tasks)
    if len(tasks) <= 1 or _mean(tasks) < MEAN_FOR_THREADS:
        for task in left:
            before = _waits()
            results = here(task, alone=True)
            waited = _waits() - before
            yield results
            if waited >= len(task):  # the files are far away, or on a slow disk
                break
        else:
            return
    with threads(min(os.cpu_count() or 1, 8), advance) as (pool, advance_there):
        yield from pool.map(partial(work, advance=advance_there, **settings), left)


def _mean(tasks: list[list[T]]) -> float:
    """Returns the mean size in bytes of what there is to do."""
    return sum(item.size for task in tasks for item in task) / sum(map(len, tasks))


def _waits() -> int:
    """Returns how often this process has had to wait so far, for a disk or for another thread."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_nvcsw


def _tasks(items: Iterable[T]) -> Iterator[list[T]]:
    task: list[T] = []
    total = 0
    for item in items:
        task.append(item)
        total += item.size
        if len(task) >= TASK_FILES or total >= TASK_BYTES:
            yield task
            task, total = [], 0
    if task:
        yield task
