"""What honest histories are made of: a founded project, and things that people record."""

from functools import cache
from pathlib import Path

from gitprov.adapters.git.scratch import GitScratch
from gitprov.check.changes import PLAIN
from gitprov.doors.drill import MAIN, UPSTREAM, Move
from gitprov.ids import sha256_of
from gitprov.ports.scratch import Commits, File, Files
from gitprov.records import History, Identity, Person, Role, Roles, TrustRoot, signature_path, store
from gitprov.trust.statements import statement
from gitprov.wiring.resources import read_resource
from tests.attacks.real import bundle, signer
from tests.sim.book import Book

AFTER = "refs/heads/after"


@cache
def pool() -> tuple[Files, ...]:
    """Returns things that people record: each the files of an artifact and of the run that added it."""
    book = Book()
    for number in range(80):
        book.add(f"data{number % 7}", b"rows %d\n" % number)
    files = [(held.stored.path, File(PLAIN, held.stored.data)) for held in book.held]
    return tuple(dict(files[at : at + 2]) for at in range(0, len(files), 2))


@cache
def founded() -> Files:
    """Returns the files of a project that has a trust root and no record yet; ann owns it."""
    root = store(
        TrustRoot(
            version=1,
            history=History(size=0, root=sha256_of(b"")),
            ref=MAIN,
            people={"ann": Person(identities=(Identity(key=signer("ann").pem),))},
            roles=Roles(owner=Role(people=("ann",))),
        )
    )
    signature = bundle(statement(root, {}), "ann")
    files = {f".gitprov/.{name}": read_resource(f"templates/{name}") for name in ("gitattributes", "gitignore")}
    files |= {root.path: root.data, signature_path(root.path, signature): signature, "README.md": b"a project\n"}
    return {path: File(PLAIN, data) for path, data in files.items()}


def write(commits: Commits, before: int, after: int, path: Path, *, sha256: bool = False) -> Move:
    """Writes a history as a clone whose branch `main`, and that of its remote, is to be led to another commit."""
    path.mkdir(parents=True)
    scratch = GitScratch(str(path), sha256=sha256)
    ids = scratch.write(commits, {MAIN: before, UPSTREAM: before, AFTER: after})
    return Move(scratch, ids[before], ids[after], tuple(ids[one] for one in commits.made[after].parents))
