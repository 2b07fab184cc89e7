"""Memory in files that only their owner reads and writes."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict

from gitprov.errors import catalogue as codes
from gitprov.ids import Digest, digest_hex, sha256_of
from gitprov.ports.memory import Seen

_SCHEMA = "gitprov/memory/v1"


class FileMemory:
    """The files in one folder, which is made when something is first remembered."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    def recall(self, project: Digest, ref: str) -> Seen:
        """Returns what was last seen; nothing at first contact.

        Raises:
            GitprovError: GP-IO-001 when the file cannot be read or understood.
        """
        path = self._path(project, ref)
        with _translated(path):
            try:
                with open(path, "rb") as file:
                    data = file.read()
            except FileNotFoundError:
                return Seen()
        found = _decode(data, project, ref)
        if found is None:
            raise codes.IO_FAILED.error(
                f"{path} cannot be understood",
                why="it says what was last seen of this project",
                fix=f"compare the fingerprint with an owner's (gitprov trust fingerprint), then remove {path}",
            )
        return found

    def update(self, project: Digest, ref: str, change: Callable[[Seen], Seen]) -> Seen:
        """Replaces what was last seen by what `change` makes of it; other processes wait.

        Raises:
            GitprovError: GP-IO-001.
        """
        path = self._path(project, ref)
        with self._locked():
            before = self.recall(project, ref)
            after = change(before)
            if after != before:
                text = json.dumps({"schema": _SCHEMA, "project": project, "ref": ref, **asdict(after)}, indent=2)
                with _translated(path):
                    _replace(path, text.encode() + b"\n")
            return after

    def _path(self, project: Digest, ref: str) -> str:
        return os.path.join(self._folder, f"{digest_hex(sha256_of(f'{project} {ref}'.encode()))}.json")

    @contextmanager
    def _locked(self) -> Iterator[None]:
        path = os.path.join(self._folder, "lock")
        with _translated(path):
            os.makedirs(self._folder, mode=0o700, exist_ok=True)
            file = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            with _translated(path):
                fcntl.flock(file, fcntl.LOCK_EX)  # held for one small write; the kernel frees it when its holder dies
            yield
        finally:
            os.close(file)


def _decode(data: bytes, project: Digest, ref: str) -> Seen | None:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return None
    match found:
        case {
            "schema": schema,
            "project": known,
            "ref": name,
            "pin": str() | None as pin,
            "head": str() | None as head,
            "deployed": dict() as deployed,
            "size": int() | None as size,
            "root": str() | None as root,
        } if (schema, known, name) == (_SCHEMA, project, ref) and _is_counted(deployed):
            return Seen(pin, head, deployed, size, Digest(root) if root is not None else None)
    return None


def _is_counted(deployed: Mapping[str, object]) -> bool:
    return all(type(number) is int for number in deployed.values())


def _replace(path: str, data: bytes) -> None:
    """Writes a file so that it has the old bytes or the new ones, also after the power has failed."""
    temporary = f"{path}.new"
    with open(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)
    folder = os.open(os.path.dirname(path), os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _translated(path: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise codes.IO_FAILED.error(f"{path} cannot be read or written", why=error.strerror or str(error)) from error
