"""P7, P8, P9 and P13: questions about 10,000 and 100,000 records, with a fresh and with a warm index.

`python -m benchmarks.asking REPOSITORY` prints what reading every record of a repository costs, part by part.
"""

import os
import sys
from collections.abc import Iterator
from functools import partial
from resource import RUSAGE_CHILDREN, RUSAGE_SELF, getrusage

from benchmarks.measure import Bench, Claim, Cost
from benchmarks.pipelines import make
from gitprov.ids import sha256_of
from gitprov.lineage import Held, Ledger
from gitprov.ports.index import FILE
from gitprov.records import Stored, decode, read
from gitprov.records.stored import FOLDERS, ROOT
from gitprov.wiring.project import Project

COUNTS = (10_000, 100_000)
QUESTIONS = {
    "search": ("search", "--tag", "tag-3", "--since", "2026-01-01", "--from", "table-3", "-n", "20"),
    "lineage": ("lineage", "model-3@v1"),
    "why": ("why", "model-3@v1"),
    "status NAME": ("status", "model-3"),
}
GOALS = {"search": 0.5, "lineage": 0.5, "why": 0.5, "status NAME": 0.75}
"""Of the peer at the larger count; at the smaller the start is most of it, and four times as much is claimed."""
PEER = "git grep NAME"
ALL_BLOBS = "git cat-file"
EACH = "git ls-tree -r --format='%(objectname)' HEAD -- .gitprov | git cat-file --batch --buffer"


def measure(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Asks, beside a search for the name through every record, and a reading of all of them."""
    for count in COUNTS:
        repository = make(bench.top / f"asking-{count}", count)
        index = repository / ".git" / "gitprov" / FILE
        grep = partial(bench.run, repository, "git", "grep", "--files-with-matches", "model-3", "HEAD", "--", ROOT)
        for number in range(rounds):
            index.unlink(missing_ok=True)
            fresh = partial(bench.run, repository, "gitprov", *QUESTIONS["lineage"])
            all_blobs = partial(bench.run, repository, "sh", "-c", EACH)
            bench.side_by_side(f"fresh {count}", number, {"gitprov": fresh, ALL_BLOBS: all_blobs})
            for what, words in QUESTIONS.items():
                ask = partial(bench.run, repository, "gitprov", *words)
                bench.side_by_side(f"{what} {count}", number, {"gitprov": ask, PEER: grep})
        work = f"gitprov lineage RELEASE of {count:,} records, the index made first"
        yield bench.claim("P7", work, what=f"fresh {count}", ours="gitprov", peer=ALL_BLOBS, goal=5.0)
        for what in QUESTIONS:
            number_of = "P13" if what == "search" else "P9"
            goal = GOALS[what] * (1 if count == COUNTS[-1] else 4)
            work = f"gitprov {what} of {count:,} records" + (", by tag, time and lineage" if what == "search" else "")
            yield bench.claim(number_of, work, what=f"{what} {count}", ours="gitprov", peer=PEER, goal=goal)


def parts(repository: str) -> Iterator[tuple[str, Cost]]:
    """Yields what each part of reading every record costs."""
    os.chdir(repository)
    git = Project().git
    before = _spent()

    def spent() -> Cost:
        nonlocal before
        last, before = before, _spent()
        return Cost(before.user - last.user, before.system - last.system)

    folders = [f"{ROOT}/{folder}" for folder in FOLDERS]
    files = {path: entry.oid for path, entry in git.tree("HEAD", folders).items() if path.endswith(".yaml")}
    yield "git ls-tree", spent()
    git.index(folders)
    yield "git ls-files", spent()
    blobs = dict(git.blobs(set(files.values())))
    yield "git cat-file", spent()
    for path, oid in files.items():
        read(blobs[oid], name=path)
    yield "the canonical form alone", spent()
    records = {path: decode(blobs[oid], name=path) for path, oid in files.items()}
    yield "the canonical form and types", spent()
    ids = {path: sha256_of(blobs[oid]) for path, oid in files.items()}
    yield "ids", spent()
    Ledger(Held(Stored(ids[path], path, blobs[oid], records[path]), "committed") for path, oid in sorted(files.items()))
    yield "the ledger", spent()


def _spent() -> Cost:
    own, children = getrusage(RUSAGE_SELF), getrusage(RUSAGE_CHILDREN)
    return Cost(own.ru_utime + children.ru_utime, own.ru_stime + children.ru_stime)


if __name__ == "__main__":
    for name, cost in parts(sys.argv[1]):
        print(f"{name:<30} {cost.user:7.2f} + {cost.system:.2f}")
