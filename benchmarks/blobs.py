"""P3 to P6: adding, looking again, pushing and pulling, beside real DVC doing the same in the same run.

Every round has trees of its own, which stay to the end: some file systems take a hundred times as long to create a file
in the minutes after many were deleted.
"""

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks.measure import Bench, Claim, Cost
from tests.real.servers import S3, s3_server

SMALL_FILES = 20_000
SMALL_SIZE = 4096
LARGE_SIZE = 1 << 30
S3_FILES = 1_000

SMALL = f"{SMALL_FILES:,} × {SMALL_SIZE >> 10} KiB"
LARGE = f"{LARGE_SIZE >> 30} GiB"
OVER_S3 = f"{S3_FILES:,} × {SMALL_SIZE >> 10} KiB over S3 on loopback"

# What a program in Python cannot avoid: the bytes are read once, hashed and written once.
FLOOR = """
import hashlib, os, sys
digests = [hashlib.new(name, usedforsecurity=False) for name in sys.argv[3:]]
buffer = memoryview(bytearray(1 << 20))
with open(sys.argv[1], "rb", buffering=0) as source, open(sys.argv[2], "wb", buffering=0) as target:
    while count := source.readinto(buffer):
        for digest in digests:
            digest.update(buffer[:count])
        target.write(buffer[:count])
    os.fsync(target.fileno())
"""

# The same for many files: each is created in a folder of another name, and all get theirs when they are safe on disk.
FLOOR_OF_MANY = """
import hashlib, os, sys
top, target = sys.argv[1:]
folders = [f"{number:02x}" for number in range(256)]
for name in folders:
    os.makedirs(target + "/new/" + name)
for folder, _, files in os.walk(top):
    for name in files:
        source = os.open(folder + "/" + name, os.O_RDONLY)
        data = os.read(source, os.fstat(source).st_size)
        os.close(source)
        hashlib.sha256(data).hexdigest()
        digits = hashlib.md5(data, usedforsecurity=False).hexdigest()
        path = target + "/new/" + digits[:2] + "/" + digits[2:]
        copy = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o444)
        os.write(copy, data)
        os.close(copy)
os.sync()
for name in folders:
    os.rename(target + "/new/" + name, target + "/" + name)
os.sync()
"""
COPIES = "SHA-256 + MD5 + copies"


@dataclass(frozen=True, slots=True)
class Place:
    """A repository that gitprov and DVC know, with a git remote beside it."""

    bench: Bench
    path: Path

    def do(self, *command: str | Path) -> Cost:
        """Runs a command in it."""
        return self.bench.run(self.path, *command)

    def commit(self) -> None:
        """Commits everything and pushes the commit."""
        self.do("git", "add", "--all")
        self.do("git", "commit", "--quiet", "--message", "work")
        self.do("git", "push", "--quiet", "--set-upstream", "origin", "main")

    def clone(self, name: str) -> "Place":
        """Clones what was pushed."""
        self.do("git", "clone", "--quiet", f"{self.path}.git", self.bench.top / name)
        return Place(self.bench, self.bench.top / name)


def make_place(bench: Bench, name: str, remote: str, **options: str) -> Place:
    """Makes a repository with a DVC remote."""
    place = Place(bench, bench.top / name)
    bench.run(bench.top, "git", "init", "--quiet", "--initial-branch=main", name)
    bench.run(bench.top, "git", "init", "--quiet", "--bare", "--initial-branch=main", f"{name}.git")
    place.do("git", "remote", "add", "origin", f"{place.path}.git")
    place.do("dvc", "init", "--quiet")
    place.do("dvc", "remote", "add", "--quiet", "--default", "team", remote)
    for option, value in options.items():
        place.do("dvc", "remote", "modify", "--quiet", "team", option, value)
    place.do("gitprov", "init")
    place.commit()
    return place


def small_tree(folder: Path, files: int) -> None:
    """Writes files of random bytes, a thousand in a folder."""
    for number in range(files):
        part = folder / f"part-{number // 1000:02}"
        part.mkdir(parents=True, exist_ok=True)
        (part / f"{number:05}.bin").write_bytes(os.urandom(SMALL_SIZE))


def small_files(bench: Bench, number: int) -> None:
    """One round over many small files and a remote that is a folder."""
    ours = make_place(bench, f"small-g{number}", str(bench.top / f"small-g{number}.remote"))
    theirs = make_place(bench, f"small-d{number}", str(bench.top / f"small-d{number}.remote"))
    for place in (ours, theirs):
        small_tree(place.path / "data", SMALL_FILES)
    bench.side_by_side(
        "add",
        number,
        {
            "gitprov add": lambda: ours.do("gitprov", "add", "data", "--name", "data"),
            "dvc add": lambda: theirs.do("dvc", "add", "--quiet", "data"),
            COPIES: lambda: ours.do("python", "-c", FLOOR_OF_MANY, "data", bench.top / f"small-f{number}"),
        },
    )
    ours.commit()
    theirs.commit()
    bench.side_by_side(
        "look again",
        number,
        {
            "gitprov add": lambda: ours.do("gitprov", "add", "data"),
            "gitprov status": lambda: ours.do("gitprov", "status"),
            "dvc status": lambda: theirs.do("dvc", "status", "--quiet"),
            "dvc add": lambda: theirs.do("dvc", "add", "--quiet", "data"),
        },
    )
    push_and_pull(bench, number, ours, theirs, "")


