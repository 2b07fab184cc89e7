"""Which tests judge a mutant, and two processes that have them do it."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from multiprocessing import Pipe, get_context
from multiprocessing.connection import Connection

from tests.mutation.mutants import Mutant
from tests.mutation.worker import Judge, Line, Ran, in_child, judge_at_import, run_pytest, trace

PROCESSES = 2
UNCOVERED = "no test runs it"
STOPPED = "(stopped)"
_fork = get_context("fork")
_judges: list[Connection] = []
_killers: dict[tuple[str, str], list[str]] = {}


def run(these: Sequence[Mutant], paths: Sequence[str], budget: float) -> Iterator[tuple[Mutant, str]]:
    """Yields each mutant with the test that kills it; "" when it survives.

    Args:
        these: The mutants.
        paths: Where the tests are.
        budget: How many seconds of tests, as they run unchanged, are tried on one mutant at most.

    Raises:
        RuntimeError: The tests cannot be collected.
    """
    with ProcessPoolExecutor(PROCESSES, _fork, _start, (paths,)) as pool:
        shares = pool.map(partial(_trace, paths), range(PROCESSES))
        ran = sorted((one for share in shares for one in share or ()), key=lambda one: one.seconds)
        if not ran:
            raise RuntimeError("the tests cannot be collected")
        print(*(f"fails as the code is, and judges nothing: {one.test}" for one in ran if not one.passed), sep="\n")
        tasks = list(zip(these, _tests(these, [one for one in ran if one.passed], budget), strict=True))
        yield from zip(these, pool.map(_judge, tasks), strict=True)


def _tests(these: Sequence[Mutant], ran: Sequence[Ran], budget: float) -> Iterator[dict[str, float]]:
    """Yields the tests that run the lines of each mutant; at import, those that run its module.

    First those whose file imports the module, which are about it; the quickest first.
    """
    by_line: dict[Line, list[int]] = defaultdict(list)
    by_path: dict[str, list[int]] = defaultdict(list)
    for n, one in enumerate(ran):
        for line in one.lines:
            by_line[line].append(n)
        for path in {path for path, _ in one.lines}:
            by_path[path].append(n)
    for mutant in these:
        lines = [(mutant.path, line) for line in range(mutant.first, mutant.last + 1)]
        found = {n for line in lines for n in by_line[line]} if mutant.is_inside else by_path[mutant.path]
        chosen: dict[str, float] = {}
        about = set(by_line[mutant.path, 0])
        for n in sorted(found, key=lambda n: (n not in about, n)):
            if sum(chosen.values()) + ran[n].seconds <= budget:
                chosen[ran[n].test] = ran[n].seconds
        yield chosen


def _trace(paths: Sequence[str], share: int) -> list[Ran] | None:
    return in_child(partial(trace, paths, share, PROCESSES))


def _start(paths: Sequence[str]) -> None:
    """Gives a process of the pool, which never imports what is changed, another one that has."""
    ours, theirs = Pipe()
    _fork.Process(target=run_pytest, args=(Judge(theirs), paths), daemon=True).start()
    _judges.append(ours)


def _judge(task: tuple[Mutant, Mapping[str, float]]) -> str:
    mutant, tests = task
    if not tests:
        return ""
    if mutant.is_inside:
        known = _killers.setdefault((mutant.path, mutant.function), [])
        first = {one: tests[one] for one in known if one in tests}  # who killed a neighbour is likely to kill
        _judges[0].send((mutant, first | {**tests}))
        killer = _judges[0].recv()
        if killer and killer not in known:
            known.insert(0, killer)
    else:
        killer = in_child(partial(judge_at_import, mutant, tests))
    return STOPPED if killer is None else killer
