"""Notes which files a Python process opens. First on PYTHONPATH while gitprov watches a command.

It runs inside the user's program, in whatever Python 3 that is: it prints nothing, raises nothing, keeps no file open,
and leaves sys.path and the modules as they would be without it. The file that GITPROV_OPENED names gets a note for the
first use of a path in a process: one letter (p: a prefix of the interpreter, r: read, w: written), the absolute path
and a NUL.
"""

# ruff: noqa: INP001, SIM105 - the folder is for PYTHONPATH and no package; contextlib is slow to load

import os
import sys


class _Watch:
    def __init__(self, log: str) -> None:
        self._log = log
        self._seen = set()  # type: set[int]  # hashes: a program may read millions of files

    def start(self) -> None:
        for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix}:
            self._note("p", prefix)
        sys.addaudithook(self._hook)

    def _hook(self, event: str, args: "tuple[object, ...]") -> None:
        if event == "open":
            try:
                self._judge(*args)  # type: ignore[arg-type]
            except Exception:  # noqa: BLE001, S110 - whatever it is, it is not the program's business
                pass

    def _judge(self, path: "str | bytes | int", mode: "str | None", flags: int) -> None:
        if path == self._log or isinstance(path, int):
            return
        full = os.path.join(os.getcwd(), os.fsdecode(path))
        if hash(full) in self._seen:
            return
        if mode is None:
            writes = flags & os.O_ACCMODE == os.O_WRONLY or flags & (os.O_CREAT | os.O_TRUNC) != 0
        else:
            writes = "r" not in mode
        if writes or os.path.isfile(full):  # what is not there is not read, and may be written later
            self._seen.add(hash(full))
            self._note("w" if writes else "r", full)

    def _note(self, how: str, path: str) -> None:
        file = os.open(self._log, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            os.write(file, how.encode() + os.fsencode(path) + b"\0")
        finally:
            os.close(file)


if "GITPROV_OPENED" in os.environ:
    try:
        _Watch(os.environ["GITPROV_OPENED"]).start()
    except Exception:  # noqa: BLE001, S110 - an old Python, or a log that is gone: then nothing is noted
        pass

# The person's own sitecustomize, if there is one; else this raises the ImportError that `site` expects then.
_here = os.path.dirname(os.path.abspath(__file__))
sys.path[:] = [entry for entry in sys.path if os.path.abspath(entry) != _here]
del sys.modules["sitecustomize"]
import sitecustomize  # type: ignore[import-not-found] # noqa: E402, F401
