"""A real SSH agent, and keys made by ssh-keygen."""

import os
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass(frozen=True, slots=True)
class Agent:
    """A running agent, and the folder of the keys that were made for it."""

    folder: Path

    @property
    def socket(self) -> Path:
        """Where it listens."""
        return self.folder / "agent"

    def add(self, *kind: str, comment: str = "ann@laptop") -> Path:
        """Makes a key (`-t ecdsa -b 256`), gives it to the agent, and returns its file."""
        path = self.folder / f"key-{len(list(self.folder.iterdir()))}"
        self._run("ssh-keygen", "-q", *kind, "-N", "", "-C", comment, "-f", str(path))
        self._run("ssh-add", "-q", str(path))
        return path

    def confirm(self, path: Path) -> None:
        """Lets the agent ask a person each time before it signs with a key; nobody is here to answer."""
        self.remove(path)
        self._run("ssh-add", "-q", "-c", str(path))

    def remove(self, path: Path) -> None:
        """Takes a key away from the agent."""
        self._run("ssh-add", "-q", "-d", str(path))

    def lock(self) -> None:
        """Locks the agent by a passphrase, which ssh-add asks a program for."""
        ask = self.folder / "ask"
        ask.write_text("#!/bin/sh\necho secret\n")
        ask.chmod(0o700)
        self._run("ssh-add", "-x", SSH_ASKPASS=str(ask), SSH_ASKPASS_REQUIRE="force")

    def fingerprint(self, path: Path) -> str:
        """Returns what ssh-keygen calls a key."""
        return self._run("ssh-keygen", "-l", "-f", str(path)).split()[1]

    def _run(self, *command: str, **environment: str) -> str:
        env = os.environ | {"SSH_AUTH_SOCK": str(self.socket)} | environment
        return subprocess.run(command, env=env, capture_output=True, text=True, check=True).stdout


@pytest.fixture
def agent(monkeypatch: pytest.MonkeyPatch) -> Iterator[Agent]:
    """An agent without keys, which programs find."""
    with tempfile.TemporaryDirectory() as folder:  # its path is short, as that of a socket must be
        made = Agent(Path(folder))
        process = subprocess.Popen(["ssh-agent", "-D", "-a", made.socket], stdout=subprocess.DEVNULL)
        try:
            while not made.socket.exists():
                time.sleep(0.01)
            monkeypatch.setenv("SSH_AUTH_SOCK", str(made.socket))
            yield made
        finally:
            process.terminate()
            process.wait()
