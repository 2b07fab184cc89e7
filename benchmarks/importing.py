"""P17: the history of a DVC repository taken in, beside the minute that 1,000 commits may take."""

import hashlib
import subprocess
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from shutil import copytree, rmtree

from benchmarks.measure import Bench, Claim, Cost

COMMITS = 1_000
STAGES = 8
"""Of the pipeline; a commit runs two of them again."""


def measure(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Imports a history that DVC could have written, and then imports it again."""
    made = make(bench, bench.top / "dvc-history")
    for number in range(rounds):
        copy = bench.top / "dvc-import"
        copytree(made, copy, symlinks=True)
        run = partial(bench.run, copy, "gitprov", "import", "dvc", "--history")
        bench.side_by_side("import", number, {"gitprov": run, "60 s": lambda: Cost(60, 0)})
        bench.side_by_side("import again", number, {"gitprov": run, "60 s": lambda: Cost(60, 0)})
        rmtree(copy)
    work = f"import of {COMMITS:,} commits that each ran 2 of {STAGES} stages of DVC, signed"
    yield bench.claim("P17", work, what="import", ours="gitprov", peer="60 s", goal=1.0)
    yield bench.claim("P17", "the same again", what="import again", ours="gitprov", peer="60 s", goal=0.5)


def make(bench: Bench, path: Path) -> Path:
    """Makes a repository of COMMITS commits, each of which changes data, code or a parameter, and ran two stages."""
    subprocess.run(["git", "init", "--quiet", "--initial-branch=main", path], check=True)
    given = b"".join(_commit(number) for number in range(COMMITS))
    subprocess.run(["git", "fast-import", "--quiet"], cwd=path, input=given, check=True)
    subprocess.run(["git", "reset", "--quiet", "--hard"], cwd=path, check=True)
    bench.run(path, "gitprov", "init")
    return path


def _commit(number: int) -> bytes:
    files = {
        ".dvc/config": "",
        "data.csv.dvc": f"outs:\n- md5: {_md5('data', number // 20)}\n  size: 9\n  hash: md5\n  path: data.csv\n",
        "dvc.lock": "schema: '2.0'\nstages:\n" + "".join(_stage(n, number) for n in range(STAGES)),
        "params.yaml": f"rate: {number}\n",
        **{f"stage{n}.py": _code(n, number) for n in range(STAGES)},
    }
    head = (
        f"commit refs/heads/main\ncommitter Ada <ada@example.org> {1_700_000_000 + 60 * number} +0000\ndata 4\nwork\n"
    )
    return (
        head + "".join(f"M 100644 inline {path}\ndata {len(data)}\n{data}\n" for path, data in files.items())
    ).encode()


def _stage(stage: int, number: int) -> str:
    ran = number if stage in (number % STAGES, (number + 1) % STAGES) else number - number % STAGES
    deps = _locked("data.csv", _md5("data", ran // 20)) + _locked(f"stage{stage}.py", _md5(_code(stage, ran)))
    outs = _locked(f"out{stage}.bin", _md5(str(stage), ran))
    params = f"    params:\n      params.yaml:\n        rate: {ran}\n"
    return f"  stage{stage}:\n    cmd: python stage{stage}.py\n    deps:\n{deps}{params}    outs:\n{outs}"


def _locked(path: str, md5: str) -> str:
    return f"    - path: {path}\n      hash: md5\n      md5: {md5}\n      size: 9\n"


def _code(stage: int, number: int) -> str:
    return f"print({stage}, {number // 10})\n"


def _md5(*what: object) -> str:
    return hashlib.md5(" ".join(map(str, what)).encode(), usedforsecurity=False).hexdigest()
