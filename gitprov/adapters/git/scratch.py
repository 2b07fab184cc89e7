"""Repositories that are made of commits as data: one `git fast-import`, a few milliseconds each."""

from collections.abc import Iterator, Mapping
from itertools import chain, repeat

from gitprov.adapters.git.plumbing import Place, Plumbing, discover
from gitprov.ports.scratch import Commits, File, Files, Made

_WHO = "Drill <drill@localhost>"
_BEGIN = 1_790_000_000
"""Seconds since 1970 of the first commit; each is a minute after the one before."""
_BUILT = "refs/built"


class GitScratch:
    """A repository below a folder."""

    def __init__(self, path: str, *, objects: str | None = None, sha256: bool = False) -> None:
        """Makes the repository.

        Args:
            path: A folder that is empty.
            objects: The top of a repository whose objects it borrows.
            sha256: Whether its object ids are SHA-256; as in that repository otherwise.

        Raises:
            GitprovError: GP-GIT-003.
        """
        self._path = path
        there = discover(objects) if objects is not None else None
        form = "sha256" if sha256 else "sha1"
        if there is not None:
            form = Plumbing(there).read("rev-parse", "--show-object-format").decode().strip()
        self._git = Plumbing(Place(f"{path}/.git", f"{path}/.git", path))
        self._git.read("init", "--quiet", "--template=", "--initial-branch=main", f"--object-format={form}", path)
        if there is not None:
            with open(f"{path}/.git/objects/info/alternates", "w", encoding="utf-8") as file:
                file.write(f"{there.common_dir}/objects\n")

    @property
    def path(self) -> str:
        """Absolute path of its top."""
        return self._path

    def write(self, commits: Commits, refs: Mapping[str, int]) -> tuple[str, ...]:
        """Makes the commits and sets refs to them; returns their ids by number.

        Raises:
            GitprovError: GP-GIT-003.
        """
        marks = f"{self._path}/.git/marks"
        lines = [line for number, one in enumerate(commits.made) for line in _commit(number, one, commits)]
        lines += [f"reset {ref}\nfrom :{number + 1}\n\n".encode() for ref, number in refs.items()]
        self._git.read(
            "fast-import", "--quiet", "--force", "--date-format=raw", f"--export-marks={marks}", given=b"".join(lines)
        )
        with open(marks, encoding="ascii") as file:
            known = dict(line.split() for line in file)
        self._git.read("update-ref", "-d", _BUILT)
        return tuple(known[f":{number + 1}"] for number in range(len(commits.made)))

    def set_ref(self, ref: str, commit: str) -> None:
        """Moves a ref, or makes it."""
        self._git.read("update-ref", ref, commit)

    def stage_tree(self, commit: str) -> None:
        """Makes the index what a commit has."""
        self._git.read("read-tree", commit)


def _commit(number: int, one: Made, commits: Commits) -> Iterator[bytes]:
    when, message = f"{_WHO} {_BEGIN + 60 * number} +0000", one.message.encode()
    before: Files = commits.made[one.parents[0]].files if one.parents else {}
    yield f"reset {_BUILT}\n\ncommit {_BUILT}\nmark :{number + 1}\nauthor {when}\ncommitter {when}\n".encode()
    yield b"data %d\n%s\n" % (len(message), message)
    for word, parent in zip(chain(("from",), repeat("merge")), one.parents, strict=False):
        yield f"{word} :{parent + 1}\n".encode()
    yield from (b"D %s\n" % _quoted(path) for path in before if path not in one.files)
    yield from (_file(path, file) for path, file in one.files.items() if before.get(path) != file)
    yield b"\n"


def _file(path: str, file: File) -> bytes:
    mode, name = file.mode.encode(), _quoted(path)
    if isinstance(file.data, str):
        return b"M %s %s %s\n" % (mode, file.data.encode(), name)
    return b"M %s inline %s\ndata %d\n%s\n" % (mode, name, len(file.data), file.data)


def _quoted(path: str) -> bytes:
    return b'"' + b"".join(b"\\%03o" % one for one in path.encode("utf-8", "surrogateescape")) + b'"'
