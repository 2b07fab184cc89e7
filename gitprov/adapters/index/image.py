"""A file that is read whole, checked, and replaced whole: whoever reads it sees all of it, or sees that it is damaged.

That is what lets an index be damaged in any way, or be written by two at once, without a wrong answer.
"""

import os
import shutil
import stat
import time
import zlib
from contextlib import suppress

from gitprov.errors import catalogue as codes

_SUM = 4
"""Bytes of the checksum at the end: a CRC-32, which no damage of up to 32 bits in a row escapes."""
_LARGEST = 1 << 31
"""More bytes than of millions of records."""
_PATIENCE = 60.0
"""Seconds after which nobody can still be writing."""


class DamagedError(Exception):
    """What lies there is not what was written."""


class Image:
    """The file at a path."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._new = f"{path}.new"

    def read(self) -> memoryview | None:
        """Returns what was written, or None when nothing was.

        Raises:
            DamagedError: It is something else now.
        """
        try:
            with open(os.open(self.path, os.O_RDONLY | os.O_NONBLOCK), "rb") as file:  # nobody waits for a pipe
                found = os.fstat(file.fileno())
                if not stat.S_ISREG(found.st_mode) or found.st_size > _LARGEST:
                    raise DamagedError("it is no file, or a giant one")
                data = memoryview(file.read())
        except FileNotFoundError:
            return None
        except OSError as error:
            raise DamagedError(f"it cannot be read: {error.strerror}") from None
        if len(data) <= _SUM or zlib.crc32(data[:-_SUM]).to_bytes(_SUM, "big") != data[-_SUM:]:
            raise DamagedError(f"its {len(data)} bytes do not fit its checksum")
        return data[:-_SUM]

    def write(self, data: bytes) -> None:
        """Replaces it, if that can be done here and nobody else is about to."""
        with suppress(OSError):
            os.makedirs(os.path.dirname(self.path), exist_ok=True)
            self._clear()
            with open(os.open(self._new, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o644), "wb") as file:
                try:
                    file.write(data)
                    file.write(zlib.crc32(data).to_bytes(_SUM, "big"))
                    file.flush()
                    os.replace(self._new, self.path)
                except OSError:
                    os.unlink(self._new)

    def remove(self) -> None:
        """Removes it, whatever lies there.

        Raises:
            GitprovError: GP-IO-001.
        """
        try:
            if os.path.isdir(self.path) and not os.path.islink(self.path):
                shutil.rmtree(self.path)
            else:
                os.unlink(self.path)
        except OSError as error:
            raise codes.IO_FAILED.error(f"{self.path} cannot be removed", why=error.strerror or str(error)) from None

    def _clear(self) -> None:
        """Removes what somebody has left who died while writing."""
        with suppress(FileNotFoundError):
            if time.time() - os.stat(self._new).st_mtime > _PATIENCE:
                os.unlink(self._new)
