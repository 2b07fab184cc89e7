"""How codes are declared."""

from gitprov.errors.base import Code, Exit

CATALOGUE: dict[str, Code] = {}


def declare(name: str, exit_status: Exit, title: str, remedy: str, *, by_hand: bool = False) -> Code:
    """Makes a code and lists it.

    Raises:
        AssertionError: There is one of this name.
    """
    if name in CATALOGUE:
        raise AssertionError(f"code {name} is declared twice")
    CATALOGUE[name] = Code(name, exit_status, title, remedy, by_hand)
    return CATALOGUE[name]
