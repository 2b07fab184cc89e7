"""Reading a file whole, whatever a read gives at once."""

import hashlib
import os
import threading

from gitprov.adapters.blobs.reading import _read_small


def test_a_read_that_gives_less_is_no_end() -> None:
    """A file system may hand a small file over in pieces; half a file must not pass for the whole."""
    source, sink = os.pipe()
    os.write(sink, b"half ")
    rest = threading.Timer(0.2, os.write, (sink, b"whole"))
    rest.start()
    sha256, md5, staged = _read_small(source, 10, None, "")
    rest.join()
    os.close(source)
    os.close(sink)
    assert sha256 == hashlib.sha256(b"half whole").hexdigest()
    assert md5 == hashlib.md5(b"half whole", usedforsecurity=False).hexdigest()
    assert staged is None
