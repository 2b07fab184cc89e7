"""`gitprov push`."""

from collections.abc import Iterator

import click

from gitprov.cli.render import finding_lines, one_line, show_answer
from gitprov.cli.text import many, size_in_words
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.errors import Exit
from gitprov.recording.push import Pushed, push
from gitprov.wiring.opening import open_project


@click.command()
@click.option("--all", "everything", is_flag=True, help="Send what the runs in run-sets made, too.")
@click.option("--repair", is_flag=True, help="Read what the remote has, too, and send again what is wrong there.")
@click.option("--no-refs", is_flag=True, help="Upload bytes only.")
@dry_run_option
@json_option
@click.pass_context
def command(ctx: click.Context, everything: bool, repair: bool, no_refs: bool, dry_run: bool, as_json: bool) -> None:
    """Upload bytes, then refs.

    What the DVC remote lacks of the committed and staged records is sent and checked there; then the current branch is
    pushed to its upstream. As long as bytes are missing that others would need, no ref is pushed. What arrived stays:
    after an interruption the same command goes on. Of a sweep all records are sent, and the bytes that the kept run
    made; with --all those that the others made, as far as they are here.

    Example: gitprov push
    """
    project, ledger = open_project()
    pushed = push(project, ledger, everything=everything, refs=not no_refs, repair=repair, dry_run=dry_run)
    show_answer("push", pushed, lines(pushed), as_json=as_json)
    if pushed.findings:
        ctx.exit(Exit.FINDINGS)


def lines(pushed: Pushed) -> Iterator[str]:
    """Yields what was pushed, for people."""
    for finding in pushed.findings:
        yield from finding_lines(finding)
    verb = "would send" if pushed.dry_run else "sent"
    count = f"{many(pushed.objects, 'object')} ({size_in_words(pushed.size)})"
    there = f"; {pushed.present} {'were' if pushed.present != 1 else 'was'} there" if pushed.present else ""
    yield f"{verb} {count} to remote {one_line(pushed.remote)}{there}"
    for note in pushed.notes:
        yield f"note: {one_line(note)}"
    if pushed.git is None:
        yield "no ref was pushed"
    else:
        yield from (f"git: {one_line(line)}" for line in pushed.git.splitlines())
