"""The graph walks against naive search on random graphs (demands 7, 9, 10)."""

from dataclasses import replace
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from gitprov.ids import Digest, sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.lineage.graph import above, ancestors, below, closure_runs, cycles, descendants, path
from gitprov.records import Input, Output, Run, store
from tests.sim.book import Book

NODES = 8
Pairs = list[tuple[int, int]]

edges = st.lists(st.tuples(st.integers(0, NODES - 1), st.integers(0, NODES - 1)), max_size=20, unique=True)
acyclic = edges.map(lambda pairs: [(min(pair), max(pair)) for pair in pairs if pair[0] != pair[1]])


def node(number: int) -> Digest:
    return sha256_of(b"artifact %d" % number)


def graph(pairs: Pairs) -> Ledger:
    """Returns a ledger with one run an edge; the artifacts themselves need no record here."""
    book = Book()
    for number in range(NODES):
        book.add(f"a{number}", b"%d" % number)
    artifacts = {number: book.ledger.named(f"a{number}")[0] for number in range(NODES)}
    runs = [
        store(
            Run(
                step="edge",
                actor="ann",
                inputs={"in": Input(artifact=artifacts[a], content=node(a), after="same")},
                outputs={"out": Output(artifact=artifacts[b], content=node(b), path=f"{a}-{b}", recipe=node(b))},
            )
        )
        for a, b in pairs
    ]
    return Ledger([*book.held, *(Held(run, "committed") for run in runs)])


def reachable(pairs: Pairs, start: int) -> set[int]:
    """Returns what can be reached, by adding neighbours until nothing is new."""
    found = {start}
    while more := {b for a, b in pairs if a in found} - found:
        found |= more
    return found


def numbers(ledger: Ledger, found: list[Digest]) -> set[int]:
    return {int(ledger.artifacts[one].name[1:]) for one in found}


@given(edges, st.integers(0, NODES - 1))
def test_ancestors_and_descendants_are_what_can_be_reached(pairs: Pairs, start: int) -> None:
    """D7, D9: also in a graph with cycles, and each artifact once, itself first."""
    ledger = graph(pairs)
    (origin,) = ledger.named(f"a{start}")
    down, up = descendants(ledger, [origin]), ancestors(ledger, [origin])
    assert numbers(ledger, down) == reachable(pairs, start)
    assert numbers(ledger, up) == reachable([(b, a) for a, b in pairs], start)
    for found in (down, up):
        assert found[0] == origin
        assert len(found) == len(set(found))


@given(edges, st.integers(0, NODES - 1), st.integers(0, NODES - 1))
def test_a_path_is_a_way_and_none_is_shorter(pairs: Pairs, start: int, end: int) -> None:
    """D10: as long as the number of rounds after which naive search meets the end."""
    ledger = graph(pairs)
    (source,), (target,) = ledger.named(f"a{start}"), ledger.named(f"a{end}")
    way = path(ledger, source, target)
    if end not in reachable(pairs, start):
        assert way is None
        return
    assert way is not None
    assert [edge.source for edge in way[:1]] == [source] * len(way[:1])
    assert all(one.target == other.source for one, other in pairwise(way))
    assert (way[-1].target if way else source) == target
    level, rounds = {start}, 0
    while end not in level:
        level |= {b for a, b in pairs if a in level}
        rounds += 1
    assert len(way) == rounds


@given(edges)
def test_cycles_are_found_exactly_when_an_artifact_reaches_itself(pairs: Pairs) -> None:
    """D7: and what is returned is a cycle."""
    ledger = graph(pairs)
    found = cycles(ledger)
    assert bool(found) == any(a in reachable(pairs, b) for a, b in pairs)
    for way in found:
        names = [next(iter(numbers(ledger, [one]))) for one in way]
        assert all((b, a) in pairs for a, b in pairwise([*names, names[0]]))


@given(acyclic)
def test_an_acyclic_graph_has_no_cycle(pairs: Pairs) -> None:
    assert cycles(graph(pairs)) == []


@given(edges, st.integers(0, NODES - 1))
def test_the_runs_of_a_closure_are_those_into_its_artifacts(pairs: Pairs, start: int) -> None:
    ledger = graph(pairs)
    (origin,) = ledger.named(f"a{start}")
    inside = reachable([(b, a) for a, b in pairs], start)
    runs = [ledger.runs[run] for run in closure_runs(ledger, [origin])]
    assert len([run for run in runs if run.step == "edge"]) == len([1 for _, b in pairs if b in inside])


@given(edges, st.integers(0, NODES - 1))
def test_what_is_above_one_end_is_below_the_other(pairs: Pairs, start: int) -> None:
    ledger = graph(pairs)
    (origin,) = ledger.named(f"a{start}")
    for edge in above(ledger, origin):
        assert edge in list(below(ledger, edge.source))
    for edge in below(ledger, origin):
        assert edge in list(above(ledger, edge.target))


def test_an_artifact_in_two_roles_of_one_run_gives_two_edges() -> None:
    book = Book()
    data = book.add("data", b"data")
    made = book.make("train", {"fit": data, "test": data}, {"model": ("m", b"m")})["model"]
    ledger = book.ledger
    assert [edge.role for edge in above(ledger, made)] == [edge.role for edge in below(ledger, data)] == ["fit", "test"]
    assert len(ledger.users(data)) == 1


def test_a_stray_file_hides_no_release() -> None:
    """Other bytes that claim to be version 1, wherever they lie, leave version 1 what it is."""
    book = Book()
    first, other = book.add("data", b"data"), book.add("other", b"other")
    release = book.seal("data", 1, m=first)
    right = book.held[-1]
    book.seal("data", 1, m=other)
    stray = Held(replace(book.held[-1].stored, path=".gitprov/releases/data/2.yaml"), "committed")
    for held in ([right, stray], [stray, right]):
        assert Ledger([*book.held[:-2], *held]).releases_of("data") == {1: release}
