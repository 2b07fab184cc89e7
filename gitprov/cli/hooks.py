"""`gitprov hooks`."""

from collections.abc import Callable, Iterator

import click

from gitprov.cli.render import columns, dim, finding_lines, one_line, show_answer
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.doors import hooks
from gitprov.errors import Exit
from gitprov.wiring.project import Project
from gitprov.wiring.resources import read_resource


@click.group()
def command() -> None:
    """Install the git hooks that check records.

    In a clone: pre-commit, pre-push and reference-transaction, which are advice to whoever works there. In a bare
    repository: pre-receive, which decides what may be pushed. docs/doors.md says what each one sees.

    Example: gitprov hooks install
    """


@command.command()
@dry_run_option
@json_option
@click.pass_context
def install(ctx: click.Context, dry_run: bool, as_json: bool) -> None:
    """Put the hooks where git looks for them (core.hooksPath counts).

    A hook of somebody else's is left as it is; what to add to it is said. Exit 1 when there is one.

    Example: gitprov hooks install
    """
    project, scripts = _here()
    _show(ctx, "install", hooks.install(project.hooks, scripts, dry_run=dry_run), as_json=as_json)


@command.command()
@json_option
@click.pass_context
def status(ctx: click.Context, as_json: bool) -> None:
    """Say which hooks are there. Exit 1 when one is not.

    Example: gitprov hooks status
    """
    project, scripts = _here()
    _show(ctx, "status", hooks.status(project.hooks, scripts), as_json=as_json)


@command.command()
@dry_run_option
@json_option
@click.pass_context
def uninstall(ctx: click.Context, dry_run: bool, as_json: bool) -> None:
    """Take the hooks of gitprov away, and no other.

    Example: gitprov hooks uninstall --dry-run
    """
    project, scripts = _here()
    _show(ctx, "uninstall", hooks.uninstall(project.hooks, scripts, dry_run=dry_run), as_json=as_json)


def _here() -> tuple[Project, dict[str, bytes]]:
    """Returns the repository and the scripts that belong there."""
    project = Project()
    names = hooks.SERVER if project.git.is_bare else hooks.LOCAL
    return project, {name: read_resource(f"hooks/{name}") for name in names}


def _show(ctx: click.Context, verb: str, found: hooks.Hooks, *, as_json: bool) -> None:
    show_answer("hooks", found, _LINES[verb](found), as_json=as_json)
    ctx.exit(Exit.FINDINGS if found.findings else Exit.OK)


def _states(found: hooks.Hooks) -> Iterator[str]:
    yield dim(f"git looks for hooks in {found.folder}")
    yield from columns([[one_line(name), state] for name, state in found.states.items()], "  ")
    for finding in found.findings:
        yield from finding_lines(finding)


def _changes(done: str, planned: str) -> Callable[[hooks.Hooks], Iterator[str]]:
    def lines(found: hooks.Hooks) -> Iterator[str]:
        for name in found.changed:
            yield f"{planned if found.dry_run else done} {one_line(f'{found.folder}/{name}')}"
        if not found.changed:
            yield "nothing to do"
        for finding in found.findings:
            yield from finding_lines(finding)

    return lines


_LINES = {
    "install": _changes("wrote", "would write"),
    "status": _states,
    "uninstall": _changes("removed", "would remove"),
}
