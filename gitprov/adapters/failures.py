"""What the operating system says, in our words."""

from collections.abc import Iterator
from contextlib import contextmanager

from gitprov.errors import catalogue as codes


@contextmanager
def disk_errors() -> Iterator[None]:
    """Turns what the disk or the file system refuses into GP-IO-001."""
    try:
        yield
    except OSError as error:
        where = f"{error.filename}: " if error.filename else ""
        raise codes.IO_FAILED.error(f"{where}{error.strerror or error}") from error