def push_and_pull(bench: Bench, number: int, ours: Place, theirs: Place, where: str) -> None:
    """Pushes from both, then brings everything into a clone of each."""
    bench.side_by_side(
        f"push{where}",
        number,
        {
            "gitprov push": lambda: ours.do("gitprov", "push"),
            "dvc push": lambda: theirs.do("dvc", "push", "--quiet"),
        },
    )
    our_clone, their_clone = ours.clone(f"{ours.path.name}-clone"), theirs.clone(f"{theirs.path.name}-clone")
    bench.side_by_side(
        f"pull{where}",
        number,
        {
            "gitprov restore": lambda: our_clone.do("gitprov", "restore", "data"),
            "dvc pull": lambda: their_clone.do("dvc", "pull", "--quiet"),
        },
    )


def over_s3(bench: Bench, number: int, server: S3) -> None:
    """One round over an S3 server."""
    ours, theirs = (
        make_place(bench, f"s3-{who}{number}", f"s3://bench/{who}{number}", **server.options) for who in "gd"
    )
    for place in (ours, theirs):
        small_tree(place.path / "data", S3_FILES)
    ours.do("gitprov", "add", "data", "--name", "data")
    theirs.do("dvc", "add", "--quiet", "data")
    ours.commit()
    theirs.commit()
    push_and_pull(bench, number, ours, theirs, " s3")


def large_file(bench: Bench, number: int) -> None:
    """One round over one large file. Its folders go at once: few files, many bytes."""
    ours = make_place(bench, f"large-g{number}", str(bench.top / f"large-g{number}.remote"))
    theirs = make_place(bench, f"large-d{number}", str(bench.top / f"large-d{number}.remote"))
    with (ours.path / "large.bin").open("wb") as file:
        for _ in range(LARGE_SIZE >> 24):
            file.write(os.urandom(1 << 24))
    shutil.copy(ours.path / "large.bin", theirs.path)
    copy = bench.top / "floor"
    bench.side_by_side(
        "large add",
        number,
        {
            "gitprov add": lambda: ours.do("gitprov", "add", "large.bin", "--name", "large"),
            "dvc add": lambda: theirs.do("dvc", "add", "--quiet", "large.bin"),
            "SHA-256 + MD5 + copy": lambda: ours.do("python", "-c", FLOOR, "large.bin", copy, "sha256", "md5"),
        },
    )
    bench.side_by_side(
        "large again",
        number,
        {
            "gitprov add": lambda: ours.do("gitprov", "add", "large.bin"),
            "dvc add": lambda: theirs.do("dvc", "add", "--quiet", "large.bin"),
        },
    )
    ours.commit()
    ours.do("gitprov", "push")
    clone = ours.clone(f"large-g{number}-clone")
    copy.unlink()
    bench.side_by_side(
        "large pull",
        number,
        {
            "gitprov pull": lambda: clone.do("gitprov", "pull", "--all"),
            "SHA-256 + copy": lambda: ours.do("python", "-c", FLOOR, "large.bin", copy, "sha256"),
        },
    )
    for folder in bench.top.glob(f"large-?{number}*"):
        shutil.rmtree(folder)
    copy.unlink()


def measure_small(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Measures many small files."""
    for number in range(rounds):
        small_files(bench, number)
    claim = bench.claim
    yield claim("P3", f"add {SMALL}", what="add", ours="gitprov add", peer="dvc add", goal=0.25)
    yield claim("P3", f"add {SMALL}", what="add", ours="gitprov add", peer=COPIES, goal=1.5)
    yield claim("P5", f"add {SMALL} again", what="look again", ours="gitprov add", peer="dvc add", goal=0.2)
    yield claim("P5", f"add {SMALL} again", what="look again", ours="gitprov add", peer="dvc status", goal=0.2)
    yield claim("P5", f"status of {SMALL}", what="look again", ours="gitprov status", peer="dvc status", goal=0.2)
    yield claim(
        "P6",
        f"push {SMALL}, each read back",
        what="push",
        ours="gitprov push",
        peer="dvc push",
        goal=0.5,
        metric="user",
    )
    yield claim(
        "P6",
        f"pull and restore {SMALL}, each checked",
        what="pull",
        ours="gitprov restore",
        peer="dvc pull",
        goal=0.5,
        metric="user",
    )


def measure_large(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Measures one large file."""
    claim = bench.claim
    for number in range(rounds):
        large_file(bench, number)
    yield claim("P4", f"add {LARGE}", what="large add", ours="gitprov add", peer="dvc add", goal=1.1)
    yield claim("P4", f"add {LARGE}", what="large add", ours="gitprov add", peer="SHA-256 + MD5 + copy", goal=1.1)
    yield claim("P4", f"add {LARGE} again", what="large again", ours="gitprov add", peer="dvc add", goal=0.2)
    yield claim(
        "P4", f"pull {LARGE}, checked", what="large pull", ours="gitprov pull", peer="SHA-256 + copy", goal=1.15
    )


def measure_s3(bench: Bench, rounds: int) -> Iterator[Claim]:
    """Measures a remote behind a network's protocol."""
    with s3_server(bench.top) as server:
        make_bucket(server)
        for number in range(rounds):
            over_s3(bench, number, server)
    for work, what, ours, peer in (
        ("push {}, each read back", "push s3", "gitprov push", "dvc push"),
        ("pull and restore {}, each checked", "pull s3", "gitprov restore", "dvc pull"),
    ):
        yield bench.claim("P6", work.format(OVER_S3), what=what, ours=ours, peer=peer, goal=0.5, metric="user")


def make_bucket(server: S3) -> None:
    """Makes the bucket of the S3 rounds."""
    import boto3  # noqa: PLC0415 - half a second, for those who need it

    options = server.options
    boto3.client(
        "s3",
        endpoint_url=server.endpoint,
        region_name=options["region"],
        aws_access_key_id=options["access_key_id"],
        aws_secret_access_key=options["secret_access_key"],
    ).create_bucket(Bucket="bench")
