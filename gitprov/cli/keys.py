"""`gitprov keys`."""

import os
from collections.abc import Iterator, Sequence

import click

from gitprov.cli.render import columns, one_line, show_answer
from gitprov.cli.writing import dry_run_option, json_option, show_notes
from gitprov.errors import catalogue as codes
from gitprov.ids.names import check_name
from gitprov.ports.signing import Key
from gitprov.recording.keys import Used, exported, signers_of_commits, use
from gitprov.wiring.opening import landed_of
from gitprov.wiring.project import Project


@click.group()
def command() -> None:
    """Make and list the keys that you sign with.

    They lie in your configuration folder, readable by you alone, and the first one is made by itself. An SSH agent, a
    KMS or a Sigstore can sign instead: gitprov keys use chooses.

    Example: gitprov keys list
    """


@command.command()
@click.argument("name", default="default")
@click.option("--passphrase", is_flag=True, help="Ask for a passphrase, or take it from GITPROV_KEY_PASSPHRASE.")
@dry_run_option
@json_option
def new(name: str, passphrase: bool, dry_run: bool, as_json: bool) -> None:
    """Make a key.

    Example: gitprov keys new work --passphrase
    """
    keys = Project().keys
    if dry_run:
        if any(key.name == check_name(name, "a key") for key in keys.all()):
            raise codes.KEY_EXISTS.error(f"there is a key {name} already")
        show_answer("keys-new", {"dry_run": True, "name": name}, [f"would make the key {name}"], as_json=as_json)
        return
    key = keys.new(name, protect=passphrase)
    show_answer("keys-new", key, _made(key), as_json=as_json)


@command.command("use")
@click.argument("key")
@click.option("--commits", is_flag=True, help="Let git sign commits with it, too, and check them by the trust root.")
@dry_run_option
@json_option
def use_(key: str, commits: bool, dry_run: bool, as_json: bool) -> None:
    """Choose what signs in this repository.

    KEY is the NAME of a key of yours, ssh-agent, ssh-agent:FINGERPRINT or ssh-agent:COMMENT, kms:ADDRESS, sigstore for
    the public Sigstore, or sigstore:TRUST-CONFIG for your own. It signs something to show that it can, but for
    Sigstore, where everything is public for ever. It is written to git's configuration; GITPROV_KEY wins over that.

    Example: gitprov keys use ssh-agent:ann@laptop --commits
    """
    project = Project()
    used = use(project, key, landed=landed_of(project), commits=commits, dry_run=dry_run)
    show_answer("keys-use", used, _used(used), as_json=as_json)
    wins = os.environ.get("GITPROV_KEY")
    show_notes([*used.notes, *([f"GITPROV_KEY={wins} is set, and wins"] if wins else [])])


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List your keys; * marks the one that signs.

    Example: gitprov keys list --json
    """
    keys = Project().keys.all()
    show_answer("keys-list", {"keys": keys}, _listed(keys), as_json=as_json)


@command.command()
@click.argument("key", required=False)
@json_option
def export(key: str | None, as_json: bool) -> None:
    """Print the public key, which goes into the trust root.

    The key is made when there is none yet. Where certificates say who signs, it is the identity and its issuer.

    Example: gitprov keys export > ann.pub
    """
    found = exported(Project().keys, key)
    show_answer("keys-export", found, _exported(found), as_json=as_json)


@command.command("allowed-signers")
@json_option
def allowed_signers(as_json: bool) -> None:
    """Print the keys of the trust root for git verify-commit.

    An allowed_signers file of OpenSSH, with people as the principals. git does not compare the principal with the
    committer: git log --format='%GS %ce' shows both.

    Example: gitprov keys allowed-signers > "$(git config gpg.ssh.allowedSignersFile)"
    """
    lines = signers_of_commits(landed_of(Project())()).splitlines()
    show_answer("keys-allowed-signers", {"lines": lines}, lines, as_json=as_json)


def _made(key: Key) -> Iterator[str]:
    yield f"made the key {key.name} {key.id}"
    yield f"  {one_line(key.path or '')}"
    if not key.is_default:
        yield f"next: gitprov keys use {key.name} lets it sign"


def _used(used: Used) -> Iterator[str]:
    yield f"{one_line(used.key.name)} {'would sign' if used.dry_run else 'signs'} from now on: {used.listed}"
    for setting, value in used.settings.items():
        yield f"  {'would set' if used.dry_run else 'set'} {setting} {one_line(value)}"
    if used.fix:
        yield f"next: {used.fix}"


def _listed(keys: Sequence[Key]) -> Iterator[str]:
    if not keys:
        yield "no key yet: gitprov keys new, or the first signature makes one"
    marked = [("*" if key.is_default else " ", key) for key in keys]
    yield from columns([(mark, one_line(key.name), key.id or "-", one_line(key.path or "-")) for mark, key in marked])


def _exported(key: Key) -> list[str]:
    if key.pem is not None:
        return key.pem.splitlines()
    return [f"identity: {one_line(key.identity or '')}", f"issuer: {one_line(key.issuer or '')}"]
