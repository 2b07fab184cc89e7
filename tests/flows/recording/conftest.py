"""A small project with code, data and a lock file, in which the workflows are tried."""

import json
import sys
from importlib.metadata import version

import pytest

from tests.support import Gitprov, Repo

TRAIN = """\
import json, os, sys
params = json.load(open(os.environ["GITPROV_PARAMS"])) if "GITPROV_PARAMS" in os.environ else {}
data = open(sys.argv[1]).read()
open(sys.argv[2], "w").write(f"model of {len(data)} bytes, {params}\\n")
"""


@pytest.fixture
def project(repo: Repo, gitprov: Gitprov) -> Repo:
    """An initialised repository with data/raw.csv recorded, train.py and a pinned requirements.txt, committed."""
    repo.write("train.py", TRAIN)
    repo.write("requirements.txt", f"click=={version('click')}\n")
    repo.write("data/raw.csv", "a,b\n1,2\n")
    repo.write(".gitignore", "__pycache__/\n")
    gitprov("init")
    gitprov("add", "data/raw.csv", "--name", "raw", "--kind", "dataset")
    repo.commit("set up")
    return repo


@pytest.fixture
def train(gitprov: Gitprov) -> "Train":
    """Runs the training step."""
    return Train(gitprov)


class Train:
    """`train(lr=0.1)` runs train.py on the recorded data and keeps the result."""

    def __init__(self, gitprov: Gitprov) -> None:
        self.gitprov = gitprov

    def __call__(self, *options: str, lr: float = 0.1, keep: bool = True, status: int = 0) -> dict[str, object]:
        """Returns the JSON of `gitprov run`."""
        command = [sys.executable, "train.py", "{inputs.data}", "{outputs.model}"]
        kept = ["--keep"] if keep else []
        arguments = ["run", "--json", "--step", "train", "--input", "data=raw", "--param", f"lr={lr}", *kept, *options]
        out = self.gitprov(*arguments, "--output", "model=model.txt:churn:model", "--", *command, status=status).out
        return json.loads(out)  # type: ignore[no-any-return]
