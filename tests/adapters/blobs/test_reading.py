"""Reading a file whole, whatever a read gives at once."""

import os
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from gitprov.adapters.blobs.objects import object_of
from gitprov.adapters.blobs.reading import SMALL, Source, read_files, read_whole, signature


def test_a_read_that_gives_less_is_no_end() -> None:
    """A file system may hand a small file over in pieces; half a file must not pass for the whole."""
    source, sink = os.pipe()
    os.write(sink, b"half ")
    rest = threading.Timer(0.2, os.write, (sink, b"whole"))
    rest.start()
    data = read_whole(source, 10)
    rest.join()
    os.close(source)
    os.close(sink)
    assert data == b"half whole"


@pytest.mark.parametrize("size", [10, SMALL + 1])
@pytest.mark.parametrize("make", [os.mkfifo, os.mkdir, None])
def test_what_came_in_the_place_of_a_file_is_not_read(
    tmp_path: Path, size: int, make: Callable[[Path], None] | None
) -> None:
    """Threat A20: between the look at a file and its opening it may become a pipe, which never ends, or anything."""
    file = tmp_path / "x"
    file.write_bytes(bytes(size))
    seen = signature(file.stat())
    file.unlink()
    if make:
        make(file)
    [read] = read_files([Source("x", str(file), seen)], "/", None, "", lambda _: None)
    assert read.changed


def test_a_file_that_is_now_longer_is_not_half_read(tmp_path: Path) -> None:
    file = tmp_path / "x"
    file.write_bytes(b"0123456789")
    seen = signature(file.stat())
    file.write_bytes(b"0123456789 and more")
    [read] = read_files([Source("x", str(file), seen)], "/", None, "", lambda _: None)
    assert read.changed


def test_a_file_of_somebody_else_is_read_too() -> None:
    """Only the owner of a file may ask that the time of its last access is not written down."""
    file = Path("/etc/passwd")
    as_root = os.geteuid() == 0
    if as_root:
        os.seteuid(65534)
    try:
        with pytest.raises(PermissionError):
            os.open(file, os.O_RDONLY | os.O_NOATIME)
        [read] = read_files([Source("x", str(file), signature(file.stat()))], "/", None, "", lambda _: None)
    finally:
        if as_root:
            os.seteuid(0)
    assert read.item == object_of(file.read_bytes())
