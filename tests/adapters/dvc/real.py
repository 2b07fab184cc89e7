"""Real DVC, run in a process of its own, and the real digests of what it is given."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

from gitprov.adapters.dvc import DvcFiles
from gitprov.adapters.worktree import FileWorkTree
from gitprov.ids import digest_hex, md5_of, sha256_of
from gitprov.records import Blob, Content
from tests.support import Repo


def new_repo(path: Path) -> Repo:
    """Makes a repository without a commit, which takes no configuration: for fixtures that outlive a test's home."""
    path.mkdir()
    repo = Repo(path)
    repo.git("init", "--quiet", "--template=")
    repo.write("README.md", "a project\n")
    return repo


def dvc(where: Path, *arguments: str, status: int | None = 0) -> str:
    """Runs DVC and returns its stdout."""
    done = subprocess.run(
        [str(Path(sys.executable).parent / "dvc"), *arguments], cwd=where, capture_output=True, text=True, check=False
    )
    assert status in (None, done.returncode), f"dvc {arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def files_of(repo: Repo, dvc_root: str = ".") -> DvcFiles:
    """Returns our view of a repository."""
    return DvcFiles(str(repo.path), FileWorkTree(str(repo.path), str(repo.path / ".git")), dvc_root)


def content_of(path: Path) -> Content:
    """Returns the content of a file or a directory of files, worked out here and not by the product."""
    if path.is_file():
        data = path.read_bytes()
        return Content(digest=sha256_of(data), files=1, md5=md5_of(data), size=len(data))
    files = sorted(Path(folder) / name for folder, _, names in os.walk(path) for name in names)
    entries = [(one.relative_to(path).as_posix(), one.read_bytes()) for one in files]
    listing = [{"md5": digest_hex(md5_of(data)), "relpath": name} for name, data in sorted(entries)]
    text = json.dumps(sorted(listing, key=lambda entry: entry["relpath"]), sort_keys=True).encode()
    return Content(
        digest=sha256_of(b"listing"),
        files=len(entries),
        md5=md5_of(text),
        size=sum(len(data) for _, data in entries),
        listing=Blob(md5=md5_of(b"listing"), size=7),
    )


def executable(path: Path) -> None:
    """Makes a file executable."""
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


def tree(where: Path, *leave_out: str) -> dict[str, bytes]:
    """Returns every file that git would commit, with its bytes."""
    repo = Repo(where)
    names = repo.git("ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    return {name: (where / name).read_bytes() for name in names if name and name not in leave_out}
