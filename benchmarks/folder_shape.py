"""Measures how many records one folder of a git repository bears: the numbers of docs/adr/0005-folder-shape.md.

`python benchmarks/folder_shape.py [OPTIONS]` makes one repository for
each shape and number of names, with `git fast-import`, in a temporary folder, and prints a Markdown table. Times are
processor seconds of git and its children, the less of two runs where a run changes nothing.
"""

import argparse
import base64
import hashlib
import os
import random
import resource
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitprov.ids import Digest, Md5, digest_hex
from gitprov.records import Artifact, Content, Recipe, store

SIGNATURE_SIZE = 2000
"""Bytes of a signature with its certificate; they do not compress."""

SHAPES: dict[str, Callable[[str, str], tuple[str, str]]] = {
    "flat, signature beside": lambda name, stem: (f"artifacts/{name}/{stem}", f"artifacts/{name}/{stem}"),
    "flat, signatures apart": lambda name, stem: (f"artifacts/{name}/{stem}", f"signatures/{name}/{stem}"),
    "by two digits, beside": lambda name, stem: (
        f"artifacts/{name}/{stem[:2]}/{stem}",
        f"artifacts/{name}/{stem[:2]}/{stem}",
    ),
    "by two digits, apart": lambda name, stem: (
        f"artifacts/{name}/{stem[:2]}/{stem}",
        f"signatures/{name}/{stem[:2]}/{stem}",
    ),
}
NAMES = (1, 10, 500)


@dataclass(frozen=True, slots=True)
class Git:
    """A repository, and the processor time that git takes in it."""

    path: Path

    def run(self, *arguments: str, given: Iterator[bytes] | None = None) -> float:
        """Runs git, with `given` as its input, and returns its processor seconds, those of its children included."""
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        process = subprocess.Popen(
            ["git", "-c", "gc.auto=0", "-c", "core.fsync=none", *arguments],
            cwd=self.path,
            stdin=subprocess.PIPE if given is not None else subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
        )
        if process.stdin is not None:
            for piece in given or ():
                process.stdin.write(piece)
            process.stdin.close()
        if process.wait() != 0:
            raise SystemExit(f"git {arguments} failed")
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime

    def least(self, *arguments: str) -> float:
        """Returns the less of two runs."""
        return min(self.run(*arguments), self.run(*arguments))


def record(rng: random.Random, name: str) -> tuple[str, bytes, bytes]:
    """Returns hex id, bytes and signature of a record as a training writes it."""

    def digest() -> Digest:
        return Digest(f"sha256:{rng.randbytes(32).hex()}")

    recipe = Recipe(
        id=digest(),
        code=digest(),
        command=("python", "train.py"),
        environment=digest(),
        inputs={"features": digest(), "split": digest()},
        output="model",
        params={"learning_rate": rng.random(), "seed": rng.randrange(1000)},
        step="train",
    )
    content = Content(digest=digest(), md5=Md5(f"md5:{rng.randbytes(16).hex()}"), size=rng.randrange(10**8))
    stored = store(Artifact(name=name, kind="model", content=content, recipe=recipe))
    return digest_hex(stored.id), stored.data, base64.b64encode(rng.randbytes(SIGNATURE_SIZE * 3 // 4))


def history(shape: str, names: int, counts: Sequence[int]) -> Iterator[bytes]:
    """Yields the stream of `git fast-import`: one commit for each of `counts`, that adds so many signed records."""
    rng = random.Random(names)
    place = SHAPES[shape]
    for number, count in enumerate(counts):
        yield f"commit refs/heads/main\ncommitter a <a@example.org> {number} +0000\ndata 1\nx\n".encode()
        for _ in range(count):
            name = f"name-{rng.randrange(names)}"
            stem, data, signature = record(rng, name)
            path, beside = place(name, stem)
            bundle = f"{beside}.{hashlib.sha256(signature).hexdigest()[:16]}.sigstore.json"
            for file, content in ((f"{path}.yaml", data), (bundle, signature)):
                yield f"M 100644 inline .gitprov/{file}\ndata {len(content)}\n".encode() + content + b"\n"
        yield b"\n"


def measure(folder: Path, shape: str, names: int, counts: Sequence[int]) -> list[str]:
    """Returns the row of one shape and number of names."""
    bare = Git(folder / "bare")
    bare.path.mkdir()
    bare.run("init", "--quiet", "--bare", "--initial-branch=main")
    bare.run("fast-import", "--quiet", given=history(shape, names, counts))
    bare.run("repack", "-adq", "--window=10", "--depth=50")
    size = sum(file.stat().st_size for file in (bare.path / "objects" / "pack").iterdir())
    log = bare.least("log", "--raw", "--no-renames", "--format=%H", "main")
    last = bare.least("diff-tree", "-r", "main~1", "main")
    clone = Git(folder / "clone")
    checkout = bare.run("clone", "--quiet", "--shared", ".", str(clone.path))
    clone.run("status", "--short")
    status = clone.least("status", "--short")
    stem, data, _ = record(random.Random("one more"), "name-0")
    path = clone.path / ".gitprov" / f"{SHAPES[shape]('name-0', stem)[0]}.yaml"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    add = clone.run("add", "--", str(path))
    add += clone.run("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message=x")
    fullest = max(len(files) for _, _, files in os.walk(clone.path / ".gitprov"))
    times = [f"{seconds:.2f}" for seconds in (log, last, add, status, checkout)]
    return [str(names), shape, f"{fullest:,}", f"{size / 2**20:.1f}", *times]


def main() -> int:
    """Prints the table."""
    parser = argparse.ArgumentParser(description="Measure shapes of the folder of records.")
    parser.add_argument("--records", type=int, default=20_000, help="records in each repository (default 20,000)")
    parser.add_argument("--commits", type=int, default=500, help="commits that add them (default 500)")
    parser.add_argument("--single", type=int, default=0, help="commits of one record after these (default none)")
    parser.add_argument("--names", type=int, nargs="+", default=NAMES, help="how many names they have")
    parser.add_argument("--shapes", nargs="+", choices=SHAPES, default=list(SHAPES), help="which shapes")
    options = parser.parse_args()
    counts = [options.records // options.commits] * options.commits + [1] * options.single + [5]
    head = ["names", "shape", "files in the fullest folder", "pack, MiB", "log --raw", "diff-tree", "add and commit"]
    print("| " + " | ".join([*head, "status", "clone and checkout"]) + " |")
    print("|---|---|" + "---:|" * 7)
    for names in options.names:
        for shape in options.shapes:
            with tempfile.TemporaryDirectory() as folder:
                row = measure(Path(folder), shape, names, counts)
            print("| " + " | ".join(row) + " |", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
