"""Reading DVC's small text files by absolute paths: no pipe makes us wait, no giant fills the memory."""

import os
import stat

from gitprov.errors import catalogue as codes

_LARGEST = 64 << 20
"""Size in bytes that no such file has."""


def read_text(path: str) -> str | None:
    """Returns the text of a file, or None when there is none.

    Raises:
        GitprovError: GP-DVC-001 when it is no regular file, or of more than 64 MiB.
        OSError: It cannot be read.
        UnicodeDecodeError: It is not UTF-8.
    """
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    with open(handle, encoding="utf-8") as file:
        status = os.fstat(handle)
        if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
            raise codes.DVC_FILE.error(f"{path} is no file of text", why=f"or it has more than {_LARGEST >> 20} MiB")
        return file.read()
