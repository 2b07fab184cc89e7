"""`gitprov pull`."""

from collections.abc import Iterator

import click

from gitprov.cli.render import finding_lines, one_line, show_answer
from gitprov.cli.text import many, size_in_words
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.errors import Exit
from gitprov.errors import catalogue as codes
from gitprov.recording.choosing import artifacts_at, named_artifacts
from gitprov.recording.pull import Pulled, PullPlan, plan_pull, pull
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("names", nargs=-1, metavar="[ARTIFACT|PATH|RELEASE]...")
@click.option("--path", "patterns", multiple=True, metavar="GLOB", help="What belongs at the paths that fit.")
@click.option("--all", "everything", is_flag=True, help="Every artifact that was ever recorded, and copies of code.")
@dry_run_option
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    names: tuple[str, ...],
    patterns: tuple[str, ...],
    everything: bool,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Download bytes and check them.

    The size is said first. Every object is checked by its SHA-256 before it enters the cache; wrong bytes are kept as
    evidence and never delivered. The work tree is not touched: that is what restore does.

    Example: gitprov pull churn@v2
    """
    if everything == bool(names or patterns):
        raise codes.USE_ARGUMENT.error(
            "say what to pull: names, --path GLOB, or --all", fix="gitprov pull --all  # gitprov status lists the names"
        )
    project, ledger = open_project()
    if everything:
        records = [*ledger.artifacts, *ledger.runs]
    else:
        chosen = named_artifacts(project, ledger, names)
        for pattern in patterns:
            chosen |= artifacts_at(project, ledger, pattern)
        records = list(dict.fromkeys(chosen.values()))
    plan = plan_pull(project, ledger, records)
    if not as_json:
        for line in plan_lines(plan, dry_run=dry_run):
            click.echo(line)
    pulled = Pulled(plan, None, findings=plan.findings) if dry_run else pull(project, ledger, plan)
    show_answer("pull", pulled, lines(pulled), as_json=as_json)
    if pulled.findings:
        ctx.exit(Exit.FINDINGS)


def plan_lines(plan: PullPlan, *, dry_run: bool) -> Iterator[str]:
    """Yields what is going to be brought, for people."""
    there = f"; {plan.present} {'are' if plan.present != 1 else 'is'} here" if plan.present else ""
    verb = "would pull" if dry_run else "pulling"
    yield f"{verb} {many(plan.objects, 'object')} ({size_in_words(plan.size)}){there}"
    if plan.by_reference:
        yield f"note: {many(len(plan.by_reference), 'artifact')} held by reference: no bytes to pull"


def lines(pulled: Pulled) -> Iterator[str]:
    """Yields what was brought, for people."""
    for finding in pulled.findings:
        yield from finding_lines(finding)
    yield from summary(pulled)


def summary(pulled: Pulled) -> Iterator[str]:
    """Yields how much was brought, if anything was."""
    if pulled.remote:
        count = f"{many(pulled.objects, 'object')} ({size_in_words(pulled.size)})"
        yield f"pulled {count} from remote {one_line(pulled.remote)}, each checked"
