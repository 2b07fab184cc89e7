"""Walks of the lineage graph. An edge leads from an input artifact through a run to an output artifact."""

from collections import deque
from collections.abc import Callable, Iterable, Iterator

from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage.ledger import Ledger


@dataclass(frozen=True, slots=True)
class Edge:
    """One step of lineage: `run` took `source` in the role `role` and gave `target`."""

    source: Digest
    role: str
    run: Digest
    target: Digest


def above(ledger: Ledger, artifact: Digest) -> Iterator[Edge]:
    """Yields the edges that lead into an artifact: its direct inputs."""
    for run in ledger.makers(artifact):
        for role, used in sorted(ledger.runs[run].inputs.items()):
            yield Edge(used.artifact, role, run, artifact)


def below(ledger: Ledger, artifact: Digest) -> Iterator[Edge]:
    """Yields the edges that lead out of an artifact: what was made from it."""
    for run in ledger.users(artifact):
        record = ledger.runs[run]
        for role in sorted(role for role, used in record.inputs.items() if used.artifact == artifact):
            for made in sorted({out.artifact for out in record.outputs.values()}):
                yield Edge(artifact, role, run, made)


def ancestors(ledger: Ledger, artifacts: Iterable[Digest]) -> list[Digest]:
    """Returns the artifacts that these were made from, directly or not, nearest first; themselves first of all."""
    return _reach(artifacts, lambda one: (used for run in ledger.makers(one) for used in ledger.used_by(run)))


def descendants(ledger: Ledger, artifacts: Iterable[Digest]) -> list[Digest]:
    """Returns the artifacts that were made from these, directly or not, nearest first; themselves first of all."""
    return _reach(artifacts, lambda one: (made for run in ledger.users(one) for made in ledger.made_by(run)))


def closure_runs(ledger: Ledger, artifacts: Iterable[Digest]) -> list[Digest]:
    """Returns every run that took part in making these artifacts, nearest first."""
    found = (run for artifact in ancestors(ledger, artifacts) for run in ledger.makers(artifact))
    return list(dict.fromkeys(found))


def path(ledger: Ledger, source: Digest, target: Digest) -> list[Edge] | None:
    """Returns a shortest way from one artifact down to another: [] when they are the same, None when there is none."""
    if source == target:
        return []
    came: dict[Digest, Edge] = {}
    level = [source]
    while level and target not in came:
        following = []
        for artifact in level:
            for edge in below(ledger, artifact):
                if edge.target not in came and edge.target != source:
                    came[edge.target] = edge
                    following.append(edge.target)
        level = following
    if target not in came:
        return None
    way = [came[target]]
    while way[-1].source != source:
        way.append(came[way[-1].source])
    return way[::-1]


def cycles(ledger: Ledger) -> list[list[Digest]]:
    """Returns artifacts that are their own ancestors, each as the way round; empty in every honest repository."""
    done: set[Digest] = set()
    found: list[list[Digest]] = []
    for start in ledger.artifacts:
        if start in done:
            continue
        way: list[Digest] = []
        stack: list[tuple[Digest, Iterator[Edge]]] = [(start, above(ledger, start))]
        on_way = {start}
        way.append(start)
        while stack:
            artifact, edges = stack[-1]
            edge = next(edges, None)
            if edge is None:
                stack.pop()
                way.pop()
                on_way.discard(artifact)
                done.add(artifact)
            elif edge.source in on_way:
                found.append(way[way.index(edge.source) :])
            elif edge.source not in done:
                way.append(edge.source)
                on_way.add(edge.source)
                stack.append((edge.source, above(ledger, edge.source)))
    return found


def _reach(start: Iterable[Digest], step: Callable[[Digest], Iterable[Digest]]) -> list[Digest]:
    seen = dict.fromkeys(start)
    todo = deque(seen)
    while todo:
        for one in step(todo.popleft()):
            if one not in seen:
                seen[one] = None
                todo.append(one)
    return list(seen)
