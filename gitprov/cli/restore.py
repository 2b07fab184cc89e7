"""`gitprov restore`."""

from collections.abc import Iterator
from pathlib import Path

import click

from gitprov.cli.pull import summary
from gitprov.cli.render import dim, finding_lines, one_line, show_answer
from gitprov.cli.text import many, size_in_words
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.errors import Exit
from gitprov.lineage import Ledger
from gitprov.lineage.naming import describe
from gitprov.recording.choosing import expected_artifacts, named_artifacts
from gitprov.recording.restore import Restored, restore
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("names", nargs=-1, metavar="[ARTIFACT|PATH|RELEASE]...")
@click.option("--to", metavar="DIR", type=click.Path(path_type=Path, file_okay=False), help="Restore into DIR instead.")
@click.option("--force", is_flag=True, help="Replace files that are kept nowhere else.")
@dry_run_option
@json_option
@click.pass_context
def command(
    ctx: click.Context, names: tuple[str, ...], to: Path | None, force: bool, dry_run: bool, as_json: bool
) -> None:
    """Write recorded bytes into the work tree.

    Each artifact gets the path where it was recorded, or its last component in DIR; without a name, every path gets
    what its .dvc file or dvc.lock names. Bytes that the cache lacks are pulled first. Nothing is lost: a file in the
    way is replaced only if the cache has its bytes, or with --force.

    Example: gitprov restore model.pkl --to ../models
    """
    project, ledger = open_project()
    chosen = named_artifacts(project, ledger, names) if names else expected_artifacts(project, ledger)
    folder = str(to.absolute()) if to is not None else None
    restored = restore(project, ledger, chosen, to=folder, force=force, dry_run=dry_run)
    show_answer("restore", restored, lines(restored, ledger), as_json=as_json)
    if restored.findings:
        ctx.exit(Exit.FINDINGS)


def lines(restored: Restored, ledger: Ledger) -> Iterator[str]:
    """Yields what was restored, for people."""
    if restored.dry_run and restored.pulled.plan.objects:
        plan = restored.pulled.plan
        yield f"would pull {many(plan.objects, 'object')} ({size_in_words(plan.size)})"
    yield from summary(restored.pulled)
    for finding in restored.findings:
        yield from finding_lines(finding)
    for path in restored.paths:
        line = f"{one_line(path.path)}  {one_line(describe(ledger, path.artifact))}"
        if restored.dry_run:
            yield f"would restore {line}"
        else:
            yield f"restored {line}" if path.written else dim(f"unchanged {line}")
    if not restored.paths and not restored.findings:
        yield "nothing to restore"
