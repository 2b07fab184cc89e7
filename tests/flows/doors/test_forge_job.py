"""The job that `gitprov ci init github` writes: a forge would take it, and its commands do what it is for (issue 5)."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from gitprov.wiring.resources import read_resource
from tests.flows.doors.guarded import landed_record
from tests.flows.promotion.world import Someone
from tests.support import Repo

JOB = read_resource("templates/ci/github.yml").decode()
INSTALL = "pipx install gitprov"
"""The team's choice, and already done where the tests run."""


def test_the_job_is_one_that_the_forge_understands(tmp_path: Path) -> None:
    """By the schema that the forge publishes for its jobs."""
    for name, text in (("good.yml", JOB), ("bad.yml", JOB.replace("runs-on", "run-on"))):
        (tmp_path / name).write_text(text)
        check = ["check-jsonschema", "--builtin-schema", "vendor.github-workflows", str(tmp_path / name)]
        done = subprocess.run(check, capture_output=True, text=True, check=False)
        assert done.returncode == (name == "bad.yml"), done.stdout


def run_job(clone: Repo, pull_request: dict[str, str], summary: Path) -> subprocess.CompletedProcess[str]:
    """Runs the steps of the job as the forge does on a pull request, and returns the first that failed, or the last.

    Args:
        clone: What `actions/checkout` makes: all history.
        pull_request: The commits `base` and `head`.
        summary: What the forge names GITHUB_STEP_SUMMARY.
    """
    [job] = yaml.safe_load(JOB)["jobs"].values()
    checkout, install, *steps = job["steps"]
    assert (checkout["uses"], checkout["with"]["fetch-depth"], install) == ("actions/checkout@v4", 0, {"run": INSTALL})
    for step in steps:
        told = {name: evaluated(text, pull_request) for name, text in step["env"].items()}
        done = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", "-c", step["run"]],
            env={**os.environ, **told, "GITHUB_STEP_SUMMARY": str(summary)},
            cwd=clone.path,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            break
    return done


def evaluated(text: str, pull_request: dict[str, str]) -> str:
    """Returns what an expression of the job is on a pull request: the first alternative."""
    found = re.fullmatch(r"\$\{\{ github\.event\.pull_request\.(base|head)\.sha \|\| [\w.]+ \}\}", text)
    assert found, text
    return pull_request[found[1]]


@pytest.fixture
def pulled(alice: Someone) -> tuple[Someone, Repo]:
    """Alice on the branch of a pull request, and the clone of the forge's runner."""
    alice("hooks", "uninstall")
    alice.git("switch", "--quiet", "-c", "feature")
    folder = alice.repo.path.parent
    Repo(folder).git("clone", "--quiet", "origin.git", "runner")
    return alice, Repo(folder / "runner")


@pytest.mark.parametrize("good", [True, False])
def test_its_commands_check_a_pull_request(good: bool, pulled: tuple[Someone, Repo], tmp_path: Path) -> None:
    alice, runner = pulled
    if good:
        alice.repo.write("data/new.csv", "new\n")
        alice("add", "data/new.csv", "--name", "new", "--kind", "dataset")
    else:
        alice.git("rm", "--quiet", landed_record(alice))
    alice.git("commit", "--quiet", "--all", "-m", "Work")
    alice.git("push", "--quiet", "origin", "feature")
    runner.git("fetch", "--quiet")
    base, head = runner.git("rev-parse", "origin/main", "origin/feature").split()
    runner.git("switch", "--quiet", "--detach", head)
    done = run_job(runner, {"base": base, "head": head}, tmp_path / "summary.md")
    assert done.returncode == (0 if good else 1), done.stderr
    assert (tmp_path / "summary.md").read_text().startswith("## gitprov: ok" if good else "## gitprov: ")
    assert good == ("GP-IMM-007" not in done.stdout)
