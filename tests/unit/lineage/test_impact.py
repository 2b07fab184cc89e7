"""What comes of something, against naive search on random graphs (demand 9)."""

from hypothesis import given
from hypothesis import strategies as st

from gitprov.ids import Digest
from gitprov.lineage.impact import DISPOSAL, Downstream, downstream
from gitprov.records import Event, Input, Output, Run
from tests.sim.book import Book

NODES = 6
numbers = st.integers(0, NODES - 1)
pairs_of = st.sets(st.tuples(numbers, numbers), max_size=14)
some = st.sets(numbers, max_size=3)


class Graph:
    """Artifacts, each added, released, and evaluated on the one before it; and a run that made b of a for each pair."""

    def __init__(self, pairs: set[tuple[int, int]], gone: set[int]) -> None:
        book = Book()
        self.nodes = [book.add(f"a{number}", b"%d" % number) for number in range(NODES)]
        self.releases = [book.seal("set", number + 1, m=one) for number, one in enumerate(self.nodes)]
        metrics = [(one, {"auc": number}, self.nodes[number - 1]) for number, one in enumerate(self.nodes)]
        self.evaluations = [book.evaluate(one, values, data=data) for one, values, data in metrics]
        self.of_sets = [
            book.evaluate(release, {"f1": number}, data=self.nodes[number])
            for number, release in enumerate(self.releases)
        ]
        self.runs = {pair: self._run(book, *pair) for pair in sorted(pairs)}
        if gone:
            subjects = tuple(sorted(self.nodes[number] for number in gone))
            book.keep(Event(kind=DISPOSAL, actor="ann", at=book.now(), subjects=subjects, reason="asked to"))
        self.ledger = book.ledger

    def _run(self, book: Book, a: int, b: int) -> Digest:
        source, target = self.nodes[a], self.nodes[b]
        run = Run(
            step="edge",
            actor="ann",
            command=("make",),
            inputs={"in": Input(artifact=source, content=source)},
            outputs={"out": Output(artifact=target, content=target, path=f"{a}-{b}", recipe=target)},
        )
        return book.keep(run).id

    def count(self, found: Downstream) -> tuple[set[int], ...]:
        """Returns the numbers of what was found, group by group; each record once."""
        groups = (found.roots, found.retrain, found.releases, found.evaluations, found.disposed)
        assert all(len(group) == len(set(group)) for group in groups)
        return tuple(
            {known.index(one) for one in group}
            for known, group in zip(
                (self.nodes, self.nodes, self.releases, [*self.evaluations, *self.of_sets], self.nodes),
                groups,
                strict=True,
            )
        )


def reachable(pairs: set[tuple[int, int]], starts: set[int]) -> set[int]:
    """Returns what can be reached, by adding neighbours until nothing is new."""
    found = set(starts)
    while more := {b for a, b in pairs if a in found} - found:
        found |= more
    return found


@given(pairs_of, some, st.data(), some)
def test_everything_downstream_is_found_and_nothing_else(
    pairs: set[tuple[int, int]], starts: set[int], data: st.DataObject, gone: set[int]
) -> None:
    """D9: of artifacts, and of runs; in graphs with cycles too, and each record in the group that it belongs to."""
    wrong = data.draw(st.sets(st.sampled_from(sorted(pairs)), max_size=2)) if pairs else set()
    graph = Graph(pairs, gone)
    found = downstream(graph.ledger, [graph.nodes[one] for one in starts], [graph.runs[pair] for pair in wrong])
    roots = starts | {b for _, b in wrong}
    reached = reachable(pairs, roots)
    remade = {b for a, b in pairs if a in reached} | {b for _, b in wrong}
    evaluated = {one for one in range(NODES) if {one, (one - 1) % NODES} & reached}
    of_sets = {NODES + one for one in reached}
    assert graph.count(found) == (roots, remade - gone, reached, evaluated | of_sets, reached & gone)


@given(pairs_of, some)
def test_what_was_retrained_comes_after_what_it_was_made_from(pairs: set[tuple[int, int]], starts: set[int]) -> None:
    """D9: nearest first: each one is made from a root, or from something before it."""
    graph = Graph(pairs, set())
    roots = [graph.nodes[one] for one in starts]
    known = set(roots)
    for one in downstream(graph.ledger, roots).retrain:
        makers = (graph.ledger.runs[run] for run in graph.ledger.makers(one))
        assert one in roots or any(used.artifact in known for run in makers for used in run.inputs.values())
        known.add(one)


def test_what_somebody_added_in_a_bad_time_is_a_root_and_nothing_to_retrain() -> None:
    book = Book()
    raw = book.add("raw", b"raw")
    added = book.ledger.makers(raw)
    model = book.make("train", {"data": raw}, {"model": ("m", b"m")})["model"]
    found = downstream(book.ledger, runs=added)
    assert (found.roots, found.retrain) == ((raw,), (model,))
