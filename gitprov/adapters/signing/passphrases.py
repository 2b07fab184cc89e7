"""What opens a key: a passphrase or a PIN, from the environment, else as it is typed."""

import getpass
import os
import sys

from gitprov.errors import catalogue as codes

PASSPHRASE = "GITPROV_KEY_PASSPHRASE"  # noqa: S105 the name of a variable


def ask_passphrase(of: str, *, twice: bool = False) -> str:
    """Returns the passphrase of a key; with `twice`, for a new key, a person types it two times.

    Raises:
        GitprovError: GP-KEY-004.
    """
    given = os.environ.get(PASSPHRASE)
    if given is None:
        if not sys.stdin.isatty():
            raise codes.KEY_PASSPHRASE.error(
                f"{of} takes a passphrase", why=f"no terminal, and {PASSPHRASE} is not set"
            )
        given = getpass.getpass(f"Passphrase of {of}: ")
        if twice and getpass.getpass("The same again: ") != given:
            raise codes.KEY_PASSPHRASE.error("the two passphrases differ", fix="run the command again")
    if not given:
        raise codes.KEY_PASSPHRASE.error("the passphrase is empty", fix=f"type one, or set {PASSPHRASE}")
    return given
