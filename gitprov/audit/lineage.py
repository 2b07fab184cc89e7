"""`gitprov lineage`: what an artifact was made from, what came of it, and the way from one to another (demand 10)."""

from collections.abc import Sequence
from typing import Literal

from gitprov.audit.facts import Mention, look_up, members, mention
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ids import Digest
from gitprov.lineage import Ledger
from gitprov.lineage.deprecations import Deprecated, deprecated
from gitprov.lineage.graph import Edge, above, below, path
from gitprov.ports.workplace import Workplace

Direction = Literal["up", "down"]


@dataclass(frozen=True, slots=True)
class Link:
    """How two neighbours are linked: the input role, the step, and every run that says so, the last at the end."""

    role: str
    step: str
    runs: tuple[Digest, ...]


@dataclass(frozen=True, slots=True)
class Node:
    """One line of the tree, in the order in which it is drawn.

    Attributes:
        depth: 0 for what was asked for.
        artifact: The artifact.
        link: How it is linked to the line above it; None at depth 0.
        role: The role in the release, at depth 0.
        repeated: Whether it stands further up with what is behind it, which is not shown again.
        hidden: How many neighbours are behind the depth that was asked for.
    """

    depth: int
    artifact: Mention
    link: Link | None = None
    role: str = ""
    repeated: bool = False
    hidden: int = 0


@dataclass(frozen=True, slots=True)
class Lineage:
    """The tree above or below what was asked for; `artifacts` counts each once, without those asked for.

    `deprecated` is of what was asked for, a release too.
    """

    asked: str
    direction: Direction
    nodes: tuple[Node, ...]
    artifacts: int
    deprecated: Deprecated | None


@dataclass(frozen=True, slots=True)
class Path:
    """A shortest way down from `source`: each step's link and the artifact that it leads to; none when they are one."""

    source: Mention
    steps: tuple[tuple[Link, Mention], ...]


def lineage(
    place: Workplace, ledger: Ledger, text: str, *, direction: Direction = "up", depth: int | None = None
) -> Lineage:
    """Returns the tree above an artifact (what it was made from) or below it (what was made from it).

    Args:
        place: The ports.
        ledger: The records.
        text: An artifact, a path, or a release, whose members are the roots.
        direction: Which way.
        depth: How many runs deep; None for everything.

    Raises:
        GitprovError: GP-NAM-* when the name fits nothing, several things, or a record of another kind.
    """
    target = look_up(place, ledger, text)
    roots = members(ledger, target, "lineage")
    nodes: list[Node] = []
    expanded: set[Digest] = set()
    todo: list[tuple[int, Digest, Link | None, str]] = []
    todo += [(0, one, None, role) for role, (one, _) in reversed(roots.items())]
    while todo:
        level, artifact, link, role = todo.pop()
        around = _neighbours(ledger, artifact, direction)
        repeated = bool(around) and artifact in expanded
        cut = depth is not None and level >= depth and not repeated
        nodes.append(Node(level, mention(ledger, artifact), link, role, repeated, len(around) if cut else 0))
        if not repeated and not cut:
            expanded.add(artifact)
            todo += [(level + 1, one, how, "") for one, how in reversed(around)]
    found = {node.artifact.id for node in nodes} - {one for one, _ in roots.values()}
    return Lineage(text, direction, tuple(nodes), len(found), deprecated(ledger, target.id))


def lineage_path(place: Workplace, ledger: Ledger, start: str, end: str) -> Path:
    """Returns a shortest way between two artifacts, from the one that went into the other, whichever is named first.

    Raises:
        GitprovError: GP-LIN-006 when neither went into the other; GP-NAM-* for the names.
    """
    source, target = (_one(place, ledger, text) for text in (start, end))
    way = path(ledger, source, target)
    if way is None:
        source, target = target, source
        way = path(ledger, source, target)
    if way is None:
        raise codes.LIN_NO_PATH.error(
            f"no run leads from {start} to {end}, nor back",
            fix=f"gitprov lineage {start}  # shows what it was made from",
        )
    steps = tuple((_link(ledger, [edge]), mention(ledger, edge.target)) for edge in way)
    return Path(mention(ledger, source), steps)


def _one(place: Workplace, ledger: Ledger, text: str) -> Digest:
    found = members(ledger, look_up(place, ledger, text), "lineage")
    if len(found) == 1:
        return next(iter(found.values()))[0]
    raise codes.NAM_AMBIGUOUS.error(
        f"{text} has {len(found)} members, and a path leads to one artifact",
        why="; ".join(f"{role}: {ledger.short(one)}" for role, (one, _) in found.items()),
        fix=f"say which: {ledger.short(next(iter(found.values()))[0])}",
    )


def _neighbours(ledger: Ledger, artifact: Digest, direction: Direction) -> list[tuple[Digest, Link]]:
    """Returns what is next to an artifact: each neighbour once a role and step, however many runs say so."""
    grouped: dict[tuple[Digest, str, str], list[Edge]] = {}
    for edge in (above if direction == "up" else below)(ledger, artifact):
        other = edge.source if direction == "up" else edge.target
        grouped.setdefault((other, edge.role, ledger.runs[edge.run].step), []).append(edge)
    return [(other, _link(ledger, edges)) for (other, _, _), edges in grouped.items()]


def _link(ledger: Ledger, edges: Sequence[Edge]) -> Link:
    runs = tuple(dict.fromkeys(edge.run for edge in edges))
    return Link(edges[0].role, ledger.runs[runs[0]].step, runs)
