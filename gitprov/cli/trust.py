"""`gitprov trust`."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from gitprov.cli import trust_delegate, trust_revoke, trust_rotate, trust_use_sigstore
from gitprov.cli.project import pairs
from gitprov.cli.render import bold, columns, dim, finding_lines, one_line, show_answer
from gitprov.cli.rooting import (
    approvers_option,
    propose_wish,
    read_approvers,
    read_key,
    read_roles,
    role_option,
    show_rooted,
    writable,
)
from gitprov.cli.writing import dry_run_option, json_option, show_notes
from gitprov.errors import Exit
from gitprov.errors import catalogue as codes
from gitprov.governance.begin import begin
from gitprov.governance.proposing import sign_version
from gitprov.governance.showing import TrustShown, pin_here, show_trust
from gitprov.governance.wishes import Wish
from gitprov.trust.verifying import Certified
from gitprov.wiring.project import Project

pin_option = click.option("--pin", metavar="NNNN:sha256:…", help="Refuse any trust root without this version.")
_CERTIFIED = "PERSON=IDENTITY,ISSUER[,TRUSTED-ROOT]"
_VALID = "PERSON[=KEY]:[FROM]..[UNTIL]"
_is_window = re.compile(
    "(?P<person>[^=:]+)(?:=(?P<key>(?:sha256:)?[0-9a-f]+))?:(?P<since>.*?)[.][.](?P<until>.*)"
).fullmatch


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
    project = writable()
    done = begin(
        project, person=person, ref=ref, stage_name=stage, approvers=names, threshold=threshold, dry_run=dry_run
    )
    show_rooted(done, as_json=as_json)


@command.command()
@click.option("--add", multiple=True, metavar="PERSON=KEYFILE", help="A person's public key, and the person.")
@click.option("--certified", multiple=True, metavar=_CERTIFIED, help="What a person's certificates name.")
@click.option("--valid", multiple=True, metavar=_VALID, help="From when on, and until when, keys count.")
@click.option("--remove", multiple=True, metavar="PERSON", help="A person who leaves, with their roles.")
@click.option("--revoke", multiple=True, metavar="PERSON[=KEY]", help="Keys that count no more; all without KEY.")
@click.option("--reason", metavar="TEXT", help="Why keys are revoked.")
@role_option
@approvers_option
@click.option("--expires", metavar="TIME", help="When the version stops counting: 2027-11-21T00:00:00Z.")
@click.option("--from", "edited", metavar="FILE", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A copy of a trust version that you edited.")  # fmt: skip
@dry_run_option
@json_option
def propose(
    *,
    add: tuple[str, ...],
    certified: tuple[str, ...],
    valid: tuple[str, ...],
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
    that it takes: of the owners before and after it, and of every new key (gitprov trust sign). A key that counts at
    some times only takes a proven time with each signature: a timestamp, or a certificate.

    Example: gitprov trust propose --add bob=bob.pub --role producer=ann,bob --approvers production=ann,bob:2
    """
    project = writable()
    wish = Wish(
        edited=project.settings.values(edited.read_bytes(), str(edited)) if edited is not None else None,
        add={name: read_key(path) for name, path in pairs(add, "--add", "PERSON=KEYFILE").items()},
        certified={name: _certified(name, text) for name, text in pairs(certified, "--certified", _CERTIFIED).items()},
        valid=dict(_window(text) for text in valid),
        revoke=dict((text.partition("=")[::2]) for text in revoke),
        reason=reason,
        remove=remove,
        roles=read_roles(roles),
        approvers=read_approvers(approvers),
        expires=expires,
    )
    propose_wish(project, wish, dry_run=dry_run, as_json=as_json)


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
    show_rooted(sign_version(writable(), version, dry_run=dry_run), as_json=as_json)


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


def _certified(name: str, text: str) -> tuple[Certified, str | None]:
    identity, _, rest = text.partition(",")
    issuer, _, root = rest.partition(",")
    if not identity or not issuer:
        raise codes.USE_ARGUMENT.error(
            f"--certified {name}={text} has not the form {_CERTIFIED}", fix=f"--certified {_CERTIFIED}"
        )
    return Certified(identity, issuer), root or None


def _window(text: str) -> tuple[tuple[str, str], tuple[str | None, str | None]]:
    found = _is_window(text)
    if found is None or not (found["since"] or found["until"]):
        raise codes.USE_ARGUMENT.error(f"--valid {text!r} has not the form {_VALID}", fix=f"--valid {_VALID}")
    return (found["person"], found["key"] or ""), (found["since"] or None, found["until"] or None)


def _shown(shown: TrustShown) -> Iterator[str]:
    yield bold(f"trust version {shown.version}") + dim(f"  in force since {shown.since[:12]}, {shown.how}")
    yield f"  pin {shown.pin}"
    yield from (f"  {line}" for line in columns([(what, one_line(text)) for what, text in shown.says.items()]))
    for number in shown.proposed:
        yield f"  version {number} has landed and is not in force"
    for finding in shown.findings:
        yield from finding_lines(finding)
    yield dim(f"read {shown.ref} at {shown.commit[:12]}")


command.add_command(trust_delegate.command, "delegate")
command.add_command(trust_revoke.command, "revoke")
command.add_command(trust_rotate.command, "rotate")
command.add_command(trust_use_sigstore.command, "use-sigstore")
