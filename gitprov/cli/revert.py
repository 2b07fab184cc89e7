"""`gitprov revert`."""

from collections.abc import Iterator

import click

from gitprov.cli.render import one_line, show_answer
from gitprov.cli.writing import dry_run_option, json_option, show_notes
from gitprov.promotion.revert import Reverted, revert
from gitprov.wiring.opening import open_project


@click.command()
@click.argument("commit")
@click.option("--edit/--no-edit", default=False, help="Whether to edit the message first.  [default: no-edit]")
@dry_run_option
@json_option
def command(commit: str, edit: bool, dry_run: bool, as_json: bool) -> None:
    """Revert the code of a commit, and keep every record.

    As git revert does, of a merge against its first parent; but nothing below .gitprov/ is taken away. The artifacts
    and releases that the commit brought are deprecated in the same commit, by your signature. Settings stay as they
    are, and so does what serves: gitprov rollback moves a stage. Conflicts are left to you, as git leaves them.

    Example: gitprov revert HEAD
    """
    project, ledger = open_project()
    done = revert(project, ledger, commit, edit=_edited if edit else str, dry_run=dry_run)
    show_answer("revert", done, _lines(done), as_json=as_json)
    if not as_json:
        show_notes(done.notes)


def _edited(message: str) -> str:
    return click.edit(message) or message


def _lines(done: Reverted) -> Iterator[str]:
    for name in done.deprecates:
        yield f"{'would deprecate' if done.dry_run else 'deprecated'} {one_line(name)}"
    if done.dry_run:
        yield f"would revert {done.reverts[:12]}"
    else:
        yield f"reverted {done.reverts[:12]} in {(done.commit or '')[:12]}"
