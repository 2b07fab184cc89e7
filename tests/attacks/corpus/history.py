"""Histories as data, and the real repositories that `git fast-import` makes of them in a few milliseconds."""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

from gitprov.ids import sha256_of
from gitprov.records import History as Past
from gitprov.records import Identity, Person, Role, Roles, TrustRoot, signature_path, store
from gitprov.trust.statements import statement
from gitprov.wiring.resources import read_resource
from tests.attacks.real import bundle, signer
from tests.sim.book import Book
from tests.support import Repo

MAIN = "refs/heads/main"
PLAIN = "100644"
File = tuple[str, bytes]
"""Mode in octal digits and bytes; of a submodule (160000) the hex digits of its commit."""
Files = Mapping[str, File]


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit: its parents by number, and every file that it has."""

    parents: tuple[int, ...]
    files: Files
    message: str


@dataclass(slots=True)
class Commits:
    """A graph of commits, numbered from 0 in the order in which they were made."""

    made: list[Commit] = field(default_factory=list)

    def commit(self, files: Files, *parents: int, message: str = "work") -> int:
        """Makes a commit and returns its number."""
        self.made.append(Commit(parents, dict(files), message))
        return len(self.made) - 1

    def files(self, number: int) -> dict[str, File]:
        """Returns the files of a commit, to be changed."""
        return dict(self.made[number].files)

    def chain(self, head: int) -> list[int]:
        """Returns the first-parent chain that ends in a commit, oldest first."""
        found = [head]
        while self.made[found[-1]].parents:
            found.append(self.made[found[-1]].parents[0])
        return found[::-1]

    def write(self, path: Path, refs: Mapping[str, int], *, bare: bool = True, sha256: bool = False) -> "Written":
        """Makes a repository of the commits, with these refs, and returns it."""
        path.mkdir(parents=True)
        repo = Repo(path)
        shape = ["--bare"] if bare else []
        repo.git("init", "--quiet", "--template=", *shape, f"--object-format={'sha256' if sha256 else 'sha1'}")
        lines = [line for number, commit in enumerate(self.made) for line in self._lines(number, commit)]
        lines += [f"reset {ref}\nfrom :{number + 1}\n\n".encode() for ref, number in refs.items()]
        marks = path / "marks"
        command = ["git", "fast-import", "--quiet", "--force", "--date-format=raw", f"--export-marks={marks}"]
        subprocess.run(command, cwd=path, input=b"".join(lines), check=True)
        known = dict(line.split() for line in marks.read_text("ascii").splitlines())
        marks.unlink()
        return Written(repo, tuple(known[f":{number + 1}"] for number in range(len(self.made))))

    def _lines(self, number: int, commit: Commit) -> list[bytes]:
        when = f"Ann Example <ann@example.org> {1_790_000_000 + 60 * number} +0000"
        message = commit.message.encode()
        before = self.made[commit.parents[0]].files if commit.parents else {}
        head = f"commit refs/built\nmark :{number + 1}\nauthor {when}\ncommitter {when}\ndata {len(message)}\n"
        lines = [b"reset refs/built\n\n", head.encode() + message + b"\n"]
        for word, parent in zip(("from", *["merge"] * len(commit.parents)), commit.parents, strict=False):
            lines.append(f"{word} :{parent + 1}\n".encode())
        lines += [b"D %s\n" % _quoted(path) for path in before if path not in commit.files]
        for path, (mode, data) in commit.files.items():
            if before.get(path) == (mode, data):
                continue
            if mode == "160000":
                lines.append(b"M 160000 %s %s\n" % (data, _quoted(path)))
            else:
                lines.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), _quoted(path), len(data), data))
        return [*lines, b"\n"]


def _quoted(path: str) -> bytes:
    plain = path.encode("utf-8", "surrogateescape")
    return (
        b'"'
        + b"".join(bytes([one]) if 32 <= one < 127 and one not in b'"\\' else b"\\%03o" % one for one in plain)
        + b'"'
    )


@dataclass(frozen=True, slots=True)
class Written:
    """A repository of a history: the object ids of its commits by their numbers."""

    repo: Repo
    ids: tuple[str, ...]


@cache
def pool() -> tuple[Files, ...]:
    """Returns things that people record: each the files of an artifact and of the run that added it."""
    book = Book()
    for number in range(60):
        book.add(f"data{number % 7}", b"rows %d\n" % number)
    files = [(held.stored.path, (PLAIN, held.stored.data)) for held in book.held]
    return tuple(dict(files[at : at + 2]) for at in range(0, len(files), 2))


@cache
def founded() -> Files:
    """Returns the files of a project that has a trust root and no record yet; ann owns it."""
    root = store(
        TrustRoot(
            version=1,
            history=Past(size=0, root=sha256_of(b"")),
            ref=MAIN,
            people={"ann": Person(identities=(Identity(key=signer("ann").pem),))},
            roles=Roles(owner=Role(people=("ann",))),
        )
    )
    signature = bundle(statement(root, {}), "ann")
    files = {f".gitprov/.{name}": read_resource(f"templates/{name}") for name in ("gitattributes", "gitignore")}
    files |= {root.path: root.data, signature_path(root.path, signature): signature, "README.md": b"a project\n"}
    return {path: (PLAIN, data) for path, data in files.items()}
