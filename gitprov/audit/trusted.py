"""How a trust root came to be trusted: by a pin, by what this machine remembers, or on first use."""

from collections.abc import Callable
from dataclasses import replace
from typing import Literal

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.memory import Seen
from gitprov.ports.workplace import Workplace
from gitprov.trust.pins import read_pin, require_pin
from gitprov.trust.roots import Roots

PROJECT = "gitprov.project"
"""Where a clone's own git configuration keeps the id of the first trust version that was seen in it."""

How = Literal["pinned", "remembered", "first use"]


@dataclass(frozen=True, slots=True)
class Trusted:
    """The trust version in force, and why it is believed.

    Attributes:
        pin: `NNNN:sha256:…`.
        how: A pin from outside, this machine's memory, or nothing but that it is there.
        note: What a person should know; "" for nothing.
    """

    pin: str
    how: How
    note: str = ""


def trusted(place: Workplace, roots: Roots, pin: str | None = None) -> Trusted:
    """Holds the trust versions in force against every pin and against memory, and remembers the newest: step T6.

    This machine remembers by project; which project it is, the clone itself remembers, so that another one in its place
    is no first contact.

    Args:
        place: The ports: `git`, `memory` and `pins` are used.
        roots: The accepted versions.
        pin: One more pin, from the command line.

    Raises:
        GitprovError: GP-TRU-006 without a version in force; GP-TRU-008 when these end before one that is pinned or
            was seen; GP-TRU-009 when they are others; GP-TRU-010 for a pin that is none; GP-IO-001 when memory cannot
            be read.
    """
    if not roots.accepted:
        raise codes.TRU_NONE.error("no trust version is in force", fix="gitprov trust show")
    pins = {**({"--pin": pin} if pin is not None else {}), **place.pins()}
    for source, text in pins.items():
        require_pin(roots, read_pin(text, source), source)
    first, last = roots.accepted[0], roots.accepted[-1]

    def check(seen: Seen) -> Seen:
        if seen.pin is not None:
            require_pin(roots, read_pin(seen.pin, "memory"), "this machine's memory")
        return replace(seen, pin=last.pin)

    project = place.git.config(PROJECT)
    if project not in (None, first.id):
        raise codes.TRU_OTHER.error(
            "the protected ref has the trust root of another project",
            why=f"this clone has seen {project}, it is {first.id}",
            fix=f"do not go on before an owner says that it is right; then: git config {PROJECT} {first.id}",
        )
    seen = recall(place, roots)
    how: How = "pinned" if pins else "remembered" if seen.pin is not None else "first use"
    note = f"trust root {last.pin} is remembered on first use: compare it with an owner's" if how == "first use" else ""
    if check(seen) != seen or project is None:
        try:
            place.git.set_config(PROJECT, first.id)
            remember(place, roots, check)
        except GitprovError as error:
            if error.code not in (codes.IO_FAILED, codes.GIT_FAILED):
                raise
            note = f"trust root {last.pin} cannot be remembered: {error.what}"
    return Trusted(last.pin, how, note)


def recall(place: Workplace, roots: Roots) -> Seen:
    """Returns what this machine remembers of a project; nothing where no trust version is in force.

    A project is known by its first trust version and the ref that this names: a later one may name another.

    Raises:
        GitprovError: GP-IO-001 when memory cannot be read.
    """
    return place.memory.recall(roots.accepted[0].id, roots.accepted[0].root.ref) if roots.accepted else Seen()


def remember(place: Workplace, roots: Roots, change: Callable[[Seen], Seen]) -> None:
    """Replaces what this machine remembers of a project by what `change` makes of it.

    Raises:
        GitprovError: GP-IO-001; whatever `change` raises.
    """
    place.memory.update(roots.accepted[0].id, roots.accepted[0].root.ref, change)
