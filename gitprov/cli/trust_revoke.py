"""`gitprov trust revoke`."""

import click

from gitprov.cli.rooting import propose_wish, writable
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.governance.wishes import Wish


@click.command()
@click.argument("person", metavar="PERSON[=KEY]")
@click.option("--reason", required=True, metavar="TEXT", help="Why they count no more.")
@dry_run_option
@json_option
def command(person: str, reason: str, dry_run: bool, as_json: bool) -> None:
    """Revoke a person's keys, or the one whose id begins with KEY.

    Proposes a trust version in which they count no more. What is in effect and rests on them serves on, disputed, and
    is not deployed again until it is asked for anew; what they sign from now on counts for nothing, whenever it lands.

    Example: gitprov trust revoke ann=c3920fd6 --reason "laptop stolen"
    """
    name, _, key = person.partition("=")
    propose_wish(writable(), Wish(revoke={name: key}, reason=reason), dry_run=dry_run, as_json=as_json)
