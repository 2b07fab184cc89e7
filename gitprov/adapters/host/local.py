"""The machine: `gitprov.ports.host.Host` over the operating system."""

import os
from collections.abc import Mapping, Sequence

from gitprov.adapters.host import machine
from gitprov.adapters.host.execution import execute
from gitprov.adapters.host.interpreter import Installed, ask, find_interpreter
from gitprov.adapters.host.locks import disagreements
from gitprov.ids import sha256_of
from gitprov.ids.recipes import UNKNOWN, environment_digest
from gitprov.ids.values import sort_key
from gitprov.ports.host import Executed
from gitprov.records import Environment, Lock

_SHELLS: Mapping[str, tuple[str, ...]] = {
    "bash": ("--noprofile", "--norc"),
    "dash": (),
    "ksh": (),
    "sh": (),
    "zsh": ("--no-rcs",),
}
"""Shells that understand what a stage's command is joined with, and the options that keep their own files out."""


class LocalHost:
    """This machine, for the repository at `root`."""

    def __init__(self, root: str) -> None:
        self._root = root

    def person(self) -> str:
        """Returns a person id made of the login name: always a valid name."""
        return machine.login_person()

    def environment(
        self,
        command: Sequence[str],
        cwd: str,
        *,
        locks: Mapping[str, bytes],
        container: str | None,
        variables: Sequence[str],
    ) -> Environment:
        """Returns the environment that `command` will run in.

        Its digest is that of `gitprov.ids.recipes.environment_digest`: of the variables those that are set count, and
        the packages only when there is neither container nor lock; `unknown` when the command is no Python then.
        `packages` is the digest of the `name==version` lines of the interpreter that the command runs (names
        normalized, sorted, each with its line end), whenever there is one.
        """
        installed = self._installed(command, cwd)
        packages = sha256_of(installed.lines) if installed else None
        values = {name: os.environ[name] for name in sorted(variables) if name in os.environ}
        digests = {path: sha256_of(locks[path]) for path in sorted(locks, key=sort_key)}
        observed = None if locks or container else packages
        known = environment_digest(container=container, locks=digests, variables=values, packages=observed)
        return Environment(
            digest=known if locks or container or packages else UNKNOWN,
            container=container,
            locks=tuple(Lock(path=path, sha256=digest) for path, digest in digests.items()) or None,
            variables=values or None,
            packages=packages,
            python=installed.python if installed else None,
            hardware=machine.hardware(),
        )

    def disagreements(self, command: Sequence[str], cwd: str, locks: Mapping[str, bytes]) -> list[str]:
        """Returns where the installed packages are not what the locks say, one sentence each."""
        installed = self._installed(command, cwd)
        return disagreements(installed, locks) if installed else []

    def variable(self, name: str) -> str | None:
        """Returns the value of an environment variable; None when it is not set."""
        return os.environ.get(name)

    def shell(self, text: str) -> tuple[str, ...]:
        """Returns the argument list that runs a shell command as DVC runs it: in the person's own shell."""
        shell = os.environ.get("SHELL", "")
        options = _SHELLS.get(os.path.basename(shell).lower())
        return ("/bin/sh", "-c", text) if options is None else (shell, *options, "-c", text)

    def run(self, command: Sequence[str], cwd: str, *, variables: Mapping[str, str], watch: bool) -> Executed:
        """Runs a command with the user's terminal.

        Raises:
            GitprovError: GP-RUN-009 when it cannot be started.
        """
        return execute(command, os.path.join(self._root, cwd), self._root, variables, watch=watch)

    def _installed(self, command: Sequence[str], cwd: str) -> Installed | None:
        folder = os.path.join(self._root, cwd)
        interpreter = find_interpreter(command, folder)
        return ask(interpreter, folder) if interpreter else None
