"""`.pre-commit-hooks.yaml`, run by the pre-commit framework itself, offline, from this repository (issue 5)."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support import Gitprov, Repo

SOURCE = Path(__file__).parents[3]
SHIPPED = (
    "gitprov",
    "hooks",
    "templates",
    "docs/man",
    "pyproject.toml",
    "README.md",
    "LICENSE",
    ".pre-commit-hooks.yaml",
)


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Repo:
    """This project as the framework fetches it: a repository with a commit."""
    made = Repo(tmp_path_factory.mktemp("published"))
    made.git("init", "--quiet", "--template=")
    for name in SHIPPED:
        (made.path / name).parent.mkdir(parents=True, exist_ok=True)
        subprocess.run(["cp", "-R", SOURCE / name, made.path / name], check=True)
    made.git("add", "--all", ":!*.pyc")
    made.git("-c", "user.name=a", "-c", "user.email=a@example.org", "commit", "--quiet", "--message", "Release")
    return made


def pre_commit(repo: Repo, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Runs the framework, which makes an environment of its own for the hook, of what is installed here."""
    packages = next(path for path in sys.path if path.endswith("site-packages"))
    offline = {"PIP_NO_BUILD_ISOLATION": "0", "PIP_NO_DEPS": "1", "PIP_NO_INDEX": "1", "PYTHONPATH": packages}
    return subprocess.run(
        ["pre-commit", *arguments],
        env={**os.environ, **offline, "PRE_COMMIT_HOME": str(home / "pre-commit"), "PRE_COMMIT_COLOR": "never"},
        cwd=repo.path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_framework_runs_the_hook(published: Repo, repo: Repo, home: Path, gitprov: Gitprov) -> None:
    """It passes good records and refuses broken ones, with their codes."""
    gitprov("init")
    repo.write("a.csv", "1\n")
    gitprov("add", "a.csv", "--name", "a", "--kind", "dataset")
    hook = f"repos:\n- repo: {published.path}\n  rev: {published.git('rev-parse', 'HEAD')}\n  hooks:\n  - id: gitprov\n"
    repo.write(".pre-commit-config.yaml", hook)
    repo.git("add", "--all")
    good = pre_commit(repo, home, "run")
    assert (good.returncode, "Passed" in good.stdout) == (0, True), good.stdout + good.stderr
    assert (home / "pre-commit").exists()
    repo.write(".gitprov/stray.txt", "x\n")
    repo.git("add", "--all", "--force")
    bad = pre_commit(repo, home, "run")
    assert bad.returncode == 1
    assert "finding[GP-IMM-003]" in bad.stdout
