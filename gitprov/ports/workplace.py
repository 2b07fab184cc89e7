"""What a workflow that writes records works with: the ports of one repository, each made when first asked for."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:  # all of them together cost a git hook more than its work
    from gitprov.ports.blobs import Cache, Remote
    from gitprov.ports.clock import Clock
    from gitprov.ports.dvc import DvcProject
    from gitprov.ports.git import GitStore
    from gitprov.ports.host import Host
    from gitprov.ports.memory import Memory
    from gitprov.ports.progress import Progress
    from gitprov.ports.scanner import SecretScanner
    from gitprov.ports.settings import Settings, SettingsReader
    from gitprov.ports.signing import Keys, Signer, Verifier
    from gitprov.ports.worktree import WorkTree


class Workplace(Protocol):
    """One repository and the machine; no behaviour of its own."""

    @property
    def git(self) -> "GitStore":
        """The repository."""
        ...

    @property
    def worktree(self) -> "WorkTree":
        """Its files."""
        ...

    @property
    def settings(self) -> "Settings":
        """Its settings."""
        ...

    @property
    def reader(self) -> "SettingsReader":
        """What makes settings of bytes; there in a bare repository, too."""
        ...

    @property
    def dvc(self) -> "DvcProject":
        """DVC's files."""
        ...

    @property
    def cache(self) -> "Cache":
        """The DVC cache of this clone."""
        ...

    @property
    def remote(self) -> "Remote":
        """The default DVC remote."""
        ...

    @property
    def host(self) -> "Host":
        """This machine."""
        ...

    @property
    def clock(self) -> "Clock":
        """The time."""
        ...

    @property
    def progress(self) -> "Progress":
        """Where long work says how far it is."""
        ...

    @property
    def scanner(self) -> "SecretScanner | None":
        """What knows secrets by their shape; None where it is not installed."""
        ...

    @property
    def keys(self) -> "Keys":
        """The keys of whoever uses this machine."""
        ...

    @property
    def signer(self) -> "Signer":
        """What signs with the default key."""
        ...

    @property
    def verifier(self) -> "Verifier":
        """What checks signatures."""
        ...

    @property
    def memory(self) -> "Memory":
        """What this machine remembers of projects."""
        ...

    def pins(self) -> Mapping[str, str]:
        """Returns the pins that people set outside the repository: where they are set, and what they say."""
        ...

    def person(self) -> str:
        """Returns the person id of who acts."""
        ...
