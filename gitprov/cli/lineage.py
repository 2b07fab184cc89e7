"""`gitprov lineage`."""

from collections.abc import Iterator

import click

from gitprov.audit.lineage import Lineage, Link, Node, Path, lineage, lineage_path
from gitprov.cli.render import bold, deprecated_line, dim, glyphs, label, show_answer, tree
from gitprov.cli.text import many
from gitprov.cli.writing import json_option
from gitprov.errors import catalogue as codes
from gitprov.wiring.asking import open_asking


@click.command()
@click.argument("name", required=False, metavar="[ARTIFACT|PATH|RELEASE]")
@click.option("--up", "direction", flag_value="up", default="up", help="What it was made from (the default).")
@click.option("--down", "direction", flag_value="down", help="What was made from it.")
@click.option("--depth", type=click.IntRange(min=1), metavar="N", help="At most N runs deep.")
@click.option("--path", "ends", nargs=2, metavar="A B", help="A shortest way from A to B instead.")
@json_option
def command(name: str | None, direction: str, depth: int | None, ends: tuple[str, str] | None, as_json: bool) -> None:
    """Draw what an artifact was made from, or what came of it.

    Each line is an artifact, with the step and the role that link it to the line it hangs on. What stands further up
    already is not opened again.

    Example: gitprov lineage raw-data --down
    """
    if (name is None) == (ends is None):
        raise codes.USE_ARGUMENT.error("name one artifact, or two with --path", fix="gitprov lineage NAME")
    project, ledger = open_asking()
    if ends is not None:
        way = lineage_path(project, ledger, *ends)
        show_answer("path", way, path_lines(way), as_json=as_json)
    elif name is not None:
        found = lineage(project, ledger, name, direction="down" if direction == "down" else "up", depth=depth)
        show_answer("lineage", found, lines(found), as_json=as_json)


def lines(found: Lineage) -> Iterator[str]:
    """Yields the tree."""
    if found.deprecated is not None:
        yield deprecated_line(found.deprecated)
    yield from tree([(node.depth, _line(node)) for node in found.nodes])
    verb = "went into it" if found.direction == "up" else "came of it"
    yield dim(f"{many(found.artifacts, 'artifact')} {verb}")


def path_lines(found: Path) -> Iterator[str]:
    """Yields the way, one run a line."""
    yield label(found.source)
    for link, artifact in found.steps:
        yield f"  {glyphs().arrow} {_link(link)} {glyphs().arrow} {label(artifact)}"


def _line(node: Node) -> str:
    words = [(f"{bold(node.role)}: " if node.role else "") + label(node.artifact)]
    if node.link is not None:
        words.append(_link(node.link))
    if node.repeated:
        words.append(dim("(shown above)"))
    if node.hidden:
        words.append(dim(f"({node.hidden} more behind --depth)"))
    return "  ".join(words)


def _link(link: Link) -> str:
    times = f", {len(link.runs)} runs" if len(link.runs) > 1 else ""
    return dim(f"[{link.step}: {link.role}{times}]")
