"""`gitprov trust rotate`."""

import click

from gitprov.cli.rooting import propose_wish, read_key, writable
from gitprov.cli.writing import dry_run_option, json_option
from gitprov.governance.wishes import rotation


@click.command()
@click.argument("person", metavar="PERSON[=KEY]")
@click.option("--key", required=True, metavar="FILE", help="The new public key.")
@click.option("--until", metavar="TIME", help="Let the old one end at a time, and revoke nothing.")
@click.option("--reason", metavar="TEXT", help="Why the old one is revoked.")
@dry_run_option
@json_option
def command(person: str, key: str, until: str | None, reason: str | None, dry_run: bool, as_json: bool) -> None:
    """Replace a person's key by a new one.

    Proposes a trust version with the new key, and without the old ones, or the one whose id begins with KEY: revoked,
    so that what rests on them is disputed until it is asked for anew, or ended by --until, which disputes nothing. A
    key that has ended counts for what is proven to have been signed before, by a timestamp or a certificate.

    Example: gitprov trust rotate ann --key ann.pub --reason "laptop stolen"
    """
    name, _, old = person.partition("=")
    wish = rotation(name, read_key(key), old=old, until=until, reason=reason)
    propose_wish(writable(), wish, dry_run=dry_run, as_json=as_json)
