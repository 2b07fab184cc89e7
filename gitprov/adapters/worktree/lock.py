"""One writer at a time in a repository, and a note of what it was doing in case it dies."""

import fcntl
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress

from gitprov.adapters.failures import disk_errors
from gitprov.errors import catalogue as codes

_PATIENCE = 10.0
"""Seconds to wait for one holder; when another one has followed, as many again."""
_PAUSE = 0.02

# Of this process: who of its threads may hold a lock file (and may do so again), and which are held.
_threads: dict[str, threading.RLock] = {}
_held: set[str] = set()


class RepositoryLock:
    """`flock` on `lock` in a folder of the common git directory; each holder's intent is a file in `intents/`.

    The kernel lets go of the lock when its holder dies, however that happens. An intent file is locked by its writer
    as long as that lives: one that is not, is a leftover.
    """

    def __init__(self, folder: str) -> None:
        self._file = os.path.join(folder, "lock")
        self._intents = Notes(os.path.join(folder, "intents"))

    @contextmanager
    def held(self, intent: str) -> Iterator[list[str]]:
        """Holds the lock and gives the intents that others left unfinished; they are cleared at the end.

        Raises:
            GitprovError: GP-LCK-001 after ten seconds of one holder; GP-IO-001.
        """
        thread = _threads.setdefault(self._file, threading.RLock())
        if not thread.acquire(timeout=_PATIENCE):
            raise self._busy("another thread of this process")
        try:
            if self._file in _held:
                yield []
                return
            _held.add(self._file)
            try:
                with self._flock(intent):
                    yield from self._noted(intent)
            finally:
                _held.remove(self._file)
        finally:
            thread.release()

    def unfinished(self) -> list[tuple[str, str]]:
        """Returns the files with the intents of holders that died, and what they say."""
        return self._intents.dead()

    def _noted(self, intent: str) -> Iterator[list[str]]:
        leftovers = self._intents.dead()
        with self._intents.held(intent):
            yield [text for _, text in leftovers]
        for path, _ in leftovers:
            with suppress(OSError):
                os.unlink(path)

    @contextmanager
    def _flock(self, intent: str) -> Iterator[None]:
        try:
            os.makedirs(os.path.dirname(self._file), exist_ok=True)
            file = os.open(self._file, os.O_RDWR | os.O_CREAT, 0o666)
        except OSError as error:
            raise codes.IO_FAILED.error(f"{self._file} cannot be written", why=str(error)) from error
        try:
            self._acquire(file)
            _say(file, f"process {os.getpid()} on {os.uname().nodename}: {intent}")
            try:
                yield
            finally:
                _say(file, "")
        finally:
            os.close(file)

    def _acquire(self, file: int) -> None:
        deadline, holder = 0.0, None
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if (now := os.pread(file, 4096, 0)) != holder:  # others get on, and so shall this one
                    deadline, holder = time.monotonic() + _PATIENCE, now
                if time.monotonic() > deadline:
                    raise self._busy(now.decode(errors="replace")) from None
                time.sleep(_PAUSE)
            except OSError as error:
                raise codes.IO_FAILED.error(f"{self._file} cannot be locked", why=str(error)) from error
            else:
                return

    def _busy(self, holder: str) -> Exception:
        return codes.LCK_BUSY.error("another gitprov is writing in this repository", why=holder)


class Notes:
    """Files in a folder, each locked by its writer as long as that lives: one that is not, is a leftover."""

    def __init__(self, folder: str) -> None:
        self._folder = folder

    @contextmanager
    def held(self, text: str) -> Iterator[None]:
        """Keeps a note on disk, locked, while the body runs.

        Raises:
            GitprovError: GP-IO-001.
        """
        path = os.path.join(self._folder, os.urandom(8).hex())
        with ExitStack() as stack:
            try:
                os.makedirs(self._folder, exist_ok=True)
                file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o666)
                stack.callback(_let_go, file, path)
                fcntl.flock(file, fcntl.LOCK_EX)  # waits for whoever looks at this moment whether its writer lives
                os.write(file, text.encode(errors="surrogateescape"))
                os.fsync(file)
            except OSError as error:
                raise codes.IO_FAILED.error(f"{path} cannot be written", why=str(error)) from error
            yield

    def living(self) -> list[str]:
        """Returns the notes of those that live."""
        dead = {path for path, _ in self.dead()}
        return [_text(path) for path in self._paths() if path not in dead]

    def dead(self) -> list[tuple[str, str]]:
        """Returns path and text of the notes whose writer is gone."""
        found = []
        for path in self._paths():
            with suppress(OSError), open(path, "rb") as file:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                found.append((path, _text(path)))
        return found

    def _paths(self) -> list[str]:
        with disk_errors(), suppress(FileNotFoundError), os.scandir(self._folder) as entries:
            return sorted(entry.path for entry in entries)
        return []


def _let_go(file: int, path: str) -> None:
    os.close(file)
    with suppress(OSError):  # what was to be done is done; `doctor` clears the note
        os.unlink(path)


def _say(file: int, text: str) -> None:
    """Writes into the lock file who holds it: a courtesy to those who wait, which a full disk may refuse."""
    with suppress(OSError):
        os.ftruncate(file, 0)
        os.pwrite(file, text.encode(errors="replace"), 0)


def _text(path: str) -> str:
    with suppress(FileNotFoundError), open(path, "rb") as file:
        return file.read().decode(errors="surrogateescape")
    return ""


def check_apart(paths: Sequence[str], others: Sequence[str]) -> None:
    """Refuses to write what another run writes.

    Raises:
        GitprovError: GP-LCK-001.
    """
    for path in paths:
        for other in filter(None, others):
            if f"{path}/".startswith(f"{other}/") or f"{other}/".startswith(f"{path}/"):
                raise codes.LCK_BUSY.error(
                    f"another run is making {other}", why=f"this one would write {path} at the same time"
                )
