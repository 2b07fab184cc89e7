"""Which work is shared among threads."""

import threading
import time
from collections.abc import Generator, Sequence
from dataclasses import dataclass

from gitprov.adapters.blobs.work import BATCH_BYTES, MEAN_FOR_THREADS, TASK_FILES, Advance, batches, nobody, over


@dataclass(frozen=True)
class Item:
    size: int
    thread: int = 0
    alone: bool = False


def at_once(items: Sequence[Item], advance: Advance, *, alone: bool = False) -> list[Item]:
    for item in items:
        advance(item.size)
    return [Item(item.size, threading.get_ident(), alone) for item in items]


def with_waiting(items: Sequence[Item], advance: Advance, *, alone: bool = False) -> list[Item]:
    for _ in items:
        time.sleep(0.000_01)
        time.sleep(0.000_01)
    return at_once(items, advance, alone=alone)


def threads(work: object, size: int) -> list[bool]:
    """Returns of each of three tasks whether another thread did it."""
    assert callable(work)
    items = [Item(size)] * TASK_FILES * 3
    done = [item for batch in over(None, work, items, nobody) for item in batch]
    assert [item.size for item in done] == [size] * len(items)
    here = [item.thread == threading.get_ident() for item in done[::TASK_FILES]]
    assert [item.alone for item in done[::TASK_FILES]] == here, "what is done here is told that it is alone"
    return [not one for one in here]


def test_small_files_are_read_by_one_thread() -> None:
    """Several would take half as much processor time again, and be no sooner done (claim P3)."""
    assert threads(at_once, MEAN_FOR_THREADS - 1) == [False, False, False]


def test_larger_files_are_shared_among_threads() -> None:
    assert threads(at_once, MEAN_FOR_THREADS) == [True, True, True]


def test_small_files_that_have_to_be_waited_for_are_shared_among_threads() -> None:
    """As on a network file system; what the first task had to wait for tells."""
    assert threads(with_waiting, 1) == [False, True, True]


def test_one_task_and_none_are_done_here() -> None:
    assert [item.thread for (item,) in over(None, at_once, [Item(1 << 30)], nobody)] == [threading.get_ident()]
    assert list(over(None, at_once, [], nobody)) == []


def test_what_took_long_is_made_safe_at_once() -> None:
    """A kill costs no more than a batch; quick work is worth one sync in all."""
    results = [[Item(1)], [Item(2)], [Item(3)]]
    assert list(batches(results)) == [[Item(1), Item(2), Item(3)]]
    assert list(batches(results, seconds=0)) == results


def test_who_leaves_waits_for_no_whole_file() -> None:
    """Ctrl-C in a push of large files, each of which may take minutes."""
    told: list[int] = []

    def slow_but_for_the_first(items: Sequence[Item], advance: Advance, *, alone: bool = False) -> list[Item]:  # noqa: ARG001
        for _ in range(0 if items[0] is first else 5000):
            time.sleep(0.001)
            advance(1)
        return list(items)

    first, second = Item(BATCH_BYTES), Item(BATCH_BYTES)
    running = over(None, slow_but_for_the_first, [first, second], told.append)
    assert isinstance(running, Generator)
    assert next(running) == [first]
    running.close()
    assert len(told) < 5000
