"""Where remedies are tried: a project of one person, and the team of promotions."""

import shutil
import sys
from importlib.metadata import version
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from tests.flows.promotion.world import World, make_serving, make_world
from tests.support import Gitprov, Repo, make_repo

_once = TemporaryDirectory(prefix="gitprov-project-")

TRAIN = "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read() + ' '.join(sys.argv[3:]))\n"
PYTHON = Path(sys.executable).name


@pytest.fixture
def project(tmp_path: Path, home: Path, gitprov: Gitprov, monkeypatch: pytest.MonkeyPatch) -> Repo:
    """An initialised repository, the current directory: data/raw.csv is recorded as raw, pushed and committed.

    It is made once for the process, with the home of whoever made it, and copied for each test.
    """
    made = Path(_once.name)
    if not (made / "work").exists():
        _make(made, home, gitprov)
    shutil.copytree(made / "home", home, symlinks=True, dirs_exist_ok=True)
    shutil.copytree(made / "work", tmp_path / "work", symlinks=True)
    monkeypatch.chdir(tmp_path / "work" / "repo")
    return Repo(tmp_path / "work" / "repo")


def _make(folder: Path, home: Path, gitprov: Gitprov) -> None:
    repo = make_repo(folder / "work" / "repo")
    repo.write("train.py", TRAIN)
    repo.write("requirements.txt", f"click=={version('click')}\n")
    repo.write(".gitignore", "__pycache__/\n")
    repo.write("data/raw.csv", "a,b\n1,2\n")
    gitprov("init", cwd=repo.path)
    gitprov("add", "data/raw.csv", "--name", "raw", "--kind", "dataset", cwd=repo.path)
    gitprov("push", "--no-refs", cwd=repo.path)
    repo.commit("Set up")
    shutil.copytree(home, folder / "home", symlinks=True)


@pytest.fixture
def world(tmp_path: Path, gitprov: Gitprov) -> World:
    """A fresh copy of the team; nothing is in effect."""
    return make_world(tmp_path / "world", gitprov)


@pytest.fixture
def serving(tmp_path: Path, gitprov: Gitprov) -> World:
    """A fresh copy of the team, with churn@v1 in effect in production."""
    return make_serving(tmp_path / "world", gitprov)


def train(
    gitprov: Gitprov,
    *options: str,
    output: str = "model=model.txt:model:model",
    number: int = 1,
    keep: bool = True,
) -> None:
    """Trains a model on raw, and keeps it."""
    words = [PYTHON, "train.py", "{inputs.data}", "{outputs.model}", str(number)]
    kept = ["--keep"] if keep else []
    gitprov("run", "--step", "train", "--input", "data=raw", "--output", output, *kept, *options, "--", *words)


def record_of(repo: Repo, kind: str = "artifacts") -> str:
    """Returns the path of a committed record."""
    paths = repo.git("ls-tree", "-r", "--name-only", "HEAD", f".gitprov/{kind}").splitlines()
    return next(path for path in paths if path.endswith(".yaml"))
