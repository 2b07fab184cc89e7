"""The machine: what the environment is, and running the user's command."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from gitprov.frozen import dataclass
from gitprov.records import Environment


@dataclass(frozen=True, slots=True)
class Executed:
    """A command that ended.

    Attributes:
        exit: Its status; 128 + n when signal n ended it.
        started, finished: RFC 3339 UTC.
        opened: Files that Python opened for reading, absolute, without the interpreter's own, the installed packages'
            and the system's; empty when the command is not Python.
    """

    exit: int
    started: str
    finished: str
    opened: tuple[str, ...]


class Host(Protocol):
    """The machine that gitprov runs on."""

    def person(self) -> str:
        """Returns a person id made of the login name: always a valid name."""
        ...

    def environment(
        self,
        command: Sequence[str],
        cwd: str,
        *,
        locks: Mapping[str, bytes],
        container: str | None,
        variables: Sequence[str],
    ) -> Environment:
        """Returns the environment that `command` will run in (docs/format.md, "Environment").

        Args:
            command: The argument list; its interpreter's packages count when there is neither lock nor container.
            cwd: From the top of the work tree.
            locks: Lock files by path, with their bytes.
            container: IMAGE@sha256:DIGEST, or None.
            variables: Names of environment variables that project.yaml declares; no other variable is looked at.
        """
        ...

    def disagreements(self, command: Sequence[str], cwd: str, locks: Mapping[str, bytes]) -> list[str]:
        """Returns where the installed packages are not what the locks say, one sentence each.

        `numpy 2.1.0 is installed, uv.lock says 2.0.0`; empty when they agree or nobody can tell.
        """
        ...

    def variable(self, name: str) -> str | None:
        """Returns the value of one environment variable that a person named as a secret; None when it is not set."""
        ...

    def shell(self, text: str) -> tuple[str, ...]:
        """Returns the argument list that runs a shell command as DVC runs it: in the person's own shell."""
        ...

    def run(self, command: Sequence[str], cwd: str, *, variables: Mapping[str, str], watch: bool) -> Executed:
        """Runs a command with the user's terminal; `variables` are added to its environment.

        With `watch`, files that Python opens are noted. An interrupt goes to the command; its status is returned.

        Raises:
            GitprovError: GP-RUN-009 when it cannot be started.
        """
        ...
