"""`gitprov keys export`: the key that signs, or another of yours."""

from gitprov.errors import catalogue as codes
from gitprov.ports.signing import Key, Keys


def exported(keys: Keys, name: str | None = None) -> Key:
    """Returns a key by name, else the default one, which is made when there is none.

    Raises:
        GitprovError: GP-KEY-001 when there is none of that name, or as `Keys.signer` does.
    """
    found = _named(keys, name)
    if found is None and name is None:
        keys.signer()  # makes the first one, as a signature would
        found = _named(keys, name)
    if found is None:
        raise codes.KEY_UNKNOWN.error(f"there is no key {name}", fix=f"gitprov keys new {name}")
    return found


def _named(keys: Keys, name: str | None) -> Key | None:
    return next((key for key in keys.all() if (key.is_default if name is None else key.name == name)), None)
