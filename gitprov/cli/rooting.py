"""What the commands that write trust versions share: reading who holds what, and showing what was done."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from gitprov.cli.project import pairs
from gitprov.cli.render import bold, glyphs, one_line, plain
from gitprov.cli.writing import outcome_json, show_outcome
from gitprov.errors import catalogue as codes
from gitprov.governance.proposing import propose_version
from gitprov.governance.state import Rooted
from gitprov.governance.wishes import Held, Wish
from gitprov.trust.words import Change
from gitprov.wiring.project import Project

role_option = click.option(
    "--role", "roles", multiple=True, metavar="ROLE=PERSON,…[:N]", help="Who holds a role; N of them."
)
approvers_option = click.option(
    "--approvers", multiple=True, metavar="STAGE=PERSON,…[:N]", help="Who approves for a stage; N of them."
)


def writable() -> Project:
    """Returns the project, which `gitprov init` has set up."""
    project = Project()
    project.require_initialised()
    return project


def propose_wish(project: Project, wish: Wish, *, dry_run: bool, as_json: bool) -> None:
    """Proposes the next trust version and shows it."""
    show_rooted(propose_version(project, wish, dry_run=dry_run), as_json=as_json)


def read_key(path: str) -> str:
    """Returns the public key in a file.

    Raises:
        GitprovError: GP-IO-001.
    """
    try:
        return Path(path).read_text(encoding="ascii").strip() + "\n"
    except (OSError, UnicodeDecodeError) as error:
        raise codes.IO_FAILED.error(
            f"{path} cannot be read as a public key", why=str(error), fix="gitprov keys export > FILE, where the key is"
        ) from None


def read_held(values: tuple[str, ...], option: str, form: str) -> Held:
    """Returns who holds what: `ROLE=PERSON,…[:N]`, or of a stage.

    Raises:
        GitprovError: GP-USE-001.
    """
    found = {}
    for name, text in pairs(values, option, form).items():
        people, colon, number = text.partition(":")
        if colon and not (number.isascii() and number.isdigit() and int(number)):
            raise codes.USE_ARGUMENT.error(f"{option} {name}={text} does not end in a number", fix=f"{option} {form}:N")
        found[name] = (tuple(people.split(",")), int(number) if colon else 1)
    return found


def read_roles(roles: tuple[str, ...]) -> Held:
    """Returns what `--role` says; raises as `read_held`."""
    return read_held(roles, "--role", "ROLE=PERSON,…")


def read_approvers(approvers: tuple[str, ...]) -> Held:
    """Returns what `--approvers` says; raises as `read_held`."""
    return read_held(approvers, "--approvers", "STAGE=PERSON,…")


def show_rooted(done: Rooted, *, as_json: bool) -> None:
    """Prints what was done to the trust root."""
    if as_json:
        fields = ("version", "pin", "deployers", "changes", "lacks", "next")
        facts = {field: plain(getattr(done, field)) for field in fields}
        click.echo(json.dumps(outcome_json(done.outcome) | facts, indent=2, sort_keys=True, ensure_ascii=False))
        return
    click.echo(bold(f"trust version {done.version}"))
    for line in _changed(done.changes):
        click.echo(f"  {line}")
    show_outcome(done.outcome, as_json=False)
    if done.deployers:
        who = ", ".join(done.deployers)
        click.echo(f"once it has landed, who deploys pins it again ({who}): git config gitprov.pin {done.pin}")
    else:
        click.echo(f"pin {done.pin}")
    if done.lacks:
        click.echo(f"to come into force: {one_line(done.lacks)}")
    if done.next:
        click.echo(f"next: {done.next}")


def _changed(changes: Iterable[Change]) -> Iterator[str]:
    """Yields what differs: the lines that come, go, or say something else."""
    for change in changes:
        before, after = (one_line(text) if text is not None else None for text in (change.before, change.after))
        if before is None:
            yield f"+ {one_line(change.what)}: {after}"
        elif after is None:
            yield f"- {one_line(change.what)}: {before}"
        else:
            yield f"~ {one_line(change.what)}: {before} {glyphs().arrow} {after}"
