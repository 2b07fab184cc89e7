"""`gitprov keys`."""

from collections.abc import Iterator, Sequence

import click

from gitprov.cli.render import columns, one_line, show_answer
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.errors import catalogue as codes
from gitprov.ids.names import check_name
from gitprov.ports.signing import Key
from gitprov.recording.keys import exported
from gitprov.wiring.project import Project


@click.group()
def command() -> None:
    """Make and list the keys that you sign with.

    They lie in your configuration folder, readable by you alone. The first one is made by itself; which one signs,
    `git config gitprov.key NAME` says.

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


@command.command("list")
@json_option
def list_(as_json: bool) -> None:
    """List your keys; * marks the one that signs.

    Example: gitprov keys list --json
    """
    keys = Project().keys.all()
    show_answer("keys-list", {"keys": keys}, _listed(keys), as_json=as_json)


@command.command()
@click.argument("name", required=False)
@json_option
def export(name: str | None, as_json: bool) -> None:
    """Print the public key, which goes into the trust root.

    The key is made when there is none yet.

    Example: gitprov keys export > ann.pub
    """
    key = exported(Project().keys, name)
    show_answer("keys-export", key, key.pem.splitlines(), as_json=as_json)


def _made(key: Key) -> Iterator[str]:
    yield f"made the key {key.name} {key.id}"
    yield f"  {one_line(key.path)}"
    if not key.is_default:
        yield f"next: git config gitprov.key {key.name} lets it sign"


def _listed(keys: Sequence[Key]) -> Iterator[str]:
    if not keys:
        yield "no key yet: gitprov keys new, or the first signature makes one"
    yield from columns([("*" if key.is_default else " ", key.name, key.id, one_line(key.path)) for key in keys])
