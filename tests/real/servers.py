"""An S3 and an SFTP server on loopback, for as long as the tests run."""

import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from getpass import getuser
from pathlib import Path

import pytest

SSHD_CONFIG = """\
ListenAddress 127.0.0.1
Port {port}
HostKey {home}/host
PidFile none
AuthorizedKeysFile {home}/user.pub
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PermitRootLogin prohibit-password
StrictModes no
Subsystem sftp internal-sftp
ForceCommand internal-sftp
"""


@dataclass(frozen=True, slots=True)
class S3:
    """An S3 server that takes any credentials."""

    endpoint: str

    @property
    def options(self) -> dict[str, str]:
        """The options of a DVC remote on it."""
        return {
            "endpointurl": self.endpoint,
            "access_key_id": "key",
            "secret_access_key": "secret",
            "region": "us-east-1",
        }


@dataclass(frozen=True, slots=True)
class Sftp:
    """An SFTP server that serves this machine's files to whoever has the key."""

    port: int
    keyfile: Path

    def url(self, folder: Path) -> str:
        """Returns the address of a folder as DVC takes it."""
        return f"ssh://{getuser()}@127.0.0.1:{self.port}{folder}"

    @property
    def options(self) -> dict[str, str]:
        """The options of a DVC remote on it."""
        return {"keyfile": str(self.keyfile)}


@contextmanager
def s3_server(home: Path) -> Iterator[S3]:
    """Runs an S3 server; what it says goes to a file in `home`."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "--host", "127.0.0.1", "--port", str(port)]
    with running(command, home / "s3.log", port):
        yield S3(f"http://127.0.0.1:{port}")


@contextmanager
def sftp_server(home: Path) -> Iterator[Sftp]:
    """Runs an SFTP server with keys of its own in `home`, and makes the host's key known in the home directory."""
    program = shutil.which("sshd", path=f"{os.environ['PATH']}:/usr/sbin:/usr/local/sbin")
    if program is None:
        pytest.skip("sshd is not installed: make servers, as root")
    port = free_port()
    for key in ("host", "user"):
        subprocess.run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", home / key], check=True)
    (home / "sshd_config").write_text(SSHD_CONFIG.format(port=port, home=home))
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(parents=True, exist_ok=True)  # sshd insists when it may drop privileges
    with running([program, "-D", "-e", "-f", str(home / "sshd_config")], home / "sshd.log", port):
        yield Sftp(port, home / "user")


def trust_host(home: Path, server: Sftp) -> None:
    """Writes the server's key into `~/.ssh/known_hosts` of `home`."""
    (home / ".ssh").mkdir(mode=0o700, exist_ok=True)
    key = " ".join((server.keyfile.parent / "host.pub").read_text().split()[:2])
    (home / ".ssh" / "known_hosts").write_text(f"[127.0.0.1]:{server.port} {key}\n")


def free_port() -> int:
    """Returns a port of loopback on which nothing listens."""
    with closing(socket.socket()) as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@contextmanager
def running(command: list[str], log: Path, port: int) -> Iterator[None]:
    """Runs a server, once it listens on a port of loopback; what it says goes to a file."""
    with log.open("wb") as output:
        server = subprocess.Popen(command, stdout=output, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if server.poll() is not None or time.monotonic() > deadline:
                    pytest.fail(f"{command[0]} did not start:\n{log.read_text()}")
                time.sleep(0.05)
        yield
    finally:
        server.terminate()
        server.wait()
