"""The commands that write, on a small project, and what has to hold whatever became of them (issue 7)."""

import hashlib
import shutil
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from gitprov.errors import catalogue as codes
from gitprov.ids import sha256_of
from gitprov.records import Artifact, Content, Run, decode
from gitprov.records.stored import FOLDERS
from tests.support import Gitprov, Repo, make_repo

SCRIPT = "import sys; open(sys.argv[1], 'w').write('made ' + open('data/raw.csv').read())"
RUN = ["run", "--step", "make", "--input", "data=data/raw.csv", "--output", "out=out.txt:model:model", "--keep"]
RUN += ["--", sys.executable, "-c", SCRIPT, "out.txt"]


@dataclass(frozen=True, slots=True)
class Task:
    """A command that writes.

    Attributes:
        words: The command.
        before: Commands that it takes; what they record is committed.
    """

    words: tuple[str, ...]
    before: tuple[tuple[str, ...], ...] = ()


ADD = ("add", "data/new", "data/raw.csv", "--kind", "dataset")
PUSH = ("push", "--no-refs")
TASKS = {
    "add": Task(ADD),
    "run": Task(tuple(RUN), (ADD, PUSH)),
    "push": Task(PUSH, (("add", "data/raw.csv", "--kind", "dataset"), PUSH, ADD)),  # not the first: there is a remote
    "seal": Task(("seal", "model", "--owner", "ada"), (ADD, tuple(RUN), PUSH)),
}
"""What issue 7 names."""


def make_project(path: Path) -> Repo:
    """Makes an initialised project with data that is not recorded yet."""
    repo = make_repo(path)
    repo.write("data/raw.csv", "a,b\n1,2\n")
    for number in range(3):
        repo.write(f"data/new/{number % 2}/{number}.csv", f"{number}\n" * 100)
    repo.write("data/new/large.bin", b"large" * 300_000)
    repo.write("requirements.txt", "click==8.1.0\n")
    (repo.path / "data/new/link").symlink_to("0/0.csv")
    (repo.path / "data/new/empty").mkdir()
    repo.write(".gitignore", "/data\n/out.txt\n")
    return repo


def prepare(repo: Repo, task: Task, gitprov: Gitprov) -> None:
    """Does what a task takes."""
    gitprov("init")
    repo.write(".gitignore", (repo.path / ".gitignore").read_text().replace("/data\n", ""))
    repo.git("add", "--all", ".gitprov", ".dvc", "requirements.txt", ".gitignore", ".gitattributes", ".dvcignore")
    repo.git("commit", "--quiet", "-m", "Set up")
    for words in task.before:
        gitprov(*words)
    if repo.git("diff", "--cached", "--name-only"):
        repo.git("commit", "--quiet", "-m", "Work")


def copied(source: Path, target: Path) -> Repo:
    """Copies a project with its remote."""
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target / source.name, symlinks=True)
    remote = source.with_name(f"{source.name}.dvc-remote")
    if remote.exists():
        shutil.copytree(remote, target / remote.name)
    return Repo(target / source.name)


def ids(repo: Repo) -> set[str]:
    """Returns the paths of all staged and committed records that do not depend on when they were made."""
    paths = repo.git("ls-files", "--", ".gitprov").splitlines()
    return {path for path in paths if path.endswith(".yaml") and "/runs/" not in path and path.count("/") > 1}


def runs(repo: Repo) -> list[str]:
    """Returns the steps of all staged and committed runs."""
    paths = [path for path in repo.git("ls-files", "--", ".gitprov/runs").splitlines() if path.endswith(".yaml")]
    found = [decode((repo.path / path).read_bytes()) for path in paths]
    return sorted(f"{run.step} {sorted(run.outputs)}" for run in found if isinstance(run, Run))


def halves(repo: Repo) -> Iterator[str]:
    """Yields record files that are not whole, and objects of cache and remote that are not what their names say."""
    for path in record_files(repo):
        if len(path.stem) == 64 and sha256_of(path.read_bytes()) != f"sha256:{path.stem}":
            yield f"half a record: {path}"
    for path in objects(repo):
        if hashlib.md5(path.read_bytes(), usedforsecurity=False).hexdigest() != digits(path):
            yield f"half an object: {path}"


def baseless(repo: Repo) -> Iterator[str]:
    """Yields records of which the cache lacks the bytes."""
    there = {digits(path) for path in objects(repo)}
    for path in record_files(repo):
        record = decode(path.read_bytes(), name="record")
        if isinstance(record, Artifact) and isinstance(record.content, Content):
            listing = [record.content.listing.md5] if record.content.listing else []
            for one in [record.content.md5, *listing]:
                if one.removeprefix("md5:") not in there:
                    yield f"{path} without {one}"


def record_files(repo: Repo) -> list[Path]:
    """Returns the records in the work tree, staged or not, but for drafts."""
    top = repo.path / ".gitprov"
    found = [path for folder in FOLDERS for path in (top / folder).rglob("*.yaml")]
    return [path for path in found if not path.name.startswith(".gitprov-")]


def objects(repo: Repo) -> set[Path]:
    """Returns the objects of the cache and of the remote."""
    tops = (repo.path / ".dvc/cache", repo.path.with_name(f"{repo.path.name}.dvc-remote"))
    return {path for top in tops for path in (top / "files/md5").rglob("*") if path.is_file()}


def digits(path: Path) -> str:
    """Returns the MD5 that an object's name says."""
    return path.parent.name + path.name.removesuffix(".dir")


def finished(repo: Repo, words: Sequence[str], gitprov: Gitprov) -> Iterator[str]:
    """Runs a command again that was cut off, and yields what it said if it did not end well."""
    said = gitprov(*words, cwd=repo.path, status=None)
    if said.status and codes.SEA_SAME.id not in said.err:  # the release had been made all the same
        yield f"again: {said}"
