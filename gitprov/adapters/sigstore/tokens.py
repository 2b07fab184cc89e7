"""The identity token that a keyless signature begins with: from the environment, from CI, or from a browser."""

import os
import sys
from collections.abc import Callable

import jwt
from sigstore.errors import NetworkError
from sigstore.oidc import IdentityError, IdentityToken, Issuer, IssuerError, detect_credential

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes

TOKEN = "SIGSTORE_ID_TOKEN"  # noqa: S105 the name of a variable
TOKEN_FILE = "SIGSTORE_ID_TOKEN_FILE"  # noqa: S105 likewise
"""What other tools call them, too."""


def find_token(issuer: Callable[[], str]) -> IdentityToken:
    """Returns a token that says who is signing.

    Args:
        issuer: Returns the OpenID Connect issuer that a browser is led to.

    Raises:
        GitprovError: GP-KEY-007 when there is none, or one that has expired; GP-IO-001 for the file; GP-IO-002 when the
            issuer cannot be reached.
    """
    try:
        if given := os.environ.get(TOKEN) or _in_file() or detect_credential():
            return IdentityToken(given)
        if not sys.stdin.isatty():
            raise codes.KEY_TOKEN.error("no identity token says who signs", why=f"no terminal, no known CI, no {TOKEN}")
        return Issuer(issuer()).identity_token()
    except NetworkError as error:
        raise codes.IO_NETWORK.error("the issuer of tokens cannot be reached", why=str(error.__cause__)) from None
    except (IdentityError, IssuerError, EOFError) as error:
        raise refusal(error) from None


def refusal(error: Exception) -> GitprovError:
    """Returns the error for a token that somebody does not take."""
    if isinstance(error.__cause__, jwt.ExpiredSignatureError):
        return codes.KEY_TOKEN.error("the identity token has expired")
    return codes.KEY_TOKEN.error(
        "there is no identity token", why=" ".join(str(error.__cause__ or error).split())[:200]
    )


def _in_file() -> str:
    path = os.environ.get(TOKEN_FILE)
    if not path:
        return ""
    try:
        with open(path, encoding="ascii") as file:
            return file.read().strip()
    except (OSError, ValueError) as error:
        raise codes.IO_FAILED.error(f"{path} cannot be read", why=str(error), fix=f"correct {TOKEN_FILE}") from None
