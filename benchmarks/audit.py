"""P10 and P11: the law that records stay, over a long history, and the whole audit of one.

What is measured is benchmarks/judging.py.
"""

import subprocess
from collections.abc import Iterable, Iterator
from functools import cache
from hashlib import sha256
from pathlib import Path

from benchmarks.measure import Bench, Claim, Cost
from gitprov.ids import Digest, Md5
from gitprov.records import Artifact, Content, Recipe, store
from gitprov.wiring.resources import read_resource

TOP = Path(__file__).parents[1]
WIDE = (1_000, 100)
"""Commits, and records that each lands, of P10."""
LONG = (10_000, 1.3)
"""Those of P11; every tenth commit merges a branch."""
SINCE = 50
"""How many steps the incremental audit judges."""


def measure(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Judges the wide history beside `git log --raw`, the long one beside the seconds that it may take."""
    wide, long = (make(bench.top / name, *shape) for name, shape in (("wide", WIDE), ("long", LONG)))
    since = subprocess.check_output(["git", "rev-parse", f"HEAD~{SINCE}"], cwd=long, text=True).strip()
    log = ("git", "log", "--raw", "--no-renames", "--format=%H", "--", ".gitprov")
    for number in range(rounds):
        bench.side_by_side(
            "kept",
            number,
            {"gitprov": lambda: _run(bench, "kept", wide), "git log": lambda: bench.run(wide, *log)},
        )
        bench.side_by_side("audit", number, {"gitprov": lambda: _run(bench, "audit", long), "3 s": lambda: Cost(3, 0)})
        bench.side_by_side(
            "since", number, {"gitprov": lambda: _run(bench, "since", long, since), "0.2 s": lambda: Cost(0.2, 0)}
        )
    commits, each = WIDE
    work = f"law G over {commits:,} commits, {commits * each:,} records, with the start"
    yield bench.claim("P10", work, what="kept", ours="gitprov", peer="git log", goal=1.5)
    commits, per = LONG
    work = f"audit of {commits:,} commits, {int(commits * per):,} records, unsigned, with the start"
    yield bench.claim("P11", work, what="audit", ours="gitprov", peer="3 s", goal=1.0)
    work = f"the same since {SINCE} steps ago, with the start"
    yield bench.claim("P11", work, what="since", ours="gitprov", peer="0.2 s", goal=1.0)


def _run(bench: Bench, what: str, repository: Path, *since: str) -> Cost:
    return bench.run(TOP, "python", "-m", "benchmarks.judging", what, repository, *since)


def make(path: Path, commits: int, each: float) -> Path:
    """Makes a repository in which every commit lands some records; each tenth does it by a merge."""
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", path], check=True)
    given = b"".join(_history(commits, each))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=path, input=given, check=True)
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=path, check=True)
    return path


def _history(commits: int, each: float) -> Iterator[bytes]:
    made = 0
    for number in range(1, commits + 1):
        wanted = int(number * each) - made
        files = dict(record(made + one) for one in range(wanted))
        made += wanted
        if number == 1:
            files[".gitprov/.gitattributes"] = read_resource("templates/gitattributes")
        if number % 10 == 0:
            yield from _commit("refs/heads/side", number, files, [number - 1])
            yield from _commit("refs/heads/main", commits + number, files, [number - 1, number], mark=number + commits)
            yield f"reset refs/heads/side\nfrom :{number + commits}\n\n".encode()
        else:
            before = [] if number == 1 else [number - 1 + (commits if (number - 1) % 10 == 0 else 0)]
            yield from _commit("refs/heads/main", number, files, before)


def _commit(
    ref: str, number: int, files: dict[str, bytes], parents: Iterable[int], *, mark: int | None = None
) -> Iterator[bytes]:
    who = f"committer Ada <ada@example.org> {1_700_000_000 + number} +0000"
    yield f"commit {ref}\nmark :{mark or number}\n{who}\ndata 1\nx\n".encode()
    for which, parent in zip(("from", "merge"), parents, strict=False):
        yield f"{which} :{parent}\n".encode()
    for path, data in files.items():
        yield f"M 100644 inline {path}\ndata {len(data)}\n".encode() + data + b"\n"


@cache
def _template() -> str:
    digest = Digest(f"sha256:{0:064x}")
    content = Content(digest=digest, md5=Md5(f"md5:{0:032x}"), size=1)
    return store(Artifact(name="data-0", kind="dataset", content=content, recipe=Recipe(id=digest))).data.decode()


def record(number: int) -> tuple[str, bytes]:
    """Returns path and bytes of a small record, another one for each number."""
    name = f"data-{number % 40}"
    text = (
        _template()
        .replace("md5:" + "0" * 32, f"md5:{number:032x}")
        .replace("0" * 64, f"{number:064x}")
        .replace("data-0", name)
    )
    mark = sha256(text.encode()).hexdigest()
    return f".gitprov/artifacts/{name}/{mark[:2]}/{mark}.yaml", text.encode()
