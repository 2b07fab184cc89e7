"""A small project whose pipeline real DVC has run."""

import shutil
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.support import Repo, make_repo

_once = TemporaryDirectory(prefix="gitprov-stages-")

TRAIN = "import sys; open(sys.argv[2], 'w').write(open(sys.argv[1]).read())\n"
DVC_YAML = """\
stages:
  prepare:
    cmd: python src/train.py data/raw.csv clean.csv
    deps: [data/raw.csv, src]
    outs: [clean.csv]
  train:
    cmd: python src/train.py clean.csv model.txt && echo '{"auc":0.9}' > metrics.json
    deps: [clean.csv, data/raw.csv, src/train.py]
    params: [train.lr]
    outs: [model.txt]
    metrics:
      - metrics.json:
          cache: false
"""


def dvc(repo: Repo, *arguments: str) -> str:
    """Runs DVC and returns its stdout; fails the test if DVC fails."""
    done = subprocess.run(["dvc", *arguments], cwd=repo.path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"dvc {arguments}: {done.stdout}{done.stderr}"
    return done.stdout


def made_by_dvc(path: Path) -> Repo:
    """Returns a copy of the project: data, a pipeline, `dvc repro`, a commit. DVC makes it once, since that is slow."""
    made = Path(_once.name) / "repo"
    if not made.exists():
        _make(Repo(made))
    shutil.copytree(made, path, symlinks=True)
    return Repo(path)


def _make(repo: Repo) -> None:
    make_repo(repo.path)
    dvc(repo, "init", "--quiet")
    repo.write(".gitignore", "__pycache__/\n")
    repo.write("src/train.py", TRAIN)
    repo.write("params.yaml", "train:\n  lr: 0.1\n")
    repo.write("requirements.txt", "PyYAML==6.0.3\n")
    repo.write("data/raw.csv", "1\n2\n")
    repo.write("dvc.yaml", DVC_YAML)
    dvc(repo, "add", "--quiet", "data/raw.csv")
    dvc(repo, "repro", "--quiet")
    repo.commit("by dvc")
