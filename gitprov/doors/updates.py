"""Updates of refs, as git tells its hooks of them, and which branch is protected."""

from collections.abc import Iterable, Iterator
from typing import Protocol

from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass
from gitprov.ports.git import GitStore, branch_name
from gitprov.ports.incoming import Incoming
from gitprov.ports.workplace import Workplace

BRANCHES = "refs/heads/"


class Doorway(Workplace, Protocol):
    """The ports of a repository, with what git says of commits that come in."""

    @property
    def incoming(self) -> Incoming:
        """Commits that come in."""
        ...


@dataclass(frozen=True, slots=True)
class Update:
    """A ref that is to move: from a commit (None: it is made) to a commit (None: it is deleted).

    A symbolic ref has none of its own: that of the branch which it names was judged when it came there.
    """

    ref: str
    old: str | None
    new: str | None


@dataclass(frozen=True, slots=True)
class Protected:
    """The protected branch: its own name, the ref that it is read from here, and where that stands.

    Attributes:
        branch: `refs/heads/…`.
        ref: The remote-tracking ref; in a bare repository the branch itself.
        head: Its commit; None before the first push.
    """

    branch: str
    ref: str
    head: str | None


def branch_updates(lines: Iterable[str]) -> Iterator[Update]:
    """Yields the branches that are to move: tags, log heads and the refs of remotes decide nothing."""
    for line in lines:
        old, new, ref = line.rstrip("\n").split(" ", 2)
        if ref.startswith(BRANCHES):
            yield Update(ref, _commit(old), _commit(new))


def protected(git: GitStore, incoming: Incoming) -> Protected | None:
    """Returns the branch that the trust root protects, else the default branch; None when there is neither.

    The trust root is the one that has landed, never one that is on its way.
    """
    from gitprov.audit.gather import protected_ref  # noqa: PLC0415 - few updates need it, and hooks are quick

    try:
        ref = protected_ref(git)
    except GitprovError as error:
        if error.code is not codes.TRU_NONE:
            raise
        default = incoming.default_ref()
        if default is None:
            return None
        ref = default
    return Protected(f"{BRANCHES}{branch_name(ref)}", ref, git.commit_of(ref))


def _commit(value: str) -> str | None:
    return value if value.strip("0") and not value.startswith("ref:") else None
