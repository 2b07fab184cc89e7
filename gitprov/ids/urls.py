"""User information in URLs: the place of a password, or of a token."""

import re

_user_info = re.compile(r"://([^\s/?#]+)@")
_reference = re.compile(r"\$\w+|\$?\{[\w.]+\}").fullmatch


def mask_user_info(text: str) -> str:
    """Returns a text with `***` for the user information of its URLs, where that is a secret.

    A user alone (`ssh://git@host`) is one in http only, where a token may stand for it; what is put in later by its
    name (`https://$USER:$TOKEN@host`) is none.
    """
    return _user_info.sub(lambda match: "://***@" if _is_secret(match) else match[0], text)


def is_reference(text: str) -> bool:
    """Tells whether a text is the name of something that is put in its place later: `$TOKEN`, `{params.token}`."""
    return _reference(text) is not None


def _is_secret(match: re.Match[str]) -> bool:
    user, colon, password = match[1].partition(":")
    if not colon and not match.string[: match.start()].lower().endswith(("http", "https")):
        return False
    return not is_reference(password if colon else user)
