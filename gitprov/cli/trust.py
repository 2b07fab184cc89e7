"""`gitprov trust`."""

import json
from collections.abc import Iterable, Iterator
from pathlib import Path

import click

from gitprov.cli.project import pairs
from gitprov.cli.render import bold, columns, dim, finding_lines, glyphs, one_line, plain, show_answer
from gitprov.cli.writing import dry_run_option, json_option, outcome_json, show_notes, show_outcome
from gitprov.errors import Exit
from gitprov.errors import catalogue as codes
from gitprov.governance.begin import begin
from gitprov.governance.proposing import propose_version, sign_version
from gitprov.governance.showing import TrustShown, pin_here, show_trust
from gitprov.governance.state import Rooted
from gitprov.governance.wishes import Held, Wish
from gitprov.trust.words import Change
from gitprov.wiring.project import Project

pin_option = click.option("--pin", metavar="NNNN:sha256:…", help="Refuse any trust root without this version.")


@click.group()
def command() -> None:
    """Say who decides: people, their keys, roles.

    A trust version is a record, `.gitprov/trust/NNNN.yaml`. Each follows the one in force and takes the signatures of
    both their owners and of every new key, so that nobody but the owners changes who decides.

    Example: gitprov trust show
    """


@command.command("init")
@click.option("--person", metavar="PERSON", help="The owner; you by default.")
@click.option("--ref", default="refs/heads/main", show_default=True, metavar="REF", help="The protected ref.")
@click.option("--stage", metavar="STAGE", help="A stage that has approvers of its own.")
@click.option("--approvers", metavar="PERSON,…", help="Who approves for that stage.")
@click.option("--threshold", type=click.IntRange(1), default=1, help="How many of them it takes.")
@dry_run_option
@json_option
def init_(
    *,
    person: str | None,
    ref: str,
    stage: str | None,
    approvers: str | None,
    threshold: int,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Begin the trust root, with you as its owner.

    Writes and signs trust version 1 with your key, which is made when there is none, and signs the settings that are
    there. Everybody else is added with gitprov trust propose.

    Example: gitprov trust init --stage production --approvers ann,bob
    """
    if (stage is None) != (approvers is None):
        raise codes.USE_ARGUMENT.error("--stage and --approvers go together", fix="--stage STAGE --approvers PERSON,…")
    names = tuple(approvers.split(",")) if approvers else ()
    project = _project()
    done = begin(
        project, person=person, ref=ref, stage_name=stage, approvers=names, threshold=threshold, dry_run=dry_run
    )
    _show(done, as_json=as_json)


@command.command()
@click.option("--add", multiple=True, metavar="PERSON=KEYFILE", help="A person's public key, and the person.")
@click.option("--remove", multiple=True, metavar="PERSON", help="A person who leaves, with their roles.")
@click.option("--revoke", multiple=True, metavar="PERSON[=KEY]", help="Keys that count no more; all without KEY.")
@click.option("--reason", metavar="TEXT", help="Why keys are revoked.")
@click.option("--role", "roles", multiple=True, metavar="ROLE=PERSON,…[:N]", help="Who holds a role; N of them.")
@click.option("--approvers", multiple=True, metavar="STAGE=PERSON,…[:N]", help="Who approves for a stage; N of them.")
@click.option("--expires", metavar="TIME", help="When the version stops counting: 2027-11-21T00:00:00Z.")
@click.option("--from", "edited", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A copy of a trust version that you edited.")  # fmt: skip
@dry_run_option
@json_option
def propose(
    *,
    add: tuple[str, ...],
    remove: tuple[str, ...],
    revoke: tuple[str, ...],
    reason: str | None,
    roles: tuple[str, ...],
    approvers: tuple[str, ...],
    expires: str | None,
    edited: Path | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Propose the next trust version.

    Writes and signs the version after the one in force. It comes into force when it has landed with the signatures
    that it takes: of the owners before and after it, and of every new key (gitprov trust sign).

    Example: gitprov trust propose --add bob=bob.pub --role producer=ann,bob --approvers production=ann,bob:2
    """
    project = _project()
    wish = Wish(
        edited=project.settings.values(edited.read_bytes(), str(edited)) if edited is not None else None,
        add={name: _read_key(path) for name, path in pairs(add, "--add", "PERSON=KEYFILE").items()},
        revoke=dict((text.partition("=")[::2]) for text in revoke),
        reason=reason,
        remove=remove,
        roles=_held(roles, "--role", "ROLE=PERSON,…"),
        approvers=_held(approvers, "--approvers", "STAGE=PERSON,…"),
        expires=expires,
    )
    _show(propose_version(project, wish, dry_run=dry_run), as_json=as_json)


@command.command()
@click.argument("version", type=click.IntRange(1), required=False)
@dry_run_option
@json_option
def sign(version: int | None, dry_run: bool, as_json: bool) -> None:
    """Sign a trust version, after showing what it changes.

    The newest that is not in force yet, or the one of this number. Your signature says that you agree, as an owner,
    and proves that a key which is new there is yours.

    Example: gitprov trust sign 0002
    """
    _show(sign_version(_project(), version, dry_run=dry_run), as_json=as_json)


@command.command()
@pin_option
@json_option
def show(pin: str | None, as_json: bool) -> None:
    """Show who decides, and why that is believed.

    As it is in force on the protected ref: people and keys, roles and how many of each, the pin, and whether it was
    pinned, remembered by this machine or seen for the first time.

    Example: gitprov trust show --json
    """
    shown = show_trust(Project(), pin)
    show_answer("trust-show", shown, _shown(shown), as_json=as_json)
    show_notes(shown.notes)
    click.get_current_context().exit(Exit.FINDINGS if shown.findings else Exit.OK)


@command.command()
@click.option("--remember", is_flag=True, help="Pin it for this clone: git config gitprov.pin.")
@pin_option
@json_option
def fingerprint(remember: bool, pin: str | None, as_json: bool) -> None:
    """Print the pin of the trust version in force.

    Give it to whoever deploys, by a way that does not lead through the repository: they set it as GITPROV_PIN, --pin
    or git config gitprov.pin, and any other trust root is refused.

    Example: gitprov trust fingerprint --remember
    """
    project = Project()
    shown = show_trust(project, pin)
    if remember:
        pin_here(project, shown.pin)
    answer = {"how": shown.how, "pin": shown.pin, "remembered": remember}
    show_answer("trust-fingerprint", answer, [shown.pin], as_json=as_json)
    show_notes(shown.notes)


def _project() -> Project:
    project = Project()
    project.require_initialised()
    return project


def _read_key(path: str) -> str:
    try:
        return Path(path).read_text(encoding="ascii").strip() + "\n"
    except (OSError, UnicodeDecodeError) as error:
        raise codes.IO_FAILED.error(
            f"{path} cannot be read as a public key", why=str(error), fix="gitprov keys export > FILE, where the key is"
        ) from None


def _held(values: tuple[str, ...], option: str, form: str) -> Held:
    found = {}
    for name, text in pairs(values, option, form).items():
        people, colon, number = text.partition(":")
        if colon and not (number.isascii() and number.isdigit() and int(number)):
            raise codes.USE_ARGUMENT.error(f"{option} {name}={text} does not end in a number", fix=f"{option} {form}:N")
        found[name] = (tuple(people.split(",")), int(number) if colon else 1)
    return found


def _show(done: Rooted, *, as_json: bool) -> None:
    if as_json:
        facts = {field: plain(getattr(done, field)) for field in ("version", "pin", "changes", "lacks", "next")}
        click.echo(json.dumps(outcome_json(done.outcome) | facts, indent=2, sort_keys=True, ensure_ascii=False))
        return
    click.echo(bold(f"trust version {done.version}"))
    for line in _changed(done.changes):
        click.echo(f"  {line}")
    show_outcome(done.outcome, as_json=False)
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


def _shown(shown: TrustShown) -> Iterator[str]:
    yield bold(f"trust version {shown.version}") + dim(f"  in force since {shown.since[:12]}, {shown.how}")
    yield f"  pin {shown.pin}"
    yield from (f"  {line}" for line in columns([(what, one_line(text)) for what, text in shown.says.items()]))
    for number in shown.proposed:
        yield f"  version {number} has landed and is not in force"
    for finding in shown.findings:
        yield from finding_lines(finding)
    yield dim(f"read {shown.ref} at {shown.commit[:12]}")
