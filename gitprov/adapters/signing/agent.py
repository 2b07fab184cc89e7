"""Keys in an SSH agent, asked by its protocol (draft-ietf-sshm-ssh-agent): two messages, which take no library.

An agent signs whatever it is asked to: what it signs for git, for logging in and for us are three texts that cannot be
taken for each other.
"""

import base64
import hashlib
import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_ssh_public_key

from gitprov.adapters.signing.keyed import KeySigner, low_s
from gitprov.errors import GitprovError
from gitprov.errors import catalogue as codes
from gitprov.frozen import dataclass

SOCKET = "SSH_AUTH_SOCK"
_LIST, _KEYS, _SIGN, _SIGNED = 11, 12, 13, 14
_LONGEST = 256 * 1024  # bytes of a message, as OpenSSH has it
_ECDSA, _ED25519 = b"ecdsa-sha2-nistp256", b"ssh-ed25519"


@dataclass(frozen=True, slots=True)
class AgentKey:
    """A key that an agent has: its public half as SSH writes it, and the comment that says what it is for."""

    blob: bytes
    comment: str

    @property
    def kind(self) -> bytes:
        """Its type."""
        return self.blob[4:][: int.from_bytes(self.blob[:4])]

    @property
    def fingerprint(self) -> str:
        """What `ssh-add -l` calls it."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.blob).digest()).decode().rstrip("=")

    @property
    def pem(self) -> str | None:
        """The public key in PEM; None for one that gitprov does not sign with."""
        if self.kind not in (_ECDSA, _ED25519):
            return None
        try:
            key = load_ssh_public_key(self.kind + b" " + base64.b64encode(self.blob))
        except (ValueError, UnsupportedAlgorithm):
            return None
        if not isinstance(key, ec.EllipticCurvePublicKey | ed25519.Ed25519PublicKey):
            return None
        return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo).decode()

    def __str__(self) -> str:
        """Returns it in words."""
        return f"{self.fingerprint} {self.comment} ({self.kind.decode(errors='replace')})"


class AgentSigner(KeySigner):
    """A key in the SSH agent.

    Methods raise GitprovError GP-KEY-001 when the agent has no such key, or several; GP-KEY-003 for a key of another
    type; GP-KEY-009 when the agent cannot be asked; GP-KEY-010 when it refuses.
    """

    def __init__(self, wanted: str = "") -> None:
        """Takes the fingerprint or the comment of the key; without it the agent must have one usable key."""
        self._wanted = wanted

    @property
    def pem(self) -> str:
        """The public key."""
        return self._found[1]

    @property
    def repeats(self) -> bool:
        """Tells whether it is Ed25519: agents sign by ECDSA with another nonce each time."""
        return self._found[0].kind == _ED25519

    def sign(self, data: bytes) -> bytes:
        """Returns a signature of `data` in its only form."""
        key = self._found[0]
        kind, answer = _ask(bytes([_SIGN]) + _string(key.blob) + _string(data) + bytes(4))
        if kind != _SIGNED:
            raise codes.KEY_REFUSED.error(f"the SSH agent does not sign with {key}")
        with _reading():
            made, signature = _strings(next(_strings(answer)))
            if made != key.kind:
                raise ValueError(f"a signature of the type {made!r}")
            if made == _ED25519:
                return signature
            r, s = _strings(signature)
            return low_s(int.from_bytes(r), int.from_bytes(s))

    @cached_property
    def _found(self) -> tuple[AgentKey, str]:
        there = agent_keys()
        found = [one for one in there if self._wanted in ("", one.fingerprint, one.comment)]
        usable = [(one, pem) for one in found if (pem := one.pem) is not None]
        if len(usable) == 1:
            return usable[0]
        about = f"the SSH agent has {{}} key {self._wanted}".rstrip()
        why = "; ".join(map(str, there)) or "it has no key, or is locked (ssh-add -X)"
        if usable:
            fix = f"gitprov keys use ssh-agent:{usable[0][0].fingerprint}"
            raise codes.KEY_UNKNOWN.error(about.format("more than one usable"), why=why, fix=fix)
        if found:
            fix = "ssh-keygen -t ecdsa -b 256 -f ~/.ssh/gitprov && ssh-add ~/.ssh/gitprov"
            raise codes.KEY_UNUSABLE.error(
                f"{found[0]} cannot sign here", why="signatures are ECDSA on P-256, or Ed25519", fix=fix
            )
        raise codes.KEY_UNKNOWN.error(about.format("no"), why=why, fix="ssh-add KEYFILE")


def agent_keys() -> list[AgentKey]:
    """Returns the keys that the SSH agent has, which are none while it is locked.

    Raises:
        GitprovError: GP-KEY-009.
    """
    kind, answer = _ask(bytes([_LIST]))
    with _reading():
        if kind != _KEYS or len(answer) < 4:
            raise ValueError(f"message {kind} of {len(answer)} bytes")
        count, *fields = int.from_bytes(answer[:4]), *_strings(answer[4:])
        if len(fields) != 2 * count:
            raise ValueError(f"{count} keys in {len(fields)} fields")
        return [AgentKey(blob, comment.decode()) for blob, comment in zip(fields[::2], fields[1::2], strict=True)]


def _ask(message: bytes) -> tuple[int, bytes]:
    """Sends a message to the agent and returns the type and the content of its answer.

    Raises:
        GitprovError: GP-KEY-009.
    """
    address = os.environ.get(SOCKET)
    if not address:
        raise _no_agent(f"{SOCKET} is not set")
    try:
        with socket.socket(socket.AF_UNIX) as agent:
            agent.connect(address)
            agent.sendall(_string(message))
            size = int.from_bytes(_receive(agent, 4))
            if not 0 < size <= _LONGEST:
                raise _no_agent(f"it answers with {size} bytes")
            answer = _receive(agent, size)
    except OSError as error:
        raise _no_agent(f"{address}: {error.strerror or error}") from None
    return answer[0], answer[1:]


def _receive(agent: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        more = agent.recv(size - len(data))
        if not more:
            raise OSError("it ended the connection")
        data += more
    return data


def _string(data: bytes) -> bytes:
    return len(data).to_bytes(4) + data


def _strings(data: bytes) -> Iterator[bytes]:
    """Yields the strings that a message consists of.

    Raises:
        ValueError: It ends too early.
    """
    while data:
        end = 4 + int.from_bytes(data[:4])
        if len(data) < end:
            raise ValueError(f"{len(data)} bytes where {end} are announced")
        yield data[4:end]
        data = data[end:]


@contextmanager
def _reading() -> Iterator[None]:
    """Turns an answer that cannot be read into an error."""
    try:
        yield
    except (ValueError, StopIteration) as error:
        raise _no_agent(f"its answer cannot be read: {error}") from None


def _no_agent(why: str) -> GitprovError:
    return codes.KEY_AGENT.error("the SSH agent cannot be asked", why=why)
